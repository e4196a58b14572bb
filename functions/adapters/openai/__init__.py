"""Asks a model through OpenAI's protocol: at OpenAI, Azure, or any compatible server.

The Responses API is tried first. A server that does not know it, such as an older Ollama, vLLM or llama.cpp, is asked
through Chat Completions from then on. Errors that this module raises do not repeat the service's text, which may
quote the call.
"""

import json
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from functions.adapters import http
from functions.adapters.openai import chat, responses
from functions.relay.wire.accepted import accepted_request
from functions.relay.wire.model import FailureKind, ModelError, Request, StreamEvent

URL = "https://api.openai.com/v1"
"""The URL of OpenAI. That of Azure is `https://<resource>.openai.azure.com/openai/v1`."""

NO_KEY = "none"
"""The key for a server without keys: SSM stores no empty secret."""

UNKNOWN_PATH = (404, 405, 501)
"""HTTP statuses of a server that does not know the Responses API."""

_FAILURE_KINDS: dict[str, FailureKind] = {
    "rate_limit_exceeded": "throttled",
    "slow_down": "throttled",
    "server_is_overloaded": "overloaded",
    "timeout": "stalled",
    "server_error": "broken",
}
"""Errors in the middle of a stream, by code. Source: https://developers.openai.com/api/docs/guides/error-codes."""


@dataclass(frozen=True, slots=True)
class _Wire:
    """One of the two APIs: its path, and the functions that write its requests and read its streams."""

    path: str
    body: Callable[[Request, str], dict[str, Any]]
    stream_events: Callable[[Iterable[Any]], Iterator[StreamEvent]]


_RESPONSES = _Wire("/responses", responses.body, responses.stream_events)
_CHAT = _Wire("/chat/completions", chat.body, chat.stream_events)


class OpenAI:
    """Implements the port `Model` with OpenAI's protocol.

    `model_id` is a name such as `gpt-6-luna`, on Azure that of the deployment.
    """

    def __init__(self, pool: urllib3.PoolManager, model_id: str, key: str = "", url: str = URL) -> None:
        """`url` is the base URL, without `/responses`. `key` may be empty for your own server."""
        self._pool, self._model_id, self._url = pool, model_id, url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._wires = [_RESPONSES, _CHAT]

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer; closing the generator drops the connection. Raises ModelError."""
        try:
            yield from self._ask(request)
        except (http.StatusError, http.StreamError, HTTPError, ValueError, CancelledError) as error:
            # Not chained: an error quotes what it refused, and a traceback would log it.
            raise _model_error(error, self._model_id) from None

    def _ask(self, request: Request) -> Iterator[StreamEvent]:
        """Ask through the first API. If the server does not know it, use the other one from now on."""
        *first, last = self._wires
        for wire in first:
            try:
                yield from self._stream(wire, request)
            except http.StatusError as error:
                if error.status not in UNKNOWN_PATH:
                    raise
            else:
                return
        yield from self._stream(last, request)
        self._wires = [last]

    def _stream(self, wire: _Wire, request: Request) -> Iterator[StreamEvent]:
        body = wire.body(accepted_request(request), self._model_id)
        with http.posted(self._pool, self._url + wire.path, self._headers, body) as answer:
            yield from wire.stream_events(_events(http.server_sent(http.lines(answer))))


def connect(model_id: str, key: str, model_url: str) -> OpenAI:
    """Return a model of OpenAI, or of the server at `model_url`. The key `none` means no key."""
    return OpenAI(http.pool(), model_id, "" if key == NO_KEY else key, model_url or URL)


def _events(texts: Iterable[str]) -> Iterator[Any]:
    """Yield each event as JSON, to the end of the stream, so that its connection can be used again."""
    for text in texts:
        if text != "[DONE]":
            yield json.loads(text)


def _model_error(error: Exception, model_id: str) -> ModelError:
    match error:
        case http.StatusError(status=status):
            code, request = _code(error.body) or f"status {status}", error.headers.get("x-request-id", "unknown")
            return ModelError(http.failure_kind(status), f"{model_id}: {code} (request {request})")
        case http.StreamError(code=code):
            return ModelError(_FAILURE_KINDS.get(code, "refused"), f"{model_id}: {code}")
        case _ if http.timed_out(error):
            return ModelError("stalled", f"{model_id}: {type(error).__name__}")
        case _:
            return ModelError("broken", f"{model_id}: {type(error).__name__}")


def _code(body: Any) -> str:
    """Return the code of an error. Some servers give only a type."""
    match body:
        case {"error": {"code": str(code)}} if code:
            return code
        case {"error": {"type": str(code)}}:
            return code
        case _:
            return ""
