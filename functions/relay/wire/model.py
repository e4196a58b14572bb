"""What a model is asked, and what it streams back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class CallerMessage:
    """What the caller said, consecutive utterances in one."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model wants run; `arguments` is a JSON object as text, as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class AgentMessage:
    """What the caller heard of the agent, and the tools that the model asked for after it."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered, as words for the model."""

    id: str
    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ToolResults:
    """The answers to the tools asked for in the line before."""

    results: tuple[ToolResult, ...]


Message = CallerMessage | AgentMessage | ToolResults


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model sees it; `schema` is the JSON schema of its arguments, an object."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. The first line is the caller's, and so is the last, or it is a tool's answer."""

    prompt: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 300
    situation: str = ""
    """What is true now, such as the time and who calls: told after the prompt, behind what a service caches of it."""

    call: str = ""
    """The call's SID, for a provider that keeps the conversation itself."""

    turn: str = ""
    """Key of the caller's turn, as text: requests with the same one belong to one answer."""

    @property
    def instructions(self) -> str:
        """The prompt and the situation as one text, for a service that has no place between them to cache to."""
        return "\n\n".join(text for text in (self.prompt, self.situation) if text.strip())

    @property
    def most_usage(self) -> "Usage":
        """The most tokens that it may cost: one for each byte, all written to a cache, and the longest answer."""
        return Usage(output=self.max_tokens, cache_write=len(repr(self).encode()))


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, spaces as the model wrote them."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that one request cost."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def total(self) -> int:
        """All tokens, in and out, however they are paid."""
        return self.input + self.output + self.cache_read + self.cache_write


FinishReason = Literal["end", "tools", "length", "refused"]


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream's end. `tools` means that the model waits for answers, `length` that it was cut off."""

    reason: FinishReason
    usage: Usage = Usage()
    model: str = ""
    """Who answered, such as `openai:gpt-6-luna`; known where models are put together."""


StreamEvent = TextDelta | ToolCall | Finished

FailureKind = Literal["throttled", "overloaded", "stalled", "refused", "broken", "limited"]
"""Why a model gave no answer; "limited": it was not asked, since the money of the day is used up."""


class ModelError(Exception):
    """A model that could not answer, before the first word or in the middle.

    `kind` says which kind; `str(error)` is for the log of the operator and holds no words of the call.
    """

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(detail)
        self.kind: FailureKind = kind
