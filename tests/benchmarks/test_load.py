from collections.abc import Callable

import pytest

from benchmarks.load import (
    CALLS,
    SPEED,
    TURNS,
    Agent,
    Said,
    answer,
    expected,
    judged,
    question,
    requests_a_turn,
    said,
    utterance,
)

pytestmark = pytest.mark.slow

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


def partial(number: int, caller: int = 3, turn: int = 4) -> str:
    """The words of a partial prompt of this turn."""
    return utterance(caller, turn).partials[number][1].lower()


@pytest.mark.parametrize(
    ("spoil", "lost", "astray"),
    [
        pytest.param(lambda asked: asked.append(draft(partial(0))), 0, 0, id="a draft of the first words"),
        pytest.param(lambda asked: asked.append(draft(question(3, 4))), 0, 0, id="a draft of all words"),
        pytest.param(lambda asked: asked.append(draft(partial(1, 0, 0), turn=0)), 0, 0, id="a draft at the start"),
        pytest.param(lambda asked: asked.append(draft(question(4, 4))), 0, 1, id="another caller's words"),
        pytest.param(lambda asked: asked.append(draft("Hello.")), 0, 1, id="words that nobody said"),
        pytest.param(lambda asked: asked.append(draft(question(3, 4)[:9])), 0, 1, id="words cut within one"),
        pytest.param(lambda asked: asked.append(draft("Ca", 3, 4)[2:]), 0, 1, id="another history"),
        pytest.param(lambda asked: asked.remove(draft(question(3, 4))), 1, 0, id="a prompt that never was asked"),
    ],
)
def test_a_draft_may_ask_with_a_partial_prompt_of_its_turn(
    spoil: Callable[[list[Said]], object], lost: int, astray: int
) -> None:
    heard, asked = fine()
    spoil(asked)
    assert judged(heard, asked, DRAFTING) == (lost, astray)


def test_a_draft_in_another_case_is_nothing_wrong() -> None:
    heard, asked = fine()
    assert any(words != words.lower() for turn in range(CALLS) for _, words in utterance(turn, 0).partials)
    asked += [draft(words.lower(), turn, 0) for turn in range(CALLS) for _, words in utterance(turn, 0).partials]
    assert judged(heard, asked, DRAFTING) == (0, 0)


def test_requests_are_compared_without_their_case() -> None:
    body = {"messages": [{"content": [{"text": "The Green"}]}, {"content": [{"text": "apple?"}, {"image": ""}]}]}
    assert said(body) == ("the green", "apple?")
    assert all(line == line.lower() for line in expected(3, 4, GREETING))


def test_without_drafts_a_draft_is_astray() -> None:
    heard, asked = fine()
    asked.append(draft(partial(0)))
    assert judged(heard, asked, PLAIN) == (0, 1)


def test_requests_are_counted_for_each_turn_after_the_first() -> None:
    _, asked = fine()
    asked += [draft(partial(0)), draft(partial(1)), draft(partial(0, turn=0), turn=0)]
    counts = requests_a_turn(asked, DRAFTING)
    assert sorted(counts) == [1] * (CALLS * (TURNS - 1) - 1) + [3]


def test_callers_speak_at_the_speed_of_real_calls() -> None:
    first = utterance(0, 0)
    assert len(first.partials) >= 5
    assert 1.5 < first.final_after / SPEED < 4.0
