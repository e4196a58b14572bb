"""A model of Anthropic's own API, asked through streaming Messages.

The wire is https://platform.claude.com/docs/en/build-with-claude/streaming; errors leave here without the service's
own words, since those may quote the call.
"""

import json
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any, Literal

import anthropic
import httpx2
from anthropic import types as wire

from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    FailureKind,
    Finished,
    Message,
    ModelError,
    Request,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolResults,
    ToolSpec,
    Usage,
)

TIMEOUT = anthropic.Timeout(6.0, connect=1.0)
"""Seconds of silence on the connection, and seconds to connect."""

_CACHE: wire.CacheControlEphemeralParam = {"type": "ephemeral"}

_FAILURES = (anthropic.AnthropicError, httpx2.HTTPError, ValueError)
"""What the SDK wraps, what its stream lets through, and events that are no JSON."""

_TROUBLES: dict[str | None, FailureKind] = {
    "rate_limit_error": "throttled",
    "overloaded_error": "overloaded",
    "timeout_error": "stalled",
    "api_error": "broken",
}

Block = wire.TextBlockParam | wire.ToolUseBlockParam | wire.ToolResultBlockParam


def client(key: str) -> anthropic.Anthropic:
    """Return a client whose timeouts suit a phone call; `ANTHROPIC_BASE_URL` says where, if not at Anthropic.

    It never retries by itself, since it would sleep for as long as a `retry-after` header says.
    """
    return anthropic.Anthropic(api_key=key, timeout=TIMEOUT, max_retries=0)


class Claude:
    """The port Model on Anthropic's API; `model_id` is such as `claude-haiku-5-5`."""

    def __init__(self, client: anthropic.Anthropic, model_id: str) -> None:
        self._client = client
        self._model_id = model_id

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer; closing the generator drops the connection. Raises ModelError."""
        try:
            with self._open(request) as stream:
                yield from _pieces(stream)
        except _FAILURES as error:
            # Not chained: an error quotes what it refused, and a traceback would log it.
            raise _model_error(error, self._model_id) from None

    def _open(self, request: Request) -> anthropic.Stream[wire.RawMessageStreamEvent]:
        """Ask once more at once if it may help: a connection kept open may have died while Lambda was frozen."""
        try:
            return self._create(request)
        except anthropic.APITimeoutError:
            raise
        except (anthropic.APIConnectionError, anthropic.InternalServerError):
            return self._create(request)

    def _create(self, request: Request) -> anthropic.Stream[wire.RawMessageStreamEvent]:
        return self._client.messages.create(
            model=self._model_id,
            max_tokens=request.max_tokens,
            system=[{"type": "text", "text": request.prompt, "cache_control": _CACHE}],
            messages=_messages(request.messages),
            tools=_tools(request.tools) or anthropic.omit,
            thinking=_thinking(self._model_id),
            stream=True,
        )


def _thinking(model_id: str) -> wire.ThinkingConfigParam | anthropic.Omit:
    """Return the setting that keeps the first word from waiting for thoughts; some models always think.

    See the migration guides at https://platform.claude.com/docs/en/models/overview.
    """
    if any(name in model_id for name in ("opus-5-5", "fable", "mythos")):
        return anthropic.omit
    return {"type": "between_tools"} if "sonnet-5-5" in model_id else {"type": "disabled"}


def _tools(specs: Iterable[ToolSpec]) -> list[wire.ToolParam]:
    tools: list[wire.ToolParam] = [
        {"name": spec.name, "description": spec.description, "input_schema": dict(spec.schema)} for spec in specs
    ]
    for last in tools[-1:]:
        last["cache_control"] = _CACHE
    return tools


def _messages(lines: Iterable[Message]) -> list[wire.MessageParam]:
    """Roles take turns on the wire, and a tool's answer is the user's as the caller's words are."""
    blocks = [(_role(line), block) for line in lines for block in _blocks(line)]
    for _, last in blocks[-1:]:
        last["cache_control"] = _CACHE
    turns = groupby(blocks, lambda pair: pair[0])
    return [{"role": role, "content": [block for _, block in turn]} for role, turn in turns]


def _role(line: Message) -> Literal["user", "assistant"]:
    return "assistant" if isinstance(line, AgentMessage) else "user"


def _blocks(line: Message) -> Iterator[Block]:
    """A blank text is refused, so there is none."""
    match line:
        case CallerMessage(text):
            yield {"type": "text", "text": text if text.strip() else "(inaudible)"}
        case AgentMessage(text, asks):
            if text.strip():
                yield {"type": "text", "text": text}
            for ask in asks:
                yield {"type": "tool_use", "id": ask.id, "name": ask.name, "input": _object(ask.arguments)}
        case ToolResults(answers):
            yield from map(_result, answers)


def _result(answer: ToolResult) -> wire.ToolResultBlockParam:
    text = answer.text if answer.text.strip() else "(nothing)"
    return {"type": "tool_result", "tool_use_id": answer.id, "content": text, "is_error": answer.failed}


def _object(arguments: str) -> dict[str, Any]:
    """Return arguments as the object that the wire wants; the model has been told if they were none."""
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _pieces(events: Iterable[wire.RawMessageStreamEvent]) -> Iterator[StreamEvent]:
    """Pieces, from a stream read to its end, so that its connection can be used again."""
    asks: dict[int, ToolCall] = {}
    stop, usage = "", Usage()
    for event in events:
        match event:
            case wire.RawContentBlockDeltaEvent(delta=wire.TextDelta(text=text)) if text:
                yield TextDelta(text)
            case wire.RawContentBlockStartEvent(index=index, content_block=wire.ToolUseBlock(id=id, name=name)):
                asks[index] = ToolCall(id, name, "")
            case wire.RawContentBlockDeltaEvent(index=index, delta=wire.InputJSONDelta(partial_json=more)) if (
                index in asks
            ):
                asks[index] = replace(asks[index], arguments=asks[index].arguments + more)
            case wire.RawContentBlockStopEvent(index=index) if index in asks:
                yield _whole(asks.pop(index))
            case wire.RawMessageStartEvent(message=wire.Message(usage=spent)):
                usage = _usage(spent)
            case wire.RawMessageDeltaEvent(delta=delta, usage=spent_since):
                stop, usage = delta.stop_reason or "", replace(usage, output=spent_since.output_tokens)
    yield _finished(stop, usage)


def _whole(ask: ToolCall) -> ToolCall:
    """A tool without arguments may be asked for without any text."""
    return ask if ask.arguments else replace(ask, arguments="{}")


def _usage(spent: wire.Usage) -> Usage:
    return Usage(
        spent.input_tokens,
        spent.output_tokens,
        spent.cache_read_input_tokens or 0,
        spent.cache_creation_input_tokens or 0,
    )


def _finished(stop: str, usage: Usage) -> Finished:
    match stop:
        case "end_turn" | "stop_sequence" | "pause_turn":
            return Finished("end", usage)
        case "tool_use":
            return Finished("tools", usage)
        case "max_tokens" | "model_context_window_exceeded":
            return Finished("length", usage)
        case "refusal":
            return Finished("refused", usage)
    raise ModelError("broken", f"the stream ended with {stop or 'no stop reason'}")


def _model_error(error: Exception, model_id: str) -> ModelError:
    match error:
        case anthropic.APIStatusError():
            # An error in the middle of a stream comes with its status 200, so only its type says what it is.
            trouble = _TROUBLES.get(error.type) or ("broken" if error.status_code >= 500 else "refused")
            return ModelError(trouble, f"{model_id}: {error.type} (request {error.request_id})")
        case anthropic.APITimeoutError() | httpx2.TimeoutException():
            return ModelError("stalled", f"{model_id}: {type(error).__name__}")
    return ModelError("broken", f"{model_id}: {type(error).__name__}")
