"""Asks a flow of Langflow as the model: it gets the caller's words, and its Chat Output is spoken as it streams.

The protocol is `POST /api/v1/run/{flow}?stream=true`, https://docs.langflow.org/api-flows-run: JSON events, one per
line. The flow keeps the conversation itself, in one session per call. Errors that this module raises do not repeat
Langflow's text.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from typing import Any
from uuid import uuid4

import urllib3
from urllib3.exceptions import HTTPError

from functions.adapters import http
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    ModelError,
    Request,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolResults,
)

ORDER = re.compile(r"@(\w+)\s*(\{.*\})?")
"""A line of an answer that calls one of the agent's tools: `@transfer {"reason": "gas"}`."""


class Langflow:
    """Implements the port `Model` with one flow, named by its id or its endpoint name."""

    def __init__(self, pool: urllib3.PoolManager, url: str, flow: str, key: str) -> None:
        self._pool, self._flow = pool, flow
        self._url = f"{url.rstrip('/')}/api/v1/run/{flow}?stream=true"
        self._headers = {"x-api-key": key}

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer; closing the generator drops the connection. Raises ModelError."""
        body = {
            "input_value": _newest(request),
            "session_id": request.call,
            "input_type": "chat",
            "output_type": "chat",
        }
        try:
            with http.posted(self._pool, self._url, self._headers, body) as answer:
                spoken = _Lines({spec.name for spec in request.tools})
                for text in _texts(_events(http.lines(answer))):
                    yield from spoken.feed(text)
                yield from spoken.end()
        except (http.StatusError, http.StreamError, HTTPError, ValueError, CancelledError) as error:
            # Not chained: an error quotes what the flow received, and a traceback would log it.
            raise _model_error(error, self._flow) from None


def connect(model_id: str, key: str, langflow_url: str, langflow_flow_id: str) -> Langflow:
    """Return the flow of a deployment. An id in the list of models comes before the setting."""
    return Langflow(http.pool(), langflow_url, model_id or langflow_flow_id, key)


def _newest(request: Request) -> str:
    """Return what the flow does not know yet: the caller's words after the agent's last message, and tool results."""
    texts: list[str] = []
    for message in reversed(request.messages):
        match message:
            case CallerMessage(text):
                texts.append(text)
            case ToolResults(results):
                texts += [result.text for result in reversed(results)]
            case AgentMessage():
                break
    return "\n".join(text for text in reversed(texts) if text.strip()) or "(inaudible)"


def _events(lines: Iterable[str]) -> Iterator[Any]:
    yield from (json.loads(line) for line in lines if line.strip())


def _texts(events: Iterable[Any]) -> Iterator[str]:
    """Yield what the flow says. A message comes in tokens, or complete from a component that does not stream.

    Raises StreamError, ModelError.
    """
    streamed: set[str] = set()
    ended = False
    for event in events:
        match event:
            case {"event": "token", "data": {"chunk": str(chunk), "id": str(message)}}:
                streamed.add(message)
                yield chunk
            case {
                "event": "add_message",
                "data": {"sender": "Machine", "id": str(message), "text": str(text)} as data,
            }:
                if message not in streamed and _complete(data):
                    streamed.add(message)
                    yield text
            case {"event": "error"}:
                raise http.StreamError("the flow failed")
            case {"event": "end"}:
                ended = True
            case _:
                pass  # an event for Langflow's own page
    if not ended:
        raise ModelError("broken", "the stream stopped without its last event")


def _complete(message: Any) -> bool:
    return bool((message.get("properties") or {}).get("state", "complete") == "complete")


class _Lines:
    """The lines of an answer. A line that begins with @ is held back until it is complete: it may call a tool."""

    def __init__(self, tools: set[str]) -> None:
        self._tools, self._line, self._called = tools, "", False

    def feed(self, text: str) -> Iterator[StreamEvent]:
        """Add a piece of the answer, and yield what can be spoken so far, or a tool call."""
        for part in text.splitlines(keepends=True):
            self._line += part
            if not self._held:
                yield TextDelta(part)
            if part.endswith("\n"):
                yield from self._close()

    def end(self) -> Iterator[StreamEvent]:
        """Yield what was held back, and the end."""
        yield from self._close()
        yield Finished("tools" if self._called else "end")

    @property
    def _held(self) -> bool:
        return self._line.lstrip().startswith("@")

    def _close(self) -> Iterator[StreamEvent]:
        if self._held:
            call = self._call()
            self._called = self._called or call is not None
            yield call or TextDelta(self._line)
        self._line = ""

    def _call(self) -> ToolCall | None:
        order = ORDER.fullmatch(self._line.strip())
        if order is None or order[1] not in self._tools:
            return None
        # Unique in the call: another model that takes over refuses a history with one id twice.
        return ToolCall(f"flow-{uuid4().hex}", order[1], order[2] or "{}")


def _model_error(error: Exception, flow: str) -> ModelError:
    match error:
        case http.StatusError(status=status):
            return ModelError(http.failure_kind(status), f"flow {flow}: status {status}")
        case http.StreamError(code=code):
            return ModelError("broken", f"flow {flow}: {code}")
        case _:
            return ModelError(
                "stalled" if http.timed_out(error) else "broken", f"flow {flow}: {type(error).__name__}"
            )
