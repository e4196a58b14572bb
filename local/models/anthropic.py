"""Anthropic's Messages API, streaming server-sent events: https://platform.claude.com/docs/en/build-with-claude/streaming."""

import json
from typing import Any

from local.models.anthropic_checks import refusal
from local.models.server import ModelServer
from local.models.steps import Fail, Finish, Refuse, Text, Thought, Use
from local.models.wire import Block, Wire


def event(kind: str, **content: Any) -> bytes:
    """Return an event such as content_block_delta."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **content})}\n\n".encode()


class AnthropicWire(Wire):
    """Anthropic's stream, as the API documents it, with a ping after the start."""

    content_type = "text/event-stream; charset=utf-8"

    def check(self, path: str, body: Any, size: int) -> Refuse | None:
        """Check a request to `/v1/messages`."""
        return refusal(body, size)

    def begin(self, finish: Finish) -> bytes:
        """Return message_start, with the tokens of the input, and a ping."""
        usage = {
            "input_tokens": finish.input,
            "output_tokens": 1,
            "cache_read_input_tokens": finish.cache_read,
            "cache_creation_input_tokens": finish.cache_write,
        }
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": []}
        start = event(
            "message_start", message={**message, "stop_reason": None, "stop_sequence": None, "usage": usage}
        )
        return start + event("ping")

    def open(self, index: int, step: Block) -> bytes:
        """Return content_block_start."""
        block: dict[str, Any]
        match step:
            case Text():
                block = {"type": "text", "text": ""}
            case Thought():
                block = {"type": "thinking", "thinking": "", "signature": ""}
            case Use(id, name):
                block = {"type": "tool_use", "id": id, "name": name, "input": {}}
        return event("content_block_start", index=index, content_block=block)

    def piece(self, index: int, kind: type[Block], text: str) -> bytes:
        """Return content_block_delta."""
        deltas: dict[type[Block], Any] = {
            Text: {"type": "text_delta", "text": text},
            Thought: {"type": "thinking_delta", "thinking": text},
            Use: {"type": "input_json_delta", "partial_json": text},
        }
        return event("content_block_delta", index=index, delta=deltas[kind])

    def close(self, index: int) -> bytes:
        """Return content_block_stop."""
        return event("content_block_stop", index=index)

    def fail(self, step: Fail) -> bytes:
        """Return an error event."""
        return event("error", error={"type": step.code, "message": step.message})

    def finish(self, step: Finish) -> bytes:
        """Return message_delta and message_stop."""
        delta = {"stop_reason": step.reason, "stop_sequence": None}
        return event("message_delta", delta=delta, usage={"output_tokens": step.output}) + event("message_stop")

    def refuse(self, step: Refuse) -> tuple[dict[str, str], Any]:
        """Return the error as the API writes it."""
        headers = {"request-id": "test-request", "Content-Type": "application/json"}
        return headers, {"type": "error", "error": {"type": step.code, "message": step.message}}


class AnthropicServer(ModelServer):
    """Answers `POST /v1/messages`."""

    wire = AnthropicWire()
