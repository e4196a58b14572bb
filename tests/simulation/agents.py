"""The agent of the simulated calls, and its tools."""

from collections.abc import Callable
from typing import Any

from functions.relay import Agent, EndCall, HandOff, Tool, ToolError, Voice, tool

GREETING = "Hello there, this is the desk."


def agent(pause: Callable[[float], None], ran: Callable[[str], None]) -> Agent:
    """Return an agent whose tools take as long as they like; `pause` lets time pass, `ran` is told of each run."""

    def quick() -> str:
        """Answer at once."""
        ran("quick")
        return "found"

    def slow() -> str:
        """Answer after a while."""
        ran("slow")
        pause(3.0)
        return "found after all"

    def hanging() -> str:
        """Answer too late."""
        ran("hanging")
        pause(11.0)
        return "too late"

    def failing() -> str:
        """Fail."""
        ran("failing")
        pause(0.2)
        raise ToolError("there is none")

    def hand_over() -> HandOff:
        """Pass the caller on."""
        ran("hand_over")
        return HandOff("asked", to="+15550111")

    def say_goodbye() -> EndCall:
        """Hang up."""
        ran("say_goodbye")
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
