"""The agent of the simulated calls, and its tools."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from functions.relay import Agent, Digits, EndCall, HandOff, PassTo, Silence, Tool, ToolError, Voice, ask_digits, tool
from tests.simulation.chance import Chance

DESK, BAR = "desk", "bar"
"""The names of the two agents. Each passes callers to the other one."""

GREETING = "Hello there, this is the desk."


QUESTION = "Please key in your code."
"""What the caller hears when a tool asks for digits."""

KEYED_TOOL = "pin"
"""The tool that asks for digits: only the digits run it."""

FAILING_TOOL = "failing"
"""The tool that always fails: it may be tried again."""

LENGTH = 4
"""The number of digits of a code that has a fixed length."""


DRAFTS = 0.4
"""The share of the runs in which answers are drafted."""


@dataclass(frozen=True, slots=True)
class AgentTraits:
    """What the agent of a run can do besides answering."""

    breaks_silence: bool = False
    ends_in_time: bool = False
    length: int | None = LENGTH
    ends: str = "#"
    redacts: bool = True
    drafts: bool = False

    @classmethod
    def of(cls, chance: Chance) -> "AgentTraits":
        """Return what the agent of a seed can do."""
        return cls(
            breaks_silence=chance.happens("the agent breaks silences", 0.35),
            ends_in_time=chance.happens("the call may last two minutes", 0.15),
            length=None if chance.share("a code of any length") < 0.5 else LENGTH,
            ends="" if chance.share("no key ends a code") < 0.3 else "#",
            redacts=chance.share("nothing is redacted") >= 0.5,
            drafts=chance.share("answers are drafted") < DRAFTS,
        )


def agent(pause: Callable[[float], None], ran: Callable[[str], None], traits: AgentTraits, other: str) -> Agent:
    """Return an agent whose tools take any time. `pause` lets time pass; `ran` is called with each run.

    `other` is the name of the agent to which it passes callers.
    """

    def quick() -> str:
        """Answer at once."""
        ran("quick")
        return "found"

    def slow() -> str:
        """Answer after some time."""
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
        """Hand the caller off."""
        ran("hand_over")
        return HandOff("asked", to="+15550111")

    def say_goodbye() -> EndCall:
        """Hang up."""
        ran("say_goodbye")
        return EndCall()

    def pass_on() -> PassTo:
        """Pass the caller to the other agent."""
        ran("pass_on")
        return PassTo(other)

    def pin(code: Digits) -> str:
        """Look a code up."""
        ran("pin")
        pause(0.5)
        return f"a code of {len(code)}"

    # A code needs a length, or a key that ends it.
    length = traits.length or (None if traits.ends else LENGTH)
    tools: list[Callable[..., Any] | Tool] = [
        quick,
        tool(slow, saying="Let me look."),
        hanging,
        failing,
        hand_over,
        say_goodbye,
        pass_on,
        ask_digits(pin, saying=QUESTION, length=length, ends=traits.ends, timeout=5),
    ]
    return Agent(
        "You answer.",
        GREETING,
        {"en-US": Voice("Google", "en-US-Neural2-A")},
        tools=tools,
        keys={"9": "I pressed nine."},
        silence=Silence(after=6) if traits.breaks_silence else None,
        minutes=2 if traits.ends_in_time else 60,
        redact=["card"] if traits.redacts else [],
        partial_prompts=True,
        speculates=traits.drafts,
    )
