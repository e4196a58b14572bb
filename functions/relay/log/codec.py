"""Writes events as JSON, for the table and for files, and reads them back."""

import json
from dataclasses import fields, is_dataclass
from typing import Any

from functions.relay.log.earlier import EarlierCall
from functions.relay.log.events import Event
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Info, Unknown, read, well_formed
from functions.relay.wire.model import AgentMessage, CallerMessage, ToolCall, ToolResult, ToolResults, Usage

_NESTED = (EarlierCall, Key, CallerMessage, AgentMessage, ToolCall, ToolResults, ToolResult, Usage)
_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (*Event.__args__, *_NESTED)}


def dump(event: Event) -> str:
    """Return the event as JSON, with its class's name under `is`."""
    return well_formed(json.dumps(_plain(event), ensure_ascii=False, separators=(",", ":")))


def load(text: str) -> Event:
    """Return the event that `dump` wrote; `Unknown` if this version does not have its class.

    Fields that this version does not know are left out. Missing fields get their defaults.
    """
    try:
        event = _revived(json.loads(text))
    except (KeyError, TypeError, ValueError, RecursionError):
        return Unknown(text)
    return event if isinstance(event, Event) else Unknown(text)


def load_note(frame: bytes) -> Event:
    """Return the note of the line in an `info` frame as it came; `Unknown` if it holds none.

    No text of such a frame is kept, because nothing has redacted it.
    """
    message = read(frame.decode("utf-8", "replace"))
    return message if isinstance(message, Info) else Unknown("")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {"is": type(value).__name__} | {
            field.name: _plain(getattr(value, field.name)) for field in fields(value)
        }
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _revived(value: Any) -> Any:
    match value:
        case {"is": kind, **rest}:
            known = _KINDS[kind]
            names = {field.name for field in fields(known)}
            return known(**{name: _revived(item) for name, item in rest.items() if name in names})
        case list():
            return tuple(_revived(item) for item in value)
        case _:
            return value
