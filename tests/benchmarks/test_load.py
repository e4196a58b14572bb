from collections.abc import Callable

import pytest

from benchmarks.load import CALLS, TURNS, Agent, Said, answer, expected, judged, question

Heard = list[list[str]]
GREETING = "Hello!"
PLAIN, DRAFTING = Agent("+15550100", GREETING), Agent("+15550100", GREETING, drafts=True)
Spoil = Callable[[Heard, list[Said]], object]


def fine() -> tuple[Heard, list[Said]]:
    heard = [[answer(question(caller, turn)) for turn in range(TURNS)] for caller in range(CALLS)]
    asked = [expected(caller, turn, GREETING) for turn in range(TURNS) for caller in range(CALLS)]
    return heard, asked


def put(heard: Heard, caller: int, turn: int, words: str) -> None:
    heard[caller][turn] = words


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert judged(*fine(), PLAIN) == (0, 0)


@pytest.mark.parametrize(
    ("spoil", "lost", "astray"),
    [
        pytest.param(lambda heard, _: put(heard, 3, 4, ""), 1, 0, id="no answer"),
        pytest.param(lambda heard, _: heard[3].clear(), TURNS, 0, id="no answers"),
        pytest.param(lambda heard, _: put(heard, 3, 4, answer(question(4, 4))), 1, 1, id="another caller's answer"),
        pytest.param(lambda heard, _: put(heard, 3, 4, heard[3][3]), 1, 1, id="the answer before"),
        pytest.param(lambda heard, _: put(heard, 3, 4, f"{heard[3][4]} {heard[3][4]}"), 0, 1, id="an answer twice"),
        pytest.param(lambda heard, _: put(heard, 3, 4, f"{heard[3][4]} Yes."), 0, 1, id="words too many"),
        pytest.param(lambda _, asked: asked.pop(), 1, 0, id="a prompt that never was asked"),
        pytest.param(lambda _, asked: asked.append(asked[7]), 0, 1, id="a prompt asked twice"),
        pytest.param(lambda _, asked: asked.append((*asked.pop(), "And?")), 1, 1, id="a line too many"),
        pytest.param(lambda _, asked: asked.append(asked.pop()[2:]), 1, 1, id="a line forgotten"),
    ],
)
def test_what_goes_wrong_is_counted(spoil: Spoil, lost: int, astray: int) -> None:
    heard, asked = fine()
    spoil(heard, asked)
    assert judged(heard, asked, PLAIN) == (lost, astray)


def draft(words: str, caller: int = 3, turn: int = 4) -> Said:
    """What the model is asked for a draft in this turn."""
    return (*expected(caller, turn, GREETING)[:-1], words)


@pytest.mark.parametrize(
    ("spoil", "lost", "astray"),
    [
        pytest.param(lambda asked: asked.append(draft(question(3, 4)[:9])), 0, 0, id="a draft of the first words"),
        pytest.param(lambda asked: asked.append(draft(question(3, 4))), 0, 0, id="a draft of all words"),
        pytest.param(lambda asked: asked.append(draft(question(0, 0)[:9], turn=0)), 0, 0, id="a draft at the start"),
        pytest.param(lambda asked: asked.append(draft(question(4, 4))), 0, 1, id="another caller's words"),
        pytest.param(lambda asked: asked.append(draft("Hello.")), 0, 1, id="words that nobody said"),
        pytest.param(lambda asked: asked.append(draft("Ca", 3, 4)[2:]), 0, 1, id="another history"),
        pytest.param(lambda asked: asked.remove(draft(question(3, 4))), 1, 0, id="a prompt that never was asked"),
    ],
)
def test_a_draft_may_ask_with_the_beginning_of_a_turn(
    spoil: Callable[[list[Said]], object], lost: int, astray: int
) -> None:
    heard, asked = fine()
    spoil(asked)
    assert judged(heard, asked, DRAFTING) == (lost, astray)


def test_without_drafts_a_draft_is_astray() -> None:
    heard, asked = fine()
    asked.append(draft(question(3, 4)[:9]))
    assert judged(heard, asked, PLAIN) == (0, 1)
