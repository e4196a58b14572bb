"""What Anthropic's Messages API refuses, in its own words: an invalid_request_error, status 400.

The rules are those of https://platform.claude.com/docs/en/api/messages and of the pages that `rules` names.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
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

LIMITS = Limits(
    call_id=Shape(re.compile(r"[a-zA-Z0-9_-]+", re.ASCII)),
    roles_alternate=False,
    most_messages=100_000,
    most_bytes=32_000_000,
)
"""Sources: the API reference, `messages` ("consecutive turns are combined", the number of messages), and "Errors"."""

_ID_PATTERN = "String should match pattern '^[a-zA-Z0-9_-]+$'"
_NAME_PATTERN = "String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'"
_BLOCK = "messages.{at}.content.{block}"

_TEXTS = {
    Rule.NOT_JSON: "The request body is not valid JSON",
    Rule.TOO_LARGE: "Request exceeds the maximum size",
    Rule.TOO_MANY_MESSAGES: "messages: List should have at most 100000 items",
    Rule.MAX_TOKENS_LOW: "max_tokens: Input should be greater than or equal to 1",
    Rule.MAX_TOKENS_HIGH: (
        "max_tokens: {detail} > 128000, which is the maximum allowed number of output tokens for {model}"
    ),
    Rule.CACHE_POINTS: "A maximum of 4 blocks with cache_control may be provided. Found {detail}.",
    Rule.TOOL_NAME: f"tools.{{at}}.custom.name: {_NAME_PATTERN}",
    Rule.TOOL_NAME_LONG: f"tools.{{at}}.custom.name: {_NAME_PATTERN}",
    Rule.TOOL_NAMES_TWICE: "tools: Tool names must be unique.",
    Rule.SCHEMA_NO_OBJECT: "tools.{at}.custom.input_schema.type: Input should be 'object'",
    Rule.SCHEMA_UNION: (
        "tools.{at}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level"
    ),
    Rule.SCHEMA_KEY: (
        "tools.{at}.custom.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{{1,64}}$'"
    ),
    Rule.CALL_NAME: f"{_BLOCK}.tool_use.name: {_NAME_PATTERN}",
    Rule.CALL_NAME_LONG: f"{_BLOCK}.tool_use.name: {_NAME_PATTERN}",
    Rule.CALL_ID: f"{_BLOCK}.tool_use.id: {_ID_PATTERN}",
    Rule.CALL_INPUT: f"{_BLOCK}.tool_use.input: Input should be a valid dictionary",
    Rule.RESULT_ID: f"{_BLOCK}.tool_result.tool_use_id: {_ID_PATTERN}",
    Rule.NO_MESSAGE: "messages: at least one message is required",
    Rule.FIRST_ROLE: 'messages: first message must use the "user" role',
    Rule.LAST_ROLE: (
        "This model does not support assistant message prefill. The conversation must end with a user message."
    ),
    Rule.EMPTY_MESSAGE: (
        "messages.{at}: all messages must have non-empty content except for the optional final assistant message"
    ),
    Rule.EMPTY_TEXT: "messages: text content blocks must be non-empty",
    Rule.BLANK_TEXT: "messages: text content blocks must contain non-whitespace text",
    Rule.BLANK_SYSTEM: "system: text content blocks must contain non-whitespace text",
    Rule.EMPTY_RESULT: f"{_BLOCK}.tool_result: content cannot be empty if `is_error` is true",
    Rule.CALL_BY_USER: "messages.{at}: `tool_use` blocks can only be in `assistant` messages",
    Rule.RESULT_BY_ASSISTANT: "messages.{at}: `tool_result` blocks can only be in `user` messages",
    Rule.NO_TOOLS: "Requests which include `tool_use` or `tool_result` blocks must define tools.",
    Rule.CALL_IDS_TWICE: f"{_BLOCK}: `tool_use` ids must be unique",
    Rule.CALL_ID_REUSED: f"{_BLOCK}: `tool_use` ids must be unique",
    Rule.RESULT_IDS_TWICE: (
        f"{_BLOCK}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {{detail}}"
    ),
    Rule.RESULT_MISSING: (
        "messages.{before}: `tool_use` ids were found without `tool_result` blocks immediately after: {detail}. "
        "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
    ),
    Rule.RESULT_UNASKED: (
        f"{_BLOCK}: unexpected `tool_use_id` found in `tool_result` blocks: {{detail}}. "
        "Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
    ),
}
"""The service's words for each rule that it has."""


def refusal(body: Any, size: int) -> Refuse | None:
    """Return how the service refuses a body of this size; None if it accepts it."""
    fault = first_fault(conversation(body, size), LIMITS)
    match fault:
        case None:
            return None
        case Fault(Rule.TOO_LARGE):
            return Refuse(413, "request_too_large", _TEXTS[Rule.TOO_LARGE])
        case _:
            return Refuse(400, "invalid_request_error", in_words(fault, body.get("model", "")))


def in_words(fault: Fault, model: str = "") -> str:
    """Return what the service says of a broken rule."""
    numbers = {"at": fault.at, "before": fault.at - 1, "block": fault.block}
    return _TEXTS[fault.rule].format(**numbers, detail=fault.detail, model=model)


def conversation(body: Any, size: int = 0) -> Conversation:
    """Return a request in the form of the rules. As in the service, consecutive messages of a role are one turn."""
    written = [(one["role"], _list(one["content"])) for one in body.get("messages", [])]
    system, tools = _list(body.get("system", [])), body.get("tools")
    blocks = [*system, *(tools or []), *(block for _, content in written for block in content)]
    return Conversation(
        tuple(_turns(written)),
        tuple(block["text"] for block in system if "text" in block),
        None if tools is None else tuple(DeclaredTool(one["name"], one["input_schema"]) for one in tools),
        body.get("max_tokens"),
        sum(bool(block.get("cache_control")) for block in blocks),
        size,
        is_sound(body),
    )


def _turns(written: Iterable[tuple[str, list[dict[str, Any]]]]) -> Iterator[Message]:
    for role, group in groupby(written, lambda pair: pair[0]):
        yield Message(role, tuple(_block(block) for _, content in group for block in content))


def _list(content: Any) -> list[dict[str, Any]]:
    """Return content as its blocks: a text alone is one block of text."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _block(block: dict[str, Any]) -> Block:
    match block:
        case {"type": "text", "text": str(text)}:
            return TextBlock(text)
        case {"type": "tool_use", "id": id, "name": name, "input": given}:
            return CallBlock(id, name, given)
        case {"type": "tool_result", "tool_use_id": id, **more}:
            content = more.get("content") or []
            texts = tuple(one["text"] for one in _list(content) if "text" in one)
            return ResultBlock(id, texts, failed=bool(more.get("is_error")))
        case _:
            return OtherBlock()
