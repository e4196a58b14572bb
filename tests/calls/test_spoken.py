"""What tools speak, play and key comes in its order among the words, and may be protected."""

from collections.abc import Callable

import pytest

from functions.relay import Agent, Play, Say, SendDigits, Voice
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text, Use
from tests.calls.conftest import SPEED

pytestmark = pytest.mark.slow

TERMS = "By going on you accept our terms. They are long. They are on our page."


def read_terms() -> Say:
    """Read the terms."""
    return Say(TERMS, interruptible=False)


def connect_conference() -> list[Say | Play | SendDigits]:
    """Key the caller into a conference."""
    return [
        Say("You are being connected."),
        Play("https://hotline.example/jingle.mp3"),
        SendDigits("1w2#", answer="They are in."),
    ]


AGENT = Agent(
    "Answer.",
    "Hello!",
    {"en-US": Voice("Google", "en-US-Journey-O")},
    tools=[read_terms, connect_conference],
    silence=None,
)


def test_a_protected_sentence_is_heard_whole(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    model.script(Use("t1", "read_terms", ("{}",)), Finish("tool_use"))
    model.script(Text("Of course."), Finish())
    with line.phone(speed=SPEED, number=answered_by(AGENT)) as phone:
        call = phone.dial()
        call.speak("I want to buy it.")
        call.interrupt("Yes, yes.", after="By going on")
        call.hears("Of course.")
    assert TERMS in call.heard
    assert f"assistant: {TERMS} [read_terms {{}}]" in lines_of(model.requests[-1].body)
    assert call.errors == ()


def test_words_sounds_and_keys_leave_in_their_order(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    model.script(Use("t1", "connect_conference", ("{}",)), Finish("tool_use"))
    model.script(Text("Talk to you later."), Finish())
    with line.phone(speed=SPEED, number=answered_by(AGENT)) as phone:
        call = phone.dial()
        assert call.say("Get me into the conference.") == "You are being connected. Talk to you later."
    ours = [frame.message for frame in call.frames if frame.sender == "app"]
    kinds = [message["type"] for message in ours if message.get("token") != ""]
    assert kinds == ["text", "play", "sendDigits", "text"]
    assert "user: [= They are in.]" in lines_of(model.requests[-1].body)
    assert call.errors == ()
