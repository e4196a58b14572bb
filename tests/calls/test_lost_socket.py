"""A call survives its socket."""

from local.phone import Phone
from tests.calls.conftest import lines_of
from tests.servers.bedrock import BedrockServer
from tests.servers.steps import Finish, Text

LONG = tuple(Text(f" And number {number}.") for number in range(1, 30))


def test_a_lost_socket_is_taken_up_again_with_its_memory_and_without_a_greeting(
    phone: Phone, model: BedrockServer
) -> None:
    model.script(Text("For four people."), Finish())
    model.script(Text("On Friday."), Finish())
    call = phone.dial()
    call.say("How many are we?")
    call.drop()
    assert len(call.sessions) == 2
    assert call.say("And when?") == "On Friday."
    assert call.heard.count("Rosa's, good evening!") == 1
    assert lines_of(model.requests[-1].body) == [
        "user: (The call begins.)",
        "assistant: Rosa's, good evening! How can I help?",
        "user: How many are we?",
        "assistant: For four people.",
        "user: And when?",
    ]
    assert call.outcome is None


def test_a_drop_in_the_middle_of_an_answer_is_apologised_for(phone: Phone, model: BedrockServer) -> None:
    model.between = 0.05
    model.script(*LONG, Finish())
    model.script(Text("At number two."), Finish())
    call = phone.dial()
    call.speak("Count for me.")
    call.hears("number 2")
    call.drop()
    call.hears("the line dropped for a moment")
    assert call.say("Where were we?") == "At number two."
    told = lines_of(model.requests[-1].body)
    assert "number 29" not in told[-2]
    assert told[-2].endswith("Where were we?")


def test_a_call_that_keeps_losing_its_socket_ends_with_an_apology(phone: Phone, model: BedrockServer) -> None:
    call = phone.dial()
    for _ in range(4):
        call.drop()
    call.wait_until_over()
    assert call.heard.endswith("Please try again later.")
    assert [verb.name for verb in call.verbs] == ["Say", "Hangup"]
