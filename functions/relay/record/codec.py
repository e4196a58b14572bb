"""Writes a record as JSON, for the table and for a webhook, and reads it back."""

import json
import types
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from functions.relay.record.call_record import CallRecord
from functions.relay.record.row import CallRow
from functions.relay.wire.messages import well_formed

LARGEST_BYTES = 380_000
"""Most bytes of a record's JSON: an item of the table holds 400 KB. Source: Amazon DynamoDB, "Service quotas"."""

T = TypeVar("T")


def dump(record: CallRecord) -> str:
    """Return a record as JSON. If it is too large, its first turns are left out and counted.

    If that is not enough, the first values of the longest other list are left out: a record that the table refuses
    would be lost.
    """
    text = _json(record)
    while len(text.encode()) > LARGEST_BYTES and (longest := _longest(record)):
        values = getattr(record, longest)
        fewer = max(1, len(values) // 4)
        turns = fewer if longest == "turns" else 0
        record = replace(record, **{longest: values[fewer:], "left_out": record.left_out + turns})
        text = _json(record)
    return text


def _longest(record: CallRecord) -> str:
    """Return the name of the list to shorten: the turns, while there are some; then the longest one."""
    lists = {field.name: getattr(record, field.name) for field in fields(record)}
    known = {name: len(repr(value)) for name, value in lists.items() if isinstance(value, tuple) and value}
    return "turns" if record.turns else max(known, key=known.__getitem__, default="")


def load(text: str) -> CallRecord:
    """Return the record that `dump` wrote, without fields that this version does not know. Raises ValueError."""
    return revived(CallRecord, json.loads(text))


def dump_row(row: CallRow) -> str:
    """Return a row as JSON."""
    return _json(row)


def load_row(text: str) -> CallRow:
    """Return the row that `dump_row` wrote. Raises ValueError."""
    return revived(CallRow, json.loads(text))


def plain(value: Any) -> Any:
    """Return a dataclass as dictionaries, lists and plain values."""
    return json.loads(json.dumps(asdict(value), ensure_ascii=False, default=str))


def _json(value: Any) -> str:
    return well_formed(json.dumps(asdict(value), ensure_ascii=False, separators=(",", ":"), default=str))


def revived(kind: type[T], value: Any) -> T:
    """Return a dataclass from its JSON. Raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError(f"a {kind.__name__} is a JSON object")
    try:
        made: T = _revived(kind, value)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error
    return made


def _revived(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if value is None:
        return None
    if origin in (Union, types.UnionType):
        return _revived(next(one for one in arguments if one is not type(None)), value)
    if origin is tuple:
        kinds = arguments[:1] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_revived(one, item) for one, item in zip(kinds, value, strict=True))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _revived(hints[name], item) for name, item in value.items() if name in hints})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
