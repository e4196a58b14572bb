"""Gives every agent a number on the laptop, so that each can be called."""

from types import ModuleType

FIRST_NUMBER = 5550100
"""The number of the default agent. On the laptop, agents without a number get the numbers after it."""


def give_numbers(agents: ModuleType) -> None:
    """Give each agent without a number one that exists only on the laptop."""
    known = dict(agents.NUMBERS)
    free = (f"+1{FIRST_NUMBER + count}" for count in range(100))
    spare = (number for number in free if number not in known)
    missing = [name for name in agents.AGENTS if name not in known.values()]
    # The default agent comes first: every number reaches it, so it gets the usual one.
    for name in sorted(missing, key=lambda name: name != agents.DEFAULT):
        known[next(spare)] = name
    vars(agents)["NUMBERS"] = known
