"""What happens while an answer is given, and what is then to be done: the words of the state machine."""

from dataclasses import dataclass

from functions.relay.agent.tools import Outcome, Tool
from functions.relay.log.events import Ending, Event
from functions.relay.log.keys import Key
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Outgoing
from functions.relay.wire.model import FailureKind, Request, StreamEvent, ToolCall


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """The model could not answer, or not to the end."""

    trouble: FailureKind


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A tool returned, or failed with words for the model."""

    id: str
    outcome: Outcome
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Superseded:
    """The log has a newer prompt, or the socket's end: this answer is no longer owed."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The log has a newer interrupt, under this key. It cut off what was being spoken."""

    key: Key


@dataclass(frozen=True, slots=True)
class EndClaimHeld:
    """The log says that this answer, and no other, ends the session."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


Happening = StreamEvent | ModelFailed | ToolEnded | Sent | Superseded | Interrupted | EndClaimHeld | Tick


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the model; report each piece, or ModelFailed."""

    request: Request


@dataclass(frozen=True, slots=True)
class Stop:
    """Close the model's stream; what it still sends is of no use."""


@dataclass(frozen=True, slots=True)
class Run:
    """Run a tool, noting that it began at `slot` and what it answered at `result_slot`; report ToolEnded."""

    tool: Tool
    ask: ToolCall
    slot: int
    result_slot: int


@dataclass(frozen=True, slots=True)
class Post:
    """Put a message on the line; report what became of it."""

    message: Outgoing


@dataclass(frozen=True, slots=True)
class ClaimEnd:
    """End the session, if nobody else does: report Committed once that is certain, and what became of the message.

    `how` it ends; `playing` is about how many seconds of words are still to be played.
    """

    message: End
    how: Ending
    playing: float


@dataclass(frozen=True, slots=True)
class Append:
    """Append an event to the log at a place under the prompt."""

    slot: int
    event: Event


@dataclass(frozen=True, slots=True)
class Remind:
    """Look after so many seconds whether the caller has keyed in what was asked for."""

    seconds: int


Action = Ask | Stop | Run | Post | ClaimEnd | Append | Remind
