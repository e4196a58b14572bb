"""Puts texts from outside into what a model is told as data: bounded, and between delimiters that they cannot close.

Names, parameters, facts, notes and transcripts may hold words of strangers. Source: OWASP, "LLM01: Prompt injection"
(separate and clearly denote untrusted content).
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

MOST_VALUE_CHARACTERS = 1_000
"""Most characters of one value. A longer one is cut."""

MOST_DATA_CHARACTERS = 8_000
"""Most characters of all data of one kind: each request to the model sends them again."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control characters but tabs and line ends, those that turn the direction of writing, and Unicode's tags, with which
a text can hold instructions that no person sees."""

_ANGLES = str.maketrans("<>", "\u2039\u203a")


def visible(text: str) -> str:
    """Return a text without control characters. Line ends and tabs stay."""
    return text if text.isascii() and text.isprintable() else _HIDDEN.sub(" ", text)


def one_line(text: str) -> str:
    """Return a text as one line, without characters of markup."""
    return " ".join(re.sub(r'[<>{}\[\]`#"]', " ", visible(text)).split())


def value_line(text: str) -> str:
    """Return a value as one line that can neither open nor close a tag; JSON stays JSON. A long one is cut."""
    return " ".join(visible(text).translate(_ANGLES).split())[:MOST_VALUE_CHARACTERS]


def as_data(name: str, value: Any) -> str:
    """Return a value as JSON between two tags of this name, such as `<facts>{"name": "Alma"}</facts>`."""
    told = json.dumps(lines_of(value), ensure_ascii=False, default=str)
    cut = f"{told[:MOST_DATA_CHARACTERS]} \u2026" if len(told) > MOST_DATA_CHARACTERS else told
    return f"<{name}>{without_tags(cut)}</{name}>"


def without_tags(text: str) -> str:
    """Return a text that can neither open nor close a tag. Its lines stay."""
    return visible(text).translate(_ANGLES)


def lines_of(value: Any) -> Any:
    """Return a value of JSON with each of its texts as one line."""
    match value:
        case str():
            return value_line(value)
        case Mapping():
            return {value_line(str(name)): lines_of(one) for name, one in value.items()}
        case list() | tuple():
            return [lines_of(one) for one in value]
        case _:
            return value


def mapped(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """Return a value of JSON with what `leaf` returns in place of each text, number, True, False and None."""
    match value:
        case dict():
            return {name: mapped(one, leaf) for name, one in value.items()}
        case list():
            return [mapped(one, leaf) for one in value]
        case _:
            return leaf(value)
