"""Asks a model of Anthropic's own API through streaming Messages.

The protocol is https://platform.claude.com/docs/en/build-with-claude/streaming. Errors that this module raises do not
repeat the service's text, because it may quote the call.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from ssl import SSLContext
from typing import Any

import anthropic
import httpcore2
import httpx2
from anthropic import types as wire

from functions.adapters.connections import cancellable
from functions.relay.cancel_scope import is_cancelled
from functions.relay.wire.accepted import accepted_request, arguments_of
from functions.relay.wire.blocks import Block, Role, StreamedCalls, finished, grouped_by_role, thinking
from functions.relay.wire.model import (
    FailureKind,
    Message,
    ModelError,
    Request,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolSpec,
    Usage,
)

TIMEOUT = anthropic.Timeout(6.0, connect=1.0)
"""Seconds of silence on the connection, and seconds to connect."""

_CACHE: wire.CacheControlEphemeralParam = {"type": "ephemeral"}

_FAILURES = (anthropic.AnthropicError, httpx2.HTTPError, ValueError)
"""Errors of the SDK, errors that its stream lets through, and events that are not JSON."""

_FAILURE_KINDS: dict[str | None, FailureKind] = {
    "rate_limit_error": "throttled",
    "overloaded_error": "overloaded",
    "timeout_error": "stalled",
    "api_error": "broken",
}

ContentBlock = wire.TextBlockParam | wire.ToolUseBlockParam | wire.ToolResultBlockParam


def client(key: str) -> anthropic.Anthropic:
    """Return a client with timeouts for a phone call. `ANTHROPIC_BASE_URL` may set another server.

    The client never retries by itself, because it would sleep for as long as a `retry-after` header says.
    """
    return _cancellable(anthropic.Anthropic(api_key=key, timeout=TIMEOUT, max_retries=0))


def connect(model_id: str, key: str) -> "Claude":
    """Return a model of Anthropic."""
    return Claude(client(key), model_id)


class Claude:
    """Implements the port `Model` with Anthropic's API. An example of a `model_id` is `claude-haiku-5-5`."""

    def __init__(self, client: anthropic.Anthropic, model_id: str) -> None:
        self._client = client
        self._model_id = model_id

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer; closing the generator drops the connection. Raises ModelError."""
        try:
            with self._open(request) as stream:
                yield from _stream_events(stream)
        except _FAILURES as error:
            # Not chained: an error quotes what it refused, and a traceback would log it.
            raise _model_error(error, self._model_id) from None

    def _open(self, request: Request) -> anthropic.Stream[wire.RawMessageStreamEvent]:
        """Open the stream, with one retry at once: an open connection may have died while Lambda was frozen."""
        try:
            return self._create(request)
        except anthropic.APITimeoutError:
            raise
        except (anthropic.APIConnectionError, anthropic.InternalServerError):
            if is_cancelled():
                raise
            return self._create(request)

    def _create(self, request: Request) -> anthropic.Stream[wire.RawMessageStreamEvent]:
        request = accepted_request(request)
        return self._client.messages.create(
            model=self._model_id,
            max_tokens=request.max_tokens,
            system=_system(request) or anthropic.omit,
            messages=_messages(request.messages),
            tools=_tools(request.tools) or anthropic.omit,
            thinking=_thinking(self._model_id),
            stream=True,
        )


def _cancellable(client: anthropic.Anthropic) -> anthropic.Anthropic:
    """Have a client make connections that another task can close. httpx has no public way to its connections."""
    transport: Any = client._client._transport
    transport._pool._network_backend = _Backend(transport._pool._network_backend)
    return client


class _Backend(httpcore2.NetworkBackend):
    """Connects as another backend does."""

    def __init__(self, backend: httpcore2.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(self, *place: Any, **options: Any) -> httpcore2.NetworkStream:
        """Connect to a server."""
        return _Stream(self._backend.connect_tcp(*place, **options))


class _Stream(httpcore2.NetworkStream):
    """A connection that the scope of the running task can close once its request is sent."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream, self._sends = stream, False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes of the response."""
        if self._sends:
            self._sends = False
            cancellable(self._stream.get_extra_info("socket"))
        return self._stream.read(max_bytes, timeout)

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows of itself."""
        return self._stream.get_extra_info(info)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send a part of the request."""
        self._sends = True
        self._stream.write(buffer, timeout)

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Return the connection with TLS."""
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))


def _thinking(model_id: str) -> wire.ThinkingConfigParam | anthropic.Omit:
    match thinking(model_id):
        case "between_tools":
            return {"type": "between_tools"}
        case "disabled":
            return {"type": "disabled"}
        case _:
            return anthropic.omit


def _system(request: Request) -> list[wire.TextBlockParam]:
    """Return the prompt, which is cached, and then the situation, which changes with each turn."""
    system: list[wire.TextBlockParam] = []
    if request.prompt.strip():
        system.append({"type": "text", "text": request.prompt, "cache_control": _CACHE})
    if request.situation:
        system.append({"type": "text", "text": request.situation})
    return system


def _tools(specs: Iterable[ToolSpec]) -> list[wire.ToolParam]:
    tools: list[wire.ToolParam] = [
        {"name": spec.name, "description": spec.description, "input_schema": dict(spec.schema)} for spec in specs
    ]
    for last in tools[-1:]:
        last["cache_control"] = _CACHE
    return tools


def _messages(messages: Iterable[Message]) -> list[wire.MessageParam]:
    written = [(role, list(map(_block, blocks))) for role, blocks in grouped_by_role(messages)]
    written[-1][1][-1]["cache_control"] = _CACHE
    return [_message(role, content) for role, content in written]


def _message(role: Role, content: list[ContentBlock]) -> wire.MessageParam:
    match role:
        case "user":
            return {"role": "user", "content": content}
        case "assistant":
            return {"role": "assistant", "content": content}


def _block(block: Block) -> ContentBlock:
    match block:
        case ToolCall(id, name):
            return {"type": "tool_use", "id": id, "name": name, "input": arguments_of(block)}
        case ToolResult(id, text, failed):
            return {"type": "tool_result", "tool_use_id": id, "content": text, "is_error": failed}
        case words:
            return {"type": "text", "text": words}


def _stream_events(events: Iterable[wire.RawMessageStreamEvent]) -> Iterator[StreamEvent]:
    """Yield the events of an answer. The stream is read to its end, so that its connection can be used again."""
    calls = StreamedCalls()
    stop, usage = "", Usage()
    for event in events:
        match event:
            case wire.RawContentBlockDeltaEvent(delta=wire.TextDelta(text=text)) if text:
                yield from calls.whole()
                yield TextDelta(text)
            case wire.RawContentBlockStartEvent(index=index, content_block=wire.ToolUseBlock(id=id, name=name)):
                yield from calls.begin(index, id, name)
            case wire.RawContentBlockDeltaEvent(index=index, delta=wire.InputJSONDelta(partial_json=more)):
                calls.add(index, more)
            case wire.RawContentBlockStopEvent(index=index):
                calls.end(index)
            case wire.RawMessageStartEvent(message=wire.Message(usage=spent)):
                usage = _usage(spent)
            case wire.RawMessageDeltaEvent(delta=delta, usage=spent_since):
                stop, usage = delta.stop_reason or "", replace(usage, output=spent_since.output_tokens)
            case _:
                pass
    yield from calls.finish(finished(stop, usage))


def _usage(spent: wire.Usage) -> Usage:
    return Usage(
        spent.input_tokens,
        spent.output_tokens,
        spent.cache_read_input_tokens or 0,
        spent.cache_creation_input_tokens or 0,
    )


def _model_error(error: Exception, model_id: str) -> ModelError:
    match error:
        case anthropic.APIStatusError():
            # An error in the middle of a stream has the stream's status 200, so only its type tells its meaning.
            kind = _FAILURE_KINDS.get(error.type) or ("broken" if error.status_code >= 500 else "refused")
            return ModelError(kind, f"{model_id}: {error.type} (request {error.request_id})")
        case anthropic.APITimeoutError() | httpx2.TimeoutException():
            return ModelError("stalled", f"{model_id}: {type(error).__name__}")
        case _:
            return ModelError("broken", f"{model_id}: {type(error).__name__}")
