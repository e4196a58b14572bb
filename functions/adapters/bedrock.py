"""A model on Amazon Bedrock, asked through ConverseStream.

The wire is https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html; errors leave here
without the service's own words where those may quote the call.
"""

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.config import Config
from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ReadTimeoutError as StreamTimeoutError

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

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_bedrock_runtime import type_defs as wire

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 2},
    connect_timeout=1,
    read_timeout=6,
    tcp_keepalive=True,
    max_pool_connections=4,
)
"""Seconds are for one attempt. Standard, since adaptive mode makes a request wait on the client's own side."""

_CACHE: "wire.CachePointBlockTypeDef" = {"type": "default"}

_FAILURES = (ClientError, BotoCoreError, HTTPError, ParserError)
"""Before the stream, in an event of it, while reading it, and for bytes that are no event."""

_TROUBLES: dict[str, FailureKind] = {
    "throttlingexception": "throttled",
    "servicequotaexceededexception": "throttled",
    "toomanyrequestsexception": "throttled",
    "serviceunavailableexception": "overloaded",
    "modelnotreadyexception": "overloaded",
    "modeltimeoutexception": "stalled",
    "internalserverexception": "broken",
    "modelerrorexception": "broken",
    "modelstreamerrorexception": "broken",
}


def client() -> "BedrockRuntimeClient":
    """Return a client whose timeouts suit a phone call; the SDK finds region, credentials and endpoint."""
    return boto3.client("bedrock-runtime", config=CONFIG)


class Bedrock:
    """The port Model on Bedrock.

    `model_id` is the id or ARN of a model or an inference profile. The newer models go by a profile, such as
    `eu.anthropic.claude-haiku-5-5`, and answer their bare id with a ValidationException.
    """

    def __init__(self, client: "BedrockRuntimeClient", model_id: str) -> None:
        self._client = client
        self._model_id = model_id

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer; closing the generator drops the connection. Raises ModelError."""
        try:
            with closing(self._client.converse_stream(**_asked(request, self._model_id))["stream"]) as stream:
                yield from _pieces(stream)
        except _FAILURES as error:
            # Not chained: a parameter's error quotes the parameter, and a traceback would log it.
            raise _model_error(error, self._model_id) from None


def _asked(request: Request, model_id: str) -> "wire.ConverseStreamRequestTypeDef":
    """Build the request. Models that cannot cache refuse a cache point; Nova takes one after the prompt only.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html.
    """
    claude = "anthropic." in model_id
    asked: wire.ConverseStreamRequestTypeDef = {
        "modelId": model_id,
        "system": _system(request.prompt, cached=claude or "amazon.nova" in model_id),
        "messages": _messages(request.messages, cached=claude),
        "inferenceConfig": {"maxTokens": request.max_tokens},
    }
    if request.tools:
        asked["toolConfig"] = {"tools": _tools(request.tools, cached=claude)}
    if thinking := _thinking(model_id):
        asked["additionalModelRequestFields"] = {"thinking": {"type": thinking}}
    return asked


def _thinking(model_id: str) -> str | None:
    """Return the setting that keeps the first word from waiting for thoughts; None where there is none.

    See the migration guides at https://platform.claude.com/docs/en/models/overview.
    """
    if "anthropic." not in model_id or any(name in model_id for name in ("opus-5-5", "fable", "mythos")):
        return None
    return "between_tools" if "sonnet-5-5" in model_id else "disabled"


def _system(prompt: str, cached: bool) -> "list[wire.SystemContentBlockTypeDef]":
    system: list[wire.SystemContentBlockTypeDef] = [{"text": prompt}]
    return [*system, {"cachePoint": _CACHE}] if cached else system


def _tools(specs: Iterable[ToolSpec], cached: bool) -> "list[wire.ToolTypeDef]":
    tools: list[wire.ToolTypeDef] = [
        {"toolSpec": {"name": spec.name, "description": spec.description, "inputSchema": {"json": spec.schema}}}
        for spec in specs
    ]
    return [*tools, {"cachePoint": _CACHE}] if cached else tools


def _messages(lines: Iterable[Message], cached: bool) -> "list[wire.MessageTypeDef]":
    """Roles take turns on the wire, and a tool's answer is the user's as the caller's words are."""
    blocks = [(_role(line), block) for line in lines for block in _blocks(line)]
    if cached and blocks:
        blocks.append((blocks[-1][0], {"cachePoint": _CACHE}))
    return [
        {"role": role, "content": [block for _, block in group]}
        for role, group in groupby(blocks, lambda pair: pair[0])
    ]


def _role(line: Message) -> Literal["user", "assistant"]:
    return "assistant" if isinstance(line, AgentMessage) else "user"


def _blocks(line: Message) -> "Iterator[wire.ContentBlockTypeDef]":
    """A blank text is refused, so there is none."""
    match line:
        case CallerMessage(text):
            yield {"text": text if text.strip() else "(inaudible)"}
        case AgentMessage(text, asks):
            if text.strip():
                yield {"text": text}
            for ask in asks:
                yield {"toolUse": {"toolUseId": ask.id, "name": ask.name, "input": _object(ask.arguments)}}
        case ToolResults(answers):
            yield from map(_result, answers)


def _result(answer: ToolResult) -> "wire.ContentBlockTypeDef":
    return {
        "toolResult": {
            "toolUseId": answer.id,
            "content": [{"text": answer.text if answer.text.strip() else "(nothing)"}],
            "status": "error" if answer.failed else "success",
        }
    }


def _object(arguments: str) -> dict[str, Any]:
    """Return arguments as the object that the wire wants; the model has been told if they were none."""
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _pieces(events: "Iterable[wire.ConverseStreamOutputTypeDef]") -> Iterator[StreamEvent]:
    """Pieces, from a stream read to its end, so that its connection can be used again."""
    asks: dict[int, ToolCall] = {}
    stop, usage = "", Usage()
    for event in events:
        match event:
            case {"contentBlockDelta": {"delta": {"text": text}}} if text:
                yield TextDelta(text)
            case {"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": use}}}:
                asks[index] = ToolCall(use["toolUseId"], use["name"], "")
            case {"contentBlockDelta": {"contentBlockIndex": index, "delta": {"toolUse": use}}} if index in asks:
                asks[index] = replace(asks[index], arguments=asks[index].arguments + use.get("input", ""))
            case {"contentBlockStop": {"contentBlockIndex": index}} if index in asks:
                yield _whole(asks.pop(index))
            case {"messageStop": {"stopReason": reason}}:
                stop = reason
            case {"metadata": {"usage": spent}}:
                usage = _usage(spent)
    yield _finished(stop, usage)


def _whole(ask: ToolCall) -> ToolCall:
    """A tool without arguments may be asked for without any text."""
    return ask if ask.arguments else replace(ask, arguments="{}")


def _usage(spent: "wire.TokenUsageTypeDef") -> Usage:
    return Usage(
        spent["inputTokens"],
        spent["outputTokens"],
        spent.get("cacheReadInputTokens", 0),
        spent.get("cacheWriteInputTokens", 0),
    )


def _finished(stop: str, usage: Usage) -> Finished:
    match stop:
        case "end_turn" | "stop_sequence":
            return Finished("end", usage)
        case "tool_use":
            return Finished("tools", usage)
        case "max_tokens" | "model_context_window_exceeded":
            return Finished("length", usage)
        case "guardrail_intervened" | "content_filtered":
            return Finished("refused", usage)
    raise ModelError("broken", f"the stream ended with {stop or 'no stop reason'}")


def _model_error(error: Exception, model_id: str) -> ModelError:
    match error:
        case ClientError():
            return _service_error(error, model_id)
        case StreamTimeoutError() | ReadTimeoutError() | ConnectTimeoutError():
            return ModelError("stalled", f"{model_id}: {type(error).__name__}")
    return ModelError("broken", f"{model_id}: {type(error).__name__}")


def _service_error(error: ClientError, model_id: str) -> ModelError:
    """An event of the stream writes codes as `throttlingException`, an answer before it as `ThrottlingException`."""
    code = error.response.get("Error", {}).get("Code", "")
    meta = error.response.get("ResponseMetadata", {})
    trouble = _TROUBLES.get(code.lower()) or ("broken" if meta.get("HTTPStatusCode", 0) >= 500 else "refused")
    return ModelError(trouble, f"{model_id}: {code} (request {meta.get('RequestId', 'unknown')})")
