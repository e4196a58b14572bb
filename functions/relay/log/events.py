"""Lists all events that a log can hold, and defines an entry: one event with its key."""

from collections.abc import Iterable

from functions.relay.dataclass import dataclass
from functions.relay.log.answer_events import (
    AgentSaid,
    AnswerClaimed,
    AnswerEnded,
    AnswerEvent,
    DigitsRequested,
    DraftBegun,
    DraftDropped,
    EndClaimed,
    Ending,
    Heartbeat,
    LanguageSwitched,
    ModelOutage,
    PromptKept,
    ReminderReturned,
    ReminderSent,
    TakenOver,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.call_events import (
    Announced,
    CallEvent,
    CallKnown,
    Declined,
    Limited,
    MenuAnswered,
    OptedOut,
    Ordered,
    PassedToAgent,
    Placed,
    Progressed,
    Recorded,
    Screened,
    SessionEnded,
    SessionJoined,
    Suppressed,
    TimePaid,
    Withdrawn,
)
from functions.relay.log.follow_up_events import (
    Analysed,
    CallPlanned,
    FollowedUp,
    FollowUpClaimed,
    FollowUpEnded,
    FollowUpEvent,
    OrdersStopped,
    PlanDone,
    PlanScheduled,
    SmsClaimed,
    SmsEnded,
    SmsOrdered,
    Summarized,
    TranscriptReady,
)
from functions.relay.log.hand_off_events import DialEnded, HandedOff, PersonLeft, Tried, Unreached
from functions.relay.log.keys import Key
from functions.relay.log.session_events import (
    Cause,
    Closed,
    Connected,
    Digit,
    DigitsEntered,
    EarlyKey,
    KeyPressed,
    LastMinute,
    MachineAnswered,
    NoiseEnded,
    PromptReworded,
    SessionEvent,
    SessionOpened,
    SessionRefused,
    Silent,
    TimeUp,
    WordsKept,
)

__all__ = [
    "FLEETING",
    "LASTING",
    "AgentSaid",
    "Analysed",
    "Announced",
    "AnswerClaimed",
    "AnswerEnded",
    "AnswerEvent",
    "CallEvent",
    "CallKnown",
    "CallPlanned",
    "Cause",
    "Closed",
    "Connected",
    "Declined",
    "DialEnded",
    "Digit",
    "DigitsEntered",
    "DigitsRequested",
    "DraftBegun",
    "DraftDropped",
    "EarlyKey",
    "EndClaimed",
    "Ending",
    "Entries",
    "Entry",
    "Event",
    "FollowUpClaimed",
    "FollowUpEnded",
    "FollowUpEvent",
    "FollowedUp",
    "HandedOff",
    "Heartbeat",
    "KeyPressed",
    "LanguageSwitched",
    "LastMinute",
    "Limited",
    "MachineAnswered",
    "MenuAnswered",
    "ModelOutage",
    "NoiseEnded",
    "OptedOut",
    "Ordered",
    "OrdersStopped",
    "PassedToAgent",
    "PersonLeft",
    "Placed",
    "PlanDone",
    "PlanScheduled",
    "Progressed",
    "PromptKept",
    "PromptReworded",
    "Recorded",
    "ReminderReturned",
    "ReminderSent",
    "Screened",
    "SessionEnded",
    "SessionEvent",
    "SessionJoined",
    "SessionOpened",
    "SessionRefused",
    "Silent",
    "SmsClaimed",
    "SmsEnded",
    "SmsOrdered",
    "Summarized",
    "Suppressed",
    "TakenOver",
    "TimePaid",
    "TimeUp",
    "ToolCalled",
    "ToolReturned",
    "TranscriptReady",
    "Tried",
    "Unreached",
    "Withdrawn",
    "WordsKept",
    "in_order",
]

Event = SessionEvent | AnswerEvent | CallEvent | FollowUpEvent


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and its key in a log."""

    key: Key
    event: Event


Entries = tuple[Entry, ...]
"""Entries of one log, in the order of their keys."""


LASTING: tuple[type[Event], ...] = (OptedOut, Suppressed)
"""Events that never expire: a person asked not to be called, or is on a list of people who must not be called."""

FLEETING: tuple[type[Event], ...] = (Digit, EarlyKey, WordsKept, ModelOutage)
"""Events that expire within minutes."""


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries in the order of their keys, each key once."""
    first: dict[Key, Entry] = {}
    for entry in entries:
        first.setdefault(entry.key, entry)
    return tuple(first[key] for key in sorted(first))
