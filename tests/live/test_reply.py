"""A prompt whose invocation was killed: a reminder finds that the answer is owed, and it is given once."""

from dataclasses import replace
from threading import Event as Waiting

import pytest

from functions.live import answer_reminder, reading, reply
from functions.live.reminders import AnswerReminder, DigitsReminder, NoiseReminder, Reminder, SilenceReminder
from functions.live.reminders import read as read_reminder
from functions.live.reply import MOST_TAKEOVERS, NEXT_CHECK_S
from functions.live.tasks import MOMENT_S
from functions.relay.call.call import fold
from functions.relay.call.history import history
from functions.relay.call.shared_reminder import FIRST_CHECK_S
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Closed,
    EndClaimed,
    Entry,
    Event,
    Heartbeat,
    LastMinute,
    NoiseEnded,
    ReminderReturned,
    Silent,
    TakenOver,
    TimeUp,
    ToolCalled,
)
from functions.relay.log.keys import END_CLAIM, RUN_SLOTS, Key, session_log
from functions.relay.wire.messages import End, Info, Interrupt, Prompt, Setup, Text
from functions.relay.wire.model import AgentMessage, CallerMessage, ToolResults
from tests.doubles import MemoryLog, RecordingTimer, ScriptedModel, saying
from tests.endpoint import WAIT_S
from tests.live.harness import CALL, CALLED, CALLER, DESK, SessionHarness
from tests.live.ports import OUT_OF_REACH, TroubledLog

pytestmark = pytest.mark.slow

LOG = session_log("c1")
KEY = Key(5000, "prompt")
REMINDER = AnswerReminder("c1", KEY)

SETUP = Setup("VX-c1", CALL, CALLER, CALLED, parameters=(("ticket", "ticket-of-c1"),))


def abandoned(*events: tuple[int, object], answers: int = 1) -> SessionHarness:
    """A session whose prompt was appended by an invocation that was killed after these entries."""
    harness = SessionHarness(*[saying("On Friday.") for _ in range(answers)]).opened()
    harness.log.append(LOG, Entry(KEY, Prompt("When?")))
    for slot, event in events:
        harness.log.append(LOG, Entry(KEY.under(slot), event))  # type: ignore[arg-type]
    return harness


def heard(harness: SessionHarness) -> str:
    """Return the agent's words; check that they are in one talk cycle that was closed once."""
    texts = [message for message in harness.says() if isinstance(message, Text)]
    assert [text.last for text in texts] == [False] * (len(texts) - 1) + [True]
    return "".join(text.token for text in texts)


class SlowLog(MemoryLog):
    """A table that takes longer to read than a reminder waits by the clock."""

    def read(self, log: str) -> tuple[Entry, ...]:
        Waiting().wait(3 * MOMENT_S)
        return super().read(log)


class RequestCounter(RecordingTimer):
    """Counts the requests to the model before each reminder of an answer."""

    def __init__(self, model: ScriptedModel) -> None:
        super().__init__()
        self._model, self.before = model, list[int]()

    def remind(self, seconds: int, reminder: str) -> None:
        if isinstance(read_reminder(reminder), AnswerReminder):
            self.before.append(len(self._model.asked))


def under_the_prompt(harness: SessionHarness) -> list[object]:
    return [entry.event for entry in harness.log.read(LOG) if entry.key.frame == KEY.frame and entry.key != KEY]


def test_the_reminder_of_a_prompt_holds_none_of_its_words() -> None:
    harness = SessionHarness(saying("On Friday.")).opened()
    frame = harness.prompt("When is my secret table?")
    harness.sessions.receive(frame)
    [note] = [note for seconds, note in harness.timer.notes if seconds == FIRST_CHECK_S]
    assert read_reminder(note) == AnswerReminder("c1", frame.key, 0)
    assert "secret" not in note


def test_the_reminder_is_sent_once_the_model_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_reminder, "BEGUN_WITHIN_S", WAIT_S)
    harness = SessionHarness(saying("On Friday."), log=SlowLog()).opened()
    counter = RequestCounter(harness.model)
    harness.sessions = replace(harness.sessions, ports=replace(harness.sessions.ports, timer=counter))
    assert harness.sessions.receive(harness.prompt("When?")) == "answered"
    assert counter.before == [1]


def test_the_prompt_of_a_killed_invocation_is_answered() -> None:
    harness = abandoned()
    assert harness.sessions.check(REMINDER) == "taken over"
    assert heard(harness) == "On Friday."
    assert harness.model.asked[0].messages[-1] == CallerMessage("When?")
    returned, taken, said, ended = under_the_prompt(harness)
    assert (returned, taken, said) == (ReminderReturned(), TakenOver(), AgentSaid("On Friday."))
    assert isinstance(ended, AnswerEnded) and ended.how == "complete"


def test_it_is_answered_once_however_often_the_reminder_comes() -> None:
    harness = abandoned()
    assert [harness.sessions.check(REMINDER) for _ in range(3)] == ["taken over", "settled", "settled"]
    assert heard(harness) == "On Friday."


def test_a_takeover_sends_its_own_reminder() -> None:
    harness = abandoned()
    harness.sessions.check(REMINDER)
    assert harness.timer.notes[:1] == [(FIRST_CHECK_S, AnswerReminder("c1", KEY, 1).write())]


def test_a_repeated_reminder_finds_the_takeover_at_work() -> None:
    harness = abandoned((RUN_SLOTS, TakenOver()))
    assert harness.sessions.check(REMINDER) == "at work"
    assert harness.line.sent == []


def test_words_heard_of_a_killed_invocation_stay_in_the_history() -> None:
    harness = abandoned(answers=0)
    harness.log.append(LOG, Entry(Key(5500, "played"), Info("tokensPlayed", "On")))
    harness.sessions.check(REMINDER)
    assert [line.text for line in history(fold(harness.log.read(LOG))) if isinstance(line, AgentMessage)][-1] == (
        f"On {DESK.phrases.undone}"
    )


def refuse_one_read(harness: SessionHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next read of the log fail."""
    read, refusals = harness.log.read, iter([True])

    def refuse_once(log: str) -> tuple[Entry, ...]:
        if next(refusals, False):
            raise OUT_OF_REACH
        return read(log)

    monkeypatch.setattr(harness.log, "read", refuse_once)


def test_a_reminder_tries_again_while_the_table_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    harness = abandoned()
    monkeypatch.setattr(reply, "RETRY_S", 0.0)
    refuse_one_read(harness, monkeypatch)
    assert harness.sessions.check(REMINDER) == "taken over"
    assert heard(harness) == "On Friday."


@pytest.mark.parametrize(
    "reminder", [SilenceReminder("c1", KEY, 9), NoiseReminder("c1", KEY, 2), DigitsReminder("c1", KEY, "")], ids=repr
)
def test_each_reminder_reads_again_if_a_read_fails(reminder: Reminder, monkeypatch: pytest.MonkeyPatch) -> None:
    harness = SessionHarness().opened()
    monkeypatch.setattr(reading, "RETRY_S", 0.0)
    refuse_one_read(harness, monkeypatch)
    assert harness.sessions.check(reminder) == "settled"


def test_a_machine_ends_the_session_although_a_read_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    harness = SessionHarness().opened()
    monkeypatch.setattr(reading, "RETRY_S", 0.0)
    refuse_one_read(harness, monkeypatch)
    assert harness.sessions.end_for_machine("c1", "machine_start") == "answered"


def test_a_logged_turn_is_answered_although_a_read_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    harness = SessionHarness().opened()
    monkeypatch.setattr(reading, "RETRY_S", 0.0)
    refuse_one_read(harness, monkeypatch)
    with harness.sessions.task_group() as tasks:
        assert reply.begin(harness.sessions, "c1", Entry(KEY, TimeUp()), tasks) == "answered"
    assert isinstance(harness.line.messages[-1], End)


def test_a_read_begins_with_the_try_that_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words wait for a look if the read before them is old, so the time of a failed try would hold them up."""
    harness, began = SessionHarness().opened(), iter([10.0, 10.0, 10.5, 11.0])
    monkeypatch.setattr(reading, "RETRY_S", 0.0)
    refuse_one_read(harness, monkeypatch)
    with harness.sessions.task_group() as tasks:
        found = reading.read_with_retries(replace(harness.sessions, clock=lambda: next(began)), LOG, tasks)
    assert (found.entries, found.began) == (harness.log.read(LOG), 11.0)


def test_a_new_heartbeat_postpones_the_takeover() -> None:
    harness = abandoned((2, Heartbeat()), (3, Heartbeat()))
    assert harness.sessions.check(REMINDER) == "at work"
    assert harness.timer.notes == [(NEXT_CHECK_S, AnswerReminder("c1", KEY, 2).write())]
    assert harness.line.sent == []


def test_an_invocation_without_a_new_heartbeat_is_dead() -> None:
    harness = abandoned((2, Heartbeat()), (3, Heartbeat()))
    assert harness.sessions.check(AnswerReminder("c1", KEY, 2)) == "taken over"
    assert heard(harness) == "On Friday."


@pytest.mark.parametrize(
    "event",
    [Entry(KEY.under(199), AnswerEnded("complete")), Entry(Key(6000, "later"), Prompt("Never mind"))],
    ids=["answered", "superseded"],
)
def test_an_answer_that_has_ended_is_not_given_again(event: Entry) -> None:
    harness = abandoned()
    harness.log.append(LOG, event)
    assert harness.sessions.check(REMINDER) == "settled"
    assert harness.line.sent == []


def test_an_interrupt_does_not_settle_an_unanswered_prompt() -> None:
    harness = abandoned()
    harness.log.append(LOG, Entry(Key(6000, "later"), Interrupt("older words")))
    assert harness.sessions.check(REMINDER) == "taken over"


def test_a_prompt_that_was_never_put_cannot_be_answered() -> None:
    assert SessionHarness().opened().sessions.check(REMINDER) == "settled"


def test_a_partly_heard_answer_gets_an_apology_and_no_restart() -> None:
    harness = abandoned(answers=0)
    harness.log.append(LOG, Entry(Key(5500, "played"), Info("tokensPlayed", "On")))
    assert harness.sessions.check(REMINDER) == "taken over"
    assert harness.says() == [Text(DESK.phrases.undone, last=True)]
    assert harness.model.asked == []


def test_a_tool_that_was_begun_is_not_run_again() -> None:
    harness = abandoned((101, ToolCalled("t1", "book", "{}")))
    harness.sessions.check(REMINDER)
    last = harness.model.asked[0].messages[-1]
    assert isinstance(last, ToolResults)
    assert last.results[0].failed


def test_an_answer_is_taken_over_twice_and_then_given_up() -> None:
    harness = abandoned(*[(RUN_SLOTS * (number + 1), TakenOver()) for number in range(MOST_TAKEOVERS)])
    assert harness.sessions.check(AnswerReminder("c1", KEY, MOST_TAKEOVERS)) == "given up"
    assert harness.line.sent == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '["c1","x",0]', '["c1",1,0]', "null", '["c1","1#a#0001"]'])
def test_text_that_is_no_reminder_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no reminder"):
        read_reminder(text)


def test_a_prompt_opens_a_session_whose_setup_died(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "OPENING_TAKES_S", 0.0)
    harness = SessionHarness(saying("On Friday.")).announced()
    setup = harness.setup()
    harness.log.append(LOG, Entry(setup.key, SETUP))
    assert harness.sessions.receive(harness.prompt("When?")) == "answered"
    assert heard(harness) == "On Friday."
    assert harness.sessions.receive(setup) == "repeated"


def test_a_prompt_is_answered_when_its_opening_was_killed_too() -> None:
    harness = SessionHarness(saying("On Friday.")).announced()
    harness.log.append(LOG, Entry(Key(900, "setup"), SETUP))
    harness.log.append(LOG, Entry(KEY, Prompt("When?")))
    assert harness.sessions.check(REMINDER) == "taken over"
    assert heard(harness) == "On Friday."


# The end of a session


def test_a_session_whose_end_was_not_sent_is_ended_in_silence() -> None:
    harness = abandoned(answers=0)
    harness.log.append(LOG, Entry(END_CLAIM, EndClaimed(str(KEY), "handed off", "{}")))
    assert harness.sessions.check(REMINDER) == "taken over"
    assert harness.says() == [End("{}")]
    *_, ended = under_the_prompt(harness)
    assert isinstance(ended, AnswerEnded) and ended.how == "handed off"
    assert harness.sessions.check(REMINDER) == "settled"


def test_a_caller_who_speaks_on_has_a_session_ended_that_should_be() -> None:
    """The invocation that was to end it died before it sent a reminder of itself."""
    harness = abandoned(answers=0)
    harness.log.append(LOG, Entry(END_CLAIM, EndClaimed(str(KEY), "goodbye")))
    harness.timer.notes.clear()
    assert harness.sessions.receive(harness.prompt("Are you still there?", at=9000)) == "not wanted any more"
    assert (FIRST_CHECK_S, REMINDER.write()) in harness.timer.notes
    assert harness.sessions.check(REMINDER) == "taken over"
    assert harness.says() == [End()]


def test_a_session_that_has_closed_needs_no_reminder_of_its_end() -> None:
    harness = abandoned(answers=0)
    harness.log.append(LOG, Entry(END_CLAIM, EndClaimed(str(KEY), "goodbye")))
    harness.log.append(LOG, Entry(Key(9500, "disconnect"), Closed(1000)))
    harness.timer.notes.clear()
    harness.sessions.receive(harness.prompt("Are you still there?", at=9000))
    assert (FIRST_CHECK_S, REMINDER.write()) not in harness.timer.notes


@pytest.mark.parametrize(
    "after",
    [Entry(Key(7000, "disconnect"), Closed(1000)), Entry(KEY.under(199), AnswerEnded("goodbye"))],
    ids=["closed", "sent"],
)
def test_a_session_that_has_ended_is_not_ended_again(after: Entry) -> None:
    harness = abandoned(answers=0)
    harness.log.append(LOG, Entry(END_CLAIM, EndClaimed(str(KEY), "goodbye")))
    harness.log.append(LOG, after)
    assert harness.sessions.check(REMINDER) == "settled"
    assert harness.says() == []


def test_an_answer_is_not_given_once_another_ends_the_session() -> None:
    harness = abandoned(answers=0)
    harness.log.append(LOG, Entry(END_CLAIM, EndClaimed(str(Key(4000, "other")), "goodbye")))
    assert harness.sessions.check(REMINDER) == "settled"
    assert harness.says() == []


# A turn that a reminder began


def with_a_turn_of_a_clock_after(key: Key, event: Event) -> SessionHarness:
    """A session in which a reminder has begun a turn after a prompt whose frame is appended later."""
    harness = SessionHarness(saying("On Friday.")).opened()
    harness.log.append(LOG, Entry(key.after("minute"), event))
    harness.log.append(LOG, Entry(key.after("minute").under(100), AgentSaid(DESK.phrases.last_minute)))
    harness.log.append(LOG, Entry(key.after("minute").under(199), AnswerEnded("complete")))
    return harness


@pytest.mark.parametrize("event", [LastMinute(), Silent(1), NoiseEnded()])
def test_a_prompt_before_a_turn_of_a_clock_has_its_own_answer(event: Event) -> None:
    frame = SessionHarness().prompt("When?", at=5000)
    harness = with_a_turn_of_a_clock_after(frame.key, event)
    assert harness.sessions.receive(frame) == "answered"
    [request] = harness.model.asked
    assert request.messages[-1] == CallerMessage("When?")
    assert heard(harness).strip() == "On Friday."


def test_a_takeover_answers_its_own_turn_not_one_of_a_clock() -> None:
    harness = with_a_turn_of_a_clock_after(KEY, LastMinute())
    harness.log.append(LOG, Entry(KEY, Prompt("When?")))
    assert harness.sessions.check(REMINDER) == "taken over"
    assert heard(harness).strip() == "On Friday."


def test_an_answers_times_count_from_the_time_of_its_frame() -> None:
    harness = SessionHarness(saying("At nine.")).opened()
    frame = replace(harness.prompt("When?"), late_s=1.5)
    assert replace(harness.sessions, clock=lambda: 100.0).receive(frame) == "answered"
    assert (harness.ended[-1].model_ms, harness.ended[-1].first_words_ms) == (1500, 1500)


# Apologies


def test_an_apology_is_logged_once_the_log_can_be_reached() -> None:
    class BackSoon(TroubledLog):
        def append(self, log: str, entry: Entry) -> bool:
            try:
                return super().append(log, entry)
            finally:
                self.broken -= {"append Prompt"}

    harness = SessionHarness(log=BackSoon()).opened()
    assert isinstance(harness.log, TroubledLog)
    harness.log.broken = {"append Prompt"}
    assert harness.sessions.receive(harness.prompt("When?")) == "apologised"
    assert history(fold(harness.log.read(LOG)))[-2:] == (CallerMessage("When?"), AgentMessage(DESK.phrases.trouble))
    assert fold(harness.log.read(LOG)).turns[-1].ended == AnswerEnded("failed")


@pytest.mark.parametrize("late_s", [0.0, 0.5])
def test_an_apology_tells_when_it_left(late_s: float) -> None:
    class Busy(TroubledLog):
        def append(self, log: str, entry: Entry) -> bool:
            try:
                return super().append(log, entry)
            finally:
                if self.broken:
                    now[0] += 2.0
                    self.broken.clear()

    now = [100.0]
    harness = SessionHarness(log=Busy()).opened()
    assert isinstance(harness.log, TroubledLog)
    harness.log.broken = {"append Prompt"}
    frame = replace(harness.prompt("When?", at=5000), late_s=late_s)
    assert replace(harness.sessions, clock=lambda: now[0]).receive(frame) == "apologised"
    left = 7000 + int(late_s * 1000)
    interrupts = [Entry(Key(at, "noise"), Interrupt("Good")) for at in (left - 100, left + 100)]
    *_, turn = fold((*harness.log.read(LOG), *interrupts)).turns
    assert (turn.said, turn.cut_at) == (DESK.phrases.trouble, left + 100)
    asked = Entry(frame.key.after("silent"), Silent(1))
    assert [one.said for one in fold((*harness.log.read(LOG), asked)).turns[-2:]] == [turn.said, ""]
