"""Which number reaches which agent on the laptop: every one of them can be called there."""

import importlib
from types import ModuleType

FIRST_NUMBER = 5550100
"""The number of the agent that answers any number; agents that have none get those that follow, on the laptop."""


def agents_now() -> ModuleType:
    """Return the agents as they are now: the module is another one after each edit."""
    return importlib.import_module("functions.agents")


def give_numbers(agents: ModuleType) -> None:
    """Let each agent be reached: those with no number of their own get one that exists on the laptop only."""
    known = dict(agents.NUMBERS)
    free = (f"+1{FIRST_NUMBER + count}" for count in range(100))
    spare = (number for number in free if number not in known)
    missing = [name for name in agents.AGENTS if name not in known.values()]
    # The default one first: any number reaches it, and so does the usual one.
    for name in sorted(missing, key=lambda name: name != agents.DEFAULT):
        known[next(spare)] = name
    vars(agents)["NUMBERS"] = known
