"""What the adapter of Anthropic's API writes on its own wire, and how it reads its own errors."""

from collections.abc import Iterator
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from functions.adapters import claude
from functions.adapters.claude import Claude
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
)
from local.models import AnthropicServer, Drop, Finish, Refuse, Stall, Step, Text
from tests.servers.models import HAIKU, claude_model

pytestmark = pytest.mark.slow

CACHE = {"cache_control": {"type": "ephemeral"}}
SCHEMA = {"type": "object", "properties": {}, "required": []}
FIND, BYE = ToolSpec("find_booking", "Look up a booking.", SCHEMA), ToolSpec("say_goodbye", "Hang up.", SCHEMA)
HELLO = Request("You answer the phone.", (CallerMessage("Good evening"),), (FIND, BYE), max_tokens=120)


@pytest.fixture
def server() -> Iterator[AnthropicServer]:
    with AnthropicServer() as server:
        yield server


def sent(server: AnthropicServer, request: Request, model_id: str = HAIKU) -> Any:
    with claude_model(server, model_id) as model:
        list(model.ask(request))
    return server.requests[-1].body


def failure(server: AnthropicServer, step: Step) -> ModelError:
    server.script(step)
    with claude_model(server) as model, pytest.raises(ModelError) as raised:
        list(model.ask(HELLO))
    return raised.value


def test_the_request_is_bounded_cached_and_thinks_nothing(server: AnthropicServer) -> None:
    assert sent(server, HELLO) == {
        "model": HAIKU,
        "stream": True,
        "max_tokens": 120,
        "thinking": {"type": "disabled"},
        "system": [{"type": "text", "text": "You answer the phone.", **CACHE}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Good evening", **CACHE}]}],
        "tools": [
            {"name": "find_booking", "description": "Look up a booking.", "input_schema": SCHEMA},
            {"name": "say_goodbye", "description": "Hang up.", "input_schema": SCHEMA, **CACHE},
        ],
    }
    assert server.requests[-1].path == "/v1/messages"


def test_the_situation_follows_the_cached_prompt(server: AnthropicServer) -> None:
    system = sent(server, replace(HELLO, situation="It is Monday."))["system"]
    assert system == [
        {"type": "text", "text": "You answer the phone.", **CACHE},
        {"type": "text", "text": "It is Monday."},
    ]


def test_an_agent_without_tools_offers_none(server: AnthropicServer) -> None:
    assert "tools" not in sent(server, Request("You answer.", (CallerMessage("Hello"),)))


def test_thinking_is_switched_off_as_the_model_knows_it(server: AnthropicServer) -> None:
    assert sent(server, HELLO, "claude-sonnet-5-5")["thinking"] == {"type": "between_tools"}


@pytest.mark.parametrize("model_id", ["claude-opus-5-5", "claude-fable-5-2", "claude-mythos-5-1"])
def test_a_model_that_always_thinks_is_not_told_otherwise(server: AnthropicServer, model_id: str) -> None:
    assert "thinking" not in sent(server, HELLO, model_id)


def test_a_tools_answer_and_the_callers_next_words_are_one_message(server: AnthropicServer) -> None:
    lines = (
        CallerMessage("What about booking K4T9?"),
        AgentMessage("Let me look.", (ToolCall("use-1", "find_booking", '{"reference": "K4T9"}'),)),
        ToolResults((ToolResult("use-1", "There is none.", failed=True),)),
        CallerMessage("Hello?"),
    )
    asked, used, answered = sent(server, Request("You answer.", lines, (FIND,)))["messages"]
    assert asked == {"role": "user", "content": [{"type": "text", "text": "What about booking K4T9?"}]}
    assert used["content"] == [
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "use-1", "name": "find_booking", "input": {"reference": "K4T9"}},
    ]
    assert answered["content"] == [
        {"type": "tool_result", "tool_use_id": "use-1", "content": "There is none.", "is_error": True},
        {"type": "text", "text": "Hello?", **CACHE},
    ]


@pytest.mark.parametrize(
    ("status", "code", "trouble"),
    [
        (429, "rate_limit_error", "throttled"),
        (529, "overloaded_error", "overloaded"),
        (504, "timeout_error", "stalled"),
        (500, "api_error", "broken"),
        (400, "invalid_request_error", "refused"),
        (401, "authentication_error", "refused"),
        (404, "not_found_error", "refused"),
    ],
)
def test_an_error_before_the_stream_has_its_trouble(
    server: AnthropicServer, status: int, code: str, trouble: str
) -> None:
    error = failure(server, Refuse(status, code))
    assert error.kind == trouble
    assert str(error) == f"{HAIKU}: {code} (request test-request)"


@pytest.mark.parametrize("first", [Refuse(529, "overloaded_error"), Drop()], ids=["overloaded", "a dead connection"])
def test_a_moments_trouble_is_tried_once_more(server: AnthropicServer, first: Step) -> None:
    server.script(first)
    server.script(Text("Yes."), Finish())
    with claude_model(server) as model:
        assert list(model.ask(HELLO)) == [TextDelta("Yes."), Finished("end")]
    assert len(server.requests) == 2


def test_a_stall_is_not_waited_out_twice(server: AnthropicServer) -> None:
    server.script(Stall())
    with claude_model(server, seconds=0.2) as model, pytest.raises(ModelError) as raised:
        list(model.ask(HELLO))
    assert raised.value.kind == "stalled"
    assert len(server.requests) == 1


def test_a_caller_does_not_wait_out_a_rate_limit(server: AnthropicServer) -> None:
    began = monotonic()
    error = failure(server, Refuse(429, "rate_limit_error", headers=(("retry-after", "30"),)))
    assert error.kind == "throttled"
    assert len(server.requests) == 1
    assert monotonic() - began < 30


def test_what_cannot_be_written_as_text_is_replaced(server: AnthropicServer) -> None:
    with claude_model(server) as model:
        list(model.ask(Request("You answer.", (CallerMessage("half a sign: \ud83d"),))))
    assert server.requests[-1].body["messages"][0]["content"][0]["text"] == "half a sign: ?"


def test_its_own_client_goes_where_it_is_told(server: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    with claude.client("the-key") as client:
        assert list(Claude(client, HAIKU).ask(HELLO)) == [TextDelta("Yes."), Finished("end")]
    assert "the-key" in server.requests[-1].headers["Authorization"]


def test_its_own_client_is_impatient_enough_for_a_call() -> None:
    with claude.client("the-key") as client:
        assert client.timeout == claude.TIMEOUT
        assert client.max_retries == 0
    assert (claude.TIMEOUT.connect, claude.TIMEOUT.read) == (1.0, 6.0)
