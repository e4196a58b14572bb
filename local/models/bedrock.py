"""Bedrock's ConverseStream, in the framing of application/vnd.amazon.eventstream.

A frame is its length, its headers' length, a CRC of these two, the headers, the payload, and a CRC of all before:
https://smithy.io/2.0/aws/amazon-eventstream.html.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from local.models.bedrock_checks import refusal
from local.models.guardrail import Guardrail, applies
from local.models.server import ModelRequest, ModelServer
from local.models.steps import Fail, Finish, Pause, Refuse, Step, Text, Thought, Use
from local.models.wire import Block, Wire

_STRING = 7


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Return one message of an event stream; the values of its headers are strings."""
    block = b"".join(_header(name, value) for name, value in headers.items())
    lengths = (16 + len(block) + len(payload)).to_bytes(4) + len(block).to_bytes(4)
    message = lengths + zlib.crc32(lengths).to_bytes(4) + block + payload
    return message + zlib.crc32(message).to_bytes(4)


def event(kind: str, content: Any) -> bytes:
    """Return an event such as contentBlockDelta."""
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(content).encode())


def _header(name: str, value: str) -> bytes:
    text = value.encode()
    return bytes([len(name)]) + name.encode() + bytes([_STRING]) + len(text).to_bytes(2) + text


class BedrockWire(Wire):
    """Bedrock's stream, as the service is known to write it: a block of text has no start event."""

    content_type = "application/vnd.amazon.eventstream"

    def check(self, path: str, body: Any, size: int) -> Refuse | None:
        """Check a request to `/model/{id}/converse-stream`."""
        return refusal(body, unquote(path.removeprefix("/model/").rpartition("/")[0]), size)

    def begin(self, finish: Finish) -> bytes:
        """Return messageStart."""
        return event("messageStart", {"role": "assistant"})

    def open(self, index: int, step: Block) -> bytes:
        """Return contentBlockStart, which only a tool has."""
        if not isinstance(step, Use):
            return b""
        start = {"toolUse": {"toolUseId": step.id, "name": step.name}}
        return event("contentBlockStart", {"contentBlockIndex": index, "start": start})

    def piece(self, index: int, kind: type[Block], text: str) -> bytes:
        """Return contentBlockDelta."""
        deltas = {
            Text: {"text": text},
            Thought: {"reasoningContent": {"text": text}},
            Use: {"toolUse": {"input": text}},
        }
        return event("contentBlockDelta", {"contentBlockIndex": index, "delta": deltas[kind]})

    def close(self, index: int) -> bytes:
        """Return contentBlockStop."""
        return event("contentBlockStop", {"contentBlockIndex": index})

    def fail(self, step: Fail) -> bytes:
        """Return an exception message."""
        headers = {":exception-type": step.code, ":content-type": "application/json", ":message-type": "exception"}
        return frame(headers, json.dumps({"message": step.message}).encode())

    def finish(self, step: Finish) -> bytes:
        """Return messageStop and metadata."""
        usage = {
            "inputTokens": step.input,
            "outputTokens": step.output,
            "totalTokens": step.input + step.output,
            "cacheReadInputTokens": step.cache_read,
            "cacheWriteInputTokens": step.cache_write,
        }
        metadata: dict[str, Any] = {"usage": usage, "metrics": {"latencyMs": 1}}
        if step.reason == "guardrail_intervened":
            metadata["trace"] = {"guardrail": {"outputAssessments": {"abc123": [{"topicPolicy": {"topics": []}}]}}}
        return event("messageStop", {"stopReason": step.reason}) + event("metadata", metadata)

    def refuse(self, step: Refuse) -> tuple[dict[str, str], Any]:
        """Return the error with the header that the SDK reads its name from."""
        headers = {
            "x-amzn-ErrorType": step.code,
            "x-amzn-RequestId": "test-request",
            "Content-Type": "application/json",
        }
        return headers, {"message": step.message}


class BedrockServer(ModelServer):
    """Answers `POST /model/{id}/converse-stream`, and the requests to apply a guardrail, which use no script."""

    wire = BedrockWire()

    def __init__(self, first: float = 0.0, between: float = 0.0, guardrail: Guardrail | None = None) -> None:
        super().__init__(first, between)
        self.guardrail = guardrail or Guardrail()
        self.judged: list[ModelRequest] = []
        self.before_verdict: Step = Pause(0)
        """What comes before each verdict: a pause, a stall or a lost connection."""

    def answer(self, request: ModelRequest, size: int) -> tuple[Step, ...]:
        """Return the steps of an answer, a verdict, or the refusal of one."""
        if not applies(request.path):
            return super().answer(request, size)
        self.judged.append(request)
        return (self.before_verdict, self.guardrail.answer(request.path, request.body))


def lines_of(body: Any) -> list[str]:
    """Return a request's messages, one line each: who, and the text or the tool."""
    return [f"{message['role']}: {_content(message['content'])}" for message in body["messages"]]


def _content(blocks: list[dict[str, Any]]) -> str:
    return " ".join(_block(block) for block in blocks if "cachePoint" not in block)


def _block(block: dict[str, Any]) -> str:
    match block:
        case {"text": text} | {"guardContent": {"text": {"text": text}}}:
            return str(text)
        case {"toolUse": use}:
            return f"[{use['name']} {use['input']}]"
        case {"toolResult": result}:
            return f"[= {result['content'][0]['text']}]"
        case _:
            return str(block)
