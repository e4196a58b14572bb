"""All the agents of a deployment together: which number gets which, and whether they know each other."""

from collections.abc import Mapping

from functions.relay.agent.agent import Agent
from functions.relay.agent.tools import AgentError


def check(agents: Mapping[str, Agent], default: str, numbers: Mapping[str, str]) -> None:
    """Raise AgentError for an agent that is named and is not there."""
    there = f"there is {', '.join(agents)}"
    if default not in agents:
        raise AgentError(f"DEFAULT is {default!r}, which AGENTS does not have; {there}.")
    for number, name in numbers.items():
        if name not in agents:
            raise AgentError(f"NUMBERS gives {number} to {name!r}, which AGENTS does not have; {there}.")
    for name, agent in agents.items():
        for to in sorted(agent.destinations - agents.keys()):
            raise AgentError(f"The agent {name} passes callers to {to!r}, which AGENTS does not have; {there}.")
