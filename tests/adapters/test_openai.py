"""What the adapter of OpenAI's wire writes on its two wires, and how it reads its own errors."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.adapters import http, openai
from functions.adapters.openai import OpenAI, chat
from functions.adapters.openai.effort import effort
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
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
from local.models import Drop, Finish, Garbage, OpenAIServer, Refuse, Stall, Step, Text, Use
from tests.servers.models import LUNA, openai_model

SCHEMA = {"type": "object", "properties": {}, "required": []}
BYE = ToolSpec("say_goodbye", "Hang up.", SCHEMA)
HELLO = Request("You answer the phone.", (CallerMessage("Good evening"),), (BYE,), max_tokens=120)
LOOKED_UP = Request(
    "You answer.",
    (
        CallerMessage("What about booking K4T9?"),
        AgentMessage("Let me look.", (ToolCall("use-1", "find_booking", '{"reference": "K4T9"}'),)),
        ToolResults((ToolResult("use-1", "There is none.", failed=True),)),
        CallerMessage("Hello?"),
    ),
)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def chat_server() -> Iterator[OpenAIServer]:
    with OpenAIServer(knows=OpenAIServer.CHAT_ONLY) as server:
        yield server


def sent(server: OpenAIServer, request: Request, model_id: str = LUNA) -> Any:
    with openai_model(server, model_id) as model:
        list(model.ask(request))
    return server.requests[-1].body


def answered(server: OpenAIServer, *steps: Step, model_id: str = LUNA) -> list[StreamEvent]:
    server.script(*steps)
    with openai_model(server, model_id) as model:
        return list(model.ask(HELLO))


def failure(server: OpenAIServer, *steps: Step) -> ModelError:
    with pytest.raises(ModelError) as raised:
        answered(server, *steps)
    return raised.value


def test_the_situation_follows_the_prompt(server: OpenAIServer) -> None:
    told = sent(server, replace(HELLO, situation="It is Monday."))
    assert told["instructions"] == "You answer the phone.\n\nIt is Monday."


def test_the_request_is_bounded_stored_nowhere_and_thinks_nothing(server: OpenAIServer) -> None:
    assert sent(server, HELLO) == {
        "model": LUNA,
        "instructions": "You answer the phone.",
        "input": [{"role": "user", "content": "Good evening"}],
        "max_output_tokens": 120,
        "store": False,
        "stream": True,
        "tools": [
            {
                "type": "function",
                "name": "say_goodbye",
                "description": "Hang up.",
                "parameters": SCHEMA,
                "strict": False,
            }
        ],
        "reasoning": {"effort": "none"},
    }
    assert (server.requests[-1].path, server.requests[-1].headers["Authorization"]) == (
        "/v1/responses",
        "Bearer the-key",
    )


def test_a_chat_request_is_bounded_and_asks_for_its_tokens(chat_server: OpenAIServer) -> None:
    assert sent(chat_server, HELLO, "llama3.2:1b") == {
        "model": "llama3.2:1b",
        "messages": [
            {"role": "system", "content": "You answer the phone."},
            {"role": "user", "content": "Good evening"},
        ],
        "max_tokens": 120,
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [
            {
                "type": "function",
                "function": {"name": "say_goodbye", "description": "Hang up.", "parameters": SCHEMA},
            }
        ],
    }


def test_a_tools_answer_follows_its_call(server: OpenAIServer) -> None:
    assert sent(server, LOOKED_UP)["input"] == [
        {"role": "user", "content": "What about booking K4T9?"},
        {"role": "assistant", "content": "Let me look."},
        {
            "type": "function_call",
            "call_id": "use-1",
            "name": "find_booking",
            "arguments": '{"reference": "K4T9"}',
        },
        {"type": "function_call_output", "call_id": "use-1", "output": "There is none."},
        {"role": "user", "content": "Hello?"},
    ]


def test_a_tools_answer_follows_its_call_in_chat(chat_server: OpenAIServer) -> None:
    _, _, used, result, _ = sent(chat_server, LOOKED_UP)["messages"]
    assert used == {
        "role": "assistant",
        "content": "Let me look.",
        "tool_calls": [
            {
                "id": "use-1",
                "type": "function",
                "function": {"name": "find_booking", "arguments": '{"reference": "K4T9"}'},
            }
        ],
    }
    assert result == {"role": "tool", "tool_call_id": "use-1", "content": "There is none."}


@pytest.mark.parametrize(
    ("model_id", "least"),
    [
        ("gpt-6-luna", "none"),
        ("gpt-6.1-terra", "none"),
        ("gpt-6.2-sol", "low"),
        ("gpt-6-astra", "low"),
        ("gpt-5.4-nano", "none"),
        ("gpt-5-mini", "minimal"),
        ("o4-mini", "low"),
        ("gpt-oss:20b", "low"),
        ("gpt-4.1", ""),
        ("llama3.2:1b", ""),
    ],
)
def test_each_model_is_told_to_think_as_little_as_it_can(model_id: str, least: str) -> None:
    assert effort(model_id) == least


def test_a_model_that_must_think_has_tokens_for_it(server: OpenAIServer) -> None:
    body = sent(server, HELLO, "gpt-6.2-sol")
    assert (body["reasoning"], body["max_output_tokens"]) == ({"effort": "low"}, 1120)


def test_a_bound_below_the_services_least_is_raised_to_it(server: OpenAIServer) -> None:
    assert sent(server, Request("You answer.", (CallerMessage("Hello"),), max_tokens=5))["max_output_tokens"] == 16


def test_a_chat_only_server_is_asked_for_responses_once(chat_server: OpenAIServer) -> None:
    with openai_model(chat_server) as model:
        assert [list(model.ask(HELLO)) for _ in range(3)] == [[TextDelta("Yes."), Finished("end")]] * 3
    assert [asked.path for asked in chat_server.requests] == ["/v1/chat/completions"] * 3
    assert chat_server.unknown == ["/v1/responses"]


def test_an_unknown_model_stays_an_error(server: OpenAIServer) -> None:
    error = failure(server, Refuse(404, "model_not_found"))
    assert (error.kind, str(error)) == ("refused", f"{LUNA}: model_not_found (request test-request)")


@pytest.mark.parametrize(
    ("status", "code", "trouble"),
    [
        (429, "rate_limit_exceeded", "throttled"),
        (429, "insufficient_quota", "throttled"),
        (503, "server_is_overloaded", "overloaded"),
        (504, "timeout", "stalled"),
        (500, "server_error", "broken"),
        (400, "invalid_request_error", "refused"),
        (401, "invalid_api_key", "refused"),
    ],
)
def test_an_error_before_the_stream_has_its_kind(server: OpenAIServer, status: int, code: str, trouble: str) -> None:
    error = failure(server, Refuse(status, code))
    assert error.kind == trouble
    assert str(error) == f"{LUNA}: {code} (request test-request)"


@pytest.mark.parametrize(
    "first", [Refuse(503, "server_is_overloaded"), Drop()], ids=["overloaded", "a dead connection"]
)
def test_a_short_failure_is_tried_once_more(server: OpenAIServer, first: Step) -> None:
    server.script(first)
    assert answered(server, Text("Yes."), Finish()) == [TextDelta("Yes."), Finished("end")]
    assert len(server.requests) == 2


def test_a_stall_is_not_waited_out_twice(server: OpenAIServer) -> None:
    server.script(Stall())
    with openai_model(server, seconds=0.2) as model, pytest.raises(ModelError) as raised:
        list(model.ask(HELLO))
    assert (raised.value.kind, len(server.requests)) == ("stalled", 1)


def test_a_wrong_key_is_refused() -> None:
    with OpenAIServer(key="another") as server:
        assert "invalid_api_key" in str(failure(server))


def test_a_call_that_is_sent_whole_and_without_a_number_is_taken(chat_server: OpenAIServer) -> None:
    """As llama.cpp and Ollama have written them."""
    part = b'{"function":{"name":"say_goodbye","arguments":"{}"}}'
    chunk = b'data: {"choices":[{"delta":{"tool_calls":[%b,%b]}}]}\n\n' % (part, part)
    one, other, end = answered(chat_server, Garbage(chunk), Finish("end_turn"))
    assert isinstance(one, ToolCall)
    assert isinstance(other, ToolCall)
    assert (one.name, one.arguments, end) == ("say_goodbye", "{}", Finished("tools"))
    assert one.id != other.id


def test_calls_with_one_number_are_told_apart_by_their_ids(chat_server: OpenAIServer) -> None:
    """As compatible servers of other providers have written them. Some repeat the id with each part of a call."""
    parts = (("a", '{"n":'), ("a", "1}"), ("b", '{"n":2}'))
    calls = [{"index": 0, "id": given, "function": {"name": "book", "arguments": text}} for given, text in parts]
    chunks = [json.dumps({"choices": [{"delta": {"tool_calls": [call]}}]}) for call in calls]
    garbage = Garbage("".join(f"data: {chunk}\n\n" for chunk in chunks).encode())
    assert answered(chat_server, garbage, Finish("tool_use"))[:2] == [
        ToolCall("a", "book", '{"n":1}'),
        ToolCall("b", "book", '{"n":2}'),
    ]


CALLS = {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "book", "arguments": {"n": 1}}}]}
UNNAMED = {"tool_calls": [{"index": 0, "id": "a", "function": {"arguments": ""}}]}
NAMED = {"tool_calls": [{"index": 0, "function": {"name": "book", "arguments": '{"n": 1}'}}]}


@pytest.mark.parametrize(
    ("choices", "events"),
    [
        ([{"delta": CALLS}], [ToolCall("a", "book", '{"n": 1}'), Finished("tools")]),
        ([{"delta": UNNAMED}, {"delta": NAMED}], [ToolCall("a", "book", '{"n": 1}'), Finished("tools")]),
        ([{"delta": {"content": "Hi"}}, {"delta": None}, {}], [TextDelta("Hi"), Finished("end")]),
    ],
    ids=["arguments as an object", "a late name", "choices without a delta"],
)
def test_what_compatible_servers_write_is_understood(choices: list[Any], events: list[StreamEvent]) -> None:
    chunks = [{"choices": [choice]} for choice in choices]
    assert list(chat.stream_events([*chunks, {"choices": [{"finish_reason": "stop"}]}])) == events


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": 5}, {"prompt_tokens": None, "completion_tokens": 2}])
def test_tokens_that_a_server_does_not_count_are_none(usage: dict[str, Any]) -> None:
    *_, end = chat.stream_events([{"choices": [{"finish_reason": "stop"}], "usage": usage}])
    assert end == Finished("end", Usage(usage.get("prompt_tokens") or 0, usage.get("completion_tokens", 0)))


def test_a_call_that_was_cut_off_is_not_run(chat_server: OpenAIServer) -> None:
    assert answered(chat_server, Use("use-1", "say_goodbye", ('{"no',)), Finish("max_tokens")) == [Finished("length")]


def test_half_a_sign_is_sent_as_json_can_write_it(server: OpenAIServer) -> None:
    assert sent(server, Request("You answer.", (CallerMessage("half a sign: \ud83d"),)))["input"][0]["content"]


def test_its_own_pool_is_impatient_enough_for_a_call() -> None:
    with http.pool() as pool:
        timeout = pool.connection_pool_kw["timeout"]
    assert (timeout.connect_timeout, timeout.read_timeout) == (1.0, 6.0)
    assert openai.URL == "https://api.openai.com/v1"


def test_a_server_of_ones_own_needs_no_key(server: OpenAIServer) -> None:
    with http.pool() as pool:
        assert list(OpenAI(pool, "llama3.2:1b", url=f"{server.base_url}/").ask(HELLO))
    assert "Authorization" not in server.requests[-1].headers
