"""How a call begins, and how the caller may interrupt it, as the agent says."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from functions.relay import Agent, Recording, Voice
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer
from local.models.steps import Finish, Text
from local.phone import Call, Phone
from tests.calls.conftest import SPEED

pytestmark = pytest.mark.slow

GREETING = "Welcome to Rosa's. This call may be listened to by a person, so that we can serve you better."
AGENT = Agent("Be brief.", GREETING, {"en-US": Voice("Google", "en-US-Neural2-A")})
LONG = "One thing is this, another is that, and a third is that there are many more of them to come."


@pytest.fixture
def phone_to(line: DevStack, answered_by: Callable[[Agent], str]) -> Callable[[Agent], Phone]:
    return lambda agent: line.phone(speed=SPEED, number=answered_by(agent))


def kinds(call: Call) -> list[str]:
    return [frame.message["type"] for frame in call.frames if frame.sender == "twilio"]


def test_words_over_a_protected_greeting_are_answered_after_it(
    phone_to: Callable[[Agent], Phone], model: BedrockServer
) -> None:
    model.script(Text("At ten."), Finish())
    with phone_to(replace(AGENT, greeting_interruptible="none")) as phone:
        call = phone.dial(listen=False)
        call.hears("Welcome")
        call.speak("When do you open?")
        call.hears("At ten.")
    assert call.heard == f"{GREETING} At ten."
    assert "interrupt" not in kinds(call)
    assert (call.errors, call.warnings) == ((), ())


def test_a_greeting_that_is_not_protected_is_cut(phone_to: Callable[[Agent], Phone], model: BedrockServer) -> None:
    model.script(Text("At ten."), Finish())
    with phone_to(AGENT) as phone:
        call = phone.dial(listen=False)
        call.hears("Welcome")
        assert call.interrupt("When do you open?", after="Welcome") == "At ten."
    assert GREETING not in call.heard
    assert "interrupt" in kinds(call)


def test_an_ignored_backchannel_does_not_interrupt(phone_to: Callable[[Agent], Phone], model: BedrockServer) -> None:
    model.script(Text(LONG), Finish())
    with phone_to(replace(AGENT, ignore_backchannel=True, sensitivity="low")) as phone:
        call = phone.dial()
        call.speak("Tell me.")
        call.hears("One thing")
        call.speak("Uh-huh.")
        call.hears("to come.")
        call.wait_until_quiet()
    assert call.heard == f"{GREETING} {LONG}"
    assert len(model.requests) == 1
    assert call.sessions[0].attributes["interruptSensitivity"] == "low"


def test_a_recorded_call_is_announced_once_despite_a_lost_socket(
    phone_to: Callable[[Agent], Phone], model: BedrockServer
) -> None:
    model.script(Text("Yes."), Finish())
    with phone_to(replace(AGENT, recording=Recording("This call is recorded."))) as phone:
        call = phone.dial()
        call.drop()
        assert call.say("Are you there?") == "Yes."
        call.hang_up()
    assert call.heard == f"This call is recorded. {GREETING} Yes."
    assert [verb.name for verb in call.verbs] == ["Say", "Start"]
    assert len(call.recordings) == 1
    assert (call.errors, call.warnings) == ((), ())
