"""What Bedrock's Converse refuses, in its own words: a ValidationException, status 400.

The limits are those of the service's API reference, which botocore keeps too but does not check before it sends:
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from local.models.conversation import (
    Block,
    CallBlock,
    Conversation,
    DeclaredTool,
    Message,
    OtherBlock,
    ResultBlock,
    TextBlock,
)
from local.models.rules import Fault, Limits, Rule, Shape, first_fault, is_sound
from local.models.steps import Refuse

_PATTERN = "Member must satisfy regular expression pattern:"
_LENGTH = "Member must have length less than or equal to 64"
_MODEL = "The model returned the following errors:"

_NAME = "[a-zA-Z0-9_-]+"
_ID = "[a-zA-Z0-9_.:-]+"

LIMITS = Limits(
    call_id=Shape(re.compile(_ID, re.ASCII), 64),
    roles_alternate=True,
    most_messages=None,
    most_bytes=25_000_000,
)
"""Sources: the shapes ToolUseId and Body of the API reference; the user guide's "Converse" for the roles."""

LIMITS_OF_CLAUDE = replace(LIMITS, call_id=Shape(re.compile(r"[a-zA-Z0-9_-]+", re.ASCII), 64))
"""A Claude model behind Converse has its own pattern of ids."""


def _constraint(where: str, rule: str) -> str:
    return f"1 validation error detected: Value at '{where}' failed to satisfy constraint: {rule}"


_CALL = "messages.{member}.member.content.{element}.member.toolUse"
_RESULT = "messages.{member}.member.content.{element}.member.toolResult"
_SPEC = "toolConfig.tools.{member}.member.toolSpec"
_BLANK = (
    "The text field in the ContentBlock object at messages.{at}.content.{block} is blank. "
    "Add text to the text field, and try again."
)
_USER_FIRST = (
    "A conversation must start with a user message. Try again with a conversation that starts with a user message."
)

_TEXTS = {
    Rule.NOT_JSON: "The request body is not valid JSON.",
    Rule.TOO_LARGE: "Input is too long for requested model.",
    Rule.MAX_TOKENS_LOW: _constraint(
        "inferenceConfig.maxTokens", "Member must have value greater than or equal to 1"
    ),
    Rule.MAX_TOKENS_HIGH: (
        "The maximum tokens you requested exceeds the model limit of 128000. "
        "Try again with a maximum tokens value that is lower than 128000."
    ),
    Rule.CACHE_POINTS: f"{_MODEL} A maximum of 4 blocks with cache_control may be provided. Found {{detail}}.",
    Rule.TOOL_NAME: _constraint(f"{_SPEC}.name", f"{_PATTERN} {_NAME}"),
    Rule.TOOL_NAME_LONG: _constraint(f"{_SPEC}.name", _LENGTH),
    Rule.TOOL_NAMES_TWICE: f"{_MODEL} tools: Tool names must be unique.",
    Rule.SCHEMA_NO_OBJECT: (
        "The value at toolConfig.tools.{at}.toolSpec.inputSchema.json.type must be one of the following: object."
    ),
    Rule.SCHEMA_UNION: (
        f"{_MODEL} tools.{{at}}.custom.input_schema: "
        "input_schema does not support oneOf, allOf, or anyOf at the top level"
    ),
    Rule.SCHEMA_KEY: (
        f"{_MODEL} tools.{{at}}.custom.input_schema.properties: "
        "Property keys should match pattern '^[a-zA-Z0-9_.-]{{1,64}}$'"
    ),
    Rule.CALL_NAME: _constraint(f"{_CALL}.name", f"{_PATTERN} {_NAME}"),
    Rule.CALL_NAME_LONG: _constraint(f"{_CALL}.name", _LENGTH),
    Rule.CALL_ID: _constraint(f"{_CALL}.toolUseId", f"{_PATTERN} {_ID}"),
    Rule.CALL_ID_LONG: _constraint(f"{_CALL}.toolUseId", _LENGTH),
    Rule.CALL_INPUT: "The format of the value at messages.{at}.content.{block}.toolUse.input is invalid. "
    "Provide a json object for the field and try again.",
    Rule.RESULT_ID: _constraint(f"{_RESULT}.toolUseId", f"{_PATTERN} {_ID}"),
    Rule.RESULT_ID_LONG: _constraint(f"{_RESULT}.toolUseId", _LENGTH),
    Rule.NO_MESSAGE: _USER_FIRST,
    Rule.FIRST_ROLE: _USER_FIRST,
    Rule.ROLES: (
        "A conversation must alternate between user and assistant roles. "
        "Make sure the conversation alternates between user and assistant roles and try again."
    ),
    Rule.LAST_ROLE: (
        f"{_MODEL} This model does not support assistant message prefill. "
        "The conversation must end with a user message."
    ),
    Rule.EMPTY_MESSAGE: (
        "The content field in the Message object at messages.{at} is empty. "
        "Add a ContentBlock object to the content field and try again."
    ),
    Rule.EMPTY_TEXT: _BLANK,
    Rule.BLANK_TEXT: _BLANK,
    Rule.BLANK_SYSTEM: (
        "The text field in the SystemContentBlock object at system.{at} is blank. "
        "Add text to the text field, and try again."
    ),
    Rule.EMPTY_RESULT: (
        "The content field at messages.{at}.content.{block}.toolResult cannot be empty when status value is error."
    ),
    Rule.CALL_BY_USER: f"{_MODEL} messages.{{at}}: `tool_use` blocks can only be in `assistant` messages",
    Rule.RESULT_BY_ASSISTANT: f"{_MODEL} messages.{{at}}: `tool_result` blocks can only be in `user` messages",
    Rule.NO_TOOLS: "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    Rule.CALL_IDS_TWICE: "The toolUse blocks at messages.{at}.content contain duplicate Ids: {detail}",
    Rule.CALL_ID_REUSED: f"{_MODEL} messages.{{at}}.content.{{block}}: `tool_use` ids must be unique",
    Rule.RESULT_IDS_TWICE: "The toolResult blocks at messages.{at}.content contain duplicate Ids: {detail}",
    Rule.RESULT_MISSING: "Expected toolResult blocks at messages.{at}.content for the following Ids: {detail}",
    Rule.RESULT_UNASKED: (
        "The number of toolResult blocks at messages.{at}.content exceeds the number of toolUse blocks "
        "of previous turn."
    ),
}
"""The service's words for each rule. Where its own validation speaks, the members of a list count from 1."""


def refusal(body: Any, model_id: str, size: int) -> Refuse | None:
    """Return how the service refuses a body of this size; None if it accepts it."""
    if (guardrail := body.get("guardrailConfig")) and not guardrail.get("guardrailVersion"):
        return Refuse(400, "ValidationException", "The guardrail identifier or version provided is invalid.")
    found = fault(body, model_id, size)
    return Refuse(400, "ValidationException", in_words(found)) if found else None


def fault(body: Any, model_id: str, size: int = 0) -> Fault | None:
    """Return the first rule that a body of this size breaks."""
    limits = LIMITS_OF_CLAUDE if "anthropic." in model_id else LIMITS
    return first_fault(conversation(body, size), limits)


def in_words(fault: Fault) -> str:
    """Return what the service says of a broken rule."""
    numbers = {"at": fault.at, "block": fault.block, "member": fault.at + 1, "element": fault.block + 1}
    return _TEXTS[fault.rule].format(**numbers, detail=fault.detail)


def conversation(body: Any, size: int = 0) -> Conversation:
    """Return a request in the form of the rules."""
    system, config = body.get("system", []), body.get("toolConfig")
    messages = tuple(Message(one["role"], tuple(map(_block, one["content"]))) for one in body.get("messages", []))
    blocks = [
        *system,
        *(config or {}).get("tools", []),
        *(block for one in body["messages"] for block in one["content"]),
    ]
    return Conversation(
        messages,
        tuple(block["text"] for block in system if "text" in block),
        None if config is None else tuple(_tools(config["tools"])),
        body.get("inferenceConfig", {}).get("maxTokens"),
        sum("cachePoint" in block for block in blocks),
        size,
        is_sound(body),
    )


def _tools(tools: Iterable[dict[str, Any]]) -> Iterator[DeclaredTool]:
    for tool in tools:
        match tool:
            case {"toolSpec": {"name": name, "inputSchema": {"json": schema}}}:
                yield DeclaredTool(name, schema)
            case _:
                pass


def _block(block: dict[str, Any]) -> Block:
    match block:
        case {"text": str(text)} | {"guardContent": {"text": {"text": str(text)}}}:
            return TextBlock(text)
        case {"toolUse": {"toolUseId": id, "name": name, "input": given}}:
            return CallBlock(id, name, given)
        case {"toolResult": {"toolUseId": id, "content": content, **more}}:
            texts = tuple(one["text"] for one in content if "text" in one)
            return ResultBlock(id, texts, failed=more.get("status") == "error")
        case _:
            return OtherBlock()
