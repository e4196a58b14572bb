"""Which agent answers which of your numbers."""

DEFAULT = "front_desk"
"""The agent that answers any number that is not in NUMBERS."""

NUMBERS: dict[str, str] = {}
"""The agent of a number, such as {"+15550100": "front_desk"}."""
