"""Names the actions that an answer asks for, and the happenings to which it reacts."""

from functions.relay.agent.tools import Outcome, Tool
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Ending, Event
from functions.relay.log.keys import Key
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Outgoing
from functions.relay.wire.model import FailureKind, Request, StreamEvent, ToolCall


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """The model could not answer, or could not finish its answer."""

    kind: FailureKind


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A tool returned, or failed with a text for the model."""

    id: str
    outcome: Outcome
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Superseded:
    """The log has a newer prompt, or the socket's end: this answer is no longer wanted."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The log has a newer interrupt, under this key. It cut the words that were being spoken."""

    key: Key


@dataclass(frozen=True, slots=True)
class EndClaimHeld:
    """The log says that this answer holds the claim to end the session."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


Happening = StreamEvent | ModelFailed | ToolEnded | Sent | Superseded | Interrupted | EndClaimHeld | Tick


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the model. Report each event of its stream, or ModelFailed."""

    request: Request


@dataclass(frozen=True, slots=True)
class Stop:
    """Close the model's stream, and ignore what it still sends."""


@dataclass(frozen=True, slots=True)
class Run:
    """Run a tool. Log its call at `slot` and its result at `result_slot`. Report ToolEnded."""

    tool: Tool
    call: ToolCall
    slot: int
    result_slot: int
    awaited: Key | None = None
    """Where the result of an equal call will be logged that an older answer may still make; None if there is none.

    Then the tool does not run: its result is that of the older call.
    """


@dataclass(frozen=True, slots=True)
class Post:
    """Send a message to the line. Report its outcome, a `Sent`."""

    message: Outgoing
    breaks_silence: bool = False
    """Whether all words before it have been played: the caller may have begun to speak since."""


@dataclass(frozen=True, slots=True)
class ClaimEnd:
    """Claim the end of the session, and send `message` if this answer gets it.

    Report EndClaimHeld once the claim is in the log, and then the outcome of the message, a `Sent`.
    """

    message: End
    how: Ending
    playing: float
    """About how many seconds of words the line has still to play."""


@dataclass(frozen=True, slots=True)
class Append:
    """Append an event to the log, at a slot under the prompt's key."""

    slot: int
    event: Event


@dataclass(frozen=True, slots=True)
class Remind:
    """Look after `seconds` whether the caller has keyed in the digits."""

    seconds: int


Action = Ask | Stop | Run | Post | ClaimEnd | Append | Remind
