"""The agent of the simulated calls, and its tools."""

from collections.abc import Callable
from typing import Any

from functions.relay import Agent, EndCall, HandOff, Tool, ToolError, Voice, tool

GREETING = "Hello there, this is the desk."


def agent(pause: Callable[[float], None]) -> Agent:
    """Return an agent whose tools take as long as they like; `pause` lets time pass."""

    def quick() -> str:
        """Answer at once."""
        return "found"

    def slow() -> str:
        """Answer after a while."""
        pause(3.0)
        return "found after all"

    def hanging() -> str:
        """Answer too late."""
        pause(11.0)
        return "too late"

    def failing() -> str:
        """Fail."""
        pause(0.2)
        raise ToolError("there is none")

    def hand_over() -> HandOff:
        """Pass the caller on."""
        return HandOff("asked", to="+15550111")

    def say_goodbye() -> EndCall:
        """Hang up."""
        return EndCall()

    tools: list[Callable[..., Any] | Tool] = [
        quick,
        tool(slow, saying="Let me look."),
        hanging,
        failing,
        hand_over,
        say_goodbye,
    ]
    return Agent("You answer.", GREETING, {"en-US": Voice("Google", "en-US-Neural2-A")}, tools=tools, silence=None)
