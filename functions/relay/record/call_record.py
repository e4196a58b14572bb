"""Defines the record of a call that is over: who, when, how it ended, turns with times, tokens, cents, recordings."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, TypeVar

from functions.relay.agent.schema import checked, unknown
from functions.relay.dataclass import dataclass
from functions.relay.record.analysis import Finding
from functions.relay.record.cost import Cents, DraftsRecord
from functions.relay.record.turn_record import TurnRecord
from functions.relay.wire.model import Usage

T = TypeVar("T")


class Direction(StrEnum):
    """The direction of a call."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallEnding(StrEnum):
    """How a call ended."""

    CALLER_HUNG_UP = "caller hung up"
    AGENT_HUNG_UP = "agent hung up"
    HANDED_OFF = "handed off"
    """A person took the call."""

    SILENCE = "silence"
    """Both sides were silent, and the agent hung up."""

    TIME_UP = "time up"
    """The call reached its longest time, or its most tokens."""

    DECLINED = "declined"
    """`Agent.arrive` ended it before a session began."""

    MENU = "menu"
    """The caller heard the agent's menu, and reached no person there."""

    VOICEMAIL = "voicemail"
    """The caller left a message at the end of the menu."""

    LIMITED = "limited"
    """It reached one of the LIMITS."""

    UNANSWERED = "unanswered"
    """The person whom we called did not answer."""

    MACHINE = "machine"
    """A machine answered a call that we placed."""

    LOST = "lost"
    """The session failed, and no other session followed."""


@dataclass(frozen=True, slots=True)
class AgentVersion:
    """An agent that had the call, and its version: a hash of its file."""

    name: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """A recording of the call."""

    sid: str
    status: str
    """The status in Twilio's words."""

    seconds: int = 0
    message: bool = False
    """Whether it is a message that the caller left at the end of a menu."""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person who was called for a hand-off."""

    to: str
    """The number or address."""

    how: str
    """"taken", "declined", "silent" for no clear answer, "machine", or Twilio's word, such as "busy"."""


@dataclass(frozen=True, slots=True)
class HandOffRecord:
    """A hand-off to a person."""

    reason: str
    to: str
    """The number or address; of several people, the first."""

    brief: str = ""
    reached: bool = True
    """Whether a person took the call."""

    taken_by: str = ""
    """The number or address of the person who took it; empty if no person did, or if it is not known."""

    people: tuple[PersonRecord, ...] = ()
    """The people who were called, and what became of it."""


@dataclass(frozen=True, slots=True)
class SmsRecord:
    """A text message that a tool or a function has ordered."""

    to: str
    text: str
    sid: str = ""
    """Its SID at Twilio; empty if it was not sent."""

    error: str = ""
    """Why it was not sent, or that this is not known."""


@dataclass(frozen=True, slots=True)
class CallBackRecord:
    """A call back to this person that a tool has planned."""

    agent: str
    """The agent that calls."""

    at: int
    """When it is due, in milliseconds since 1970."""

    parameters: tuple[tuple[str, str], ...] = ()
    """The parameters that the agent gets."""

    replaced: bool = False
    """Whether a newer call back of the same call replaces it, so that this one never rings."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """Everything that is known about a call that is over. Its words are redacted in the same way as the log."""

    call: str
    """The call's SID."""

    caller: str
    """The person's number in E.164, or address; empty if it is withheld."""

    caller_mark: str
    """A keyed hash of the number, the same in all calls of the number; empty for a withheld number."""

    called: str
    """Our own number."""

    direction: Direction
    """Who called: `inbound` or `outbound`."""

    agents: tuple[AgentVersion, ...]
    """The agents that had the call, in order."""

    began: int
    """Milliseconds since 1970."""

    ended: int
    """Milliseconds since 1970."""

    ending: CallEnding
    """How the call ended, such as `CallEnding.HANDED_OFF`."""

    language: str = ""
    """The language that was spoken last, as a BCP-47 tag; empty for the agent's first."""

    parameters: tuple[tuple[str, str], ...] = ()
    """The parameters with which the call came."""

    turns: tuple[TurnRecord, ...] = ()
    """The turns in order, each with its times, words and tools. The greeting is the first."""

    left_out: int = 0
    """How many of the first turns are left out, because the record would be too large."""

    silences: int = 0
    """How many turns a silence began."""

    interruptions: int = 0
    """How many answers the caller interrupted."""

    tokens: Usage = Usage()
    """The tokens of all answers, of drafts and of the summary."""

    drafts: DraftsRecord = DraftsRecord()
    """The drafts that were not used, see `Agent.speculates`."""

    cents: Cents = Cents()
    """What the call cost at the model's service, at Twilio and at AWS."""

    recordings: tuple[RecordingRecord, ...] = ()
    """The recordings, each with its newest status."""

    hand_offs: tuple[HandOffRecord, ...] = ()
    """The hand-offs to people, in order."""

    messages: tuple[SmsRecord, ...] = ()
    """The text messages that were ordered with `Sms`."""

    call_backs: tuple[CallBackRecord, ...] = ()
    """The call backs that were planned with `CallBack`, in order. The record of a call back is its own."""

    limits: tuple[str, ...] = ()
    """The LIMITS that the call reached: at the ring such as `caller`, or in a session: `tokens`, `cents`."""

    errors: tuple[str, ...] = ()
    """What went wrong: Twilio's error codes (`Twilio 64105`), answers and tools that failed or were late, a summary
    that no model gave, and text messages that were not sent."""

    summary: str = ""
    """Two sentences, if the agent asks for them with `After(summary=True)`."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    """What `After(fields=…)` found in the conversation, by name; see `filled`. None for what was not said."""

    analysis: tuple[Finding, ...] = ()
    """What Conversational Intelligence found, once its results have come."""

    entries: int = 0
    """How many entries of the call's logs it is made from. Of two records of a call, the newer has more."""

    def filled(self, kind: type[T]) -> T:
        """Return `fields` as the dataclass of `After(fields=…)`, such as `record.filled(Lead)`.

        What is not known is None. Raises MismatchError for another dataclass.
        """
        names = unknown(kind)
        known = {name: value for name, value in self.fields.items() if name in names}
        made: T = checked(kind, {**names, **known}, kind.__name__)
        return made

    @property
    def agent(self) -> str:
        """The agent that had the call last; empty if none had it."""
        return self.agents[-1].name if self.agents else ""

    @property
    def seconds(self) -> int:
        """How long the call lasted."""
        return max(0, self.ended - self.began) // 1000

    @property
    def first_words_p50_ms(self) -> int | None:
        """The lower median of the milliseconds to the first words of an answer; None without an answer."""
        waits = sorted(turn.first_words_ms for turn in self.turns if turn.first_words_ms)
        # Not `statistics`, whose import would slow the cold start of every function.
        return waits[(len(waits) - 1) // 2] if waits else None

    @property
    def transcript(self) -> str:
        """The conversation as it was heard, one line each: `Caller: …` and `Agent: …`."""
        lines = ((who, text) for turn in self.turns for who, text in (("Caller", turn.caller), ("Agent", turn.heard)))
        return "\n".join(f"{who}: {' '.join(text.split())}" for who, text in lines if text)
