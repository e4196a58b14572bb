"""Lumen's meter readings. Yours would go to a table or a service."""

from functions.relay import ToolError

LEAST, MOST = 4, 7
"""Digits that a meter shows."""


def take(phone: str, reading: str) -> str:
    """Take the reading of the caller with this number, and confirm it in words.

    Raises ToolError for one that no meter shows.
    """
    if not reading.isdigit() or not LEAST <= len(reading) <= MOST:
        raise ToolError(f"A reading has {LEAST} to {MOST} digits. Ask the caller to key it in once more.")
    return "The reading is taken." if phone else "The reading is taken; ask for the number of the contract."
