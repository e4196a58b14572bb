"""What goes wrong is heard as a short honest sentence, and the call goes on."""

from collections.abc import Callable, Iterator

import pytest

from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer
from local.models.steps import Drop, Fail, Finish, Refuse, Step, Text
from local.phone import Phone

pytestmark = pytest.mark.slow

SORRY = "Sorry, something went wrong on my side. Could you say that again?"
PRIVATE = "zebra crossing"


@pytest.mark.parametrize(
    ("step", "tries"),
    [
        (Refuse(429, "ThrottlingException"), 2),
        (Refuse(503, "ServiceUnavailableException"), 2),
        (Refuse(400, "ValidationException"), 1),
        (Fail("throttlingException"), 1),
        (Drop(), 2),
    ],
    ids=["throttled", "unavailable", "invalid", "throttled after the start", "dropped"],
)
def test_a_model_that_cannot_answer_is_apologised_for(
    phone: Phone, model: BedrockServer, step: Step, tries: int
) -> None:
    for _ in range(tries):
        model.script(step)
    model.script(Text("Here I am."), Finish())
    call = phone.dial()
    assert call.say("Hello?") == SORRY
    assert call.say("Hello?") == "Here I am."
    assert call.errors == ()


def test_a_model_that_fails_in_mid_sentence_is_apologised_for(phone: Phone, model: BedrockServer) -> None:
    model.script(Text("Your table is"), Fail("modelStreamErrorException"))
    call = phone.dial()
    assert call.say("Where is my table?") == f"Your table is {SORRY}"


def test_an_empty_answer_is_not_silence(phone: Phone, model: BedrockServer) -> None:
    model.script(Finish())
    call = phone.dial()
    assert call.say("Hello?") == "Sorry, I didn't catch that. Could you say it again?"


def test_nothing_that_was_said_stands_in_the_functions_log(
    phone: Phone, model: BedrockServer, logged: Callable[[], str]
) -> None:
    model.script(Text(f"You said {PRIVATE}."), Fail("throttlingException", PRIVATE))
    call = phone.dial(caller="+15550163")
    call.say(f"I am at the {PRIVATE}.")
    assert "answered" in logged()
    assert PRIVATE not in logged()
    assert "+15550163" not in logged()


@pytest.fixture
def twice(line: DevStack) -> Iterator[None]:
    line.gateway.faults.copies = lambda _: 2
    yield
    line.gateway.faults.copies = lambda _: 1


@pytest.mark.usefixtures("twice")
def test_frames_that_come_twice_are_one(phone: Phone, model: BedrockServer) -> None:
    model.script(Text("Once."), Finish())
    model.script(Text("Again once."), Finish())
    call = phone.dial()
    assert call.say("Say it.") == "Once."
    assert call.say("Say it again.") == "Again once."
    assert call.heard.count("Once.") == 1
    assert len(model.requests) == 2
