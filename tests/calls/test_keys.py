"""Keys of the phone: they have a meaning for the agent, or a tool asks for digits that only the tool gets."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.relay import Agent, Caller, Digits, HandOff, Say, Voice, ask_digits
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text, Use
from local.phone import Pace, Phone
from tests.calls.conftest import SPEED

pytestmark = pytest.mark.slow

APART = Pace(key=1.0)
"""Keys so far apart that each has its own millisecond, on any busy machine."""

VOICES = {"en-US": Voice("Google", "en-US-Journey-O")}


def opening_hours(caller: Caller) -> str:
    """Tell when we are open."""
    return f"We open at nine in {caller.language}."


def check_pin(pin: Digits, caller: Caller) -> str:
    """Have the caller key in their PIN, and check it."""
    caller.memory["known"] = pin == "1234"
    return "The PIN is right." if pin == "1234" else "The PIN is wrong."


def balance(caller: Caller) -> str:
    """Look up the caller's balance."""
    return "5 euros" if caller.memory.get("known") else "Not without the PIN."


AGENT = Agent(
    "Answer.",
    "Hello!",
    VOICES,
    tools=[ask_digits(check_pin, saying="Please key in your four digit PIN.", length=4, timeout=60), balance],
    keys={
        "0": HandOff("pressed 0", to="+15550100"),
        "1": opening_hours,
        "2": "I want to book a table.",
        "3": Say("This call costs nothing.", interruptible=False),
    },
    silence=None,
)

ASKS_PIN = (Use("t1", "check_pin", ("{}",)), Finish("tool_use"))


@pytest.fixture
def caller(line: DevStack, answered_by: Callable[[Agent], str]) -> Any:
    with line.phone(speed=SPEED, pace=APART, number=answered_by(AGENT)) as phone:
        yield phone.dial()


def test_a_key_does_what_the_agent_says(caller: Any) -> None:
    caller.wait_until_quiet()
    caller.press("1")
    caller.hears("We open at nine in en-US.")
    caller.press("3")
    caller.hears("This call costs nothing.")
    assert {"interruptible": False}.items() <= caller.frames[-1].message.items() or any(
        frame.message.get("interruptible") is False for frame in caller.frames
    )
    caller.press("0")
    caller.wait_until_over()
    assert [verb.name for verb in caller.verbs] == ["Dial", "Hangup"]
    assert caller.dialed == "+15550100"
    assert caller.errors == ()


def test_a_key_may_mean_words(caller: Any, model: BedrockServer) -> None:
    model.script(Text("For how many?"), Finish())
    caller.wait_until_quiet()
    caller.press("2")
    caller.hears("For how many?")
    assert lines_of(model.requests[-1].body)[-1] == "user: I want to book a table."


def test_digits_reach_only_the_tool(
    caller: Any, model: BedrockServer, line: DevStack, logged: Callable[[], str]
) -> None:
    model.script(*ASKS_PIN)
    model.script(Text("Thank you."), Finish())
    model.script(Use("t2", "balance", ("{}",)), Finish("tool_use"))
    model.script(Text("You have five euros."), Finish())
    assert caller.say("What is my balance?") == "Please key in your four digit PIN."
    caller.press("1234")
    caller.hears("Thank you.")
    assert caller.say("And now?") == "You have five euros."
    told = "\n".join(lines_of(model.requests[-1].body))
    assert "[= The PIN is right.]" in told
    assert "1234" not in told
    assert not re.search(r"\b1234\b", logged())  # an id may hold these digits too
    assert caller.errors == ()


def test_a_caller_may_speak_instead_of_keying(caller: Any, model: BedrockServer) -> None:
    model.script(*ASKS_PIN)
    model.script(Text("It is on your card."), Finish())
    model.script(Text("Thank you."), Finish())
    caller.say("What is my balance?")
    assert caller.say("Where do I find it?") == "It is on your card."
    caller.press("1234")
    caller.hears("Thank you.")


def test_the_model_gets_digits_that_are_not_private(
    line: DevStack, answered_by: Callable[[Agent], str], model: BedrockServer
) -> None:
    open_pin = ask_digits(check_pin, saying="Key it in.", ends="#", private=False)
    with line.phone(speed=SPEED, pace=APART, number=answered_by(replace(AGENT, tools=[open_pin]))) as phone:
        _keys_in(phone, model)
    assert "user: (The caller keyed in 99.)" in lines_of(model.requests[-1].body)


def _keys_in(phone: Phone, model: BedrockServer) -> None:
    model.script(*ASKS_PIN)
    model.script(Text("Sorry, no."), Finish())
    call = phone.dial()
    call.say("What is my balance?")
    call.press("99#")
    call.hears("Sorry, no.")
