"""Defines the observations of calls on the laptop, and the tape that keeps them.

Times are milliseconds since 1970, as in the keys of a log. `took` is in milliseconds.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from functions.relay.log.events import Announced, Entry
from functions.relay.wire.model import Request, Usage

Way = Literal["in", "out", "gateway-error"]
"""From Twilio, to Twilio, or an error that the gateway itself sends to Twilio."""


@dataclass(frozen=True, slots=True)
class FramePassed:
    """A frame passed the gateway."""

    at: float
    way: Way
    connection: str
    text: str


@dataclass(frozen=True, slots=True)
class EntryAppended:
    """An entry was appended to a log. `about` says that the time is an estimate."""

    at: float
    log: str
    entry: Entry
    about: bool = False


@dataclass(frozen=True, slots=True)
class TableRequested:
    """A request to the table has ended: to append an entry, to read a log, or to look for entries after a key."""

    at: float
    took: float
    log: str
    what: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """A post of a message to the line has ended; `fate` says whether it was delivered."""

    at: float
    took: float
    connection: str
    text: str
    fate: str


@dataclass(frozen=True, slots=True)
class ModelAsked:
    """The model was asked. What follows from it has the same `number`."""

    at: float
    number: int
    request: Request
    plain: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    """The request as JSON, without the slices that it pays for. It is made once: a call has many views."""

    def __post_init__(self) -> None:
        told = asdict(self.request)
        del told["slices"]
        object.__setattr__(self, "plain", told)


@dataclass(frozen=True, slots=True)
class ModelSpoke:
    """The first piece of the model's answer arrived."""

    at: float
    number: int


@dataclass(frozen=True, slots=True)
class ModelEnded:
    """The model's answer ended. `how` is its reason, its error, or "stopped" if nothing needed it any more."""

    at: float
    number: int
    how: str
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class ClauseBegun:
    """The line began to play a clause of the agent."""

    at: float
    call: str
    text: str


@dataclass(frozen=True, slots=True)
class WordBegun:
    """The line began to play a word of the agent. `text` keeps the space before the word."""

    at: float
    call: str
    text: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A call of the softphone is over."""

    at: float
    call: str
    outcome: str


Observation = (
    FramePassed
    | EntryAppended
    | TableRequested
    | MessagePosted
    | ModelAsked
    | ModelSpoke
    | ModelEnded
    | ClauseBegun
    | WordBegun
    | CallEnded
)

_EPOCH = time.time() - time.monotonic()


def moment(monotonic: float | None = None) -> float:
    """Return a time of `time.monotonic()`, by default now, in milliseconds since 1970."""
    return (_EPOCH + (time.monotonic() if monotonic is None else monotonic)) * 1000


class Tape:
    """Keeps observations in their order. Any thread may add, listen or read."""

    def __init__(self) -> None:
        self._seen: list[Observation] = []
        self._began: dict[str, int] = {}
        self._listeners: list[Callable[[], object]] = []
        self._followers: list[Callable[[Observation], object]] = []
        self._lock = threading.Lock()

    def add(self, observation: Observation) -> None:
        """Add an observation."""
        with self._lock:
            if isinstance(observation, EntryAppended) and isinstance(observation.entry.event, Announced):
                self._began.setdefault(observation.log, len(self._seen))
            self._seen.append(observation)
            followers = tuple(self._followers)
        for follower in followers:
            follower(observation)
        self.tell()

    def tell(self) -> None:
        """Call the listeners: something that is not on the tape has changed."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    def follow(self, follower: Callable[[Observation], object]) -> None:
        """Call `follower` with each later observation, in the thread that adds it. It must not block."""
        with self._lock:
            self._followers.append(follower)

    def listen(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call `listener` after each addition, in the thread that adds. It must not block. Return what ends this."""
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def call(self, log: str = "") -> tuple[Observation, ...]:
        """Return what was observed since a call began: the call of this log, or the newest call."""
        with self._lock:
            newest = max(self._began.values(), default=0)
            return tuple(self._seen[self._began.get(log, newest) :])

    def calls(self) -> tuple[EntryAppended, ...]:
        """Return the first entry of each call, the oldest call first."""
        with self._lock:
            begins = [self._seen[index] for index in self._began.values()]
        return tuple(one for one in begins if isinstance(one, EntryAppended))
