from collections.abc import Callable

import pytest

from benchmarks.load import CALLS, TURNS, Said, answer, expected, judged, question

Heard = list[list[str]]
Spoil = Callable[[Heard, list[Said]], object]


def fine() -> tuple[Heard, list[Said]]:
    heard = [[answer(question(caller, turn)) for turn in range(TURNS)] for caller in range(CALLS)]
    asked = [expected(caller, turn) for turn in range(TURNS) for caller in range(CALLS)]
    return heard, asked


def put(heard: Heard, caller: int, turn: int, words: str) -> None:
    heard[caller][turn] = words


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert judged(*fine()) == (0, 0)


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
    assert judged(heard, asked) == (lost, astray)
