"""Turns that follow each other quickly share one reminder, and none is left without one."""

from dataclasses import replace

import pytest

from functions.live import answer_reminder
from functions.live.reminders import BEGUN_LATER, AnswerReminder, NoiseReminder, read
from functions.relay.call.shared_reminder import FIRST_CHECK_S
from functions.relay.log.events import Entry, ReminderReturned, ReminderSent, TakenOver
from functions.relay.log.keys import Key, session_log
from functions.relay.wire.messages import Interrupt, Prompt
from tests.doubles import MemoryLog, saying
from tests.endpoint import WAIT_S
from tests.live.harness import SessionHarness
from tests.live.ports import TroubledLog
from tests.live.test_silence import LostTimer

pytestmark = pytest.mark.slow

LOG = session_log("c1")
FIRST, SECOND = 5000, 8000


@pytest.fixture(autouse=True)
def answers_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each turn wait for the begin of its answer, however busy this machine is."""
    monkeypatch.setattr(answer_reminder, "BEGUN_WITHIN_S", WAIT_S)


def answering(log: MemoryLog | None = None) -> SessionHarness:
    """A session that has answered a prompt at FIRST. No time passes by the clock of its invocations."""
    harness = SessionHarness(*[saying("On Friday.") for _ in range(3)], log=log).opened()
    harness.sessions = replace(harness.sessions, clock=lambda: 0.0)
    assert harness.sessions.receive(harness.prompt("When?", at=FIRST)) == "answered"
    return harness


def reminders(harness: SessionHarness) -> list[tuple[int, AnswerReminder]]:
    """The reminders of answers that were sent, each with its delay."""
    notes = ((seconds, read(text)) for seconds, text in harness.timer.notes)
    return [(seconds, note) for seconds, note in notes if isinstance(note, AnswerReminder)]


def killed(harness: SessionHarness, at: int) -> Key:
    """Append a prompt, as an invocation that is killed right after it has found a reminder that it shares."""
    harness.log.append(LOG, Entry(key := Key(at, "killed"), Prompt("And on Monday?")))
    return key


def test_a_turn_soon_after_another_shares_its_reminder() -> None:
    harness = answering()
    harness.sessions.receive(harness.prompt("And on Monday?", at=SECOND))
    [(seconds, note)] = reminders(harness)
    assert (seconds, note.key.at) == (FIRST_CHECK_S, FIRST)


@pytest.mark.parametrize("at", [FIRST + 600, FIRST + 6600, FIRST + 60_000])
def test_a_turn_too_soon_or_too_late_sends_its_own(at: int) -> None:
    harness = answering()
    harness.sessions.receive(harness.prompt("And on Monday?", at=at))
    assert [note.key.at for _, note in reminders(harness)] == [FIRST, at]


def test_a_turn_after_the_return_of_a_reminder_sends_its_own() -> None:
    harness = answering()
    [(_, first)] = reminders(harness)
    assert harness.sessions.check(first) == "settled"
    harness.sessions.receive(harness.prompt("And on Monday?", at=SECOND))
    assert [note.key.at for _, note in reminders(harness)] == [FIRST, SECOND]


@pytest.mark.parametrize("broken", ["later", "append ReminderSent"])
def test_a_turn_that_cannot_know_of_a_reminder_sends_its_own(broken: str) -> None:
    harness = answering(log := TroubledLog())
    log.broken = {broken}
    harness.sessions.receive(harness.prompt("And on Monday?", at=FIRST + 30_000))
    harness.sessions.receive(harness.prompt("And on Tuesday?", at=FIRST + 33_000))
    assert len(reminders(harness)) == 3


def test_a_shared_reminder_returns_for_a_turn_without_an_answer() -> None:
    harness = answering()
    key = killed(harness, SECOND)
    [(_, first)] = reminders(harness)
    assert harness.sessions.check(first) == "settled"
    seconds, second = reminders(harness)[-1]
    assert second == AnswerReminder("c1", key)
    assert seconds == (SECOND - FIRST) // 1000
    assert harness.sessions.check(second) == "taken over"
    assert sum(isinstance(event, TakenOver) for event in harness.events()) == 1


def test_a_shared_reminder_that_comes_twice_is_sent_again_once() -> None:
    harness = answering()
    killed(harness, SECOND)
    [(_, first)] = reminders(harness)
    assert [harness.sessions.check(first) for _ in range(2)] == ["settled", "settled"]
    assert len(reminders(harness)) == 2


def test_a_turn_shares_a_reminder_that_was_sent_again() -> None:
    harness = answering()
    killed(harness, SECOND)
    harness.sessions.check(reminders(harness)[0][1])
    harness.sessions.receive(harness.prompt("And on Tuesday?", at=SECOND + 4000))
    assert len(reminders(harness)) == 2


def test_a_turn_that_a_reminder_began_sends_its_own() -> None:
    harness = answering()
    harness.log.append(LOG, Entry(Key(SECOND, "noise"), Interrupt("On")))
    assert harness.sessions.check(NoiseReminder("c1", Key(SECOND, "noise"), 2)) == "answered"
    assert [note.key.message for _, note in reminders(harness)][1:] == ["noise~noise"]
    assert sum(isinstance(event, ReminderSent) for event in harness.events()) == 1


def test_an_answer_that_a_reminder_began_is_looked_at_twice() -> None:
    harness = answering()
    harness.log.append(LOG, Entry(Key(SECOND, "noise"), Interrupt("On")))
    turn = Key(SECOND, "noise").after("noise")
    first = AnswerReminder("c1", turn, BEGUN_LATER)
    assert harness.sessions.check(NoiseReminder("c1", Key(SECOND, "noise"), 2)) == "answered"
    assert reminders(harness)[-1][1] == first
    harness.log.delete(LOG, [turn.under(199)])
    assert harness.sessions.check(first) == "at work"
    assert harness.sessions.check(reminders(harness)[-1][1]) == "taken over"


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
    harness = answering(log := Order())
    log.done.clear()
    harness.sessions.check(reminders(harness)[0][1])
    assert log.done == [ReminderReturned.__name__, "read"]


def test_a_reminder_that_was_not_sent_is_shared_by_none() -> None:
    harness = answering()
    ports = replace(harness.sessions.ports, timer=LostTimer())
    replace(harness.sessions, ports=ports).receive(harness.prompt("And on Monday?", at=FIRST + 30_000))
    assert sum(isinstance(event, ReminderSent) for event in harness.events()) == 1
