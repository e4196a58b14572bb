"""Which agent answers which number. This folder is where you work: one file an agent."""

from collections.abc import Mapping

from functions.agents import front_desk, helpline, reminder
from functions.relay import Agent
from functions.relay.agent.registry import check

AGENTS: Mapping[str, Agent] = {
    "front_desk": front_desk.agent,
    "helpline": helpline.agent,
    "reminder": reminder.agent,
}
"""Every agent by the name that logs and logs' readers know it by."""

DEFAULT = "front_desk"

NUMBERS: Mapping[str, str] = {}
"""Which agent answers which of your numbers, such as "+15550100": "front_desk"; any other number gets DEFAULT."""


def answering(number: str) -> str:
    """Return the name of the agent that answers this number."""
    return NUMBERS.get(number, DEFAULT)


check(AGENTS, DEFAULT, NUMBERS)
