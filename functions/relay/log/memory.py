"""What tools note for the rest of a call: a small dictionary that every later tool of the call is given."""

import json
from collections import UserDict
from collections.abc import Mapping
from math import isfinite

Value = str | int | float | bool | None

LARGEST_JSON = 4_000
"""Characters of JSON that a call's memory may take: each turn reads it, and every other one copies it."""


class Memory(UserDict[str, Value]):
    """Names and plain values; what is set to None or deleted is forgotten. Raises ValueError for any other value."""

    def __setitem__(self, name: str, value: Value) -> None:
        """Note a value."""
        if not isinstance(name, str) or not _plain(value):
            raise ValueError(f"memory[{name!r}] cannot be kept; use a text, a number, True or False.")
        if len(json.dumps({**self.data, name: value}, ensure_ascii=False)) > LARGEST_JSON:
            raise ValueError(f"memory is full with {name!r}; keep what is large in a table, and its key here.")
        super().__setitem__(name, value)


def _plain(value: object) -> bool:
    return isfinite(value) if isinstance(value, float) else isinstance(value, str | int | None)


def changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    """Return what was set since, with None for what was deleted."""
    names = sorted(before.keys() | after.keys())
    return tuple((name, after.get(name)) for name in names if before.get(name) != after.get(name))


def changed(
    memory: tuple[tuple[str, Value], ...], news: tuple[tuple[str, Value], ...]
) -> tuple[tuple[str, Value], ...]:
    """Return the memory with these changes made."""
    return tuple((name, value) for name, value in {**dict(memory), **dict(news)}.items() if value is not None)
