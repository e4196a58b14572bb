"""What the adapter of Bedrock writes on its own wire, and how it reads its own errors."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from functions.adapters import bedrock
from functions.adapters.bedrock import Bedrock
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    ModelError,
    Request,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolResults,
    ToolSpec,
    Usage,
)
from local.models import BedrockServer, Drop, Finish, Garbage, Refuse, Step, Text
from local.models.bedrock import frame
from tests.servers.models import EU_HAIKU, bedrock_model

pytestmark = pytest.mark.slow

CACHE = {"cachePoint": {"type": "default"}}
FIND = ToolSpec("find_booking", "Look up a booking.", {"type": "object", "properties": {}, "required": []})
HELLO = Request("You answer the phone.", (CallerMessage("Good evening"),), (FIND,), max_tokens=120)


@pytest.fixture
def server() -> Iterator[BedrockServer]:
    with BedrockServer() as server:
        yield server


def sent(server: BedrockServer, request: Request, model_id: str = EU_HAIKU) -> Any:
    with bedrock_model(server, model_id) as model:
        list(model.ask(request))
    return server.requests[-1].body


def failure(server: BedrockServer, step: Step) -> ModelError:
    server.script(step)
    with bedrock_model(server) as model, pytest.raises(ModelError) as raised:
        list(model.ask(HELLO))
    return raised.value


def test_a_guardrail_judges_beside_the_stream(server: BedrockServer, caplog: pytest.LogCaptureFixture) -> None:
    server.script(Text("I can not talk about that."), Finish("guardrail_intervened"))
    with bedrock_model(server, guardrail="abc123:1") as model:
        *_, end = model.ask(HELLO)
    assert end == Finished("refused", end.usage if isinstance(end, Finished) else Usage())
    assert server.requests[-1].body["guardrailConfig"] == {
        "guardrailIdentifier": "abc123",
        "guardrailVersion": "1",
        "streamProcessingMode": "async",
        "trace": "enabled",
    }
    assert "a guardrail has intervened: topicPolicy" in caplog.text


def test_a_guardrail_judges_only_the_newest_words(server: BedrockServer) -> None:
    call = ToolCall("t1", "find_booking", "{}")
    said = (CallerMessage("Which shares?"), AgentMessage("I cannot say."), CallerMessage("When do you open?"))
    found = (AgentMessage("", (call,)), ToolResults((ToolResult("t1", "at nine"),)))
    with bedrock_model(server, guardrail="abc123:1") as model:
        list(model.ask(replace(HELLO, messages=said)))
        list(model.ask(replace(HELLO, messages=(*said, *found))))
    assert server.refusals == []
    for asked in server.requests:
        first, _, newest, *_ = asked.body["messages"]
        assert first["content"] == [{"text": "Which shares?"}]
        assert newest["content"][0] == {"guardContent": {"text": {"text": "When do you open?"}}}


def test_a_guardrail_without_its_version_is_refused(server: BedrockServer) -> None:
    with bedrock_model(server, guardrail="abc123") as model, pytest.raises(ModelError, match="ValidationException"):
        list(model.ask(HELLO))


def test_the_situation_follows_the_cached_prompt(server: BedrockServer) -> None:
    told = replace(HELLO, situation="It is Monday.")
    assert sent(server, told)["system"] == [{"text": "You answer the phone."}, CACHE, {"text": "It is Monday."}]


def test_the_request_is_bounded_cached_and_thinks_nothing(server: BedrockServer) -> None:
    assert sent(server, HELLO) == {
        "system": [{"text": "You answer the phone."}, CACHE],
        "messages": [{"role": "user", "content": [{"text": "Good evening"}, CACHE]}],
        "inferenceConfig": {"maxTokens": 120},
        "toolConfig": {
            "tools": [
                {
                    "toolSpec": {
                        "name": "find_booking",
                        "description": "Look up a booking.",
                        "inputSchema": {"json": {"type": "object", "properties": {}, "required": []}},
                    }
                },
                CACHE,
            ]
        },
        "additionalModelRequestFields": {"thinking": {"type": "disabled"}},
    }
    assert server.requests[-1].path == f"/model/{EU_HAIKU}/converse-stream"


def test_an_agent_without_tools_offers_none(server: BedrockServer) -> None:
    assert "toolConfig" not in sent(server, Request("You answer.", (CallerMessage("Hello"),)))


@pytest.mark.parametrize(
    ("model_id", "thinking"),
    [
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "disabled"),
        ("arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-haiku-5-5", "disabled"),
        ("us.anthropic.claude-sonnet-5-5", "between_tools"),
    ],
)
def test_thinking_is_switched_off_as_the_model_knows_it(server: BedrockServer, model_id: str, thinking: str) -> None:
    assert sent(server, HELLO, model_id)["additionalModelRequestFields"] == {"thinking": {"type": thinking}}


@pytest.mark.parametrize(
    "model_id", ["eu.amazon.nova-lite-v1:0", "meta.llama3-3-70b", "us.anthropic.claude-opus-5-5"]
)
def test_a_model_without_that_setting_is_not_sent_it(server: BedrockServer, model_id: str) -> None:
    assert "additionalModelRequestFields" not in sent(server, HELLO, model_id)


@pytest.mark.parametrize(("model_id", "points"), [("eu.amazon.nova-lite-v1:0", 1), ("meta.llama3-3-70b", 0)])
def test_models_get_only_the_cache_points_that_they_take(server: BedrockServer, model_id: str, points: int) -> None:
    body = sent(server, HELLO, model_id)
    assert json.dumps(body).count("cachePoint") == points
    assert [block for block in body["system"] if "cachePoint" in block] == [CACHE] * points


def test_a_tools_answer_and_the_callers_next_words_are_one_message(server: BedrockServer) -> None:
    lines = (
        CallerMessage("What about booking K4T9?"),
        AgentMessage("Let me look.", (ToolCall("use-1", "find_booking", '{"reference": "K4T9"}'),)),
        ToolResults((ToolResult("use-1", "There is none.", failed=True),)),
        CallerMessage("Hello?"),
    )
    asked, used, answered = sent(server, Request("You answer.", lines, (FIND,)))["messages"]
    assert asked == {"role": "user", "content": [{"text": "What about booking K4T9?"}]}
    assert used["content"] == [
        {"text": "Let me look."},
        {"toolUse": {"toolUseId": "use-1", "name": "find_booking", "input": {"reference": "K4T9"}}},
    ]
    result = {"toolUseId": "use-1", "content": [{"text": "There is none."}], "status": "error"}
    assert answered == {"role": "user", "content": [{"toolResult": result}, {"text": "Hello?"}, CACHE]}


@pytest.mark.parametrize(
    ("status", "code", "trouble"),
    [
        (429, "ThrottlingException", "throttled"),
        (400, "ServiceQuotaExceededException", "throttled"),
        (503, "ServiceUnavailableException", "overloaded"),
        (429, "ModelNotReadyException", "overloaded"),
        (408, "ModelTimeoutException", "stalled"),
        (424, "ModelErrorException", "broken"),
        (500, "InternalServerException", "broken"),
        (400, "ValidationException", "refused"),
        (403, "AccessDeniedException", "refused"),
        (404, "ResourceNotFoundException", "refused"),
    ],
)
def test_an_error_before_the_stream_has_its_trouble(
    server: BedrockServer, status: int, code: str, trouble: str
) -> None:
    error = failure(server, Refuse(status, code))
    assert error.kind == trouble
    assert str(error) == f"{EU_HAIKU}: {code} (request test-request)"


@pytest.mark.parametrize("reason", ["malformed_model_output", "malformed_tool_use"])
def test_what_the_model_could_not_write_is_broken(server: BedrockServer, reason: str) -> None:
    error = failure(server, Finish(reason))
    assert error.kind == "broken"
    assert reason in str(error)


def test_an_event_that_is_no_json_is_broken(server: BedrockServer) -> None:
    headers = {":event-type": "metadata", ":content-type": "application/json", ":message-type": "event"}
    assert failure(server, Garbage(frame(headers, b"{not json"))).kind == "broken"


def test_filtered_content_is_a_refusal(server: BedrockServer) -> None:
    server.script(Finish("content_filtered"))
    with bedrock_model(server) as model:
        assert list(model.ask(HELLO)) == [Finished("refused")]


@pytest.mark.parametrize("first", [Refuse(429, "ThrottlingException"), Drop()])
def test_the_client_tries_once_more(server: BedrockServer, first: Refuse | Drop) -> None:
    server.script(first)
    server.script(Text("Yes."), Finish())
    with bedrock_model(server, attempts=2) as model:
        assert next(model.ask(HELLO)) == TextDelta("Yes.")
    assert len(server.requests) == 2


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.mark.usefixtures("account")
def test_its_own_client_goes_where_it_is_told(server: BedrockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
    with closing(bedrock.client()) as client:
        assert list(Bedrock(client, EU_HAIKU).ask(HELLO)) == [TextDelta("Yes."), Finished("end")]


@pytest.mark.usefixtures("account")
def test_its_own_client_is_impatient_enough_for_a_call() -> None:
    with closing(bedrock.client()) as client:
        config: Any = client.meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (1, 6, 2)


def test_beyond_boto3_it_loads_nothing_that_takes_time() -> None:
    source = """if True:
        import sys, boto3
        boto3.Session(region_name="eu-central-1").client("bedrock-runtime")
        before = set(sys.modules)
        import functions.adapters.bedrock
        small = {*sys.builtin_module_names, "unicodedata"}
        print(*{name.partition(".")[0] for name in set(sys.modules) - before} - small)
    """
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["functions"]


def test_a_model_of_openai_thinks_as_little_as_it_can(server: BedrockServer) -> None:
    body = sent(server, HELLO, "openai.gpt-oss-120b-1:0")
    assert body["additionalModelRequestFields"] == {"reasoning_effort": "low"}
