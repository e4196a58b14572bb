"""Decides whether a call is over, from its logs and from how long nothing has come.

Twilio's status callback, its action callback and the end of the socket come in any order, or not at all. A call is
over when Twilio says so. If Twilio says nothing, it is over when its last session has ended and no other session has
followed for a while. Perhaps nothing reports even the end of the session. So a call is watched from its beginning: it
is over when no session has begun, or when the session is older than any socket can be.
"""

from functions.relay.admission import is_over
from functions.relay.dataclass import dataclass
from functions.relay.deadlines import LONGEST_DELAY_S
from functions.relay.log.events import (
    Announced,
    CallPlanned,
    Closed,
    DialEnded,
    EndClaimed,
    Event,
    HandedOff,
    Limited,
    MenuAnswered,
    Ordered,
    PassedToAgent,
    PersonLeft,
    Progressed,
    Recorded,
    SessionEnded,
    SessionJoined,
    SmsOrdered,
    TranscriptReady,
    Unreached,
)
from functions.relay.log.keys import Key
from functions.relay.record.logs import CallLogs

ENDING: tuple[type[Event], ...] = (Closed, DialEnded, EndClaimed, Limited, Progressed, Recorded, SessionEnded)
"""Events after which a call may be over, or after which its record is out of date."""

ORDERING: tuple[type[Event], ...] = (SmsOrdered, CallPlanned)
"""Events after which a call is checked without delay: a text message is to be sent, or a call to be planned."""

BEGINNING: tuple[type[Event], ...] = (Announced, Ordered)
"""Events with which a call or a session begins. The call is watched from then on: perhaps nothing reports its end."""

WAKING: tuple[type[Event], ...] = (*ENDING, TranscriptReady, *ORDERING, *BEGINNING)
"""Events after which a call is checked: something may have ended, something is ordered, or something has begun."""

FIRST_LOOK_S = 5
"""Seconds from such an event to the first look at its call: by then, the other events of its end have come too."""

LOOK_AGAIN_S = 5
"""Seconds to the next look while an answer has not ended, or a recording is not complete."""

SETTLED_AFTER_S = 60
"""Seconds after which the record waits for neither. An answer ends within 30, and a recording comes within 60."""

SILENT_FOR_S = 180
"""Seconds without a session after which a call counts as over, although nothing has reported its end. A session takes
only a few seconds to begin."""

LONGEST_SESSION_S = 7_200
"""Seconds after which a socket is closed, whatever happens. Source: AWS, "Amazon API Gateway quotas", WebSocket APIs,
"Connection duration"."""

LONGEST_MENU_S = 7_200
"""Seconds that a caller may spend in a menu: Twilio ends the talk with a person then. Nothing else may report it."""


@dataclass(frozen=True, slots=True)
class GoesOn:
    """Nothing is to be done now: the call continues, or another check knows of its end."""


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Look again after `seconds`."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Over:
    """The call is over, and everything for its record has come."""


RecordStep = GoesOn | LookAgain | Over


def first_look_s(kind: str) -> int:
    """Return how many seconds after an event, given by its class's name, its call is looked at first."""
    if kind in _ORDERING:
        return 0
    return SILENT_FOR_S if watches(kind) else FIRST_LOOK_S


def watches(kind: str) -> bool:
    """Return whether a call is watched after an event, given by its class's name."""
    return kind in _BEGINNING


_ORDERING, _BEGINNING = (frozenset(kind.__name__ for kind in kinds) for kinds in (ORDERING, BEGINNING))


def next_watch(logs: CallLogs, waited: int) -> RecordStep:
    """Return what to do with a call `waited` seconds after one of the BEGINNING events.

    A reported end starts another check, see `next_look`. This one finds an end that nothing has reported.
    """
    if _in_session(logs):
        return Over() if waited >= LONGEST_SESSION_S else LookAgain(LONGEST_DELAY_S)
    if logs.sessions or is_over(event for _, event in logs.of(object)):
        return GoesOn()
    return _in_silence(logs, waited)


def next_look(logs: CallLogs, waited: int) -> RecordStep:
    """Return what to do with a call `waited` seconds after any other of the WAKING events."""
    if is_over(event for _, event in logs.of(object)) or _hung_up(logs):
        return Over() if waited >= SETTLED_AFTER_S or _settled(logs) else LookAgain(LOOK_AGAIN_S)
    if _in_session(logs):
        return GoesOn()
    return _in_silence(logs, waited)


def _in_silence(logs: CallLogs, waited: int) -> RecordStep:
    patience = _patience_s(logs)
    return Over() if waited >= patience else LookAgain(min(patience - waited, LONGEST_DELAY_S))


def _hung_up(logs: CallLogs) -> bool:
    """Return whether the newest session ended well and without a hand-off. Then our answer to Twilio hangs up."""
    well = {event.session for _, event in logs.of(SessionEnded) if event.status != "failed"}
    claims = [session.call.end_claim for session in logs.sessions[-1:] if session.id in well]
    return any(claim is None or claim.how != "handed off" for claim in claims)


def _settled(logs: CallLogs) -> bool:
    """Return whether each answer has ended, and each recording is complete."""
    answered = all(turn.ended for session in logs.sessions for turn in session.call.turns[-1:])
    recordings = {recorded.recording: recorded for _, recorded in logs.of(Recorded)}
    return answered and all(
        any(one.status != "in-progress" for _, one in logs.of(Recorded) if one.recording == sid) for sid in recordings
    )


def _in_session(logs: CallLogs) -> bool:
    """Return whether the call's newest session still runs."""
    ended = {event.session for _, event in logs.of(SessionEnded)}
    return any(not session.done and session.id not in ended for session in logs.sessions[-1:])


def _patience_s(logs: CallLogs) -> int:
    """Return after how many seconds without a session the call counts as over.

    With a person or in a menu it takes longer.
    """
    ends = (*logs.of(SessionJoined), *logs.of(Unreached), *logs.of(PersonLeft), *logs.of(PassedToAgent))
    begun = [key for key, _ in ends]
    newest = max(begun, default=Key(0, ""))
    announced = max((event.at for _, event in logs.of(Announced)), default=0)
    people = [event for key, event in logs.of(HandedOff) if key > newest and key.at >= announced]
    alone = LONGEST_MENU_S if logs.of(MenuAnswered) else SILENT_FOR_S
    return max((one.rings * len(one.people) + one.minutes * 60 for one in people), default=alone)
