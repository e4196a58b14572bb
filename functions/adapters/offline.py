"""A model without a network, a key or an account. It compares words; it does not understand them.

It calls a tool whose name or description shares a word with what the caller said, and reads out the result. Otherwise
it repeats the topic and says that it is the offline model. The same request always gets the same answer. It speaks
only English.
"""

import json
import re
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    Message,
    Request,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolResults,
    ToolSpec,
    Usage,
)

_COUNTING = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty
"""
_COMMON = """
a about again all an and any are as ask at be by call caller can check could do find for from get give has have hello
how i if in is it its let like look make me my need of on once or phone please put said say set so such take tell than
good that the their them there they this to up us use want was what when where which who will with would yes you your
"""
_PEOPLE = "human person someone somebody operator representative colleague staff manager transfer"
_GOODBYES = "goodbye bye hang farewell"
_CODES = "reference number code id identifier digits letters"

_NUMBERS = _COUNTING.split()

_EMPTY, _CODED = frozenset(_COMMON.split()), frozenset(_CODES.split())
"""Words that are too common to choose a tool, and words for an argument that callers spell."""

_ALIKE = (frozenset(_PEOPLE.split()), frozenset(_GOODBYES.split()))
"""Groups of words with about the same meaning: the caller may say one, and a tool's name may have another."""

_LONG = re.compile(r"\b(count|everything|story|long answer)\b")

_CODE = re.compile(r"\b(?=\w*\d)\w{2,}(?:-\w+)*\b|(?<![\w'])\w(?:[ -]\w\b){2,}")
"""A word with a digit, such as K4T9, or one that is spelled: `K 4 T 9`."""


def connect(_model_id: str) -> "Offline":
    """Return the offline model. There is only one."""
    return Offline()


class Offline:
    """Implements the port `Model` without a model."""

    def __init__(self, first: float = 0.15, between: float = 0.03) -> None:
        """`first` is the seconds before the first word, `between` those before each other word."""
        self._first = first
        self._between = between

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer a word at a time, at most `max_tokens` words. Never raises."""
        reply = _reply(request)
        time.sleep(self._first)
        if isinstance(reply, ToolCall):
            yield reply
            yield Finished("tools", Usage(_size(request), 1))
            return
        words = re.findall(r"\s*\S+", reply)
        for number, word in enumerate(words[: request.max_tokens]):
            time.sleep(self._between if number else 0)
            yield TextDelta(word)
        cut = len(words) > request.max_tokens
        yield Finished("length" if cut else "end", Usage(_size(request), min(len(words), request.max_tokens)))


def _size(request: Request) -> int:
    said = (one.text for one in request.messages if not isinstance(one, ToolResults))
    return len(" ".join([request.prompt, *said]).split())


def _reply(request: Request) -> str | ToolCall:
    match request.messages[-1]:
        case ToolResults(results):
            return " ".join(result.text for result in results)
        case CallerMessage(text) | AgentMessage(text):
            spec = _fitting(text, request.tools)
            return _use(spec, text, request.messages) if spec else _talk(text)


def _talk(text: str) -> str:
    if not (long := _LONG.search(text.lower())):
        return f"You said: {_topic(text)}. I am the offline model: I can only repeat that, or use a tool."
    if long[0] == "count":
        return ", ".join(_NUMBERS[1 : (_number(text) or 20) + 1]).capitalize() + "."
    sentences = (f"This is sentence {number} of a long answer about: {_topic(text)}." for number in _NUMBERS[1:13])
    return " ".join(["I am the offline model, so this is only long.", *sentences])


def _topic(text: str) -> str:
    return " ".join(text.split()[:12]).rstrip(".?!,") or "nothing"


def _fitting(text: str, tools: tuple[ToolSpec, ...]) -> ToolSpec | None:
    """Return the tool that has the most words in common with the text, the first of equals; None if none fits."""
    best = max(tools, key=lambda spec: _fit(text, spec), default=None)
    return best if best and _fit(text, best) >= 2 else None


def _fit(text: str, spec: ToolSpec) -> int:
    """Return the points of a tool. Two are enough: a word of the name, two of the description, or a like word."""
    said, name, description = _words(text), _words(spec.name.replace("_", " ")), _words(spec.description)
    alike = sum(bool(group & said) and bool(group & (name | description)) for group in _ALIKE)
    coded = bool(_codes(text)) and any(_is_coded(*one, spec) for one in _properties(spec))
    return 2 * _common(said, name) + _common(said, description) + 4 * alike + 2 * coded


def _common(said: set[str], others: set[str]) -> int:
    return sum(any(_related(word, other) for other in others) for word in said)


def _related(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= 4 and (one.startswith(other) or other.startswith(one)))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower())) - _EMPTY


def _use(spec: ToolSpec, text: str, messages: tuple[Message, ...]) -> str | ToolCall:
    arguments: dict[str, Any] = {}
    for name, schema in _properties(spec):
        value = _value(name, schema, text, spec)
        if value is None:
            return f"For {spec.name.replace('_', ' ')} I need the {name.replace('_', ' ')}. I am the offline model."
        arguments[name] = value
    asked = sum(len(one.tool_calls) for one in messages if isinstance(one, AgentMessage))
    return ToolCall(f"offline-{asked + 1}", spec.name, json.dumps(arguments))


def _properties(spec: ToolSpec) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the required arguments, each with its schema."""
    for name in spec.schema.get("required", ()):
        yield name, spec.schema.get("properties", {}).get(name, {})


def _value(name: str, schema: Mapping[str, Any], text: str, spec: ToolSpec) -> Any:
    """Return the value of an argument in the caller's words; None if they have none."""
    if choices := schema.get("enum"):
        return next((choice for choice in choices if str(choice).lower() in text.lower()), None)
    match schema.get("type"):
        case "integer" | "number":
            return _number(text)
        case "boolean":
            return not _words(text) & {"no", "not", "never"}
        case "array":
            value = _value(name, schema.get("items", {}), text, spec)
            return None if value is None else [value]
        case "object":
            return {}
        case _ if _is_coded(name, schema, spec):
            return next(iter(_codes(text)), None)
        case _:
            return text


def _is_coded(name: str, schema: Mapping[str, Any], spec: ToolSpec) -> bool:
    about = f"{name.replace('_', ' ')} {schema.get('description', '')}"
    return schema.get("type") == "string" and "enum" not in schema and bool(_words(about) & _CODED)


def _codes(text: str) -> list[str]:
    digits = re.sub(r"[A-Za-z]+", lambda word: _digit(word[0]), text)
    found = (re.sub(r"[ -]", "", code).upper() for code in _CODE.findall(digits))
    return [code for code in found if re.search(r"\d", code)]


def _digit(word: str) -> str:
    return str(_NUMBERS.index(word.lower())) if word.lower() in _NUMBERS[:10] else word


def _number(text: str) -> int | None:
    if digits := re.search(r"\d+", text):
        return int(digits[0])
    return next((_NUMBERS.index(word) for word in re.findall(r"[a-z]+", text.lower()) if word in _NUMBERS), None)
