"""Makes the JSON schema of a Python type, and checks values against that type."""

import re
import sys
import types
import unicodedata
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

PLAIN: dict[type, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


KNOWN = "str, int, float, bool, an Enum, Literal, list[…], a dataclass, and each of these or None"

_MARKS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
"""Quotes and dashes of print, as a typewriter has them."""

_ENDS = " .,;:!?\u2026\u3002"


class UnsupportedError(TypeError):
    """A type without a schema; `str(error)` names it, and the types that have one."""


class MismatchError(ValueError):
    """A value of a wrong type; `str(error)` tells the model which value, and what type it must have."""


def named(name: str) -> str:
    """Return the name of a tool or of a field, if models accept it. Raises UnsupportedError."""
    if not re.fullmatch("[A-Za-z0-9_]{1,64}", name):
        raise UnsupportedError(f"models do not take the name {name}; use up to 64 of a to z, 0 to 9 and _")
    return name


def schema(kind: Any) -> dict[str, Any]:
    """Return the JSON schema of a type: str, int, float, bool, an enum, Literal, list, dataclass or optional.

    A text in `Annotated` becomes the description. Raises UnsupportedError.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        notes = [note for note in arguments[1:] if isinstance(note, str)]
        return schema(arguments[0]) | ({"description": " ".join(notes)} if notes else {})
    if origin is Literal:
        return _choice(arguments)
    if origin in (Union, types.UnionType):
        return schema(_optional(kind))
    if origin is list and arguments:
        return {"type": "array", "items": schema(arguments[0])}
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _choice(tuple(member.value for member in kind))
    if isinstance(kind, type) and is_dataclass(kind):
        return _object(kind)
    raise UnsupportedError(f"{_name(kind)} has no schema; {KNOWN} have one")


def checked(kind: Any, value: Any, place: str) -> Any:
    """Return the value as this type. `place` names the value in errors. Raises MismatchError."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return checked(arguments[0], value, place)
    if origin is Literal:
        return _chosen(value, {choice: choice for choice in arguments}, place)
    if origin in (Union, types.UnionType):
        return None if value is None else checked(_optional(kind), value, place)
    if origin is list:
        return _list(arguments[0], value, place)
    if issubclass(kind, Enum):
        return _chosen(value, {member.value: member for member in kind}, place)
    if is_dataclass(kind):
        return _made(kind, value, place)
    return _plain(kind, value, place)


def checked_fields(kinds: Mapping[str, Any], required: frozenset[str], value: Any, place: str) -> dict[str, Any]:
    """Return the fields of an object, each checked against its type. Raises MismatchError."""
    if not isinstance(value, dict):
        raise MismatchError(f"{place or 'the arguments'}: an object is wanted")
    if missing := sorted(required - value.keys()):
        raise MismatchError(f"{place or 'the arguments'}: missing {', '.join(missing)}")
    if strange := sorted(value.keys() - kinds.keys()):
        raise MismatchError(f"{place or 'the arguments'}: there is no {', '.join(strange)}")
    return {name: checked(kinds[name], item, f"{place}.{name}".lstrip(".")) for name, item in value.items()}


def canonical(value: Any) -> Any:
    """Return a checked value in one form, to compare it with another: the same text may be written in two ways.

    Texts are equal in composed and decomposed form, in both widths, in any case, with any white space, quotes and
    dashes, with invisible characters, and with or without a mark at their end.
    """
    match value:
        case str() if not isinstance(value, Enum):
            shown = "".join(one for one in value.translate(_MARKS) if unicodedata.category(one) != "Cf")
            words = " ".join(unicodedata.normalize("NFKC", shown).casefold().split())
            return words.rstrip(_ENDS) or words
        case list() | tuple():
            return [canonical(item) for item in value]
        case dict():
            return {name: canonical(item) for name, item in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return type(value), [canonical(getattr(value, field.name)) for field in fields(value)]
        case _:
            return value


def as_text(value: Any) -> Any:
    """Return a JSON value in one form, with its numbers as texts: a model may write `4`, `4.0` or `"4"`."""
    match value:
        case list():
            return [as_text(item) for item in value]
        case dict():
            return {name: as_text(item) for name, item in value.items()}
        case float() if value.is_integer():
            return str(int(value))
        case bool() | int() | float():
            return str(value).casefold()
        case _:
            return canonical(value)


def _made(kind: Any, value: Any, place: str) -> Any:
    values = checked_fields(get_type_hints(kind, include_extras=True), _required(kind), value, place)
    try:
        return kind(**values)
    except ValueError as error:
        raise MismatchError(f"{place}: {error}") from error


def _plain(kind: type, value: Any, place: str) -> Any:
    match value:
        case bool() if kind is bool:
            return value
        case int() if kind is int and not isinstance(value, bool):
            return value
        case float() if kind is int and value.is_integer():
            return int(value)
        case int() | float() if kind is float and not isinstance(value, bool) and abs(value) <= sys.float_info.max:
            return float(value)
        case str() if kind is str:
            return value
    raise MismatchError(f"{place}: {'an' if kind is int else 'a'} {PLAIN[kind]} is wanted")


def _list(kind: Any, value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise MismatchError(f"{place}: a list is wanted")
    return [checked(kind, item, f"{place}[{number}]") for number, item in enumerate(value)]


def _chosen(value: Any, choices: Mapping[Any, Any], place: str) -> Any:
    for choice, meaning in choices.items():
        if type(choice) is type(value) and choice == value:
            return meaning
    raise MismatchError(f"{place}: one of {', '.join(map(str, choices))} is wanted")


def _choice(values: tuple[Any, ...]) -> dict[str, Any]:
    kinds = {type(value) for value in values}
    if len(kinds) != 1 or (kind := kinds.pop()) not in PLAIN:
        raise UnsupportedError("the values of a Literal or an Enum must all be texts or all be numbers")
    return {"type": PLAIN[kind], "enum": list(values)}


def _object(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return object_schema(hints, _required(kind))


def object_schema(kinds: Mapping[str, Any], required: frozenset[str]) -> dict[str, Any]:
    """Return the schema of an object with exactly these fields. Raises UnsupportedError."""
    for name in kinds:
        named(name)
    return {
        "type": "object",
        "properties": {name: schema(kind) for name, kind in kinds.items()},
        "required": [name for name in kinds if name in required],
        "additionalProperties": False,
    }


def unknown(kind: Any) -> dict[str, None]:
    """Return the values of a dataclass of which nothing is known: None for each field."""
    return {field.name: None for field in fields(kind) if field.init}


def _required(kind: Any) -> frozenset[str]:
    plain = (field for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING)
    return frozenset(field.name for field in plain)


def _optional(kind: Any) -> Any:
    others = [one for one in get_args(kind) if one is not type(None)]
    if len(others) != 1 or len(get_args(kind)) != 2:
        raise UnsupportedError(f"{kind} has no schema; of unions only “… or None” has one")
    return others[0]


def _name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)
