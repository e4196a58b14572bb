"""Decides which reminder looks whether the answer to a turn is missing."""

import pytest

from functions.relay.call.call import fold
from functions.relay.call.shared_reminder import FIRST_CHECK_S, has_reminder_in_time, oldest_shared, to_watch
from functions.relay.log.events import AnswerEnded, Entry, Event, NoiseEnded, ReminderReturned, ReminderSent
from functions.relay.log.keys import Key, Slot
from functions.relay.wire.messages import Prompt
from tests.relay.scenes import START, opened

FIRST, SECOND = Key(START + 5000, "a"), Key(START + 8000, "b")
DUE = FIRST.at + FIRST_CHECK_S * 1000


def sent(turn: Key, due: int) -> Entry:
    return Entry(turn.under(Slot.REMINDER_SENT.at()), ReminderSent(due))


def returned(turn: Key) -> Entry:
    return Entry(turn.under(Slot.REMINDER_RETURNED.at()), ReminderReturned())


def needed(*entries: Entry) -> list[tuple[Key, int, ReminderSent]]:
    """The reminders that are sent when that of the first of two turns returns."""
    log = (opened(), Entry(FIRST, Prompt("Hi")), sent(FIRST, DUE), Entry(SECOND, Prompt("When?")), *entries)
    return list(to_watch(fold(log), log, FIRST))


@pytest.mark.parametrize(
    ("due", "shared"),
    [(SECOND.at, False), (SECOND.at + 1, True), (SECOND.at + 5000, True), (SECOND.at + 5001, False)],
)
def test_a_turn_shares_a_reminder_that_returns_in_time(due: int, shared: bool) -> None:
    assert has_reminder_in_time([sent(FIRST, due)], SECOND) is shared


def test_a_reminder_that_has_returned_is_not_shared() -> None:
    assert not has_reminder_in_time([sent(FIRST, DUE), returned(FIRST)], SECOND)
    assert has_reminder_in_time([sent(FIRST, DUE), returned(Key(START, "x"))], SECOND)


def test_every_reminder_that_may_be_shared_is_looked_at() -> None:
    earliest = Key(SECOND.at + 1 - FIRST_CHECK_S * 1000, "")
    assert has_reminder_in_time([sent(earliest, SECOND.at + 1)], SECOND)
    assert earliest > oldest_shared(SECOND)


def test_a_turn_without_an_answer_gets_its_reminder_in_whole_seconds() -> None:
    assert needed() == [(SECOND, 3, ReminderSent(SECOND.at + FIRST_CHECK_S * 1000))]


@pytest.mark.parametrize("late_ms", [1, 400, 999])
def test_a_shared_reminder_comes_at_most_a_second_too_early(late_ms: int) -> None:
    log = (opened(), Entry(FIRST, Prompt("Hi")), sent(FIRST, DUE + late_ms), Entry(SECOND, Prompt("When?")))
    [(_, seconds, after)] = to_watch(fold(log), log, FIRST)
    assert after.due == DUE + late_ms + seconds * 1000
    assert SECOND.at + (FIRST_CHECK_S - 1) * 1000 <= after.due <= SECOND.at + FIRST_CHECK_S * 1000


@pytest.mark.parametrize(
    ("key", "event"),
    [
        (SECOND.under(199), AnswerEnded("complete")),
        (SECOND.under(Slot.REMINDER_SENT.at()), ReminderSent(SECOND.at + 6000)),
        (Key(SECOND.at + 200, "c"), Prompt("Or on Monday?")),
    ],
    ids=["answered", "has a reminder", "superseded"],
)
def test_a_turn_that_needs_none_gets_none(key: Key, event: Event) -> None:
    assert SECOND not in [one for one, _, _ in needed(Entry(key, event))]


def test_a_turn_that_a_reminder_began_shares_none() -> None:
    noise = SECOND.after("noise")
    assert not has_reminder_in_time([sent(FIRST, DUE)], noise)
    log = (opened(), Entry(FIRST, Prompt("Hi")), sent(FIRST, DUE), Entry(noise, NoiseEnded()))
    assert noise not in [key for key, _, _ in to_watch(fold(log), log, FIRST)]


def test_a_turn_that_could_not_share_the_reminder_gets_none() -> None:
    log = (opened(), Entry(FIRST, Prompt("Hi")), sent(FIRST, DUE), Entry(Key(DUE, "late"), Prompt("When?")))
    assert list(to_watch(fold(log), log, FIRST)) == []


def test_a_reminder_that_was_not_logged_is_shared_by_none() -> None:
    log = (opened(), Entry(FIRST, Prompt("Hi")), Entry(SECOND, Prompt("When?")))
    assert list(to_watch(fold(log), log, FIRST)) == []
