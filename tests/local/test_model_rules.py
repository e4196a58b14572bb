"""The doubles refuse what the services refuse, in the services' words, as the real SDKs report it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from math import inf
from typing import Any

import anthropic
import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from functions.adapters import claude
from local.models import AnthropicServer, BedrockServer, Finish, Text, anthropic_checks, bedrock_checks
from local.models.rules import Fault, Rule
from tests.servers.models import EU_HAIKU, HAIKU

Body = dict[str, Any]
Change = Callable[[Body], object]

SCHEMA = {"type": "object", "properties": {"day": {"type": "string"}}}


def bedrock_body() -> Body:
    """A request that the service accepts: a question, a tool call, its result."""
    return {
        "modelId": EU_HAIKU,
        "system": [{"text": "You answer."}, {"cachePoint": {"type": "default"}}],
        "messages": [
            {"role": "user", "content": [{"text": "A table, please."}]},
            {"role": "assistant", "content": [{"text": "One moment."}, bedrock_call()]},
            {"role": "user", "content": [bedrock_result(), {"text": "Are you there?"}]},
        ],
        "inferenceConfig": {"maxTokens": 300},
        "toolConfig": {"tools": [bedrock_tool("book")]},
    }


def bedrock_call(id: str = "t1", name: str = "book", given: Any = None) -> Body:
    return {"toolUse": {"toolUseId": id, "name": name, "input": {} if given is None else given}}


def bedrock_result(id: str = "t1", *content: Body, status: str = "success") -> Body:
    return {"toolResult": {"toolUseId": id, "content": list(content or [{"text": "Booked."}]), "status": status}}


def bedrock_tool(name: str, schema: Body = SCHEMA) -> Body:
    return {"toolSpec": {"name": name, "description": "Book.", "inputSchema": {"json": schema}}}


def claude_body() -> Body:
    """The same request on the other wire."""
    return {
        "model": HAIKU,
        "max_tokens": 300,
        "system": [{"type": "text", "text": "You answer.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": "A table, please."},
            {"role": "assistant", "content": [{"type": "text", "text": "One moment."}, claude_call()]},
            {"role": "user", "content": [claude_result(), {"type": "text", "text": "Are you there?"}]},
        ],
        "tools": [claude_tool("book")],
    }


def claude_call(id: str = "t1", name: str = "book", given: Any = None) -> Body:
    return {"type": "tool_use", "id": id, "name": name, "input": {} if given is None else given}


def claude_result(id: str = "t1", content: Any = "Booked.", failed: bool = False) -> Body:
    return {"type": "tool_result", "tool_use_id": id, "content": content, "is_error": failed}


def claude_tool(name: str, schema: Body = SCHEMA) -> Body:
    return {"name": name, "description": "Book.", "input_schema": schema}


def put(*path: str | int, value: Any) -> Change:
    """Set the value at a path of the request."""

    def change(body: Body) -> None:
        within: Any = body
        for step in path[:-1]:
            within = within[step]
        within[path[-1]] = value

    return change


def add(*path: str | int, values: list[Any]) -> Change:
    """Append to the list at a path of the request."""

    def change(body: Body) -> None:
        within: Any = body
        for step in path:
            within = within[step]
        within.extend(values)

    return change


def drop(*path: str | int) -> Change:
    """Remove the value at a path of the request."""

    def change(body: Body) -> None:
        within: Any = body
        for step in path[:-1]:
            within = within[step]
        del within[path[-1]]

    return change


def both(*changes: Change) -> Change:
    def change(body: Body) -> None:
        for one in changes:
            one(body)

    return change


def id_and_result(call: Callable[..., Body], result: Callable[..., Body], id: str) -> Change:
    """Give the call and its result another id."""
    return both(put("messages", 1, "content", 1, value=call(id)), put("messages", 2, "content", 0, value=result(id)))


SECOND_ROUND_OF_BEDROCK = [
    {"role": "assistant", "content": [bedrock_call()]},
    {"role": "user", "content": [bedrock_result()]},
]
SECOND_ROUND_OF_CLAUDE = [
    {"role": "assistant", "content": [claude_call()]},
    {"role": "user", "content": [claude_result()]},
]

POINT = {"cachePoint": {"type": "default"}}
CACHED = {"type": "text", "text": "Hello?", "cache_control": {"type": "ephemeral"}}

KEYED = {"type": "object", "properties": {"the day": {"type": "string"}}}

BY_BEDROCK: list[tuple[Rule, Change, str]] = [
    (Rule.NOT_JSON, put("messages", 0, "content", 0, "text", value="\ud800"), "not valid JSON"),
    (Rule.MAX_TOKENS_LOW, put("inferenceConfig", "maxTokens", value=0), "Value at 'inferenceConfig.maxTokens'"),
    (Rule.MAX_TOKENS_HIGH, put("inferenceConfig", "maxTokens", value=128_001), "exceeds the model limit of 128000"),
    (Rule.CACHE_POINTS, add("messages", 0, "content", values=[POINT] * 4), "Found 5."),
    (
        Rule.TOOL_NAME,
        put("toolConfig", "tools", 0, "toolSpec", "name", value="book.table"),
        "Value at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
    ),
    (
        Rule.TOOL_NAME_LONG,
        put("toolConfig", "tools", 0, "toolSpec", "name", value="x" * 65),
        "Member must have length less than or equal to 64",
    ),
    (
        Rule.TOOL_NAMES_TWICE,
        add("toolConfig", "tools", values=[bedrock_tool("book")]),
        "Tool names must be unique",
    ),
    (
        Rule.SCHEMA_NO_OBJECT,
        put("toolConfig", "tools", 0, value=bedrock_tool("book", {})),
        "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.",
    ),
    (
        Rule.SCHEMA_UNION,
        put("toolConfig", "tools", 0, value=bedrock_tool("book", {"type": "object", "oneOf": []})),
        "does not support oneOf, allOf, or anyOf at the top level",
    ),
    (Rule.SCHEMA_KEY, put("toolConfig", "tools", 0, value=bedrock_tool("book", KEYED)), "Property keys should match"),
    (
        Rule.CALL_NAME,
        put("messages", 1, "content", 1, value=bedrock_call(name="")),
        "Value at 'messages.2.member.content.2.member.toolUse.name' failed to satisfy constraint",
    ),
    (Rule.CALL_NAME_LONG, put("messages", 1, "content", 1, value=bedrock_call(name="x" * 65)), "toolUse.name"),
    (Rule.CALL_ID, id_and_result(bedrock_call, bedrock_result, "t 1"), "toolUse.toolUseId"),
    (Rule.CALL_ID_LONG, id_and_result(bedrock_call, bedrock_result, "t" * 65), "toolUse.toolUseId"),
    (Rule.CALL_INPUT, put("messages", 1, "content", 1, value=bedrock_call(given=[1])), "Provide a json object"),
    (
        Rule.RESULT_ID,
        put("messages", 2, "content", 0, value=bedrock_result("t 1")),
        "Value at 'messages.3.member.content.1.member.toolResult.toolUseId'",
    ),
    (
        Rule.RESULT_ID_LONG,
        put("messages", 2, "content", 0, value=bedrock_result("t" * 65)),
        "less than or equal to 64",
    ),
    (Rule.NO_MESSAGE, put("messages", value=[]), "A conversation must start with a user message."),
    (Rule.FIRST_ROLE, drop("messages", 0), "A conversation must start with a user message."),
    (
        Rule.ROLES,
        add("messages", values=[{"role": "user", "content": [{"text": "Hello?"}]}]),
        "A conversation must alternate between user and assistant roles.",
    ),
    (
        Rule.LAST_ROLE,
        add("messages", values=[{"role": "assistant", "content": [{"text": "For"}]}]),
        "This model does not support assistant message prefill.",
    ),
    (
        Rule.EMPTY_MESSAGE,
        put("messages", 0, "content", value=[]),
        "The content field in the Message object at messages.0 is empty.",
    ),
    (
        Rule.EMPTY_TEXT,
        put("messages", 0, "content", 0, "text", value=""),
        "The text field in the ContentBlock object at messages.0.content.0 is blank.",
    ),
    (
        Rule.BLANK_TEXT,
        put("messages", 1, "content", 0, "text", value=" \n"),
        "The text field in the ContentBlock object at messages.1.content.0 is blank.",
    ),
    (Rule.BLANK_SYSTEM, put("system", 0, "text", value=" "), "at system.0 is blank"),
    (
        Rule.EMPTY_RESULT,
        both(
            put("messages", 2, "content", 0, "toolResult", "content", value=[]),
            put("messages", 2, "content", 0, "toolResult", "status", value="error"),
        ),
        "messages.2.content.0.toolResult cannot be empty when status value is error.",
    ),
    (Rule.CALL_BY_USER, add("messages", 2, "content", values=[bedrock_call("t2")]), "only be in `assistant`"),
    (Rule.RESULT_BY_ASSISTANT, add("messages", 1, "content", values=[bedrock_result()]), "only be in `user`"),
    (Rule.NO_TOOLS, drop("toolConfig"), "The toolConfig field must be defined when using toolUse and toolResult"),
    (
        Rule.CALL_IDS_TWICE,
        add("messages", 1, "content", values=[bedrock_call()]),
        "The toolUse blocks at messages.1.content contain duplicate Ids: t1",
    ),
    (
        Rule.CALL_ID_REUSED,
        add("messages", values=SECOND_ROUND_OF_BEDROCK),
        "messages.3.content.0: `tool_use` ids must be unique",
    ),
    (
        Rule.RESULT_IDS_TWICE,
        add("messages", 2, "content", values=[bedrock_result()]),
        "The toolResult blocks at messages.2.content contain duplicate Ids: t1",
    ),
    (
        Rule.RESULT_MISSING,
        drop("messages", 2, "content", 0),
        "Expected toolResult blocks at messages.2.content for the following Ids: t1",
    ),
    (
        Rule.RESULT_UNASKED,
        add("messages", 2, "content", values=[bedrock_result("t2")]),
        "exceeds the number of toolUse blocks of previous turn.",
    ),
]

BY_CLAUDE: list[tuple[Rule, Change, str]] = [
    (Rule.MAX_TOKENS_LOW, put("max_tokens", value=0), "max_tokens: Input should be greater than or equal to 1"),
    (
        Rule.MAX_TOKENS_HIGH,
        put("max_tokens", value=128_001),
        "max_tokens: 128001 > 128000, which is the maximum allowed number of output tokens for claude-haiku-5-5",
    ),
    (
        Rule.CACHE_POINTS,
        put("messages", 0, "content", value=[CACHED] * 4),
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    (
        Rule.TOOL_NAME,
        put("tools", 0, "name", value="book.table"),
        "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
    ),
    (Rule.TOOL_NAME_LONG, put("tools", 0, "name", value="x" * 65), "tools.0.custom.name"),
    (Rule.TOOL_NAMES_TWICE, add("tools", values=[claude_tool("book")]), "tools: Tool names must be unique."),
    (
        Rule.SCHEMA_NO_OBJECT,
        put("tools", 0, "input_schema", value={}),
        "tools.0.custom.input_schema.type: Input should be 'object'",
    ),
    (
        Rule.SCHEMA_UNION,
        put("tools", 0, "input_schema", value={"type": "object", "anyOf": []}),
        "does not support oneOf, allOf, or anyOf at the top level",
    ),
    (Rule.SCHEMA_KEY, put("tools", 0, "input_schema", value=KEYED), "tools.0.custom.input_schema.properties"),
    (
        Rule.CALL_NAME,
        put("messages", 1, "content", 1, value=claude_call(name="$FUNCTIONS.book")),
        "messages.1.content.1.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
    ),
    (Rule.CALL_NAME_LONG, put("messages", 1, "content", 1, value=claude_call(name="x" * 200)), "tool_use.name"),
    (
        Rule.CALL_ID,
        id_and_result(claude_call, claude_result, "book:1"),
        "messages.1.content.1.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ),
    (Rule.CALL_INPUT, put("messages", 1, "content", 1, value=claude_call(given="{}")), "valid dictionary"),
    (
        Rule.RESULT_ID,
        put("messages", 2, "content", 0, value=claude_result("t 1")),
        "messages.2.content.0.tool_result.tool_use_id: String should match pattern",
    ),
    (Rule.NO_MESSAGE, put("messages", value=[]), "messages: at least one message is required"),
    (Rule.FIRST_ROLE, drop("messages", 0), 'messages: first message must use the "user" role'),
    (
        Rule.LAST_ROLE,
        add("messages", values=[{"role": "assistant", "content": "For"}]),
        "This model does not support assistant message prefill.",
    ),
    (Rule.EMPTY_MESSAGE, put("messages", 0, "content", value=[]), "messages.0: all messages must have non-empty"),
    (Rule.EMPTY_TEXT, put("messages", 0, "content", value=""), "messages: text content blocks must be non-empty"),
    (Rule.BLANK_TEXT, put("messages", 0, "content", value="\t"), "must contain non-whitespace text"),
    (Rule.BLANK_SYSTEM, put("system", 0, "text", value=" "), "system: text content blocks"),
    (
        Rule.EMPTY_RESULT,
        put("messages", 2, "content", 0, value=claude_result(content=[], failed=True)),
        "messages.2.content.0.tool_result: content cannot be empty if `is_error` is true",
    ),
    (Rule.CALL_BY_USER, add("messages", 2, "content", values=[claude_call("t2")]), "only be in `assistant`"),
    (Rule.RESULT_BY_ASSISTANT, add("messages", 1, "content", values=[claude_result()]), "only be in `user`"),
    (Rule.NO_TOOLS, drop("tools"), "Requests which include `tool_use` or `tool_result` blocks must define tools."),
    (
        Rule.CALL_IDS_TWICE,
        add("messages", 1, "content", values=[claude_call()]),
        "messages.1.content.2: `tool_use` ids must be unique",
    ),
    (
        Rule.CALL_ID_REUSED,
        add("messages", values=SECOND_ROUND_OF_CLAUDE),
        "messages.3.content.0: `tool_use` ids must be unique",
    ),
    (
        Rule.RESULT_IDS_TWICE,
        add("messages", 2, "content", values=[claude_result()]),
        "messages.2.content.2: each tool_use must have a single result.",
    ),
    (
        Rule.RESULT_MISSING,
        drop("messages", 2, "content", 0),
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1.",
    ),
    (
        Rule.RESULT_UNASKED,
        add("messages", 2, "content", values=[claude_result("t2")]),
        "messages.2.content.2: unexpected `tool_use_id` found in `tool_result` blocks: t2.",
    ),
]


@pytest.fixture(scope="module")
def bedrock() -> Iterator[Any]:
    """The real client, which sends exactly what it gets, so that the service checks it."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1")
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    with (
        BedrockServer() as server,
        closing(session.client("bedrock-runtime", endpoint_url=server.url, config=config)) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def anthropic_api() -> Iterator[anthropic.Anthropic]:
    with AnthropicServer() as server, claude.client("test").with_options(base_url=server.url) as client:
        yield client


def changed(body: Body, *changes: Change) -> Body:
    own = deepcopy(body)
    for change in changes:
        change(own)
    return own


def refused_by_bedrock(client: Any, body: Body) -> str:
    with pytest.raises(ClientError) as raised:
        client.converse_stream(**body)
    error = raised.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == ("ValidationException", 400)
    return str(error["Error"]["Message"])


def refused_by_claude(client: anthropic.Anthropic, body: Body) -> str:
    with pytest.raises(anthropic.BadRequestError) as raised:
        client.messages.create(**body, stream=True)
    error = raised.value
    assert isinstance(error.body, dict)
    assert (error.status_code, error.body["type"], error.type) == (400, "error", "invalid_request_error")
    return str(error.body["error"]["message"])


def test_bedrock_takes_a_sound_request(bedrock: Any) -> None:
    assert list(bedrock.converse_stream(**bedrock_body())["stream"])


def test_claude_takes_a_sound_request(anthropic_api: anthropic.Anthropic) -> None:
    assert list(anthropic_api.messages.create(**claude_body(), stream=True))


@pytest.mark.parametrize(("rule", "change", "text"), BY_BEDROCK, ids=[rule.name for rule, *_ in BY_BEDROCK])
def test_bedrock_refuses(bedrock: Any, rule: Rule, change: Change, text: str) -> None:
    assert text in refused_by_bedrock(bedrock, changed(bedrock_body(), change))


@pytest.mark.parametrize(("rule", "change", "text"), BY_CLAUDE, ids=[rule.name for rule, *_ in BY_CLAUDE])
def test_claude_refuses(anthropic_api: anthropic.Anthropic, rule: Rule, change: Change, text: str) -> None:
    assert text in refused_by_claude(anthropic_api, changed(claude_body(), change))


NOT_CLAUDES = {Rule.ROLES, Rule.CALL_ID_LONG, Rule.RESULT_ID_LONG}
NOT_BEDROCKS = {Rule.TOO_MANY_MESSAGES}
NEVER_SENT = {Rule.NOT_JSON}
"""The SDK raises an error of its own."""
BY_SIZE = {Rule.TOO_LARGE, Rule.TOO_MANY_MESSAGES}


def test_every_rule_is_tried_on_each_service_that_has_it() -> None:
    assert {rule for rule, *_ in BY_BEDROCK} == {*Rule} - NOT_BEDROCKS - BY_SIZE
    assert {rule for rule, *_ in BY_CLAUDE} == {*Rule} - NOT_CLAUDES - BY_SIZE - NEVER_SENT


@pytest.mark.parametrize(("rule", "change", "_"), BY_BEDROCK, ids=[rule.name for rule, *_ in BY_BEDROCK])
def test_only_the_rule_that_is_named_is_broken(rule: Rule, change: Change, _: str) -> None:
    body = changed(bedrock_body(), change)
    refusal = bedrock_checks.refusal(body, EU_HAIKU, 0)
    assert refusal is not None
    fault = bedrock_checks.fault(body, EU_HAIKU, 0)
    assert isinstance(fault, Fault)
    assert fault.rule is rule


def test_bedrock_refuses_a_request_that_is_too_large() -> None:
    refusal = bedrock_checks.refusal(bedrock_body(), EU_HAIKU, 25_000_001)
    assert refusal is not None
    assert (refusal.status, refusal.message) == (400, "Input is too long for requested model.")


def test_claude_refuses_a_request_that_is_too_large() -> None:
    refusal = anthropic_checks.refusal(claude_body(), 32_000_001)
    assert refusal is not None
    assert (refusal.status, refusal.code) == (413, "request_too_large")


@pytest.mark.parametrize("given", [{"day": inf}, {"day": "\ud800"}])
def test_claude_refuses_a_body_that_only_python_reads(given: Body) -> None:
    refusal = anthropic_checks.refusal(
        changed(claude_body(), put("messages", 1, "content", 1, value=claude_call(given=given))), 0
    )
    assert refusal is not None
    assert refusal.message == "The request body is not valid JSON"


def test_claude_refuses_too_many_messages() -> None:
    messages = [{"role": ("user", "assistant")[number % 2], "content": "Yes."} for number in range(100_001)]
    refusal = anthropic_checks.refusal({**claude_body(), "messages": messages}, 0)
    assert refusal is not None
    assert "100000" in refusal.message


def test_claude_takes_two_messages_of_one_role_as_one_turn(anthropic_api: anthropic.Anthropic) -> None:
    body = changed(claude_body(), add("messages", values=[{"role": "user", "content": "Hello?"}]))
    assert list(anthropic_api.messages.create(**body, stream=True))


def test_a_result_after_words_is_missing(bedrock: Any) -> None:
    swapped = put("messages", 2, "content", value=[{"text": "Are you there?"}, bedrock_result()])
    assert "Expected toolResult" in refused_by_bedrock(bedrock, changed(bedrock_body(), swapped))


def test_a_result_two_messages_later_is_missing(anthropic_api: anthropic.Anthropic) -> None:
    late = put("messages", 2, value={"role": "user", "content": "Hello?"})
    more = [{"role": "assistant", "content": "Yes?"}, {"role": "user", "content": [claude_result()]}]
    body = changed(claude_body(), late, add("messages", values=more))
    assert "immediately after: t1" in refused_by_claude(anthropic_api, body)


@pytest.mark.parametrize("model_id", ["amazon.nova-2-lite-v1:0", "eu.amazon.nova-micro-v1:0"])
def test_other_models_of_bedrock_take_ids_with_dots(model_id: str) -> None:
    body = changed(bedrock_body(), id_and_result(bedrock_call, bedrock_result, "book.1:2"))
    assert bedrock_checks.refusal(body, model_id, 0) is None
    assert bedrock_checks.refusal(body, EU_HAIKU, 0) is not None


def test_a_refused_request_takes_no_script() -> None:
    with AnthropicServer() as server, claude.client("test").with_options(base_url=server.url) as client:
        server.script(Text("Booked."), Finish())
        refused_by_claude(client, changed(claude_body(), drop("tools")))
        assert not server.used_up()
        assert [refusal.code for refusal in server.refusals] == ["invalid_request_error"]
        assert len(server.requests) == 1
