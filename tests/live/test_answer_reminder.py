"""Turns that follow each other quickly share one reminder, and none is left without one."""

from dataclasses import replace

import pytest

from functions.live.reminders import BEGUN_LATER, AnswerReminder, NoiseReminder, read
from functions.relay.call.shared_reminder import FIRST_CHECK_S
from functions.relay.log.events import Entry, ReminderReturned, ReminderSent, TakenOver
from functions.relay.log.keys import Key, session_log
from functions.relay.wire.messages import Interrupt, Prompt
from tests.doubles import MemoryLog, saying
from tests.live.ports import TroubledLog
from tests.live.test_session import House
from tests.live.test_silence import LostTimer

LOG = session_log("c1")
FIRST, SECOND = 5000, 8000


def answering(log: MemoryLog | None = None) -> House:
    """A session that has answered a prompt at FIRST. No time passes by the clock of its invocations."""
    house = House(*[saying("On Friday.") for _ in range(3)], log=log).opened()
    house.sessions = replace(house.sessions, clock=lambda: 0.0)
    assert house.sessions.receive(house.prompt("When?", at=FIRST)) == "answered"
    return house


def reminders(house: House) -> list[tuple[int, AnswerReminder]]:
    """The reminders of answers that were sent, each with its delay."""
    notes = ((seconds, read(text)) for seconds, text in house.timer.notes)
    return [(seconds, note) for seconds, note in notes if isinstance(note, AnswerReminder)]


def killed(house: House, at: int) -> Key:
    """Append a prompt, as an invocation that is killed right after it has found a reminder that it shares."""
    house.log.append(LOG, Entry(key := Key(at, "killed"), Prompt("And on Monday?")))
    return key


def test_a_turn_soon_after_another_shares_its_reminder() -> None:
    house = answering()
    house.sessions.receive(house.prompt("And on Monday?", at=SECOND))
    [(seconds, note)] = reminders(house)
    assert (seconds, note.key.at) == (FIRST_CHECK_S, FIRST)


@pytest.mark.parametrize("at", [FIRST + 600, FIRST + 6600, FIRST + 60_000])
def test_a_turn_too_soon_or_too_late_sends_its_own(at: int) -> None:
    house = answering()
    house.sessions.receive(house.prompt("And on Monday?", at=at))
    assert [note.key.at for _, note in reminders(house)] == [FIRST, at]


def test_a_turn_after_the_return_of_a_reminder_sends_its_own() -> None:
    house = answering()
    [(_, first)] = reminders(house)
    assert house.sessions.check(first) == "settled"
    house.sessions.receive(house.prompt("And on Monday?", at=SECOND))
    assert [note.key.at for _, note in reminders(house)] == [FIRST, SECOND]


@pytest.mark.parametrize("broken", ["later", "append ReminderSent"])
def test_a_turn_that_cannot_know_of_a_reminder_sends_its_own(broken: str) -> None:
    house = answering(log := TroubledLog())
    log.broken = {broken}
    house.sessions.receive(house.prompt("And on Monday?", at=FIRST + 30_000))
    house.sessions.receive(house.prompt("And on Tuesday?", at=FIRST + 33_000))
    assert len(reminders(house)) == 3


def test_a_shared_reminder_returns_for_a_turn_without_an_answer() -> None:
    house = answering()
    key = killed(house, SECOND)
    [(_, first)] = reminders(house)
    assert house.sessions.check(first) == "settled"
    seconds, second = reminders(house)[-1]
    assert second == AnswerReminder("c1", key)
    assert seconds == (SECOND - FIRST) // 1000
    assert house.sessions.check(second) == "taken over"
    assert sum(isinstance(event, TakenOver) for event in house.events()) == 1


def test_a_shared_reminder_that_comes_twice_is_sent_again_once() -> None:
    house = answering()
    killed(house, SECOND)
    [(_, first)] = reminders(house)
    assert [house.sessions.check(first) for _ in range(2)] == ["settled", "settled"]
    assert len(reminders(house)) == 2


def test_a_turn_shares_a_reminder_that_was_sent_again() -> None:
    house = answering()
    killed(house, SECOND)
    house.sessions.check(reminders(house)[0][1])
    house.sessions.receive(house.prompt("And on Tuesday?", at=SECOND + 4000))
    assert len(reminders(house)) == 2


def test_a_turn_that_a_reminder_began_sends_its_own() -> None:
    house = answering()
    house.log.append(LOG, Entry(Key(SECOND, "noise"), Interrupt("On")))
    assert house.sessions.check(NoiseReminder("c1", Key(SECOND, "noise"), 2)) == "answered"
    assert [note.key.message for _, note in reminders(house)][1:] == ["noise~noise"]
    assert sum(isinstance(event, ReminderSent) for event in house.events()) == 1


def test_an_answer_that_a_reminder_began_is_looked_at_twice() -> None:
    house = answering()
    house.log.append(LOG, Entry(Key(SECOND, "noise"), Interrupt("On")))
    turn = Key(SECOND, "noise").after("noise")
    first = AnswerReminder("c1", turn, BEGUN_LATER)
    assert house.sessions.check(NoiseReminder("c1", Key(SECOND, "noise"), 2)) == "answered"
    assert reminders(house)[-1][1] == first
    house.log.delete(LOG, [turn.under(199)])
    assert house.sessions.check(first) == "at work"
    assert house.sessions.check(reminders(house)[-1][1]) == "taken over"


class Order(MemoryLog):
    """A log that notes what is done with it, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def append(self, log: str, entry: Entry) -> bool:
        self.done.append(type(entry.event).__name__)
        return super().append(log, entry)

    def read(self, log: str) -> tuple[Entry, ...]:
        self.done.append("read")
        return super().read(log)


def test_a_reminder_is_noted_as_returned_before_it_reads_the_log() -> None:
    house = answering(log := Order())
    log.done.clear()
    house.sessions.check(reminders(house)[0][1])
    assert log.done == [ReminderReturned.__name__, "read"]


def test_a_reminder_that_was_not_sent_is_shared_by_none() -> None:
    house = answering()
    ports = replace(house.sessions.ports, timer=LostTimer())
    replace(house.sessions, ports=ports).receive(house.prompt("And on Monday?", at=FIRST + 30_000))
    assert sum(isinstance(event, ReminderSent) for event in house.events()) == 1
