"""Holds what Bedrock and Anthropic's API share: messages of content blocks, and streams that fill such blocks."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Literal

from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    Message,
    ModelError,
    StreamEvent,
    ToolCall,
    ToolResult,
    ToolResults,
    Usage,
)

Role = Literal["user", "assistant"]

Block = str | ToolCall | ToolResult
"""A part of a message: words, a tool call, or a result."""


def grouped_by_role(messages: Iterable[Message]) -> list[tuple[Role, list[Block]]]:
    """Return the messages as the services accept them: roles alternate, and results are the user's, before words."""
    blocks = ((_role(message), block) for message in messages for block in _blocks(message))
    return [(role, [block for _, block in group]) for role, group in groupby(blocks, lambda pair: pair[0])]


def _role(message: Message) -> Role:
    return "assistant" if isinstance(message, AgentMessage) else "user"


def _blocks(message: Message) -> Iterator[Block]:
    match message:
        case CallerMessage(text):
            yield text
        case AgentMessage(text, tool_calls):
            yield from [text] if text else []
            yield from tool_calls
        case ToolResults(results):
            yield from results


def thinking(model_id: str) -> str | None:
    """Return the setting with which a Claude model does not think before its first word; None if it has none.

    Some models always think. See the migration guides at https://platform.claude.com/docs/en/models/overview.
    """
    if any(name in model_id for name in ("opus-5-5", "fable", "mythos")):
        return None
    return "between_tools" if "sonnet-5-5" in model_id else "disabled"


class StreamedCalls:
    """The tool calls that a stream is writing, each under the index of its block.

    A service ends a block with the same event whether the model or the token limit ended it. So a call is complete
    only when something follows it, or when the answer ends without being cut off.
    """

    def __init__(self) -> None:
        self._calls: dict[int, ToolCall] = {}
        self._closed: list[ToolCall] = []

    def begin(self, index: int, id: str, name: str) -> Iterator[ToolCall]:
        """Begin a call; yield the calls before it, which are now complete."""
        yield from self.whole()
        self._calls[index] = ToolCall(id, name, "")

    def add(self, index: int, text: str) -> None:
        """Add a piece of a call's arguments."""
        if call := self._calls.get(index):
            self._calls[index] = replace(call, arguments=call.arguments + text)

    def end(self, index: int) -> None:
        """End the block at this index, if it is a call's. A call without arguments may have no text."""
        if call := self._calls.pop(index, None):
            self.hold(call)

    def hold(self, call: ToolCall) -> None:
        """Keep a call whose block has ended until it is known whether the call is complete."""
        self._closed.append(call if call.arguments else replace(call, arguments="{}"))

    def whole(self) -> Iterator[ToolCall]:
        """Yield the calls whose blocks have ended: something follows them, so they are complete."""
        yield from self._closed
        self._closed.clear()

    def finish(self, end: Finished) -> Iterator[StreamEvent]:
        """Yield the last calls and the end. If the answer was cut off or refused, yield no calls."""
        if end.reason in ("end", "tools"):
            yield from self.whole()
        yield end


def finished(stop: str, usage: Usage) -> Finished:
    """Return the meaning of a service's stop reason. Raises ModelError for an unknown one."""
    match stop:
        case "end_turn" | "stop_sequence" | "pause_turn":
            return Finished("end", usage)
        case "tool_use":
            return Finished("tools", usage)
        case "max_tokens" | "model_context_window_exceeded":
            return Finished("length", usage)
        case "guardrail_intervened" | "content_filtered" | "refusal":
            return Finished("refused", usage)
        case _:
            raise ModelError("broken", f"the stream ended with {stop or 'no stop reason'}")
