"""Writes what a tool's function returned as words for the model: the exact result, or that there is none."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import islice
from types import NoneType
from typing import Any, get_type_hints

MOST_RESULT_CHARACTERS = 8_000
"""Most characters of a tool's result for the model. More would only make the caller wait."""

MOST_ITEMS = 1_000
"""Most items of a list, or of what a generator yields."""

DONE = "Done."
"""The result of a function that is annotated with `-> None`."""

NO_RESULT = "There is no result."
"""The meaning of None from any other function, such as a search that found nothing."""

EMPTY_TEXT = "The result is an empty text."

UNREADABLE = "There is a result, but it cannot be written as text."
"""The result of a function whose object cannot be written, such as one whose class defines no `repr`.
The function did its work, so this is no failure."""


def in_text(value: Any, promised: Any = Any) -> str:
    """Return a value as text; `promised` is the type that the function is annotated with."""
    match value:
        case None:
            return DONE if promised is NoneType else NO_RESULT
        case str():
            return cut_result(value) if is_visible(value) else EMPTY_TEXT
        case bytes() | bytearray() if not value:
            return EMPTY_TEXT
        case _:
            return cut_result(_written(value))


def is_visible(text: str) -> bool:
    """Return whether a text has more than white space and characters without a shape, such as a byte order mark."""
    return any(character.isprintable() and not character.isspace() for character in text)


def return_type(function: Any) -> Any:
    """Return the type that a function is annotated to return; Any without an annotation."""
    return get_type_hints(function).get("return", Any)


def cut_result(text: str) -> str:
    """Return the text, cut to the length that a model may get."""
    return (
        text
        if len(text) <= MOST_RESULT_CHARACTERS
        else f"{text[:MOST_RESULT_CHARACTERS]} … (cut, it has {len(text)} characters)"
    )


def _written(value: Any) -> str:
    """Return a value as JSON, as Python writes it if the value contains itself, or that it cannot be written."""
    try:
        plain = _plain(value)
    except RecursionError:
        return str(value)
    except Exception:  # noqa: BLE001 - the object is of the user, and its own methods may raise anything
        return UNREADABLE
    text = json.dumps(plain, ensure_ascii=False)
    return f"{text} (empty: nothing was found)" if plain in ([], {}) else text


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return _plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case bytes() | bytearray():
            return value.decode(errors="replace")
        case Mapping():
            return {_key(key): _plain(item) for key, item in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case tuple() if hasattr(value, "_asdict"):
            return {name: _plain(item) for name, item in value._asdict().items()}
        case _ if isinstance(value, Iterable) and not hasattr(value, "__fspath__"):
            return [_plain(item) for item in islice(value, MOST_ITEMS)]
        case _ if hasattr(value, "isoformat"):
            return value.isoformat()
        case _ if not _overrides(type(value), "__str__") and not _overrides(type(value), "__repr__"):
            raise TypeError("Python's own text of such an object is only its address")
        case _:
            return str(value)


def _overrides(kind: type, method: str) -> bool:
    return getattr(kind, method) is not getattr(object, method)


def _key(key: Any) -> str:
    plain = _plain(key)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
