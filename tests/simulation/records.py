"""What happened in a run, as the laws need it. Moments are seconds of the run."""

from dataclasses import dataclass, field

from functions.relay.log.events import Entry
from functions.relay.log.keys import Key
from functions.relay.ports import Sent
from functions.relay.wire.messages import Outgoing
from functions.relay.wire.model import Request


@dataclass(frozen=True, slots=True)
class Put:
    """An entry that is in a log from a moment on."""

    at: float
    by: str
    log: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Look:
    """A read of a log, of all or of newer entries, that returned; `entries` is what it found."""

    began: float
    ended: float
    by: str
    log: str
    entries: tuple[Entry, ...]
    for_turns: bool = True
    """Whether it looked for what ends a turn, and not only for a claim."""


@dataclass(slots=True)
class Posted:
    """A message that was posted for a turn; `arrived` is None if it never did."""

    began: float
    by: str
    turn: Key
    message: Outgoing
    arrived: float | None = None
    fate: Sent | None = None


@dataclass(slots=True)
class RequestToModel:
    """A request to the model. `wants` are the tool calls of its answer, in their order."""

    at: float
    by: str
    turn: Key
    request: Request
    wants: list[str] = field(default_factory=list)
    draft: bool = False
    """Whether nobody has heard the answer: it was drafted, and no prompt has released it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A tool that an invocation ran."""

    at: float
    by: str
    tool: str


@dataclass(frozen=True, slots=True)
class Emitted:
    """A frame that Twilio sent, under the key that the gateway gave it. `cut` are the turns that it purged."""

    at: float
    key: Key
    body: str
    kind: str
    cut: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class Heard:
    """Words of a turn that were played to the caller; the greeting's turn is None."""

    at: float
    turn: Key | None
    text: str


@dataclass(frozen=True, slots=True)
class Voiced:
    """A voice of the caller, from the frame of its beginning to its end, reported or not."""

    began: float
    ended: float
    key: Key


@dataclass(slots=True)
class Invoked:
    """An invocation, and how it ended. `reminder` is whether no frame started it."""

    name: str
    began: float
    turn: Key | None
    reminder: bool = False
    ended: float | None = None
    killed: float | None = None
    done: str = ""
    began_turn: bool = False
    waited: int = 0
    late_s: float = 0.0
    left: tuple[str, ...] = ()

    @property
    def checks(self) -> bool:
        """Whether no frame started it, and it began no turn: it only checked an answer that another one gave."""
        return self.reminder and not self.began_turn


@dataclass
class Record:
    """Everything that happened.

    `lines` have it in order, `wire` are the frames to Twilio, `audible` are spans with a voice. `pending` are the
    turns whose words were not yet played when the socket closed. `joined` are those that shared a clause. `reminded`
    has the time at which the queue first got a reminder of a turn. `reports` is whether the line reports what it
    plays. `ran` are the tools of all sessions of the call.
    """

    puts: list[Put] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    posts: list[Posted] = field(default_factory=list)
    asked: list[RequestToModel] = field(default_factory=list)
    emitted: list[Emitted] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    invoked: list[Invoked] = field(default_factory=list)
    voiced: list[Voiced] = field(default_factory=list)
    ran: list[Ran] = field(default_factory=list)
    wire: list[tuple[float, Key | None, str]] = field(default_factory=list)
    audible: list[tuple[float, float]] = field(default_factory=list)
    faults: list[tuple[float, str, str]] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    closed: float | None = None
    pending: frozenset[Key | None] = frozenset()
    joined: list[frozenset[Key | None]] = field(default_factory=list)
    reminded: dict[Key, float] = field(default_factory=dict)
    over: float = 0.0
    reports: bool = True
    machine_at: float | None = None
    lines: list[str] = field(default_factory=list)

    def note(self, at: float, who: str, text: str) -> None:
        """Add a line to the trace."""
        self.lines.append(f"{at:9.4f}  {who:<18} {text}")

    def fault(self, at: float, who: str, what: str) -> None:
        """Add a fault that happened on purpose."""
        self.faults.append((at, who, what))
        self.note(at, who, f"FAULT {what}")
