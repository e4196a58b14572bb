"""Asks a model on Amazon Bedrock through ConverseStream.

The protocol is https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html. Errors that
this module raises do not repeat the service's text where it may quote the call.
"""

import logging
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.awsrequest import AWSHTTPConnection, AWSHTTPConnectionPool, AWSHTTPSConnection, AWSHTTPSConnectionPool
from botocore.config import Config
from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ReadTimeoutError as StreamTimeoutError

from functions.adapters.connections import Cancellable
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

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_bedrock_runtime import type_defs as wire

logger = logging.getLogger("hotline")

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 2},
    connect_timeout=1,
    read_timeout=6,
    tcp_keepalive=True,
    max_pool_connections=4,
)
"""Times are seconds of one attempt. The mode is standard, because adaptive mode makes the client wait."""

_CACHE: "wire.CachePointBlockTypeDef" = {"type": "default"}

_FAILURES = (ClientError, BotoCoreError, HTTPError, ParserError, CancelledError)
"""Errors before the stream, in one of its events, while it is read, of bytes that are not an event, and on demand."""

_FAILURE_KINDS: dict[str, FailureKind] = {
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


class _BotoHttpPool(AWSHTTPConnectionPool):
    class ConnectionCls(Cancellable, AWSHTTPConnection):  # type: ignore[misc]  # as in botocore
        """A connection of botocore that another task can close."""


class _BotoHttpsPool(AWSHTTPSConnectionPool):
    class ConnectionCls(Cancellable, AWSHTTPSConnection):  # type: ignore[misc]  # as in botocore
        """The same with TLS."""


def client() -> "BedrockRuntimeClient":
    """Return a client with timeouts for a phone call. The SDK finds region, credentials and endpoint."""
    return cancellable(boto3.client("bedrock-runtime", config=CONFIG))


def cancellable(client: "BedrockRuntimeClient") -> "BedrockRuntimeClient":
    """Have a client make connections that another task can close. botocore has no public way to its connections."""
    made: Any = client
    made._endpoint.http_session._pool_classes_by_scheme.update(http=_BotoHttpPool, https=_BotoHttpsPool)
    return client


def connect(model_id: str, guardrail: str = "") -> "Bedrock":
    """Return a model of this account and Region; `guardrail` is the id and version of one of Bedrock's Guardrails."""
    return Bedrock(client(), model_id, guardrail)


class Bedrock:
    """Implements the port `Model` with Bedrock.

    `model_id` is the id or ARN of a model or an inference profile. Newer models need a profile, such as
    `eu.anthropic.claude-haiku-5-5`, and answer their plain id with a ValidationException.
    """

    def __init__(self, client: "BedrockRuntimeClient", model_id: str, guardrail: str = "") -> None:
        self._client = client
        self._model_id = model_id
        self._guardrail = guardrail

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer; closing the generator drops the connection. Raises ModelError."""
        try:
            asked = _converse_request(request, self._model_id, guarded=bool(self._guardrail))
            if self._guardrail:
                asked["guardrailConfig"] = _guarded(self._guardrail)
            with closing(self._client.converse_stream(**asked)["stream"]) as stream:
                yield from _stream_events(stream)
        except _FAILURES as error:
            # Not chained: a parameter's error quotes the parameter, and a traceback would log it.
            raise _model_error(error, self._model_id) from None


def _converse_request(request: Request, model_id: str, guarded: bool = False) -> "wire.ConverseStreamRequestTypeDef":
    """Build the request. Models that cannot cache refuse a cache point. Nova accepts one only after the prompt.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html.
    """
    request, claude = accepted_request(request), "anthropic." in model_id
    asked: wire.ConverseStreamRequestTypeDef = {
        "modelId": model_id,
        "messages": _messages(request.messages, cached=claude, guarded=guarded),
        "inferenceConfig": {"maxTokens": request.max_tokens},
    }
    if system := _system(request, cached=claude or "amazon.nova" in model_id):
        asked["system"] = system
    if request.tools:
        asked["toolConfig"] = {"tools": _tools(request.tools, cached=claude)}
    if claude and (setting := thinking(model_id)):
        asked["additionalModelRequestFields"] = {"thinking": {"type": setting}}
    if "openai." in model_id:
        # The least effort that they accept. Without it, the first word waits for reasoning.
        asked["additionalModelRequestFields"] = {"reasoning_effort": "low"}
    return asked


def _guarded(guardrail: str) -> "wire.GuardrailStreamConfigurationTypeDef":
    """Return how a guardrail judges: at the same time as the stream. Otherwise, each word would wait for it.

    So words that it blocks may have been spoken already, and it masks nothing. docs/security.md says what stops words
    before they are spoken.
    """
    name, _, version = guardrail.partition(":")
    return {
        "guardrailIdentifier": name,
        "guardrailVersion": version,
        "streamProcessingMode": "async",
        "trace": "enabled",
    }


def _guard_newest(written: "list[tuple[Role, list[wire.ContentBlockTypeDef]]]") -> None:
    """Let the guardrail read the newest words alone: in the whole history, one bad sentence would block all turns.

    Source: AWS Bedrock, "Use your guardrail with inference operations to evaluate user input", `guardContent`.
    """
    said = [block for role, blocks in written if role == "user" for block in blocks if "text" in block]
    if said:
        said[-1]["guardContent"] = {"text": {"text": said[-1].pop("text")}}


def _policies(trace: Any) -> str:
    """Return which policies of a guardrail have intervened. What they found may quote the call, and is left out."""
    guardrail = trace.get("guardrail", {})
    inputs = guardrail.get("inputAssessment", {}).values()
    outputs = (one for found in guardrail.get("outputAssessments", {}).values() for one in found)
    return ", ".join(sorted({name for one in (*inputs, *outputs) for name in one if name.endswith("Policy")}))


def _system(request: Request, cached: bool) -> "list[wire.SystemContentBlockTypeDef]":
    """Return the prompt, the cache point, and then the situation, which changes with each turn."""
    system: list[wire.SystemContentBlockTypeDef] = [{"text": request.prompt}] if request.prompt.strip() else []
    if system and cached:
        system.append({"cachePoint": _CACHE})
    if request.situation:
        system.append({"text": request.situation})
    return system


def _tools(specs: Iterable[ToolSpec], cached: bool) -> "list[wire.ToolTypeDef]":
    tools: list[wire.ToolTypeDef] = [
        {"toolSpec": {"name": spec.name, "description": spec.description, "inputSchema": {"json": spec.schema}}}
        for spec in specs
    ]
    return [*tools, {"cachePoint": _CACHE}] if cached else tools


def _messages(messages: Iterable[Message], cached: bool, guarded: bool) -> "list[wire.MessageTypeDef]":
    written: list[tuple[Role, list[wire.ContentBlockTypeDef]]] = [
        (role, list(map(_block, blocks))) for role, blocks in grouped_by_role(messages)
    ]
    if guarded:
        _guard_newest(written)
    if cached:
        written[-1][1].append({"cachePoint": _CACHE})
    return [{"role": role, "content": content} for role, content in written]


def _block(block: Block) -> "wire.ContentBlockTypeDef":
    match block:
        case ToolCall(id, name):
            return {"toolUse": {"toolUseId": id, "name": name, "input": arguments_of(block)}}
        case ToolResult(id, text, failed):
            status: Literal["error", "success"] = "error" if failed else "success"
            return {"toolResult": {"toolUseId": id, "content": [{"text": text}], "status": status}}
        case words:
            return {"text": words}


def _stream_events(events: "Iterable[wire.ConverseStreamOutputTypeDef]") -> Iterator[StreamEvent]:
    """Yield the events of an answer. The stream is read to its end, so that its connection can be used again."""
    calls = StreamedCalls()
    stop, usage = "", Usage()
    for event in events:
        match event:
            case {"contentBlockDelta": {"delta": {"text": text}}} if text:
                yield from calls.whole()
                yield TextDelta(text)
            case {"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": use}}}:
                yield from calls.begin(index, use["toolUseId"], use["name"])
            case {"contentBlockDelta": {"contentBlockIndex": index, "delta": {"toolUse": use}}}:
                calls.add(index, use.get("input", ""))
            case {"contentBlockStop": {"contentBlockIndex": index}}:
                calls.end(index)
            case {"messageStop": {"stopReason": reason}}:
                stop = reason
            case {"metadata": {"usage": spent} as metadata}:
                usage = _usage(spent)
                if stop == "guardrail_intervened":
                    logger.warning(
                        "a guardrail has intervened: %s", _policies(metadata.get("trace", {})) or "unknown"
                    )
            case _:
                pass
    yield from calls.finish(finished(stop, usage))


def _usage(spent: "wire.TokenUsageTypeDef") -> Usage:
    return Usage(
        spent["inputTokens"],
        spent["outputTokens"],
        spent.get("cacheReadInputTokens", 0),
        spent.get("cacheWriteInputTokens", 0),
    )


def _model_error(error: Exception, model_id: str) -> ModelError:
    match error:
        case ClientError():
            return _service_error(error, model_id)
        case StreamTimeoutError() | ReadTimeoutError() | ConnectTimeoutError():
            return ModelError("stalled", f"{model_id}: {type(error).__name__}")
        case _:
            return ModelError("broken", f"{model_id}: {type(error).__name__}")


def _service_error(error: ClientError, model_id: str) -> ModelError:
    """Return the ModelError for a service error. Codes are `throttlingException` in a stream, else capitalised."""
    code = error.response.get("Error", {}).get("Code", "")
    meta = error.response.get("ResponseMetadata", {})
    kind = _FAILURE_KINDS.get(code.lower()) or ("broken" if meta.get("HTTPStatusCode", 0) >= 500 else "refused")
    return ModelError(kind, f"{model_id}: {code} (request {meta.get('RequestId', 'unknown')})")
