"""Writes requests and reads streams of OpenAI's Responses API. It has no I/O.

The protocol is https://developers.openai.com/api/reference/resources/responses/methods/create.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from functions.adapters.http import StreamError
from functions.adapters.openai.descriptions import described
from functions.adapters.openai.effort import bound, effort
from functions.relay.wire.blocks import StreamedCalls
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

LEAST_TOKENS = 16
"""The smallest limit on an answer that the API accepts."""


def body(request: Request, model_id: str) -> dict[str, Any]:
    """Return the body of a request. `store` is off, so that OpenAI keeps nothing of the call; its default is on."""
    request, least = described(request), effort(model_id)
    return {
        "model": model_id,
        "instructions": request.instructions,
        "input": [item for message in request.messages for item in _items(message)],
        "max_output_tokens": max(bound(model_id, request.max_tokens), LEAST_TOKENS),
        "store": False,
        "stream": True,
        **({"tools": [_tool(spec) for spec in request.tools]} if request.tools else {}),
        **({"reasoning": {"effort": least}} if least else {}),
    }


def _tool(spec: ToolSpec) -> dict[str, Any]:
    """Return a tool. It is not strict, because a strict schema cannot have optional arguments."""
    return {
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.schema),
        "strict": False,
    }


def _items(message: Message) -> Iterator[dict[str, Any]]:
    match message:
        case CallerMessage(text):
            yield {"role": "user", "content": text if text.strip() else "(inaudible)"}
        case AgentMessage(text, calls):
            if text.strip():
                yield {"role": "assistant", "content": text}
            for call in calls:
                yield {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}
        case ToolResults(results):
            for result in results:
                text = result.text if result.text.strip() else "(nothing)"
                yield {"type": "function_call_output", "call_id": result.id, "output": text}


def stream_events(events: Iterable[Any]) -> Iterator[StreamEvent]:
    """Yield the events of an answer. Raises StreamError, ModelError."""
    calls, asked, end = StreamedCalls(), False, None
    for event in events:
        match event:
            case {"type": "response.output_text.delta", "delta": str(text)} if text:
                yield TextDelta(text)
            case {"type": "response.refusal.delta"}:
                end = Finished("refused")
            case {"type": "response.output_item.done", "item": {"type": "function_call"} as call}:
                asked = True
                calls.hold(ToolCall(call["call_id"], call["name"], call["arguments"]))
            case {"type": "response.output_item.added"}:
                yield from calls.whole()
            case {"type": "response.completed" | "response.incomplete", "response": response}:
                end = _end(response, asked, refused=end is not None)
            case {"type": "response.failed", "response": {"error": {"code": str(code)}}}:
                raise StreamError(code)
            case {"type": "error"}:
                raise StreamError(str(event.get("code") or "error"))
            case _:
                pass
    if end is None:
        raise ModelError("broken", "the stream stopped without its last event")
    yield from calls.finish(end)


def _end(response: Any, asked: bool, *, refused: bool) -> Finished:
    usage = _usage(response.get("usage") or {})
    match response.get("incomplete_details"):
        case {"reason": "content_filter"}:
            return Finished("refused", usage)
        case {"reason": "max_output_tokens"}:
            return Finished("length", usage)
        case _:
            return Finished("refused" if refused else "tools" if asked else "end", usage)


def _usage(spent: Any) -> Usage:
    """Return the tokens of a request. OpenAI counts cached tokens as part of the input."""
    details = spent.get("input_tokens_details") or {}
    read, written = details.get("cached_tokens") or 0, details.get("cache_write_tokens") or 0
    return Usage(spent.get("input_tokens", 0) - read - written, spent.get("output_tokens", 0), read, written)
