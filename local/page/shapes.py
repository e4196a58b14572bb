"""A mark: one thing on the timeline or in the list of frames, as the page draws it.

Its times are milliseconds: since 1970, and after `placed` since the beginning of the call. Its `json` holds the whole
thing that it shows.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from functions.relay.log.codec import dump
from functions.relay.log.events import Entry

Mark = dict[str, Any]
Marks = dict[str, Mark]


def marked(lane: str, kind: str, at: float, label: str, about: Any, *, to: float | None = None, **more: Any) -> Mark:
    """Return a mark at a moment, or of a span that ends at `to`."""
    return {"lane": lane, "kind": kind, "at": at, "to": to, "label": label, "json": about, **more}


def placed(marks: Iterable[tuple[str, Mark]], began: float) -> Marks:
    """Return marks by their ids, with times since the beginning of the call."""
    return {name: mark | _times(mark, began) for name, mark in marks}


def _times(mark: Mark, began: float) -> Mark:
    return {name: round(mark[name] - began, 1) for name in ("at", "to", "first") if mark.get(name) is not None}


@lru_cache(maxsize=20_000)
def plain(entry: Entry) -> dict[str, Any]:
    """Return an entry as the table's item shows it. Do not change the result: it is cached."""
    return {"key": str(entry.key), "event": json.loads(dump(entry.event))}


@lru_cache(maxsize=20_000)
def parsed(text: str) -> Any:
    """Return the JSON in a text, or the text. Do not change the result: it is cached."""
    try:
        return json.loads(text)
    except ValueError:
        return text
