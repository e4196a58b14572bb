"""The OpenTelemetry trace of a call that is over."""

import base64
import json
from dataclasses import replace
from typing import Any

from google.protobuf.json_format import Parse  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from functions.providers import price_of, trace_names
from functions.relay.record.call_record import CallRecord
from functions.relay.record.fold import record_of
from functions.relay.record.trace import trace_of
from functions.relay.record.turn_record import ToolOutcome, ToolRecord
from functions.relay.wire.model import Usage
from tests.relay.record.calls import BEGAN, CALL, CALLED, CALLER, PLAIN

RECORD = record_of(PLAIN, lambda _: "mark", price_of)


def spans(record: CallRecord = RECORD) -> list[dict[str, Any]]:
    [resource] = trace_of(record, trace_names())["resourceSpans"]
    [scope] = resource["scopeSpans"]
    found: list[dict[str, Any]] = scope["spans"]
    return found


def attributes(span: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}


def test_a_call_is_a_tree_of_turns_requests_and_tools() -> None:
    names = {span["spanId"]: span["name"] for span in spans()}
    assert [(names.get(span.get("parentSpanId", "")), span["name"]) for span in spans()] == [
        (None, "invoke_agent rosa"),
        ("invoke_agent rosa", "turn greeting"),
        ("invoke_agent rosa", "turn words"),
        ("turn words", "chat eu.anthropic.claude-haiku-5-5"),
        ("turn words", "execute_tool find"),
        ("invoke_agent rosa", "turn words"),
        ("turn words", "chat eu.anthropic.claude-haiku-5-5"),
    ]
    assert len(names) == len(spans())
    assert {span["traceId"] for span in spans()} == {spans()[0]["traceId"]}


def test_spans_have_the_names_of_the_genai_conventions() -> None:
    call, _, _, chat, tool, *_ = map(attributes, spans())
    assert (call["gen_ai.operation.name"], call["gen_ai.agent.name"], call["gen_ai.agent.version"]) == (
        "invoke_agent",
        "rosa",
        "abc",
    )
    assert (call["gen_ai.conversation.id"], call["gen_ai.usage.input_tokens"]) == (CALL, "200")
    assert (chat["gen_ai.operation.name"], chat["gen_ai.provider.name"]) == ("chat", "aws.bedrock")
    assert (chat["gen_ai.request.model"], chat["gen_ai.usage.output_tokens"]) == (
        "eu.anthropic.claude-haiku-5-5",
        "10",
    )
    assert (chat["gen_ai.request.stream"], chat["gen_ai.response.time_to_first_chunk"]) == (True, 0.3)
    assert (tool["gen_ai.operation.name"], tool["gen_ai.tool.name"]) == ("execute_tool", "find")


CONVENTIONS = {
    "error.type",
    "gen_ai.agent.name",
    "gen_ai.agent.version",
    "gen_ai.conversation.id",
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.request.stream",
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.tool.name",
    "gen_ai.tool.type",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
}
"""The names in use. Sources: opentelemetry-semantic-conventions 0.66b2, `_incubating.attributes.gen_ai_attributes`;
OpenTelemetry, "Semantic conventions for generative client AI spans", for streams."""


def test_a_name_is_one_of_the_conventions_or_our_own() -> None:
    tokens = Usage(input=5, output=7, cache_read=90, cache_write=11)
    turns = tuple(replace(turn, model_error="refused", tokens=tokens) for turn in RECORD.turns)
    names = {name for span in spans(replace(RECORD, turns=turns, tokens=tokens)) for name in attributes(span)}
    assert {name for name in names if not name.startswith("hotline.")} == CONVENTIONS


def test_tokens_of_the_cache_are_a_part_of_the_input() -> None:
    cached = replace(RECORD, tokens=Usage(input=5, output=7, cache_read=90, cache_write=11), turns=())
    [call] = map(attributes, spans(cached))
    assert (call["gen_ai.usage.input_tokens"], call["gen_ai.usage.output_tokens"]) == ("106", "7")
    assert call["gen_ai.usage.cache_read.input_tokens"] == "90"
    assert call["gen_ai.usage.cache_creation.input_tokens"] == "11"


def test_a_call_names_the_provider_of_its_model() -> None:
    call, *_ = map(attributes, spans())
    assert call["gen_ai.provider.name"] == "aws.bedrock"


def test_times_are_those_of_the_log() -> None:
    _, _, turn, chat, tool, *_ = spans()
    start = (BEGAN + 4_600) * 1_000_000
    assert int(turn["startTimeUnixNano"]) == int(chat["startTimeUnixNano"]) == start
    assert int(turn["endTimeUnixNano"]) - start == 600_000_000, "the voice began then"
    assert int(chat["endTimeUnixNano"]) - start == 400_000_000
    assert int(tool["endTimeUnixNano"]) - int(tool["startTimeUnixNano"]) == 70_000_000
    assert all(int(span["endTimeUnixNano"]) >= int(span["startTimeUnixNano"]) for span in spans())


def test_what_failed_has_its_type() -> None:
    tool = ToolRecord("find", "{}", ToolOutcome.FAILED)
    turn = replace(RECORD.turns[1], model_error="refused", tools=(tool,))
    failed = [span for span in spans(replace(RECORD, turns=(turn,))) if "status" in span]
    assert [(span["status"], attributes(span)["error.type"]) for span in failed] == [
        ({"code": 2}, "refused"),
        ({"code": 2}, "tool_failed"),
    ]


def test_a_trace_holds_no_word_and_no_number() -> None:
    text = json.dumps(trace_of(replace(RECORD, summary="They asked for a table."), trace_names()))
    for private in (CALLER, CALLED, "table", "Hello", '{"a":1}', "One."):
        assert private not in text


def test_the_same_call_makes_the_same_trace() -> None:
    assert trace_of(RECORD, trace_names()) == trace_of(RECORD, trace_names())
    assert spans()[0]["traceId"] != spans(replace(RECORD, call="CA2"))[0]["traceId"]


def test_a_call_without_agent_and_turns_is_a_trace() -> None:
    [span] = spans(replace(RECORD, agents=(), turns=()))
    assert span["name"] == "invoke_agent"


def test_the_json_is_that_of_opentelemetrys_own_messages() -> None:
    """Ids are hexadecimal in OTLP, and base64 elsewhere in the JSON of protobuf. Unknown names are refused."""
    request = trace_of(RECORD, trace_names())
    for span in request["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in {"traceId", "spanId", "parentSpanId"} & span.keys():
            raw = bytes.fromhex(span[name])
            assert len(raw) == (16 if name == "traceId" else 8)
            span[name] = base64.b64encode(raw).decode()
    read = Parse(json.dumps(request), ExportTraceServiceRequest())
    [scope] = read.resource_spans[0].scope_spans
    assert [span.name for span in scope.spans] == [span["name"] for span in spans()]
    assert scope.spans[0].start_time_unix_nano == BEGAN * 1_000_000
    assert scope.spans[3].kind == 3
