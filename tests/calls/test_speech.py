"""What a model writes in markup is heard as plain words, and remembered as it was heard."""

from collections.abc import Callable

import pytest

from functions.relay import Agent, Voice
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text, Use
from tests.calls.conftest import SPEED, wait_until_reported

pytestmark = pytest.mark.slow

WRITTEN = (
    "## Your **booking**\n\n- *Friday* at 8:30 🎉\n- a table for [four](https://hotline.example/four)\n\n"
    "Ask for **Siobhan** at https://hotline.example/menu?lang=en & enjoy!"
)
SPOKEN = "Your booking. Friday at eight thirty. a table for four. Ask for Shivawn at hotline.example and enjoy!"


VOICES = {"Google": "en-US-Journey-O", "ElevenLabs": "UgBBYS2sOqTuMpoF3BR0"}


def in_pieces(text: str, size: int = 3) -> tuple[Text, ...]:
    return tuple(Text(text[start : start + size]) for start in range(0, len(text), size))


def find_booking() -> str:
    """Look up the booking."""
    return "Friday"


def agent(provider: str = "Google") -> Agent:
    voices = {"en-US": Voice(provider, VOICES[provider])}  # type: ignore[arg-type]
    return Agent("Answer.", "Hello!", voices, tools=[find_booking], say_as={"Siobhan": "Shivawn"})


def test_markup_is_heard_and_remembered_as_plain_words(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    model.between = 0.005
    model.script(*in_pieces(WRITTEN), Finish())
    model.script(Text("You are **welcome**."), Finish())
    with line.phone(speed=SPEED, number=answered_by(agent())) as phone:
        call = phone.dial()
        assert call.say("What about my booking?") == SPOKEN
        assert call.say("Thank you.") == "You are welcome."
        assert call.errors == ()
    assert f"assistant: {SPOKEN}" in lines_of(model.requests[-1].body)


def test_words_before_a_tool_are_heard_before_it_and_remembered_so(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    model.script(*in_pieces("**One moment**"), Use("t1", "find_booking", ("{}",)), Finish("tool_use"))
    model.script(*in_pieces("It is on **Friday**"), Finish())
    model.script(Text("Bye."), Finish())
    with line.phone(speed=SPEED, number=answered_by(agent())) as phone:
        call = phone.dial()
        assert call.say("What about my booking?") == "One moment It is on Friday"
        call.say("Bye.")
    assert "assistant: One moment [find_booking {}]" in lines_of(model.requests[1].body)
    assert "assistant: It is on Friday" in lines_of(model.requests[2].body)


def test_an_interrupted_answer_is_remembered_as_far_as_it_was_heard(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    model.script(*(Text(f"\n- **Dish {number}** of *the menu*") for number in range(1, 20)), Finish())
    model.script(Text("Certainly."), Finish())
    with line.phone(speed=SPEED, number=answered_by(agent())) as phone:
        call = phone.dial()
        call.speak("What do you have?")
        call.interrupt("Stop, please.", after="Dish two")
        (told,) = [one for one in lines_of(model.requests[-1].body) if one.startswith("assistant: Dish")]
    # Without spaces: the line reports clauses as it played them, and may split a word from its full stop.
    remembered = "".join(told.removeprefix("assistant: ").split())
    assert remembered.startswith("Dishoneofthemenu.Dishtwo")
    assert "Dishnineteen" not in remembered
    assert remembered in "".join(call.heard.split())


@pytest.mark.parametrize("code", [64111, 64112, 64114])
def test_the_voices_take_turns_as_speech_fails(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str], code: int
) -> None:
    second = Voice("Amazon", "Joanna-Neural")
    desk = Agent("Answer.", "Hello!", {"en-US": Voice("Google", "en-US-Journey-O", second=second)}, silence=None)
    model.script(Text("I am here."), Finish())
    with line.phone(speed=SPEED, number=answered_by(desk)) as phone:
        call = phone.dial()
        call.fail(code)
        assert call.say("Are you there?") == "I am here."
        wait_until_reported(line, call)
        call.fail(code)
        assert [one.voices["en-US"]["voice"] for one in call.sessions] == [
            "en-US-Journey-O", "Joanna-Neural", "en-US-Journey-O",
        ]  # fmt: skip
        call.hang_up()
    assert "Hello!" in call.heard


def test_an_answer_of_nothing_that_can_be_spoken_is_not_silence(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    model.script(Text("**🎉"), Text("**"), Finish())
    model.script(Text("Hello!"), Finish())
    with line.phone(speed=SPEED, number=answered_by(agent())) as phone:
        assert phone.dial().say("Hello?") == "Hello!"


def test_ssml_reaches_only_a_voice_that_accepts_it(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    written = 'A <phoneme alphabet="ipa" ph="pikan">pecan</phoneme> <emphasis>pie</emphasis>.'
    for provider, sent in (
        ("Google", written),
        ("ElevenLabs", 'A <phoneme alphabet="ipa" ph="pikan">pecan</phoneme> pie.'),
    ):
        model.script(*in_pieces(written), Finish())
        with line.phone(speed=SPEED, number=answered_by(agent(provider))) as phone:
            call = phone.dial()
            call.say("What is there?")
            tokens = [one.message["token"] for one in call.frames if one.message.get("type") == "text"]
        assert "".join(tokens) == sent
        assert sum("<phoneme" in token and "</phoneme>" in token for token in tokens) == 1
