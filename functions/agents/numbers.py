"""Which agent answers which of your numbers, and what callers may cost."""

from functions.relay import Limits

DEFAULT = "front_desk"
"""The agent that answers any number that is not in NUMBERS."""

NUMBERS: dict[str, str] = {}
"""The agent of a number, such as {"+15550100": "front_desk"}."""

LIMITS = Limits()
"""How many calls, tokens and cents callers may use, such as Limits(calls_per_day=200); see docs/agents.md."""
