"""The rules by which both model services check a request, in a form that neither service uses.

Each service's module reads its own wire into a `Conversation`, asks `first_fault` for the rule that the request
breaks, and reports it in that service's own words. A rule here names where it is documented or quoted.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import Any

from local.models.conversation import Block, CallBlock, Conversation, Message, OtherBlock, ResultBlock, TextBlock


class Rule(Enum):
    """What a request may break."""

    NOT_JSON = auto()
    TOO_LARGE = auto()
    TOO_MANY_MESSAGES = auto()
    MAX_TOKENS_LOW = auto()
    MAX_TOKENS_HIGH = auto()
    CACHE_POINTS = auto()
    TOOL_NAME = auto()
    TOOL_NAME_LONG = auto()
    TOOL_NAMES_TWICE = auto()
    SCHEMA_NO_OBJECT = auto()
    SCHEMA_UNION = auto()
    SCHEMA_KEY = auto()
    CALL_NAME = auto()
    CALL_NAME_LONG = auto()
    CALL_ID = auto()
    CALL_ID_LONG = auto()
    CALL_INPUT = auto()
    RESULT_ID = auto()
    RESULT_ID_LONG = auto()
    NO_MESSAGE = auto()
    FIRST_ROLE = auto()
    ROLES = auto()
    LAST_ROLE = auto()
    EMPTY_MESSAGE = auto()
    EMPTY_TEXT = auto()
    BLANK_TEXT = auto()
    BLANK_SYSTEM = auto()
    EMPTY_RESULT = auto()
    CALL_BY_USER = auto()
    RESULT_BY_ASSISTANT = auto()
    NO_TOOLS = auto()
    CALL_IDS_TWICE = auto()
    CALL_ID_REUSED = auto()
    RESULT_IDS_TWICE = auto()
    RESULT_MISSING = auto()
    RESULT_UNASKED = auto()


@dataclass(frozen=True, slots=True)
class Shape:
    """The characters of a name or an id, and the most of them; None means any number."""

    pattern: re.Pattern[str]
    longest: int | None = None

    def broken_by(self, word: str, wrong: Rule, long: Rule) -> Iterator[Rule]:
        """Return which of the two rules a word breaks."""
        if not self.pattern.fullmatch(word):
            yield wrong
        if self.longest is not None and len(word) > self.longest:
            yield long


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the services differ. `roles_alternate` is False if consecutive messages of a role are one turn."""

    call_id: Shape
    roles_alternate: bool
    most_messages: int | None
    most_bytes: int


NAME = Shape(re.compile(r"[a-zA-Z0-9_-]+", re.ASCII), 64)
"""A tool's name. Source: the shape ToolName in Bedrock's API reference; platform.claude.com, "Define tools"."""

KEY = Shape(re.compile(r"[a-zA-Z0-9_.-]+", re.ASCII), 64)
"""A parameter's name. Source: the API's own error for `tools.N.custom.input_schema.properties`."""

MOST_OUTPUT_TOKENS = 128_000
"""Source: platform.claude.com, "Models overview": Claude Haiku 5.5 and the other models of its generation."""

MOST_CACHE_POINTS = 4
"""Source: platform.claude.com, "Prompt caching"; Amazon Bedrock user guide, "Prompt caching"."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule: the number of the message or the declared tool, the number of the block, and the details."""

    rule: Rule
    at: int = 0
    block: int = 0
    detail: str = ""


Check = Callable[[Conversation, Limits], Iterator[Fault]]


def first_fault(asked: Conversation, limits: Limits) -> Fault | None:
    """Return the first rule that a request breaks, in the order in which the services check."""
    return next((fault for check in _CHECKS for fault in check(asked, limits)), None)


def is_sound(body: Any) -> bool:
    """Return whether a body that Python has read is JSON for every other reader."""
    try:
        json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def _sizes(asked: Conversation, limits: Limits) -> Iterator[Fault]:
    if not asked.sound:
        yield Fault(Rule.NOT_JSON)
    if asked.size > limits.most_bytes:
        yield Fault(Rule.TOO_LARGE)
    if limits.most_messages is not None and len(asked.messages) > limits.most_messages:
        yield Fault(Rule.TOO_MANY_MESSAGES)
    if asked.max_tokens is not None and asked.max_tokens < 1:
        yield Fault(Rule.MAX_TOKENS_LOW, detail=str(asked.max_tokens))
    if asked.max_tokens is not None and asked.max_tokens > MOST_OUTPUT_TOKENS:
        yield Fault(Rule.MAX_TOKENS_HIGH, detail=str(asked.max_tokens))
    if asked.cache_points > MOST_CACHE_POINTS:
        yield Fault(Rule.CACHE_POINTS, detail=str(asked.cache_points))


def _declared_tools(asked: Conversation, _: Limits) -> Iterator[Fault]:
    for number, tool in enumerate(asked.tools or ()):
        for rule in NAME.broken_by(tool.name, Rule.TOOL_NAME, Rule.TOOL_NAME_LONG):
            yield Fault(rule, number)
        if tool.schema.get("type") != "object":
            yield Fault(Rule.SCHEMA_NO_OBJECT, number)
        if not {"oneOf", "allOf", "anyOf"}.isdisjoint(tool.schema):
            yield Fault(Rule.SCHEMA_UNION, number)
        for key in tool.schema.get("properties", {}):
            yield from (Fault(rule, number) for rule in KEY.broken_by(key, Rule.SCHEMA_KEY, Rule.SCHEMA_KEY))
    if twice := _twice(tool.name for tool in asked.tools or ()):
        yield Fault(Rule.TOOL_NAMES_TWICE, detail=twice)


def _shapes(asked: Conversation, limits: Limits) -> Iterator[Fault]:
    for at, number, block in _numbered(asked):
        match block:
            case CallBlock(id, name, given):
                rules = [
                    *limits.call_id.broken_by(id, Rule.CALL_ID, Rule.CALL_ID_LONG),
                    *NAME.broken_by(name, Rule.CALL_NAME, Rule.CALL_NAME_LONG),
                    *([] if isinstance(given, dict) else [Rule.CALL_INPUT]),
                ]
            case ResultBlock(id):
                rules = [*limits.call_id.broken_by(id, Rule.RESULT_ID, Rule.RESULT_ID_LONG)]
            case TextBlock() | OtherBlock():
                rules = []
        yield from (Fault(rule, at, number) for rule in rules)


def _roles(asked: Conversation, limits: Limits) -> Iterator[Fault]:
    """Check the order of speakers. Source: Bedrock user guide, "Converse"; Claude API reference, `messages`."""
    roles = [message.role for message in asked.messages]
    if not roles:
        yield Fault(Rule.NO_MESSAGE)
        return
    if roles[0] != "user":
        yield Fault(Rule.FIRST_ROLE)
    if limits.roles_alternate and any(one == other for one, other in pairwise(roles)):
        yield Fault(Rule.ROLES)


def _contents(asked: Conversation, _: Limits) -> Iterator[Fault]:
    for number, text in enumerate(asked.system):
        if not text.strip():
            yield Fault(Rule.BLANK_SYSTEM, number)
    for at, message in enumerate(asked.messages):
        if not message.blocks:
            yield Fault(Rule.EMPTY_MESSAGE, at)
    for at, number, block in _numbered(asked):
        match block:
            case TextBlock(text):
                yield from _blank([text], at, number)
            case ResultBlock(_, texts, failed):
                yield from _blank(texts, at, number)
                if failed and not texts:
                    yield Fault(Rule.EMPTY_RESULT, at, number)
            case _:
                pass


def _blank(texts: Iterable[str], at: int, block: int) -> Iterator[Fault]:
    for text in texts:
        if not text.strip():
            yield Fault(Rule.BLANK_TEXT if text else Rule.EMPTY_TEXT, at, block)


def _whose(asked: Conversation, _: Limits) -> Iterator[Fault]:
    """Check who calls tools. Source: Claude, "Handle tool calls"; Bedrock API reference, ToolResultBlock."""
    for at, number, block in _numbered(asked):
        match asked.messages[at].role, block:
            case "user", CallBlock():
                yield Fault(Rule.CALL_BY_USER, at, number)
            case "assistant", ResultBlock():
                yield Fault(Rule.RESULT_BY_ASSISTANT, at, number)
            case _:
                pass


def _tools_declared(asked: Conversation, _: Limits) -> Iterator[Fault]:
    """Check for tools. Source: pydantic/pydantic-ai#5929, langchain-ai/langchain docs, both quote the services."""
    used = any(message.calls or message.results for message in asked.messages)
    if used and not asked.tools:
        yield Fault(Rule.NO_TOOLS)


def _ids_unique(asked: Conversation, _: Limits) -> Iterator[Fault]:
    """Check for duplicate ids. Source: BerriAI/litellm#20047 and Cyber-AutoAgent-ng#72 quote both services."""
    before: set[str] = set()
    for at, message in enumerate(asked.messages):
        if twice := _twice(message.calls):
            yield Fault(Rule.CALL_IDS_TWICE, at, _place(message, CallBlock, twice, last=True), twice)
        if twice := _twice(message.results):
            yield Fault(Rule.RESULT_IDS_TWICE, at, _place(message, ResultBlock, twice, last=True), twice)
        if reused := before.intersection(message.calls):
            yield Fault(Rule.CALL_ID_REUSED, at, _place(message, CallBlock, min(reused)), min(reused))
        before.update(message.calls)


def _results_match(asked: Conversation, _: Limits) -> Iterator[Fault]:
    """Check that each result is in the message after its request, before all other content, and that no others are.

    Source: platform.claude.com, "Handle tool calls"; Bedrock user guide, "Call a tool with the Converse API".
    """
    for at, message in enumerate(asked.messages):
        called = asked.messages[at - 1].calls if at else []
        unasked = [one for one in message.results if one not in called]
        missing = [one for one in called if one not in message.leading_results]
        if missing:
            yield Fault(Rule.RESULT_MISSING, at, detail=", ".join(missing))
        if unasked:
            yield Fault(Rule.RESULT_UNASKED, at, _place(message, ResultBlock, unasked[0]), unasked[0])
    if asked.messages and (waiting := asked.messages[-1].calls):
        yield Fault(Rule.RESULT_MISSING, len(asked.messages), detail=", ".join(waiting))


def _last_role(asked: Conversation, _: Limits) -> Iterator[Fault]:
    """Refuse a beginning of the answer. Source: platform.claude.com, "Errors", prefill not supported."""
    if asked.messages and asked.messages[-1].role == "assistant":
        yield Fault(Rule.LAST_ROLE)


_CHECKS: tuple[Check, ...] = (
    _sizes,
    _declared_tools,
    _shapes,
    _roles,
    _contents,
    _whose,
    _tools_declared,
    _ids_unique,
    _results_match,
    _last_role,
)


def _numbered(asked: Conversation) -> Iterator[tuple[int, int, Block]]:
    """Return each block with the numbers of its message and of itself."""
    for at, message in enumerate(asked.messages):
        for number, block in enumerate(message.blocks):
            yield at, number, block


def _twice(words: Iterable[str]) -> str:
    """Return the first word that occurs more than once; empty if there is none."""
    return next((word for word, times in Counter(words).items() if times > 1), "")


def _place(message: Message, kind: type[CallBlock | ResultBlock], id: str, last: bool = False) -> int:
    places = [number for number, block in enumerate(message.blocks) if isinstance(block, kind) and block.id == id]
    return places[-1 if last else 0]
