"""Makes an OpenTelemetry trace of a call that is over from its record, as the JSON of OTLP. It holds no words.

The call is the root span; below it are the turns, and below each turn the request to the model and the tools. The log
does not say when a model's stream ended: the span of a request ends with the first words on the line.
Sources: OpenTelemetry, "OTLP specification" and "JSON Protobuf encoding"; "Semantic conventions for generative AI
agent spans" and "Semantic conventions for generative AI spans".
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from functions.relay.dataclass import dataclass
from functions.relay.record.call_record import CallRecord
from functions.relay.record.turn_record import ToolOutcome, ToolRecord, TurnRecord
from functions.relay.wire.model import Usage

INTERNAL, CLIENT = 1, 3
"""Values of SpanKind."""

ERROR = 2
"""The value of StatusCode for a span that failed."""

AttributeValue = str | int | float | bool


@dataclass(frozen=True, slots=True)
class _Span:
    """A span of a call. Its times are milliseconds since 1970."""

    path: str
    """Its place in the trace, such as `/1/model`: its parent's place is the part before the last slash."""

    name: str
    kind: int
    began: int
    ended: int
    attributes: Mapping[str, AttributeValue | None]


def trace_of(record: CallRecord, providers: Mapping[str, str]) -> dict[str, Any]:
    """Return an ExportTraceServiceRequest. The same call makes the same ids, so a trace that is sent twice is one.

    `providers` are the providers' names in the semantic conventions.
    """
    spans = [_written(record, span) for span in _spans(record, providers)]
    scoped = {"scope": {"name": "hotline"}, "spans": spans}
    return {
        "resourceSpans": [
            {"resource": {"attributes": _attributes({"service.name": "hotline"})}, "scopeSpans": [scoped]}
        ]
    }


def _spans(record: CallRecord, providers: Mapping[str, str]) -> Iterator[_Span]:
    yield _call(record, providers)
    for number, turn in enumerate(record.turns):
        yield from _turn(f"/{number}", record.began + turn.at_ms, turn, providers)


def _call(record: CallRecord, providers: Mapping[str, str]) -> _Span:
    provider = next((turn.model.partition(":")[0] for turn in record.turns if turn.model), "")
    agent = record.agents[-1] if record.agents else None
    attributes: dict[str, AttributeValue | None] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": agent.name if agent else None,
        "gen_ai.agent.version": (agent.version or None) if agent else None,
        "gen_ai.provider.name": providers.get(provider, provider) or None,
        **_tokens(record.tokens),
        "hotline.direction": record.direction,
        "hotline.ending": record.ending,
        "hotline.cents": round(record.cents.total, 4),
        "hotline.interruptions": record.interruptions,
    }
    return _Span("", f"invoke_agent {record.agent}".strip(), INTERNAL, record.began, record.ended, attributes)


def _turn(path: str, began: int, turn: TurnRecord, providers: Mapping[str, str]) -> Iterator[_Span]:
    """Yield the span of a turn, of its request to the model, and of its tools."""
    asked = max(turn.first_token_ms or 0, turn.first_words_ms or 0)
    whole = max(asked, turn.voice_ms or 0, (turn.first_token_ms or 0) + sum(tool.took_ms for tool in turn.tools))
    attributes: dict[str, AttributeValue | None] = {
        "gen_ai.agent.name": turn.agent,
        "hotline.cause": turn.cause,
        "hotline.first_words_ms": turn.first_words_ms,
        "hotline.voice_ms": turn.voice_ms,
        "hotline.interrupted": turn.interrupted,
        "hotline.how": turn.how or None,
    }
    yield _Span(path, f"turn {turn.cause}", INTERNAL, began, began + whole, attributes)
    if turn.model:
        yield _request(f"{path}/model", began, began + asked, turn, providers)
    start = began + (turn.first_token_ms or 0)
    for number, tool in enumerate(turn.tools):
        yield _tool(f"{path}/tool{number}", start, tool)


def _request(path: str, began: int, ended: int, turn: TurnRecord, providers: Mapping[str, str]) -> _Span:
    provider, _, model = turn.model.partition(":")
    attributes: dict[str, AttributeValue | None] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": providers.get(provider, provider),
        "gen_ai.request.model": model or provider,
        "gen_ai.request.stream": True,
        "gen_ai.response.time_to_first_chunk": None if turn.first_token_ms is None else turn.first_token_ms / 1000,
        **_tokens(turn.tokens),
        "error.type": turn.model_error or None,
    }
    return _Span(path, f"chat {model or provider}", CLIENT, began, ended, attributes)


def _tokens(usage: Usage) -> dict[str, AttributeValue | None]:
    """Return the tokens as the conventions count them: those of the cache are a part of the input."""
    return {
        "gen_ai.usage.input_tokens": usage.input + usage.cache_read + usage.cache_write,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read or None,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write or None,
        "gen_ai.usage.output_tokens": usage.output,
    }


def _tool(path: str, began: int, tool: ToolRecord) -> _Span:
    attributes: dict[str, AttributeValue | None] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool.name,
        "gen_ai.tool.type": "function",
        "error.type": "tool_failed" if tool.outcome is ToolOutcome.FAILED else None,
    }
    return _Span(path, f"execute_tool {tool.name}", INTERNAL, began, began + tool.took_ms, attributes)


def _written(record: CallRecord, span: _Span) -> dict[str, Any]:
    """Return a span as OTLP's JSON has it: ids in hexadecimal, and 64-bit numbers as texts."""
    parent = {"parentSpanId": _id(record.call, span.path.rpartition("/")[0], 16)} if span.path else {}
    failed = {"status": {"code": ERROR}} if span.attributes.get("error.type") else {}
    return {
        "traceId": _id(record.call, "trace", 32),
        "spanId": _id(record.call, span.path, 16),
        **parent,
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(span.began * 1_000_000),
        "endTimeUnixNano": str(span.ended * 1_000_000),
        "attributes": _attributes({"gen_ai.conversation.id": record.call, **span.attributes}),
        **failed,
    }


def _id(call: str, path: str, letters: int) -> str:
    return hashlib.sha256(f"{call} {path}".encode()).hexdigest()[:letters]


def _attributes(values: Mapping[str, AttributeValue | None]) -> list[dict[str, Any]]:
    """Return attributes as OTLP's JSON has them, without those that are not known."""
    return [{"key": key, "value": _value(value)} for key, value in values.items() if value is not None]


def _value(value: AttributeValue) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": str(value)}
