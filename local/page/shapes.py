"""A shape: one thing on the timeline or in the list of frames, as the page draws it.

Its times are milliseconds: since 1970, and after `placed` since the beginning of the call. Its `json` holds the whole
thing that it shows.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from functions.relay.log.codec import dump
from functions.relay.log.events import Entry

Shape = dict[str, Any]
Shapes = dict[str, Shape]


def shaped(lane: str, kind: str, at: float, label: str, about: Any, *, to: float | None = None, **more: Any) -> Shape:
    """Return a shape at a moment, or of a span that ends at `to`."""
    return {"lane": lane, "kind": kind, "at": at, "to": to, "label": label, "json": about, **more}


def placed(shapes: Iterable[tuple[str, Shape]], began: float) -> Shapes:
    """Return shapes by their ids, with times since the beginning of the call."""
    return {name: shape | _times(shape, began) for name, shape in shapes}


def _times(shape: Shape, began: float) -> Shape:
    return {name: round(shape[name] - began, 1) for name in ("at", "to", "first") if shape.get(name) is not None}


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
