"""What Twilio accepts, checked field by field. Source: Twilio, "ConversationRelay WebSocket messages"."""

import json
from collections.abc import Mapping
from typing import Any

TEXT: dict[str, type] = {"token": str, "last": bool, "lang": str, "interruptible": bool, "preemptible": bool}
END: dict[str, type] = {"handoffData": str}


def problem(text: str) -> str:
    """Return what is wrong with a message to Twilio; empty, if nothing is."""
    try:
        frame = json.loads(text)
    except ValueError:
        return "no JSON"
    match frame:
        case {"type": "text", "token": str(token), **rest}:
            return _fields(rest, TEXT) or ("" if token or rest.get("last") else "no words, and closes nothing")
        case {"type": "end", **rest}:
            return _fields(rest, END)
        case _:
            return "no message of the protocol"


def _fields(given: Mapping[Any, Any], known: dict[str, type]) -> str:
    for name, value in given.items():
        if name not in known:
            return f"an unknown field {name}"
        if not isinstance(value, known[name]):
            return f"{name} is no {known[name].__name__}"
    return ""
