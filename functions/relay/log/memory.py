"""Stores what tools remember during a call: a small dictionary that every tool of the call can read and change."""

import json
from collections import UserDict
from collections.abc import Mapping
from math import isfinite

Value = str | int | float | bool | None

MOST_MEMORY_CHARACTERS = 4_000
"""Most characters of a call's memory as JSON: each turn reads it, and many entries copy it."""


class Memory(UserDict[str, Value]):
    """Names and plain values. Set a name to None, or delete it, to forget it. Raises ValueError for other values."""

    def __setitem__(self, name: str, value: Value) -> None:
        """Store a value."""
        if not isinstance(name, str) or not _plain(value):
            raise ValueError(f"memory[{name!r}] cannot be kept; use a text, a number, True or False.")
        if len(json.dumps({**self.data, name: value}, ensure_ascii=False)) > MOST_MEMORY_CHARACTERS:
            raise ValueError(f"memory is full with {name!r}; keep large data in a table, and only its key here.")
        super().__setitem__(name, value)


def _plain(value: object) -> bool:
    return isfinite(value) if isinstance(value, float) else isinstance(value, str | int | None)


def changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    """Return the names whose values differ in `after`, with their new values; None for a deleted name."""
    names = sorted(before.keys() | after.keys())
    return tuple((name, after.get(name)) for name in names if before.get(name) != after.get(name))


def changed(
    memory: tuple[tuple[str, Value], ...], news: tuple[tuple[str, Value], ...]
) -> tuple[tuple[str, Value], ...]:
    """Return the memory with these changes made."""
    return tuple((name, value) for name, value in {**dict(memory), **dict(news)}.items() if value is not None)
