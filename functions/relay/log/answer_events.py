"""Events that an answer writes under the key of the turn that it answers."""

from dataclasses import dataclass, field
from typing import Literal

from functions.relay.log.memory import Value
from functions.relay.wire.model import FailureKind, Usage

Ending = Literal["complete", "superseded", "failed", "late", "gone", "handed off", "goodbye"]


@dataclass(frozen=True, slots=True)
class AgentSaid:
    """Words that reached the line, between one question to the model and the next."""

    text: str
    after: str = ""
    """The key of the newest interrupt in the log when the answer's first words left, as text.

    This interrupt and those before it cut an older answer. An apology that could not read the log has the key of the
    moment at which it left.
    """


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """A tool was started."""

    id: str
    name: str
    arguments: str
    """A JSON object as text."""


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """A tool ended."""

    id: str
    text: str
    """What the model gets as the tool's result."""

    failed: bool = False
    memory: tuple[tuple[str, Value], ...] = ()
    """What the tool noted for the rest of the call."""

    took_ms: int = field(default=0, compare=False)
    """Milliseconds that it ran."""


@dataclass(frozen=True, slots=True)
class LanguageSwitched:
    """From here on the call is in this language."""

    language: str


@dataclass(frozen=True, slots=True)
class DigitsRequested:
    """The agent asks the caller to key in digits for a tool."""

    tool: str
    arguments: str
    """Those of the model, a JSON object as text."""


@dataclass(frozen=True, slots=True)
class AnswerEnded:
    """An answer ended. Times are milliseconds from the start of the work to the first words on the line."""

    how: Ending
    first_words_ms: int = 0
    model_ms: int = 0
    usage: Usage = Usage()
    model: str = ""
    """The model that answered last, such as `openai:gpt-6-luna`; empty where none was asked."""


@dataclass(frozen=True, slots=True)
class EndClaimed:
    """The agent's part is over. Only the answer that put this entry sends the message that ends the session."""

    by: str
    """The key of the turn, or of the takeover, that put it, as text."""

    how: Ending
    handoff: str | None = None
    """What the session's last message carries."""

    playing: float = 0.0
    """About how many seconds of words were still to be played."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The answer is still being given."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The invocation that gave this answer died, and another one gives it now."""


@dataclass(frozen=True, slots=True)
class ModelOutage:
    """A model failed before its first token, or sent none in time. A log that all calls share holds it."""

    model: str
    kind: FailureKind


AnswerEvent = (
    AgentSaid | ToolCalled | ToolReturned | LanguageSwitched | DigitsRequested
    | AnswerEnded | EndClaimed | Heartbeat | TakenOver | ModelOutage
)  # fmt: skip
