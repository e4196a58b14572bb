from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.relay.call.call import fold
from functions.relay.call.sorting import as_heard
from functions.relay.log.events import AgentSaid, AnswerEnded, Closed, Entry, Event, KeyPressed, Silent
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Prompt, Setup
from tests.relay.scenes import at, opened, played, under

RECORDED: list[Event] = [
    Setup("VX1", "CA1", "", ""), Dtmf("1"), Info("clientSpeaking", "on"), Info("agentSpeaking", "on"),
    Info("tokensPlayed", "Good"), Interrupt("Good"), Partial("Hi"), Info("agentSpeaking", "off"),
    Info("clientSpeaking", "off"), Closed(1000), Prompt("Hi"),
]  # fmt: skip


@pytest.mark.parametrize("ids", ["abcdefghijk", "kjihgfedcba", "bdfhjacegik"])
def test_frames_of_one_millisecond_have_the_order_of_recorded_calls(ids: str) -> None:
    entries = [at(5, event, name) for event, name in zip(RECORDED, ids, strict=True)]
    assert [entry.event for entry in as_heard(entries[::-1])] == RECORDED


@given(st.lists(st.sampled_from(range(len(RECORDED))), min_size=2, unique=True), st.randoms(use_true_random=False))
def test_any_frames_of_one_millisecond_have_that_order(which: list[int], chance: Random) -> None:
    ids = chance.sample("abcdefghijk", len(which))
    entries = [at(5, RECORDED[number], name) for number, name in zip(which, ids, strict=True)]
    assert [entry.event for entry in as_heard(entries)] == [RECORDED[number] for number in sorted(which)]


def test_what_is_under_a_frame_stays_with_it() -> None:
    key, said = at(5, KeyPressed("1"), "z"), under(5, 100, AgentSaid("One."), "z")
    prompt = at(5, Prompt("Hi"), "a")
    assert as_heard([prompt, said, key]) == (key, said, prompt)


def test_what_a_reminder_begins_follows_the_frames_that_it_saw() -> None:
    off, prompt = at(5, Info("agentSpeaking", "off"), "b"), at(5, Prompt("Hi"), "a")
    silent = Entry(off.key.after("silent"), Silent(1))
    assert as_heard([silent, off, prompt]) == (off, prompt, silent)


def test_time_comes_before_kind_and_each_key_counts_once() -> None:
    prompt, key = at(5, Prompt("Hi")), at(6, Dtmf("1"))
    assert as_heard([key, prompt, key]) == (prompt, key)


FIRST = [under(1000, 100, AgentSaid("Got 8 digits."), "k8"), under(1000, 199, AnswerEnded("complete"), "k8")]
SECOND = [under(1998, 100, AgentSaid("Got 0 digits."), "k#"), under(1998, 199, AnswerEnded("complete"), "k#")]


@pytest.mark.parametrize("known", [True, False], ids=["known", "late"])
@pytest.mark.parametrize("ids", ["it", "ti"])
def test_an_interrupt_and_its_report_belong_to_the_words_before(ids: str, known: bool) -> None:
    interrupt, report = at(2000, Interrupt("Got", 127), ids[0]), played(2000, "Got", ids[1])
    second = [Entry(SECOND[0].key, AgentSaid("Got 0 digits.", str(interrupt.key) if known else "")), SECOND[1]]
    log = [
        opened(greeting=""), at(1000, KeyPressed("8"), "k8"), *FIRST, at(1998, KeyPressed("#"), "k#"), *second,
        interrupt, report, played(3400, "Got 0 digits."),
    ]  # fmt: skip
    for entries in (log, log[::-1]):
        assert [turn.audible for turn in fold(entries).turns] == ["Got", "Got 0 digits."]


@pytest.mark.parametrize("after_ms", [0, 2, 150])
def test_an_answer_that_has_not_begun_is_not_interrupted(after_ms: int) -> None:
    log = [
        opened(greeting=""), at(1000, Prompt("One?")), under(1000, 100, AgentSaid("The first.")),
        under(1000, 199, AnswerEnded("complete")), at(3000, KeyPressed("1"), "k"),
        under(3000, 100, AgentSaid("The second."), "k"), under(3000, 199, AnswerEnded("complete"), "k"),
        at(3000 + after_ms, Interrupt("The"), "a"),
    ]  # fmt: skip
    assert [turn.cut for turn in fold(log).turns] == [True, False]


def test_any_order_of_arrival_folds_to_the_same_call() -> None:
    frames = [at(5, event, name) for event, name in zip(RECORDED[1:7], "ebdacf", strict=True)]
    calls = {fold([opened(), *entries]) for entries in permutations(frames)}
    assert len(calls) == 1
