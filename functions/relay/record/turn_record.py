"""Defines one turn in the record of a call, with its times and its tools."""

from enum import StrEnum

from functions.relay.dataclass import dataclass
from functions.relay.wire.model import Usage


class TurnCause(StrEnum):
    """What began a turn."""

    GREETING = "greeting"
    WORDS = "words"
    KEY = "key"
    DIGITS = "digits"
    SILENCE = "silence"
    NOISE = "noise"
    LAST_MINUTE = "last minute"
    TIME_UP = "time up"
    MACHINE = "machine"


class ToolOutcome(StrEnum):
    """How a tool call ended."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The log has no result."""


@dataclass(frozen=True, slots=True)
class ToolRecord:
    """A tool call of a turn."""

    name: str
    arguments: str
    """A JSON object as text."""

    outcome: ToolOutcome
    result: str = ""
    """What the model was told."""

    took_ms: int = 0
    """Milliseconds that the tool ran."""


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A turn: what the caller said or did, and the answer. Times are milliseconds from the caller's words."""

    cause: TurnCause
    agent: str
    at_ms: int
    """When the caller's words came, in milliseconds from the beginning of the call; of a greeting, when its session
    began."""

    caller: str = ""
    """What the caller said."""

    said: str = ""
    """What the agent said."""

    heard: str = ""
    """What the caller heard of it."""

    interrupted: bool = False
    """Whether the caller interrupted the answer."""

    how: str = ""
    """How the answer ended, see `Ending`; empty if it did not end."""

    last_word_ms: int | None = None
    """When the caller's voice ended. It is negative: the voice ends before the words come. None if it is not
    known."""

    first_token_ms: int | None = None
    """When the model's first token came; None if no model was asked."""

    first_words_ms: int | None = None
    """When the first words were on the line; None if there were none."""

    voice_ms: int | None = None
    """When the agent's voice began; None if it is not known."""

    model: str = ""
    """The model that answered, such as `openai:gpt-6-luna`."""

    model_error: str = ""
    """Why the last request to a model failed: `throttled`, `overloaded`, `stalled`, `refused` or `broken`; empty if
    it did not fail."""

    tokens: Usage = Usage()
    tools: tuple[ToolRecord, ...] = ()
