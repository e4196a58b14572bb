"""Writes requests and reads streams of Chat Completions, which servers compatible with OpenAI speak. It has no I/O.

The protocol is https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

from functions.adapters.http import StreamError
from functions.adapters.openai.descriptions import described
from functions.adapters.openai.effort import bound, effort
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    Message,
    ModelError,
    Request,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolResults,
    ToolSpec,
    Usage,
)


def body(request: Request, model_id: str) -> dict[str, Any]:
    """Return the body of a request. OpenAI's own models refuse `max_tokens`; many other servers know only that."""
    request, least = described(request), effort(model_id)
    most = "max_completion_tokens" if least else "max_tokens"
    return {
        "model": model_id,
        "messages": [
            {"role": "system", "content": request.instructions},
            *(item for message in request.messages for item in _messages(message)),
        ],
        most: bound(model_id, request.max_tokens),
        "stream": True,
        "stream_options": {"include_usage": True},
        **({"tools": [_tool(spec) for spec in request.tools]} if request.tools else {}),
        **({"reasoning_effort": least} if least else {}),
    }


def _tool(spec: ToolSpec) -> dict[str, Any]:
    function = {"name": spec.name, "description": spec.description, "parameters": dict(spec.schema)}
    return {"type": "function", "function": function}


def _messages(message: Message) -> Iterator[dict[str, Any]]:
    match message:
        case CallerMessage(text):
            yield {"role": "user", "content": text if text.strip() else "(inaudible)"}
        case AgentMessage(text, calls):
            if calls:
                yield {"role": "assistant", "content": text, "tool_calls": [_call(call) for call in calls]}
            elif text.strip():
                yield {"role": "assistant", "content": text}
        case ToolResults(results):
            for result in results:
                text = result.text if result.text.strip() else "(nothing)"
                yield {"role": "tool", "tool_call_id": result.id, "content": text}


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def stream_events(chunks: Iterable[Any]) -> Iterator[StreamEvent]:
    """Yield the events of an answer. Raises StreamError, ModelError."""
    calls = _Calls()
    reason, refused, usage = "", False, Usage()
    for chunk in chunks:
        match chunk:
            case {"error": error}:
                raise StreamError(_name(error))
            case {"choices": [choice, *_]}:
                delta = choice.get("delta") or {}
                if text := delta.get("content"):
                    yield from calls.whole()
                    yield TextDelta(text)
                for part in delta.get("tool_calls") or ():
                    yield from calls.add(part)
                refused = refused or bool(delta.get("refusal"))
                reason = choice.get("finish_reason") or reason
            case _:
                pass
        usage = _usage(chunk.get("usage")) or usage
    finished = _finished("refused" if refused else reason, calls.number > 0, usage)
    if finished.reason == "tools":
        yield from calls.whole()
    yield finished


class _Calls:
    """The tool calls of one answer. A call is complete when the next call, words, or a normal end follows it."""

    def __init__(self) -> None:
        self.number = 0
        self._open: ToolCall | None = None
        self._index: int | None = None
        self._given = ""

    def add(self, part: Any) -> Iterator[ToolCall]:
        """Add a part of a call, and yield the call before. Servers that send complete calls may not number them.

        Some number all of them 0: then another id begins another call.
        """
        function, index, given = part.get("function") or {}, part.get("index"), part.get("id") or ""
        if self._open is None or index is None or index != self._index or given not in ("", self._given):
            yield from self.whole()
            self._open = ToolCall(given or f"c{uuid4().hex[:8]}", "", "")
            self._index, self._given, self.number = index, given, self.number + 1
        name = self._open.name or function.get("name") or ""
        self._open = replace(self._open, name=name, arguments=self._open.arguments + _written(function))

    def whole(self) -> Iterator[ToolCall]:
        """Yield the current call, which is now complete."""
        if self._open is not None:
            yield self._open if self._open.arguments else replace(self._open, arguments="{}")
        self._open = None


def _written(function: Any) -> str:
    """Return a piece of a call's arguments. Some servers send them as an object."""
    arguments = function.get("arguments") or ""
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _finished(reason: str, asked: bool, usage: Usage) -> Finished:
    """Return the end that a finish reason means. Some servers write `stop` after a tool call too."""
    match reason:
        case "stop" | "tool_calls" | "function_call":
            return Finished("tools" if asked else "end", usage)
        case "length":
            return Finished("length", usage)
        case "content_filter" | "refused":
            return Finished("refused", usage)
        case _:
            raise ModelError("broken", f"the stream ended with {reason or 'no finish reason'}")


def _usage(spent: Any) -> Usage | None:
    """Return the tokens of a request. The server counts cached tokens as part of the prompt."""
    if not spent:
        return None
    details = spent.get("prompt_tokens_details") or {}
    read, written = details.get("cached_tokens") or 0, details.get("cache_write_tokens") or 0
    sent = spent.get("prompt_tokens") or 0
    return Usage(max(sent - read - written, 0), spent.get("completion_tokens") or 0, read, written)


def _name(error: Any) -> str:
    match error:
        case {"code": str(code)} | {"type": str(code)} if code:
            return code
    return "error"
