"""OpenAI's wire: the Responses API, and Chat Completions as compatible servers speak it, in server-sent events.

https://developers.openai.com/api/reference/resources/responses/streaming-events and
https://developers.openai.com/api/reference/resources/chat/subresources/completions/streaming-events.
"""

import json
from collections.abc import Mapping
from typing import Any

from local.models.openai_checks import refused
from local.models.server import ModelRequest, ModelServer
from local.models.steps import Fail, Finish, Refuse, Step, Text, Thought, Use
from local.models.wire import Block, Wire

INCOMPLETE = {
    "max_tokens": "max_output_tokens",
    "model_context_window_exceeded": "max_output_tokens",
    "content_filter": "content_filter",
}
"""Why an answer is not complete, by the reason that a script gives."""

FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "content_filter",
}
"""Chat Completions' word for each reason that a script gives."""


def data(content: Any) -> bytes:
    """Return an event without a name."""
    return f"data: {json.dumps(content)}\n\n".encode()


class ResponsesWire(Wire):
    """One answer of the Responses API. At the end of each part, its whole text is repeated."""

    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, model: str) -> None:
        self._model, self._number = model, 0
        self._output: list[dict[str, Any]] = []
        self._text = ""

    def check(self, path: str, body: Any, size: int) -> Refuse | None:
        """Return the API's refusal of a request; None if it takes it."""
        fault = refused(path, body)
        return Refuse(400, "invalid_request_error", fault) if fault else None

    def begin(self, finish: Finish) -> bytes:
        """Return response.created and response.in_progress."""
        begun = self._response("in_progress")
        return self._event("response.created", response=begun) + self._event("response.in_progress", response=begun)

    def open(self, index: int, step: Block) -> bytes:
        """Return the start of an item: a message, a thought or a tool call."""
        self._text = ""
        item: dict[str, Any]
        match step:
            case Text():
                item = {"type": "message", "role": "assistant", "content": []}
            case Thought():
                item = {"type": "reasoning", "summary": []}
            case Use(id, name):
                item = {"type": "function_call", "call_id": id, "name": name, "arguments": ""}
        self._output.append({"id": f"item_{index}", "status": "in_progress", **item})
        added = self._event("response.output_item.added", output_index=index, item=self._output[-1])
        if isinstance(step, Text):
            added += self._event("response.content_part.added", **self._place(index), part=self._part())
        return added

    def piece(self, index: int, kind: type[Block], text: str) -> bytes:
        """Return a delta of a text, a thought or a tool's arguments."""
        self._text += text
        if kind is Text:
            return self._event("response.output_text.delta", **self._place(index), delta=text, logprobs=[])
        name = "reasoning_text" if kind is Thought else "function_call_arguments"
        return self._event(f"response.{name}.delta", item_id=f"item_{index}", output_index=index, delta=text)

    def close(self, index: int) -> bytes:
        """Return the end of an item, with its whole content."""
        item = self._output[index]
        item["status"] = "completed"
        done = b""
        match item["type"]:
            case "message":
                item["content"] = [self._part()]
                done += self._event("response.output_text.done", **self._place(index), text=self._text, logprobs=[])
                done += self._event("response.content_part.done", **self._place(index), part=self._part())
            case "function_call":
                item["arguments"] = self._text or "{}"
                named = {"item_id": item["id"], "output_index": index, "name": item["name"]}
                done += self._event("response.function_call_arguments.done", **named, arguments=item["arguments"])
            case _:
                pass
        return done + self._event("response.output_item.done", output_index=index, item=item)

    def fail(self, step: Fail) -> bytes:
        """Return response.failed."""
        failed = {**self._response("failed"), "error": {"code": step.code, "message": step.message}}
        return self._event("response.failed", response=failed)

    def finish(self, step: Finish) -> bytes:
        """Return response.completed or response.incomplete; a refusal is a part of the message before."""
        refusal = b""
        if step.reason == "refusal":
            place = self._place(max(len(self._output) - 1, 0))
            refusal = self._event("response.refusal.delta", **place, delta="I can't help with that.")
        why = INCOMPLETE.get(step.reason)
        ended = {
            **self._response("incomplete" if why else "completed"),
            "incomplete_details": {"reason": why} if why else None,
            "usage": _usage(step, "input", "output"),
        }
        return refusal + self._event("response.incomplete" if why else "response.completed", response=ended)

    def refuse(self, step: Refuse) -> tuple[dict[str, str], Any]:
        """Return the error as the API writes it."""
        return refusal(step)

    def _event(self, kind: str, **content: Any) -> bytes:
        number, self._number = self._number, self._number + 1
        return f"event: {kind}\n".encode() + data({"type": kind, "sequence_number": number, **content})

    def _response(self, status: str) -> dict[str, Any]:
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 0,
            "model": self._model,
            "status": status,
            "output": list(self._output),
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "error": None,
            "incomplete_details": None,
        }

    def _place(self, index: int) -> dict[str, Any]:
        return {"item_id": f"item_{index}", "output_index": index, "content_index": 0}

    def _part(self) -> dict[str, Any]:
        return {"type": "output_text", "text": self._text, "annotations": []}


class ChatWire(Wire):
    """One answer of Chat Completions."""

    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, model: str) -> None:
        self._model, self._uses = model, -1

    def check(self, path: str, body: Any, size: int) -> Refuse | None:
        """Return the API's refusal of a request; None if it takes it."""
        fault = refused(path, body)
        return Refuse(400, "invalid_request_error", fault) if fault else None

    def begin(self, finish: Finish) -> bytes:
        """Return the chunk that names the role."""
        return self._chunk({"role": "assistant", "content": ""})

    def open(self, index: int, step: Block) -> bytes:
        """Return the start of a tool call; nothing else has a start."""
        if not isinstance(step, Use):
            return b""
        self._uses += 1
        function = {"name": step.name, "arguments": ""}
        return self._call({"id": step.id, "type": "function", "function": function})

    def piece(self, index: int, kind: type[Block], text: str) -> bytes:
        """Return a delta. Thoughts have the name that vLLM and llama.cpp gave them."""
        if kind is Use:
            return self._call({"function": {"arguments": text}})
        return self._chunk({"content": text} if kind is Text else {"reasoning_content": text})

    def close(self, index: int) -> bytes:
        """Return nothing: the next part, or the end, says that a part is complete."""
        return b""

    def fail(self, step: Fail) -> bytes:
        """Return an error in the place of a chunk."""
        return data({"error": {"message": step.message, "type": step.code, "code": step.code}})

    def finish(self, step: Finish) -> bytes:
        """Return the finish reason, the tokens, and the end of the stream."""
        refusal = b""
        if step.reason == "refusal":
            refusal = self._chunk({"refusal": "I can't help with that."})
        reason = FINISH_REASONS.get(step.reason, "stop")
        usage = {**self._head(), "choices": [], "usage": _usage(step, "prompt", "completion")}
        return refusal + self._chunk({}, reason) + data(usage) + b"data: [DONE]\n\n"

    def refuse(self, step: Refuse) -> tuple[dict[str, str], Any]:
        """Return the error as the API writes it."""
        return refusal(step)

    def _call(self, part: dict[str, Any]) -> bytes:
        return self._chunk({"tool_calls": [{"index": self._uses, **part}]})

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        return data({**self._head(), "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})

    def _head(self) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": self._model}


def refusal(step: Refuse) -> tuple[dict[str, str], Any]:
    """Return the headers and the body of an error."""
    error = {"message": step.message, "type": step.code, "code": step.code, "param": None}
    return {"x-request-id": "test-request", "Content-Type": "application/json"}, {"error": error}


def _usage(step: Finish, input: str, output: str) -> dict[str, Any]:
    read, written = step.cache_read, step.cache_write
    sent = step.input + read + written
    return {
        f"{input}_tokens": sent,
        f"{input}_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
        f"{output}_tokens": step.output,
        f"{output}_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": sent + step.output,
    }


def _bearer(request: ModelRequest) -> str:
    named = {name.lower(): value for name, value in request.headers.items()}
    return named.get("authorization", "").removeprefix("Bearer ")


class OpenAIServer(ModelServer):
    """Answers `POST /v1/responses` and `POST /v1/chat/completions`, and refuses what OpenAI refuses.

    `knows` are the paths that it knows: a compatible server may speak Chat Completions only. `key` is the key that it
    requires; empty if it requires none.
    """

    BOTH = ("/v1/responses", "/v1/chat/completions")
    CHAT_ONLY = BOTH[1:]

    def __init__(self, *, knows: tuple[str, ...] = BOTH, key: str = "", **options: Any) -> None:
        super().__init__(**options)
        self._knows, self._key = knows, key
        self.unknown: list[str] = []

    @property
    def base_url(self) -> str:
        """The value for MODEL_URL."""
        return f"{self.url}/v1"

    def wire_of(self, request: ModelRequest) -> Wire:
        """Return a wire for this answer only, since it remembers what it has written."""
        model = str(request.body.get("model", "")) if isinstance(request.body, Mapping) else ""
        return ChatWire(model) if request.path.endswith("/chat/completions") else ResponsesWire(model)

    def answer(self, request: ModelRequest, size: int) -> tuple[Step, ...]:
        """Return the steps of an answer, or a refusal. A path that it does not know is only added to `unknown`."""
        if request.path not in self._knows:
            self.unknown.append(request.path)
            return (Refuse(404, "not_found", f"Unknown path {request.path}"),)
        if self._key and _bearer(request) != self._key:
            return (Refuse(401, "invalid_api_key", "Incorrect API key provided."),)
        return super().answer(request, size)
