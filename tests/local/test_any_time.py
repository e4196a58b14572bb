"""Calls that agents place on a laptop."""

from functions.relay import Agent, Voice
from local.any_time import at_any_time


def test_an_agent_that_may_call_at_any_time_keeps_its_version() -> None:
    """The record of a placed call names the version. An edit of the agent's file makes another one."""
    agent = Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Journey-O")})
    object.__setattr__(agent, "version", "94e9be7f3743")
    free = at_any_time(agent)
    assert free.version == "94e9be7f3743"
    assert (free.calling.attempts, free.calling.country_hours) == (1000, False)
