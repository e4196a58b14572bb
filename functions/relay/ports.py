"""What the core needs of the outside, each behind a port with a handful of methods.

An adapter keeps its SDK's exceptions to itself and raises what is named here.
"""

from collections.abc import Generator, Iterable
from enum import Enum
from typing import Protocol

from functions.relay.counts import Admission, Quota
from functions.relay.log.events import Entry, Event
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Outgoing
from functions.relay.wire.model import Request, StreamEvent


class OperatorError(Exception):
    """What the one who runs Hotline must know; `str(error)` holds no word of a call, and may be logged."""


class LogError(OperatorError):
    """The table could not be read or written within its time; `str(error)` names the cause."""


class TimerError(OperatorError):
    """A note could not be sent on its way; `str(error)` names the cause."""


class SecretError(OperatorError):
    """A secret could not be read; `str(error)` says how to set it."""


class CountersError(OperatorError):
    """A counter could not be read or changed within its time; `str(error)` names the cause."""


class DeclinedError(OperatorError):
    """A call was not placed, and nobody's phone rang; `str(error)` says why."""


class UnansweredError(OperatorError):
    """Nobody knows whether a call was placed; `str(error)` names the cause."""


class Log(Protocol):
    """Append-only logs, one per session (`session/…`), per call (`call/…`) and per number called (`callee/…`)."""

    def append(self, log: str, entry: Entry) -> bool:
        """Add an entry; False if one with its key stands there already. Raises LogError."""

    def read(self, log: str) -> tuple[Entry, ...]:
        """Return the entries since the last one that opens the log, in order of their keys. Raises LogError."""

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...]) -> tuple[Entry, ...]:
        """Return the entries of these kinds that stand after a key. Raises LogError."""


class PrivateLog(Log, Protocol):
    """Logs of what must not stay, one per session (`private/…`): no backup holds them, and they expire in minutes."""

    def delete(self, log: str, keys: Iterable[Key]) -> None:
        """Delete the entries at these keys, as far as they are there. Raises LogError."""


class Sent(Enum):
    """What became of a message put on the line."""

    DELIVERED = "delivered"
    GONE = "gone"
    BUSY = "busy"
    LOST = "lost"


class Line(Protocol):
    """The way back to the caller's socket. One message at a time: nothing orders two at once."""

    def send(self, connection: str, message: Outgoing) -> Sent:
        """Put one message on the line.

        GONE: the socket has ended. BUSY: try again shortly. LOST: it may or may not have arrived.
        """


class Model(Protocol):
    """A language model."""

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer. Closing the generator closes the connection. Raises ModelError."""


class Timer(Protocol):
    """Brings a note back after a while, at least once, whatever has become of who sent it."""

    def remind(self, seconds: int, note: str) -> None:
        """Bring this note back after so many seconds, 0 to 900. Raises TimerError."""


class Secrets(Protocol):
    """Values that stand in no template and no log."""

    def get(self, name: str) -> str:
        """Return the secret, such as `twilio-auth-token`. Raises SecretError."""


class Counters(Protocol):
    """Counters of calls and of money, each changed in one step: of many at once, exactly what is allowed gets in."""

    def admit(self, counter: str, quota: Quota, call: str, seconds: int) -> Admission:
        """Count a call that lasts so many seconds at most, unless the quota is full. Raises CountersError."""

    def release(self, counter: str, call: str) -> bool:
        """Note that a call is over: it still counts for its day. Return whether it went on. Raises CountersError."""

    def spend(self, counter: str, micros: int, most: int) -> bool:
        """Add millionths of a dollar, unless that made more than `most`: then return False. Raises CountersError."""

    def adjust(self, counter: str, micros: int) -> None:
        """Add what more was spent, or take off what was not (below zero). Raises CountersError."""


class Dialer(Protocol):
    """What connects calls of our own."""

    def place(self, to: str, sender: str, answer: str, progress: str, seconds: int) -> str:
        """Place a call and return its SID; `answer` and `progress` are the URLs of the webhooks that follow.
        After `seconds` Twilio ends it by itself.

        Raises DeclinedError, UnansweredError.
        """
