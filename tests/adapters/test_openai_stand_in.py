"""OpenAI's own SDK talks to the double. So the wire that it understands is the one on which the adapter is tested."""

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from local.models import Fail, Finish, OpenAIServer, Refuse, Text, Use

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from openai import OpenAI

# The fixtures import the SDK, so that a process without these tests need not load it.

TOOL: Any = {
    "name": "find_booking",
    "description": "Look up a booking.",
    "parameters": {"type": "object", "properties": {"reference": {"type": "string"}}, "required": ["reference"]},
}
RESPONSE_CALL: Any = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}
USE = Use("call-1", "find_booking", ('{"refe', 'rence": "K4T9"}'))


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(key="the-key") as server:
        yield server


@pytest.fixture
def openai() -> ModuleType:
    return importlib.import_module("openai")


@pytest.fixture
def sdk(server: OpenAIServer, openai: ModuleType) -> Iterator["OpenAI"]:
    with openai.OpenAI(api_key="the-key", base_url=server.base_url, max_retries=0) as client:
        yield client


def test_the_sdk_reads_a_response(server: OpenAIServer, sdk: "OpenAI") -> None:
    server.script(Text("One"), Text(" moment."), USE, Finish("tool_use", input=12, output=4, cache_read=30))
    with sdk.responses.stream(model="gpt-6-luna", input="What about K4T9?") as stream:
        final = stream.get_final_response()
    message, call = final.output
    assert final.output_text == "One moment."
    assert (message.type, call.type) == ("message", "function_call")
    assert getattr(call, "arguments", "") == '{"reference": "K4T9"}'
    assert final.usage
    assert (final.usage.input_tokens, final.usage.input_tokens_details.cached_tokens) == (42, 30)


def test_the_sdk_sees_why_a_response_is_incomplete(server: OpenAIServer, sdk: "OpenAI") -> None:
    server.script(Text("One"), Finish("max_tokens"))
    *_, last = sdk.responses.create(model="gpt-6-luna", input="Hello", stream=True)
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details
    assert last.response.incomplete_details.reason == "max_output_tokens"


def test_the_sdk_sees_a_response_fail(server: OpenAIServer, sdk: "OpenAI") -> None:
    server.script(Text("One"), Fail("server_error"))
    *_, last = sdk.responses.create(model="gpt-6-luna", input="Hello", stream=True)
    assert last.type == "response.failed"
    assert last.response.error
    assert last.response.error.code == "server_error"


def test_the_sdk_reads_a_chat(server: OpenAIServer, sdk: "OpenAI") -> None:
    server.script(Text("One"), Text(" moment."), USE, Finish("tool_use", input=12, output=4, cache_read=30))
    with sdk.chat.completions.stream(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": "What about K4T9?"}],
        stream_options={"include_usage": True},
    ) as stream:
        final = stream.get_final_completion()
    [choice] = final.choices
    [call] = choice.message.tool_calls or []
    assert (choice.message.content, choice.finish_reason) == ("One moment.", "tool_calls")
    assert (call.function.name, call.function.arguments) == ("find_booking", '{"reference": "K4T9"}')
    assert final.usage
    assert (final.usage.prompt_tokens, final.usage.completion_tokens) == (42, 4)


@pytest.mark.parametrize(
    ("status", "code", "raised"),
    [
        (429, "rate_limit_exceeded", "RateLimitError"),
        (503, "server_is_overloaded", "InternalServerError"),
        (404, "model_not_found", "NotFoundError"),
    ],
)
def test_the_sdk_knows_the_errors(
    server: OpenAIServer, sdk: "OpenAI", openai: ModuleType, *, status: int, code: str, raised: str
) -> None:
    server.script(Refuse(status, code))
    with pytest.raises(getattr(openai, raised)) as error:
        sdk.responses.create(model="gpt-6-luna", input="Hello")
    assert (error.value.code, error.value.request_id) == (code, "test-request")


def test_the_sdk_is_refused_without_the_key(server: OpenAIServer, openai: ModuleType) -> None:
    client = openai.OpenAI(api_key="another", base_url=server.base_url, max_retries=0)
    with client, pytest.raises(openai.AuthenticationError):
        client.responses.create(model="gpt-6-luna", input="Hello")


@pytest.mark.parametrize(
    ("fault", "arguments"),
    [
        ("below minimum", {"max_output_tokens": 5}),
        ("not supported with this model", {"model": "gpt-6.2-sol", "reasoning": {"effort": "none"}}),
        ("not supported with this model", {"model": "gpt-4.1", "reasoning": {"effort": "low"}}),
        ("No tool call found", {"input": [{"type": "function_call_output", "call_id": "a", "output": "x"}]}),
        (
            "No tool output found",
            {"input": [{"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}]},
        ),
        ("does not match pattern", {"tools": [{"type": "function", **TOOL, "name": "not a name", "strict": False}]}),
        ("'tools': array too long", {"tools": [{"type": "function", **TOOL, "strict": False}] * 129}),
        (
            "description': string too long",
            {"tools": [{"type": "function", **TOOL, "description": "x" * 1025, "strict": False}]},
        ),
        ("string too long", {"input": [{**RESPONSE_CALL, "call_id": "x" * 65}]}),
        ("empty string", {"input": [{**RESPONSE_CALL, "call_id": ""}]}),
        ("does not match pattern", {"input": [{**RESPONSE_CALL, "name": "book.table"}]}),
        ("expected a string", {"input": [{**RESPONSE_CALL, "arguments": {}}]}),
        ("Unknown parameter", {"extra_body": {"voice": "alloy"}}),
    ],
)
def test_a_response_that_openai_refuses_is_refused(
    sdk: "OpenAI", openai: ModuleType, fault: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(openai.BadRequestError, match=fault):
        sdk.responses.create(**{"model": "gpt-6-luna", "input": "Hello", **arguments})


CALL: Any = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
USED: Any = {"role": "assistant", "content": "", "tool_calls": [CALL]}
RESULT: Any = {"role": "tool", "tool_call_id": "a", "content": "x"}
USER: Any = {"role": "user", "content": "Hello"}


@pytest.mark.parametrize(
    ("fault", "messages"),
    [
        ("must be followed by tool messages", [USER, USED]),
        ("must be followed by tool messages", [USER, USED, USER, RESULT]),
        ("must be a response to", [USER, RESULT]),
        ("Invalid value: 'caller'", [{"role": "caller", "content": "Hello"}]),
        ("expected a string", [{"role": "user", "content": None}]),
        ("string too long", [USER, {**USED, "tool_calls": [{**CALL, "id": "x" * 41}]}]),
        ("empty array", []),
    ],
)
def test_a_chat_that_openai_refuses_is_refused(
    sdk: "OpenAI", openai: ModuleType, fault: str, messages: list[Any]
) -> None:
    with pytest.raises(openai.BadRequestError, match=fault):
        sdk.chat.completions.create(model="gpt-4.1", messages=messages)
