"""After a noise: the agent goes on with what was not heard, or asks."""

from dataclasses import replace
from math import ceil

import pytest

from functions.relay import Digits, ask_digits
from functions.relay.agent.tools import AgentError
from functions.relay.answer.actions import ModelFailed
from functions.relay.answer.model_requests import Flaw
from functions.relay.answer.playback import CHARACTERS_PER_S
from functions.relay.call.call import Call, fold
from functions.relay.log.events import DigitsRequested, Ending, Entry, NoiseEnded
from functions.relay.wire.messages import Interrupt, Prompt, Text
from functions.relay.wire.model import AgentMessage, CallerMessage, Finished
from tests.relay.drive import SORRY, Drive, agent
from tests.relay.scenes import answer, at, opened, played, under

MENU = "We have pasta with clams. We have tiramisu. We have wine."


def noise(*more: Entry, how: Ending = "complete", said: str = MENU) -> Call:
    """A call in which a noise cut an answer after its first sentence."""
    heard = [played(2000, " We have pasta with clams."), at(2500, Interrupt("We have"))]
    entries = [opened(greeting=""), at(1000, Prompt("What is there?")), *answer(1000, said, how=how), *heard]
    return fold([*entries, at(4000, NoiseEnded()), *more])


def test_what_was_not_heard_is_said_without_a_model() -> None:
    drive = Drive(call=noise()).flows()
    assert drive.delivered == [Text("tiramisu. We have wine.", last=True)]
    assert (drive.requests, drive.ended.how) == ([], "complete")


def test_an_answer_that_had_not_ended_is_finished_by_the_model() -> None:
    drive = Drive(call=noise(how="superseded")).words("And").words(" water.").happen(Finished("end")).flows()
    assert drive.spoken.strip() == "tiramisu. We have wine. And water."
    assert drive.requests[0].messages[-1] == CallerMessage(Flaw.NOISE.value)
    assert isinstance(drive.requests[0].messages[-2], AgentMessage)


def test_a_model_whose_sent_words_were_all_heard_is_told_to_go_on() -> None:
    call = noise(how="superseded", said="We have pasta with clams.")
    drive = Drive(call=call).words("And wine.").happen(Finished("end")).flows()
    assert drive.requests[0].messages[-1] == CallerMessage(Flaw.NOISE.value)


@pytest.mark.parametrize(("said", "rest"), [(MENU, "tiramisu. We have wine."), ("We have pasta with clams.", "")])
def test_a_model_with_nothing_to_add_has_finished(said: str, rest: str) -> None:
    drive = Drive(call=noise(how="superseded", said=said)).happen(Finished("end")).flows()
    assert (drive.spoken.strip(), drive.ended.how) == (rest, "complete")


def test_a_model_with_nothing_to_add_may_lose_a_stream_first() -> None:
    drive = Drive(call=noise(how="superseded")).happen(ModelFailed("broken")).happen(Finished("end")).flows()
    assert (drive.spoken.strip(), drive.ended.how) == ("tiramisu. We have wine.", "complete")


def test_an_answer_without_sent_words_is_given_again() -> None:
    drive = Drive(call=noise(how="superseded", said=" ")).words("We have pasta.").happen(Finished("end")).flows()
    assert drive.spoken.strip() == "We have pasta."


def test_a_second_noise_loses_nothing() -> None:
    again = [*answer(4000, "tiramisu.", how="superseded"), at(5000, Interrupt(""))]
    drive = Drive(call=noise(*again, at(7000, NoiseEnded()))).flows()
    assert (drive.spoken.strip(), drive.requests) == ("tiramisu. We have wine.", [])


@pytest.mark.parametrize("reported", [True, False], ids=["reported", "named by the interrupt alone"])
@pytest.mark.parametrize(
    ("cut", "rest"),
    [
        ("We have", "tiramisu. We have wine."),
        ("We have tira", "tiramisu. We have wine."),
        ("We have tiramisu", "We have wine."),
        ("We have tiramisu. We", "have wine."),
        ("", "We have tiramisu. We have wine."),
    ],
)
def test_words_that_a_noise_cut_are_not_said_twice(cut: str, rest: str, reported: bool) -> None:
    heard = [played(2000, " We have pasta with clams."), at(2500, Interrupt(cut), "a")]
    heard += [played(2500, cut, "b")] if reported else []
    entries = [opened(greeting=""), at(1000, Prompt("What is there?")), *answer(1000, MENU), *heard]
    drive = Drive(call=fold([*entries, at(4000, NoiseEnded())])).flows()
    assert drive.spoken.strip() == rest


def test_a_noise_before_anything_was_said_is_answered_with_nothing() -> None:
    drive = Drive(call=fold([opened(greeting=""), at(4000, NoiseEnded())])).flows()
    assert (drive.spoken, drive.requests) == ("", [])


PIN = "Please key in your PIN."
REQUEST = DigitsRequested("check_pin", "{}")


def check_pin(pin: Digits) -> str:
    """Check a PIN."""
    return pin


def cut_question(said: str, heard: str, how: Ending = "complete") -> Drive:
    """The answer after a noise that cut a question for digits."""
    desk = replace(agent(ask_digits(check_pin, saying=PIN, length=4)), after_noise="ask")
    cut = [played(2000, heard), at(2500, Interrupt("x"))] if heard else [at(2500, Interrupt(""))]
    asked = [at(1000, Prompt("My balance?")), *answer(1000, said, how=how), under(1000, 189, REQUEST), *cut]
    return Drive(desk, fold([opened(greeting=""), *asked, at(4000, NoiseEnded())])).flows()


@pytest.mark.parametrize(
    ("said", "heard", "again"),
    [
        (PIN, "Please key", PIN),
        (f"I look. {PIN}", "I look. Please", PIN),
        (f"I look. {PIN}", "I", f"look. {PIN}"),
        ("I look.", "I", f"look. {PIN}"),
    ],
    ids=["in the question", "in it, after words", "before it", "before it was sent"],
)
def test_a_question_for_digits_that_a_noise_cut_is_asked_again(said: str, heard: str, again: str) -> None:
    drive = cut_question(said, heard)
    assert (drive.spoken.strip(), drive.requests) == (again, [])
    assert REQUEST in drive.events.values(), "digits count from the new question"
    assert [one.seconds for one in drive.reminds] == [8 + ceil(len(again) / CHARACTERS_PER_S)]


def test_a_question_that_was_cut_while_it_was_sent_needs_no_model() -> None:
    drive = cut_question(PIN, "Please key", how="superseded")
    assert (drive.spoken.strip(), drive.requests) == (PIN, [])


def test_an_agent_may_ask_instead() -> None:
    drive = Drive(replace(agent(), after_noise="ask"), noise()).flows()
    assert (drive.spoken, drive.requests) == (SORRY.nothing, [])


def test_another_word_for_it_is_refused() -> None:
    with pytest.raises(AgentError, match=r"Agent\.after_noise"):
        replace(agent(), after_noise="wait")  # type: ignore[arg-type]
