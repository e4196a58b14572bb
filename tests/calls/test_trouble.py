"""After a fault the caller hears a short honest sentence, and the call goes on."""

from collections.abc import Callable, Iterator

import pytest

from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer
from local.models.steps import Drop, Fail, Finish, Refuse, Step, Text
from local.phone import Phone

pytestmark = pytest.mark.slow

SORRY = "Sorry, something went wrong on my side, and nothing has been done. Could you say that again?"
PRIVATE = "zebra crossing"


@pytest.mark.parametrize(
    ("step", "tries"),
    [
        (Refuse(429, "ThrottlingException"), 4),
        (Refuse(503, "ServiceUnavailableException"), 4),
        (Refuse(400, "ValidationException"), 1),
        (Fail("throttlingException"), 2),
        (Drop(), 4),
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
    model.script(Fail("modelStreamErrorException"))
    call = phone.dial()
    assert call.say("Where is my table?") == f"Your table is \u2014 {SORRY}"


def test_an_empty_answer_is_asked_for_once_more(phone: Phone, model: BedrockServer) -> None:
    model.script(Finish())
    model.script(Text("Here I am."), Finish())
    assert phone.dial().say("Hello?") == "Here I am."


def test_an_answer_that_stays_empty_is_no_fault_of_the_caller(phone: Phone, model: BedrockServer) -> None:
    model.script(Finish())
    model.script(Finish())
    assert phone.dial().say("Hello?") == SORRY


def test_a_sentence_cut_at_the_token_limit_is_finished(phone: Phone, model: BedrockServer) -> None:
    model.script(Text("We have pasta with clams, and"), Finish("max_tokens"))
    model.script(Text("pasta with mushrooms."), Finish())
    assert phone.dial().say("What do you have?") == "We have pasta with clams, and pasta with mushrooms."


def test_nothing_that_was_said_is_in_the_functions_log(
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
