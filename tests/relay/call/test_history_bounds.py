import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.relay.call.call import fold
from functions.relay.call.history import (
    CALL_BEGINS,
    FIRST_MESSAGES_KEPT,
    LEFT_OUT,
    LONG_LOG_ENTRIES,
    MOST_CHARACTERS,
    MOST_MESSAGE_CHARACTERS,
    MOST_MESSAGES,
    MOST_NEWEST_CHARACTERS,
    MOST_NEWEST_RESULTS_CHARACTERS,
    NEWEST_MESSAGES_KEPT,
    bounded,
    fitting,
    history,
    snapshot,
)
from functions.relay.log.codec import dump
from functions.relay.log.events import Entry, SessionOpened
from functions.relay.wire.messages import Prompt
from functions.relay.wire.model import AgentMessage, CallerMessage, Message, ToolCall, ToolResult, ToolResults
from tests.relay.scenes import answer, at, opened, played, problems

ITEM = 400_000


def exchange(number: int) -> tuple[Message, ...]:
    return CallerMessage(f"Question {number}?"), AgentMessage(f"Answer {number}.")


def exchange_with_tools(number: int, rounds: int = 1) -> tuple[Message, ...]:
    looked_up: list[Message] = []
    for ask in (f"ask {number}.{one}" for one in range(rounds)):
        looked_up += [AgentMessage("", (ToolCall(ask, "find", "{}"),)), ToolResults((ToolResult(ask, "found"),))]
    return CallerMessage(f"Question {number}?"), *looked_up, AgentMessage(f"Answer {number}.")


def talk(*numbers: int) -> tuple[Message, ...]:
    return tuple(line for number in numbers for line in exchange(number))


GREETED: tuple[Message, ...] = (CALL_BEGINS, AgentMessage("Hello!"))
OLDER, NEWER = talk(*range(1, 41)), talk(*range(16, 41))
AFTER_A_GAP = (CallerMessage(f"{LEFT_OUT.text} Question 16?"), *NEWER[1:])
ASK = ToolCall("t", "find", "{}")
ROUND = exchange_with_tools(0)
ASKS, FOUND = ROUND[1], ROUND[2]


@pytest.mark.parametrize(
    ("lines", "remembered"),
    [
        pytest.param((), (), id="nothing"),
        pytest.param(talk(*range(30)), talk(*range(30)), id="as many as may be"),
        pytest.param((*GREETED, *OLDER), (*GREETED, *OLDER[:6], *AFTER_A_GAP), id="the beginning and the newest"),
        pytest.param(
            (*talk(1), *ROUND, CallerMessage("Two"), ASKS, FOUND, *OLDER),
            (*talk(1), *ROUND, *AFTER_A_GAP),
            id="a beginning that is cut before a question",
        ),
        pytest.param(
            (*ROUND, *exchange_with_tools(1, rounds=3), *OLDER),
            (*ROUND, *AFTER_A_GAP),
            id="a beginning that is cut before a tool",
        ),
        pytest.param(
            (*exchange_with_tools(1, rounds=9), *OLDER), AFTER_A_GAP, id="a beginning that is nothing but tools"
        ),
        pytest.param(
            (*OLDER, *ROUND, *NEWER[:-2]),
            (*OLDER[:8], LEFT_OUT, ROUND[-1], *NEWER[:-2]),
            id="a newest part that is cut between a tool and its answer",
        ),
    ],
)
def test_of_many_lines_the_beginning_and_the_newest_are_remembered(
    lines: tuple[Message, ...], remembered: tuple[Message, ...]
) -> None:
    assert bounded(lines) == remembered
    assert problems(bounded(lines)) == []


def test_the_part_that_is_left_out_grows_at_its_end() -> None:
    lines: tuple[Message, ...] = GREETED
    for number in range(1, 200):
        lines = bounded((*lines, *exchange(number)))
    assert lines[:FIRST_MESSAGES_KEPT] == (*GREETED, *talk(1, 2, 3))
    assert lines[-NEWEST_MESSAGES_KEPT:][1:] == talk(*range(175, 200))[-NEWEST_MESSAGES_KEPT:][1:]
    assert str(lines).count(LEFT_OUT.text) == 1


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        (CallerMessage("a" * 9999), CallerMessage("a" * MOST_MESSAGE_CHARACTERS)),
        (
            AgentMessage("a" * 9999, (ToolCall("t", "find", "{}"),)),
            AgentMessage("a" * MOST_MESSAGE_CHARACTERS, (ToolCall("t", "find", "{}"),)),
        ),
        (
            ToolResults((ToolResult("t", "a" * 9999, True),)),
            ToolResults((ToolResult("t", "a" * MOST_MESSAGE_CHARACTERS, True),)),
        ),
    ],
)
def test_of_a_long_line_the_beginning_is_remembered(line: Message, cut: Message) -> None:
    assert bounded((line,)) == (cut,)


@pytest.mark.slow
@given(
    st.lists(st.integers(0, 6), min_size=20, max_size=60),
    st.lists(st.integers(0, 6), max_size=60),
    st.booleans(),
)
def test_what_is_remembered_is_always_taken_by_a_model(first: list[int], then: list[int], greeted: bool) -> None:
    lines: tuple[Message, ...] = GREETED if greeted else ()
    for number, rounds in enumerate(first):
        lines += exchange_with_tools(number, rounds)
    lines = bounded(lines)
    for number, rounds in enumerate(then, len(first)):
        lines = bounded((*lines, *exchange_with_tools(number, rounds)))
        assert len(lines) <= MOST_MESSAGES
        assert lines[-1] == AgentMessage(f"Answer {number}.")
        assert problems(lines) == []


def long_rounds(number: int, calls: int, characters: int) -> tuple[Message, ...]:
    """A turn whose tools get and return long texts: the caller said: read me all of it, and note every word."""
    ids = [f"{number}.{one}" for one in range(calls)]
    noted = json.dumps({"text": '"é' * (characters // 2)}, ensure_ascii=False)
    found = ToolResults(tuple(ToolResult(one, "x" * characters) for one in ids))
    asked = AgentMessage("Let me see. " * 200, tuple(ToolCall(one, "note", noted) for one in ids))
    return CallerMessage("w" * 4000), asked, found, AgentMessage(f"Answer {number}.")


@pytest.mark.parametrize("calls", [1, 3, 43])
@pytest.mark.parametrize("characters", [10, 3000, 8000])
@pytest.mark.parametrize("ends", [CallerMessage("w" * 99_000), None])
def test_no_tools_and_no_words_make_a_request_larger(calls: int, characters: int, ends: CallerMessage | None) -> None:
    messages = tuple(one for number in range(40) for one in long_rounds(number, calls, characters))
    messages = (*messages, ends) if ends else messages[:-1]
    fitted = fitting(messages)
    assert len(repr(fitted)) < 2 * MOST_CHARACTERS
    assert problems(fitted) == []
    for message in fitted:
        for call in getattr(message, "tool_calls", ()):
            assert isinstance(json.loads(call.arguments), dict)
    assert fitting(fitted) == fitted
    assert bounded(bounded(messages)) == bounded(messages)


def test_the_newest_results_stay_whole_in_a_long_call() -> None:
    messages = (*(one for number in range(40) for one in exchange(number)), CallerMessage("w" * 60_000))
    asked = AgentMessage("", (ToolCall("t", "find", "{}"),))
    found = ToolResults((ToolResult("t", "x" * 8000),))
    assert fitting((*messages, asked, found))[-1] == found


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_call_of_hours_asks_the_model_no_more_than_one_of_minutes() -> None:
    log, longest, largest = [opened(greeting="Hello!"), played(500, "Hello!")], 0, 0
    for number in range(1, 400):
        moment, words = 1000 * number, f"Answer {number}. {'é' * 2000}"
        log += [at(moment, Prompt("ü" * 5000)), *answer(moment, words), played(moment + 500, words)]
        call = fold(log)
        lines = history(call)
        longest = max(longest, len(lines))
        assert problems(lines) == []
        if len(log) > LONG_LOG_ENTRIES and (begin := snapshot(call)):
            log = [Entry(*begin), *(entry for entry in log if entry.key > begin[0])]
            largest = max(largest, len(dump(begin[1]).encode()))
    assert isinstance(log[0].event, SessionOpened)
    assert longest <= MOST_MESSAGES + LONG_LOG_ENTRIES
    assert largest < ITEM


LONG = AgentMessage("a" * MOST_CHARACTERS)


def test_a_request_that_fits_stays_as_it_is() -> None:
    assert fitting(talk(1, 2)) == talk(1, 2)


def test_of_too_long_a_request_the_newest_words_stay() -> None:
    newest = CallerMessage("b" * MOST_NEWEST_CHARACTERS + "c" * MOST_NEWEST_CHARACTERS)
    fitted = fitting((CallerMessage("Hi."), LONG, newest))
    assert fitted[-1] == CallerMessage("c" * MOST_NEWEST_CHARACTERS)
    assert fitted[:-1] == bounded((CallerMessage("Hi."), LONG))


def test_too_long_a_request_may_end_with_results_of_tools() -> None:
    call = AgentMessage("", (ToolCall("a", "find", "{}"),))
    lines = (CallerMessage("Hi."), call, ToolResults((ToolResult("a", "x" * MOST_CHARACTERS),)))
    assert fitting(lines) == (*lines[:2], ToolResults((ToolResult("a", "x" * MOST_NEWEST_RESULTS_CHARACTERS),)))
