"""Reads the forms of Twilio's webhooks. Source: Twilio, "Twilio's request to your application"."""

from collections.abc import Mapping

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The values of CallStatus after which a call is over. Source: Twilio, "Call resource", call status values."""


def whole(form: Mapping[str, str], field: str) -> int:
    """Return the whole number in a field of a form; 0 for anything else."""
    text = form.get(field, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
