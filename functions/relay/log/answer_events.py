"""Defines the events that an answer writes, under the key of the turn that it answers."""

from dataclasses import field
from typing import Literal

from functions.relay.dataclass import dataclass
from functions.relay.log.memory import Value
from functions.relay.wire.model import FailureKind, Usage

Ending = Literal["complete", "superseded", "failed", "late", "gone", "handed off", "goodbye"]


@dataclass(frozen=True, slots=True)
class AgentSaid:
    """Words that reached the line, between one request to the model and the next."""

    text: str
    after: str = ""
    """The key of the newest interrupt when the answer's first words were sent, as text.

    This interrupt and those before it cut an older answer. An apology that could not read the log has the key of the
    moment at which it was sent.
    """

    behind: str = ""
    """The key of the newest turn that had spoken out of order when the answer's first words were sent, as text.

    Its words are spoken before these, although a reminder may have begun it after the turn of these words.
    """

    preemptible: bool = False
    """Whether a sentence of them was cut off by the next words if it still played."""

    found_after: int | None = None
    """How many letters its run had logged when a takeover found these words in the line's reports.

    None for words that the run has logged itself. A run that only seemed dead may log its words after all.
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
    """What the tool stored in the call's memory."""

    took_ms: int = field(default=0, compare=False)
    """Milliseconds that it ran."""

    acts: bool = field(default=False, compare=False)
    """Whether more follows from it than its text: words for the caller, or the end of the agent's part."""


@dataclass(frozen=True, slots=True)
class LanguageSwitched:
    """The call continues in this language, a BCP-47 tag."""

    language: str


@dataclass(frozen=True, slots=True)
class DigitsRequested:
    """The agent asks the caller to key in digits for a tool."""

    tool: str
    arguments: str
    """The model's arguments for the tool, a JSON object as text."""


@dataclass(frozen=True, slots=True)
class AnswerEnded:
    """An answer ended."""

    how: Ending
    first_words_ms: int = 0
    """Milliseconds from the beginning of the turn until the first words reached the line."""

    model_ms: int = 0
    """Milliseconds from the beginning of the turn to the first event of the model's stream."""

    usage: Usage = Usage()
    model: str = ""
    """The model that answered last, such as `openai:gpt-6-luna`; empty if none was asked."""

    limit: str = ""
    """The limit that kept a model from being asked, such as `cents`; empty if none did."""

    failure: FailureKind | Literal[""] = ""
    """Why the last request to a model failed, such as `refused`; empty if it did not fail."""


@dataclass(frozen=True, slots=True)
class EndClaimed:
    """The agent's part is over. Only the answer that appended this entry sends the message that ends the session."""

    by: str
    """The key of the turn or of the takeover that appended it, as text."""

    how: Ending
    handoff: str | None = None
    """The text that the session's last message carries."""

    playing: float = 0.0
    """About how many seconds of words the line had still to play."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The answer is still being given."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The invocation that gave this answer died, and another one gives it now."""


@dataclass(frozen=True, slots=True)
class ModelOutage:
    """A model failed before its first token, or sent none in time. It is in a log that all calls share."""

    model: str
    kind: FailureKind


@dataclass(frozen=True, slots=True)
class PromptKept:
    """The prompt of an agent. It is in a log of prompts, which the sessions that begin with it name."""

    text: str
    agent: str = ""
    version: str = ""
    """The agent's version: a hash of its file."""


@dataclass(frozen=True, slots=True)
class DraftBegun:
    """The model is asked what to answer to a partial prompt, before the caller has finished."""


@dataclass(frozen=True, slots=True)
class DraftDropped:
    """This draft is not used: the caller said something else, the model failed, or another invocation answers."""

    usage: Usage = Usage()
    """Its tokens. If its stream was cut off, they are estimated."""

    model: str = ""
    """The model that was asked; empty if it did not say its name."""


@dataclass(frozen=True, slots=True)
class AnswerClaimed:
    """One invocation speaks for this prompt: that of a draft, or the prompt's own, also if it apologises."""

    by: str
    """The key of the partial prompt that was drafted, or of the prompt itself, as text."""


@dataclass(frozen=True, slots=True)
class ReminderSent:
    """A reminder will look whether the answer to this turn, or to one that follows it closely, is missing."""

    due: int
    """When it returns, in the gateway's milliseconds; perhaps a little later."""


@dataclass(frozen=True, slots=True)
class ReminderReturned:
    """The reminder of this turn has returned. It reads the log after it has appended this."""


AnswerEvent = (
    AgentSaid | ToolCalled | ToolReturned | LanguageSwitched | DigitsRequested | AnswerEnded | EndClaimed | Heartbeat
    | TakenOver | ModelOutage | PromptKept | DraftBegun | DraftDropped | AnswerClaimed | ReminderSent
    | ReminderReturned
)  # fmt: skip
