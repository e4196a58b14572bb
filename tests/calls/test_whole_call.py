"""One call, end to end."""

import pytest

from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text, Use
from local.phone import Phone

pytestmark = pytest.mark.slow

LOOK_UP = (Use("t1", "find_booking", ('{"reference":', '"K4T9"}')), Finish("tool_use"))


def test_a_caller_hears_the_greeting_and_their_booking(phone: Phone, model: BedrockServer) -> None:
    model.script(*LOOK_UP)
    model.script(Text("It is on"), Text(" Friday at eight."), Finish())
    call = phone.dial()
    assert call.heard == "Rosa's, good evening! How can I help?"
    assert call.say("What about booking K4T9?") == "It is on Friday at eight."
    assert call.errors == ()
    assert call.warnings == ()


def test_the_model_is_told_what_was_said_heard_and_found(phone: Phone, model: BedrockServer) -> None:
    model.script(*LOOK_UP)
    model.script(Text("Friday at eight."), Finish())
    model.script(Text("You are welcome."), Finish())
    call = phone.dial()
    call.say("What about booking K4T9?")
    call.say("Thank you.")
    assert lines_of(model.requests[2].body) == [
        "user: (The call begins.)",
        "assistant: Rosa's, good evening! How can I help?",
        "user: What about booking K4T9?",
        "assistant: [find_booking {'reference': 'K4T9'}]",
        "user: [= A table for 4, Friday at eight, in the name of Alma.]",
        "assistant: Friday at eight.",
        "user: Thank you.",
    ]


def test_a_hand_off_speaks_its_last_words_and_dials(phone: Phone, model: BedrockServer) -> None:
    model.script(
        Text("I'll put you through."),
        Use("t1", "transfer_to_human", ('{"reason": "asked for one"}',)),
        Finish("tool_use"),
    )
    call = phone.dial()
    call.speak("Let me talk to a person.")
    call.wait_until_over()
    assert call.heard.endswith("I'll put you through.")
    assert call.sessions[-1].ended is not None
    assert call.sessions[-1].ended.handoff is not None and "asked for one" not in call.sessions[-1].ended.handoff
    assert [verb.name for verb in call.verbs] == ["Dial", "Hangup"]
    assert call.dialed == "+15550100"
    assert call.errors == ()


def test_a_hand_off_without_words_says_its_own(phone: Phone, model: BedrockServer) -> None:
    model.script(Use("t1", "transfer_to_human", ('{"reason": "upset"}',)), Finish("tool_use"))
    call = phone.dial()
    call.speak("This is a shame!")
    call.wait_until_over()
    assert call.heard.endswith("One moment, I'll put you through.")


def test_goodbye_hangs_up_after_the_last_word(phone: Phone, model: BedrockServer) -> None:
    model.script(Use("t1", "say_goodbye", ("{}",)), Finish("tool_use"))
    call = phone.dial()
    call.speak("Goodbye.")
    call.wait_until_over()
    assert call.heard.endswith("Thank you for calling Rosa's. Goodbye!")
    assert [verb.name for verb in call.verbs] == ["Hangup"]
    assert call.sessions[-1].ended is not None
    assert call.sessions[-1].ended.handoff is None


def test_two_prompts_of_one_thought_are_answered_once_and_together(line: DevStack, model: BedrockServer) -> None:
    from local.phone import Quirks  # noqa: PLC0415

    model.first = 0.4
    model.script(Text("Never heard."), Finish())
    model.script(Text("Done."), Finish())
    with line.phone(speed=10.0, quirks=Quirks(finals=2)) as phone:
        call = phone.dial()
        call.say("I need to move my appointment to Monday.")
    assert "Never" not in call.heard
    assert lines_of(model.requests[-1].body)[-1] == "user: I need to move my appointment to Monday."


def test_a_caller_who_hangs_up_ends_the_session(phone: Phone, model: BedrockServer, line: DevStack) -> None:
    model.script(Text("Of course."), Finish())
    call = phone.dial()
    call.say("Hello.")
    call.hang_up()
    assert call.outcome == "completed"
    assert call.errors == ()
