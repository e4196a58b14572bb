"""What a noise kept the agent from saying."""

import pytest

from functions.relay.call.call import fold
from functions.relay.call.noise import has_more, unfinished, unheard
from functions.relay.call.turn import Turn
from functions.relay.log.events import AgentSaid, AnswerEnded, Ending, NoiseEnded
from functions.relay.wire.messages import Interrupt, Prompt
from tests.relay.scenes import at, opened, played, under

MENU = "We have pasta. We have wine."


def turn(heard: str = "", how: Ending | None = "complete", said: str = MENU, *, noise: bool = False) -> Turn:
    """Return the last turn of a call: the agent said `said`, and the caller heard `heard` of it."""
    entries = [opened(greeting=""), at(1000, NoiseEnded() if noise else Prompt("What is there?"))]
    entries += [under(1000, 100, AgentSaid(said)), *([under(1000, 999, AnswerEnded(how))] if how else [])]
    entries += [played(2000, heard), at(2500, Interrupt(heard))] if heard else []
    return fold(entries).turns[-1]


def test_without_a_turn_there_is_nothing_to_say() -> None:
    assert (has_more(()), unfinished(()), unheard(())) == (False, False, "")


@pytest.mark.parametrize(
    ("turns", "more"),
    [
        ((turn(MENU),), False),
        ((turn("We have pasta."),), True),
        ((turn(MENU, how="superseded"),), True),
        ((turn(MENU, how="gone"),), True),
        ((turn(MENU, how=None),), True),
        ((turn(said=""),), False),
    ],
)
def test_an_agent_has_more_to_say_until_all_was_heard(turns: tuple[Turn, ...], more: bool) -> None:
    assert has_more(turns) is more


def test_a_second_try_that_was_cut_is_unfinished_if_the_first_was() -> None:
    again = turn(how="superseded", noise=True)
    assert unfinished((turn("We have pasta.", how="superseded"), again))
    assert not unfinished((turn("We have pasta."), again))


@pytest.mark.parametrize(
    ("heard", "rest"),
    [
        ("", MENU),
        ("We have pasta.", "We have wine."),
        ("We have pas", "pasta. We have wine."),
        (MENU, ""),
    ],
)
def test_the_rest_begins_with_a_whole_word(heard: str, rest: str) -> None:
    assert unheard((turn(heard),)) == rest


def test_a_second_try_has_what_the_first_had_not_sent() -> None:
    first, second = turn("We have pasta."), turn(said="We have", how="superseded", noise=True)
    assert unheard((first, second)) == "We have wine."


def test_a_second_try_with_other_words_has_its_own_rest() -> None:
    first, second = turn("We have pasta."), turn("Sorry.", said="Sorry. We also have beer.", noise=True)
    assert unheard((first, second)) == "We also have beer."
