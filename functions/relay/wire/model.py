"""Defines what a model is asked, and what it streams back."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from functions.relay.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class CallerMessage:
    """What the caller said. Utterances without an answer between them are one message."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call of the model."""

    id: str
    name: str
    arguments: str
    """A JSON object as text, as the model wrote it."""


@dataclass(frozen=True, slots=True)
class AgentMessage:
    """What the caller heard of the agent, and the tools that the model called after it."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of a tool, as words for the model."""

    id: str
    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ToolResults:
    """The results of the tool calls in the message before."""

    results: tuple[ToolResult, ...]


Message = CallerMessage | AgentMessage | ToolResults


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model sees it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    """The JSON schema of its arguments, an object."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a model."""

    prompt: str
    messages: tuple[Message, ...]
    """The conversation. The first message is the caller's; the last is the caller's or holds tool results."""

    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 300
    situation: str = ""
    """What holds for this turn, such as the time and who calls. It follows the part of the prompt that is cached."""

    call: str = ""
    """The call's SID, for a provider that keeps the conversation itself."""

    turn: str = ""
    """The key of the caller's turn, as text. All requests of one answer have the same one."""

    slices: range = range(0)
    """The slices of the call's time that are paid for with this request, see `functions/relay/cost_limits.py`."""

    @property
    def instructions(self) -> str:
        """The prompt and the situation as one text, for a service that cannot cache one without the other."""
        return "\n\n".join(text for text in (self.prompt, self.situation) if text.strip())

    @property
    def most_usage(self) -> "Usage":
        """The most tokens that it can cost: one for each byte, all written to a cache, and the longest answer."""
        return Usage(output=self.max_tokens, cache_write=len(repr(self).encode()))


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, with the spaces that the model wrote."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that one request cost."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @classmethod
    def sum(cls, usages: "Iterable[Usage]") -> "Usage":
        """Return the tokens of all requests together."""
        spent = list(usages)
        return cls(
            sum(one.input for one in spent),
            sum(one.output for one in spent),
            sum(one.cache_read for one in spent),
            sum(one.cache_write for one in spent),
        )

    @property
    def total(self) -> int:
        """All tokens, in and out, at whatever price."""
        return self.input + self.output + self.cache_read + self.cache_write


FinishReason = Literal["end", "tools", "length", "refused"]


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of the stream."""

    reason: FinishReason
    """`tools`: the model waits for results. `length`: the answer was cut off at the token limit."""

    usage: Usage = Usage()
    model: str = ""
    """The model that answered, such as `openai:gpt-6-luna`; empty if only one can."""


StreamEvent = TextDelta | ToolCall | Finished

FailureKind = Literal["throttled", "overloaded", "stalled", "refused", "broken", "limited"]
"""Why a model gave no answer. "limited": it was not asked, because the money of the day is used up."""


class ModelError(Exception):
    """A model failed before the first word, or in the middle of its answer."""

    def __init__(self, kind: FailureKind, detail: str) -> None:
        """`detail` is for the operator's log, so it holds no word of the call."""
        super().__init__(detail)
        self.kind: FailureKind = kind
