"""Reads what Twilio's webhooks and REST API send. Source: Twilio, "Twilio's request to your application"."""

import json
from collections.abc import Mapping
from typing import Any

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The values of CallStatus after which a call is over. Source: Twilio, "Call resource", call status values."""


def whole(form: Mapping[str, str], field: str) -> int:
    """Return the whole number in a field of a form; 0 for anything else."""
    text = form.get(field, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def json_object(text: str | bytes) -> dict[str, Any]:
    """Return the JSON object that a text holds; empty for any other text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
