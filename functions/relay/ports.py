"""Declares what the core needs from outside: one small port for each thing.

An adapter catches the exceptions of its SDK and raises the ones that are named here.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from functions.relay.counts import LimitName, Reservation
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Entry, Event
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Outgoing
from functions.relay.wire.model import Request, StreamEvent

if TYPE_CHECKING:
    from functions.relay.record.analysis import Transcript
    from functions.relay.record.call_record import CallRecord
    from functions.relay.record.row import CallRow


class OperatorError(Exception):
    """An error for the operator. `str(error)` holds no word of a call, so it may be logged."""


class LogError(OperatorError):
    """The table could not be read or written within its time; `str(error)` names the cause."""


class TimerError(OperatorError):
    """A reminder could not be sent; `str(error)` names the cause."""


class SecretError(OperatorError):
    """A secret could not be read; `str(error)` says how to set it."""


class CountersError(OperatorError):
    """A counter could not be read or changed within its time; `str(error)` names the cause."""


class DeclinedError(OperatorError):
    """A call was not placed, or a message not sent; `str(error)` says why."""


class UnansweredError(OperatorError):
    """It is not known whether a call was placed or a message sent; `str(error)` names the cause."""


class SchedulerError(OperatorError):
    """A call could not be planned; `str(error)` names the cause."""


class OutletError(OperatorError):
    """Something outside did not take a call that is over; `str(error)` names the cause."""


class TranscriptError(OperatorError):
    """A transcript could not be read; `str(error)` names the cause."""


class Log(Protocol):
    """Append-only logs, such as one per session (`session/…`) and per call (`call/…`)."""

    def append(self, log: str, entry: Entry) -> bool:
        """Add an entry; return False if the log has one with this key already. Raises LogError."""

    def read(self, log: str) -> tuple[Entry, ...]:
        """Return the entries since the newest SessionOpened, in the order of their keys. Raises LogError."""

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        """Return the entries after a key, of these kinds or, if there are none, of all. Raises LogError."""


class PrivateLog(Log, Protocol):
    """Logs of private data, one per session (`private/…`). They have no backup, and expire within minutes."""

    def delete(self, log: str, keys: Iterable[Key]) -> None:
        """Delete the entries at these keys, if there are any. Raises LogError."""


class Sent(Enum):
    """The outcome of sending one message."""

    DELIVERED = "delivered"
    """It has arrived."""

    GONE = "gone"
    """The socket has closed."""

    BUSY = "busy"
    """It was not sent: try again shortly."""

    LOST = "lost"
    """It may or may not have arrived."""


class Records(Protocol):
    """The records of calls that are over, and lists of them."""

    def put(self, record: "CallRecord") -> None:
        """Store a record. It replaces the call's older record, unless that has more `entries`. Raises LogError."""

    def get(self, call: str) -> "CallRecord | None":
        """Return the record of a call by its SID; None if there is none. Raises LogError."""

    def rows(self, name: str) -> Iterator["CallRow"]:
        """Yield the rows of a list, see `record/row.py`, the newest call first. Raises LogError."""

    def newest(self, name: str, most: int) -> tuple["CallRow", ...]:
        """Return the `most` newest rows of a list, the newest call first, with one request. Raises LogError."""


class Transcripts(Protocol):
    """Transcripts of Conversational Intelligence."""

    def get(self, sid: str) -> "Transcript | None":
        """Return a transcript with its results; None if it is deleted. Raises TranscriptError."""


class Outlet(Protocol):
    """Hears of each call that is over, such as an event bus or a webhook."""

    @property
    def name(self) -> str:
        """Its name in the call's log."""

    def tell(self, record: "CallRecord") -> None:
        """Tell it. Raises OperatorError."""


class Line(Protocol):
    """Sends messages to the caller's socket, one at a time: two at once have no order."""

    def send(self, connection: str, message: Outgoing) -> Sent:
        """Send one message, and return the outcome."""


class Model(Protocol):
    """A language model."""

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer. Raises ModelError.

        Closing the generator closes the connection. Another task can end the wait too: see `cancel_scope.py`.
        """


class GuardError(Exception):
    """Words could not be judged. `str(error)` holds no word of the call."""


class Guard(Protocol):
    """Judges what callers say before it is answered."""

    def refusal(self, words: str) -> str | None:
        """Return None for words that may be answered. For others, return the sentence to say instead, or "".

        Raises GuardError.
        """


class Timer(Protocol):
    """Delivers a reminder later, at least once, even if the invocation that sent it has died."""

    def remind(self, seconds: int, reminder: str) -> None:
        """Deliver `reminder` after `seconds`, 0 to 900. Raises TimerError."""


class Secrets(Protocol):
    """Values that no template and no log may hold."""

    def get(self, name: str) -> str:
        """Return the secret, such as `twilio-auth-token`. Raises SecretError."""


class Counters(Protocol):
    """Counters of calls and of money. Each change is one step, so parallel calls never exceed a limit."""

    def admit(self, call: str, seconds: int, reservations: Mapping[LimitName, Reservation]) -> LimitName | None:
        """Count a call that lasts at most `seconds` in all counters, or in none. Raises CountersError.

        Return None, or the first limit that has no room for the call. A call that is counted already and still active
        is admitted again, and pays nothing.
        """

    def hold(self, counter: str, call: str, seconds: int) -> None:
        """Let an active call stay counted for at least `seconds` from now. Raises CountersError."""

    def release(self, counter: str, call: str) -> bool:
        """Count a call as ended; it still counts for its day. Return whether it was active. Raises CountersError."""

    def spend(self, counter: str, micros: int, most: int) -> bool:
        """Add millionths of a dollar. If the sum would exceed `most`, return False instead. Raises CountersError."""

    def adjust(self, counter: str, micros: int) -> None:
        """Correct the sum by `micros` millionths of a dollar, which may be negative. Raises CountersError."""


class Messenger(Protocol):
    """Sends text messages."""

    def send(self, to: str, sender: str, text: str) -> str:
        """Send a message, and return its SID. Raises DeclinedError, UnansweredError."""


class Scheduler(Protocol):
    """Invokes the function that places calls, once at a time, up to months ahead."""

    def plan(self, name: str, at: datetime, payload: Mapping[str, Any]) -> None:
        """Invoke it with `payload` in the minute of `at`, once for each name. Raises SchedulerError."""


@dataclass(frozen=True, slots=True)
class CallUrls:
    """The URLs of the webhooks of a call that we place."""

    answer: str
    """A phone is answered."""

    screened: str
    """It is known who or what has answered."""

    progress: str
    """The call goes on, or ends."""

    failed: str
    """Another of these webhooks has failed, and the person waits."""


class Dialer(Protocol):
    """Places calls."""

    def place(self, to: str, sender: str, urls: CallUrls, seconds: int) -> str:
        """Place a call and return its SID. Raises DeclinedError, UnansweredError.

        Twilio ends the call after `seconds`.
        """
