"""What is seen of calls on the laptop, each with its time, and the tape that keeps it.

Times are milliseconds since 1970, as in the keys of a log; `took` is milliseconds.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from functions.relay.log.events import Announced, Entry
from functions.relay.wire.model import Request, Usage

Way = Literal["in", "out", "gateway-error"]
"""From Twilio, to Twilio, or spoken to Twilio by the gateway itself."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A frame passed the gateway."""

    at: float
    way: Way
    connection: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry stands in a log from now on; `about` means that when it came to stand there is not known exactly."""

    at: float
    log: str
    entry: Entry
    about: bool = False


@dataclass(frozen=True, slots=True)
class Tabled:
    """The table was asked, until now: to put an entry, to read a log, or to look for what is newer than a key."""

    at: float
    took: float
    log: str
    what: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message was put on the line, until now; `fate` is what became of it."""

    at: float
    took: float
    connection: str
    text: str
    fate: str


@dataclass(frozen=True, slots=True)
class ModelAsked:
    """The model is asked; what it does is told under the same number."""

    at: float
    number: int
    request: Request
    plain: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    """The request as JSON has it: made once, since a view of the call is made again and again."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "plain", asdict(self.request))


@dataclass(frozen=True, slots=True)
class ModelSpoke:
    """The first piece of the model's answer has come."""

    at: float
    number: int


@dataclass(frozen=True, slots=True)
class ModelEnded:
    """The model's answer has ended: as it should, by its `trouble`, or because nobody wants it any more."""

    at: float
    number: int
    how: str
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Begun:
    """A clause of the agent's begins to sound."""

    at: float
    call: str
    text: str


@dataclass(frozen=True, slots=True)
class Sounded:
    """A word of the agent's begins to sound, the space before it kept."""

    at: float
    call: str
    text: str


@dataclass(frozen=True, slots=True)
class Over:
    """A call of the softphone is over."""

    at: float
    call: str
    outcome: str


Observation = Passed | Kept | Tabled | Posted | ModelAsked | ModelSpoke | ModelEnded | Begun | Sounded | Over

_EPOCH = time.time() - time.monotonic()


def moment(monotonic: float | None = None) -> float:
    """Return a time of `time.monotonic()`, now if none is given, as milliseconds since 1970."""
    return (_EPOCH + (time.monotonic() if monotonic is None else monotonic)) * 1000


class Tape:
    """Keeps what is seen, in the order in which it was seen; any thread may add, listen or read."""

    def __init__(self) -> None:
        self._seen: list[Observation] = []
        self._began: dict[str, int] = {}
        self._listeners: list[Callable[[], object]] = []
        self._followers: list[Callable[[Observation], object]] = []
        self._lock = threading.Lock()

    def add(self, sight: Observation) -> None:
        """Keep one more."""
        with self._lock:
            if isinstance(sight, Kept) and isinstance(sight.entry.event, Announced):
                self._began.setdefault(sight.log, len(self._seen))
            self._seen.append(sight)
            followers = tuple(self._followers)
        for follower in followers:
            follower(sight)
        self.tell()

    def tell(self) -> None:
        """Have the listeners called: something has changed that stands beside the tape."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    def follow(self, follower: Callable[[Observation], object]) -> None:
        """Have a follower given whatever is added from now on, in that thread: it must not block."""
        with self._lock:
            self._followers.append(follower)

    def listen(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Have a listener called after whatever is added, in that thread: it must not block. Return what ends it."""
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def call(self, log: str = "") -> tuple[Observation, ...]:
        """Return all that was seen since a call began: the one with this log, the newest one if none is named."""
        with self._lock:
            newest = max(self._began.values(), default=0)
            return tuple(self._seen[self._began.get(log, newest) :])

    def calls(self) -> tuple[Kept, ...]:
        """Return how each call began, the oldest first."""
        with self._lock:
            begins = [self._seen[index] for index in self._began.values()]
        return tuple(one for one in begins if isinstance(one, Kept))
