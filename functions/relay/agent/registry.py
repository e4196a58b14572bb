"""Checks the agents of a deployment together: the agent of each number, and the agents that others name."""

import re
from collections.abc import Callable, Collection, Mapping

from functions.relay.agent.after import after_of
from functions.relay.agent.agent import Agent
from functions.relay.agent.tools import AgentError
from functions.relay.cost_limits import MICROS_PER_CENT, SLICE_S, Limits

ADDRESS = re.compile(r"\+[1-9]\d{5,14}|(sip|client):\S+")
"""What Twilio reports as called: a number in E.164, or an address of a SIP domain or a client."""


def check(
    agents: Mapping[str, Agent],
    default: str,
    numbers: Mapping[str, str],
    line_of: Callable[[str], str] = lambda _: "",
) -> None:
    """Raise AgentError for a name without an agent, and for a number that is not valid.

    `line_of` returns the line to change for an agent's name, for DEFAULT and for NUMBERS.
    """
    there = f"there is {', '.join(agents)}"
    if default not in agents:
        raise AgentError(f"DEFAULT is {default!r}, which is not an agent; {there}.", line_of("DEFAULT"))
    for number, name in numbers.items():
        if name not in agents:
            fault = f"NUMBERS gives {number} to {name!r}, which is not an agent; {there}."
            raise AgentError(fault, line_of("NUMBERS"))
        if not ADDRESS.fullmatch(str(number)):
            cure = "write a number with its country code and without spaces, such as +12125550142"
            raise AgentError(f"NUMBERS has {number!r}; {cure}.", line_of("NUMBERS"))
    for name, agent in agents.items():
        for to in sorted(agent.destinations - agents.keys()):
            fault = f"the agent {name} passes callers to {to!r}, which is not an agent; {there}."
            raise AgentError(fault, line_of(name))


def check_models(agents: Mapping[str, Agent], models: Collection[str], line_of: Callable[[str], str]) -> None:
    """Raise AgentError for a model of `After` that `Needs.models` does not list: its function could not reach it."""
    for name, agent in agents.items():
        after = after_of(agent.after)
        if after and after.model and after.model not in models:
            cure = f'write in functions/agents/needs.py: NEEDS = Needs(models=["{after.model}"])'
            raise AgentError(f"After(model={after.model!r}) of {name} is not listed; {cure}.", line_of(name))


def check_limits(limits: Limits, line_of: Callable[[str], str] = lambda _: "") -> None:
    """Raise AgentError if a day has too little money for one slice of a call: no call would ever get in."""
    if (slice_ := limits.micros_of_slice) > limits.micros_per_day:
        cost = f"the first {SLICE_S // 60} minutes of a call cost {slice_ // MICROS_PER_CENT}"
        raise AgentError(
            f"Limits.cents_per_day is {limits.cents_per_day}, and {cost}; allow more cents.", line_of("LIMITS")
        )
