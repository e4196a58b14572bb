"""The generated utterances have the figures of the recorded ones."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from random import Random
from statistics import mean

import pytest

from benchmarks.rhythm import RESTATED_S
from benchmarks.speculation import utterance
from functions.relay.call.drafting import STANDSTILL_S
from functions.relay.text.utterance import ends_sentence, same_words
from local.phone.clauses import Utterance

pytestmark = pytest.mark.slow

ROUNDING_S = 1e-6


@cache
def spoken() -> list[Utterance]:
    """The utterances; they are generated when a test needs them, since that takes a second."""
    return [utterance(Random(number)) for number in range(4000)]


def complete(one: Utterance) -> float:
    """When the first partial prompt with all words comes."""
    return next(at for at, text in one.partials if same_words(text, one.text))


def drafts(one: Utterance) -> list[str]:
    """The words that are drafted: those that end a sentence or stand still, unless they are drafted already."""
    found: list[str] = []
    for (at, text), (until, _) in pairwise([*one.partials, (one.final_after, "")]):
        whole = ends_sentence(text) or until - at >= STANDSTILL_S - ROUNDING_S
        if whole and not (found and same_words(found[-1], text)):
            found.append(text)
    return found


def early(one: Utterance) -> Iterator[str]:
    """The partial prompts that end a sentence, and that more words follow."""
    return (text for _, text in one.partials if ends_sentence(text) and not same_words(text, one.text))


def gaps() -> list[float]:
    """The seconds between two partial prompts with other words."""
    return [
        later - at
        for one in spoken()
        for (at, text), (later, words) in pairwise(one.partials)
        if not same_words(text, words)
    ]


def lasts() -> list[float]:
    """The seconds from the last partial prompt to the final one."""
    return [one.final_after - one.partials[-1][0] for one in spoken()]


def head_starts() -> list[float]:
    """The seconds from the first partial prompt with all words to the final one."""
    return [one.final_after - complete(one) for one in spoken()]


@cache
def drafted() -> list[list[str]]:
    """The words that are drafted of each utterance."""
    return [drafts(one) for one in spoken()]


@pytest.mark.parametrize(
    ("measured", "recorded"),
    [
        pytest.param(gaps, (0.189, 0.242, 0.327), id="between partials"),
        pytest.param(lasts, (0.358, 0.730, 0.837), id="last partial to final"),
        pytest.param(head_starts, (0.464, 0.730, 0.837), id="head start"),
    ],
)
def test_the_times_have_the_recorded_quantiles(
    measured: Callable[[], list[float]], recorded: tuple[float, float, float]
) -> None:
    times = measured()
    for share, seconds in zip((0.1, 0.5, 0.9), recorded, strict=True):
        assert mean(time < seconds - 0.002 for time in times) <= share + 0.015
        assert mean(time <= seconds + 0.002 for time in times) >= share - 0.015
    assert recorded[0] - ROUNDING_S <= min(times) <= max(times) <= recorded[2] + ROUNDING_S


def test_a_ninth_of_the_gaps_is_a_standstill() -> None:
    assert mean(gap >= STANDSTILL_S - ROUNDING_S for gap in gaps()) == pytest.approx(5 / 47, abs=0.01)


def test_a_tenth_of_the_utterances_changes_case_at_last() -> None:
    restated = [one for one in spoken() if complete(one) < one.partials[-1][0]]
    assert len(restated) / len(spoken()) == pytest.approx(0.1, abs=0.01)
    assert all(one.partials[-1][1] != one.partials[-2][1] for one in restated)
    assert all(one.final_after - one.partials[-1][0] <= RESTATED_S + ROUNDING_S for one in restated)


def test_partials_are_as_many_as_recorded() -> None:
    assert mean(len(one.partials) for one in spoken()) == pytest.approx(58 / 11, abs=0.3)


def test_a_sentence_ends_early_as_often_as_recorded() -> None:
    assert mean(any(early(one)) for one in spoken()) == pytest.approx(2 / 11, abs=0.02)


def test_drafts_are_as_many_as_recorded() -> None:
    counts = sorted(len(each) for each in drafted())
    assert mean(counts) == pytest.approx(1.64, abs=0.1)
    assert counts[len(counts) * 19 // 20] <= 3


def test_as_many_drafts_are_discarded_as_recorded() -> None:
    used = sum(same_words(one.text, each[-1]) for one, each in zip(spoken(), drafted(), strict=True))
    assert 1 - used / sum(len(each) for each in drafted()) == pytest.approx(0.39, abs=0.04)
