"""Silences are broken while they last, and calls end in time."""

import json
from dataclasses import dataclass, replace
from itertools import count

import pytest

from functions.live.call_time_limit import LAST_MINUTE_S, SEND_WITHIN_S
from functions.live.reminders import (
    AnswerReminder,
    DigitsReminder,
    NoiseReminder,
    Reminder,
    SilenceReminder,
    TimeLimitReminder,
    read,
)
from functions.live.session import Sessions
from functions.relay import Silence
from functions.relay.call.floor import LONGEST_SPEECH_S
from functions.relay.call.timers import LOOK_AGAIN_S, NOISE_CHECK_S
from functions.relay.deadlines import LONGEST_DELAY_S
from functions.relay.log.events import AnswerEnded, Entry, LastMinute, NoiseEnded, Silent, TimeUp
from functions.relay.log.keys import Key, session_log
from functions.relay.ports import TimerError
from functions.relay.wire.messages import Dtmf, End, Info, Interrupt, Prompt, Text
from tests.doubles import MemoryLog, RecordingTimer, saying
from tests.live.harness import DESK, SessionHarness
from tests.live.ports import TroubledLog

pytestmark = pytest.mark.slow

LOG = session_log("c1")
PATIENT = replace(DESK, silence=Silence(after=30, reprompts=["Hello?"]))
OPENED = Key(1001, "m1")
"""The key of the setup of a `SessionHarness`."""


def info(name: str, value: str) -> dict[str, object]:
    return {"type": "info", "name": name, "value": value}


OFF = info("agentSpeaking", "off")
INTERRUPT: dict[str, object] = {
    "type": "interrupt",
    "utteranceUntilInterrupt": "Good",
    "durationUntilInterruptMs": 300,
}


def fallen_silent(desk: object = PATIENT) -> tuple[SessionHarness, SilenceReminder]:
    """A session whose greeting was spoken, and the reminder of the silence that has lasted for 30 seconds since."""
    harness = SessionHarness(desk=desk).opened()  # type: ignore[arg-type]
    assert harness.sessions.receive(harness.frame(OFF, at=5000)) == "info"
    return harness, SilenceReminder("c1", OPENED, 34)


def heard(harness: SessionHarness) -> str:
    return "".join(message.token for message in harness.says() if isinstance(message, Text)).strip()


def silences(harness: SessionHarness) -> list[tuple[int, SilenceReminder]]:
    """The reminders of silences that were sent, each with its delay."""
    notes = ((seconds, read(text)) for seconds, text in harness.timer.notes)
    return [(seconds, note) for seconds, note in notes if isinstance(note, SilenceReminder)]


def later(harness: SessionHarness, text: str) -> Entry:
    """Append a prompt that was answered, at 6000."""
    harness.log.append(LOG, Entry(Key(6000, "p"), Prompt(text)))
    harness.log.append(LOG, Entry(Key(6000, "p", 199), AnswerEnded("complete")))
    return harness.log.read(LOG)[-1]


# Who sets the reminder


def test_the_greeting_sets_the_first_reminder() -> None:
    harness = SessionHarness(desk=PATIENT).announced()
    harness.sessions.receive(harness.setup())
    assert silences(harness) == [(31, SilenceReminder("c1", OPENED, 31))]


def test_an_answer_that_ends_sets_the_next_one() -> None:
    words = "We have two rooms, and both look at the sea."
    harness = SessionHarness(saying(words), desk=PATIENT).opened()
    frame = harness.prompt("Which rooms?")
    harness.sessions.receive(frame)
    [(seconds, note)] = silences(harness)
    assert note.key == frame.key
    assert 30 < seconds <= 30 + 3  # 44 characters, about 20 a second


@pytest.mark.parametrize("frame", [OFF, info("clientSpeaking", "off"), INTERRUPT, {"type": "dtmf", "digit": "5"}])
def test_a_noise_of_the_line_sets_no_reminder(frame: dict[str, object]) -> None:
    harness = SessionHarness(desk=PATIENT).opened()
    harness.sessions.receive(harness.frame(frame, at=5000))
    assert silences(harness) == []


def test_no_reminder_is_sent_if_the_agent_breaks_no_silences() -> None:
    harness = SessionHarness(saying("Yes."), desk=replace(DESK, silence=None)).announced()
    harness.sessions.receive(harness.setup())
    harness.sessions.receive(harness.prompt("Hello?"))
    assert silences(harness) == []


def test_no_reminder_is_sent_after_a_goodbye() -> None:
    harness = SessionHarness(desk=PATIENT).opened()
    harness.log.append(LOG, Entry(Key(6000, "o"), TimeUp()))
    harness.sessions.receive(harness.prompt("Wait!", at=7000))
    assert harness.says()[-1] == End()
    assert silences(harness) == []


def test_an_apology_sets_a_reminder_too() -> None:
    harness = SessionHarness(log=TroubledLog("append Prompt"), desk=PATIENT).opened()
    frame = harness.prompt("Hello?")
    assert harness.sessions.receive(frame) == "apologised"
    assert [note.key for _, note in silences(harness)] == [frame.key]


# What the reminder does


def test_a_silence_too_short_for_this_agent_is_checked_again() -> None:
    harness, note = fallen_silent()
    assert harness.sessions.check(replace(note, waited=14)) == "later"
    assert silences(harness) == [(20, note)]
    assert harness.says() == []


def test_a_silence_that_lasts_is_broken_once() -> None:
    harness, note = fallen_silent()
    assert [harness.sessions.check(note) for _ in range(2)] == ["answered", "settled"]
    assert harness.says() == [Text("Hello?", last=True)]


def test_a_caller_who_stays_silent_is_told_goodbye() -> None:
    harness, note = fallen_silent()
    harness.sessions.check(note)
    [(seconds, second)] = silences(harness)
    assert 30 <= seconds <= 31
    assert second.waited + (second.key.at - note.key.at) / 1000 > note.waited + seconds - 1
    harness.sessions.receive(harness.frame(OFF, at=36_000))
    assert harness.sessions.check(replace(second, waited=second.waited + 1)) == "answered"
    assert harness.says()[1:] == [Text(PATIENT.phrases.no_answer, last=True), End()]


@pytest.mark.parametrize("event", [Prompt("Hi"), Silent(1), LastMinute()], ids=lambda event: type(event).__name__)
def test_a_silence_that_was_broken_is_not_broken_again(event: object) -> None:
    harness, note = fallen_silent()
    harness.log.append(LOG, Entry(Key(6000, "x"), event))  # type: ignore[arg-type]
    harness.log.append(LOG, Entry(Key(6000, "x", 199), AnswerEnded("complete")))
    assert harness.sessions.check(note) == "settled"
    assert harness.says() == []


@pytest.mark.parametrize("event", [Dtmf("5"), Interrupt("Good"), Info("clientSpeaking", "off")])
def test_a_sound_begins_a_new_silence(event: Dtmf | Interrupt | Info) -> None:
    harness, note = fallen_silent()
    harness.log.append(LOG, Entry(Key(7000, "x"), event))
    assert harness.sessions.check(note) == "later"
    assert harness.sessions.check(silences(harness)[-1][1]) == "answered"


def test_of_two_turns_in_a_millisecond_one_breaks_the_silence() -> None:
    harness, note = fallen_silent()
    turns = [Key(6000, "a"), Key(6000, "zz")]
    for turn in turns:
        harness.log.append(LOG, Entry(turn, Prompt("Hi")))
        harness.log.append(LOG, Entry(turn.under(199), AnswerEnded("complete")))
    assert [harness.sessions.check(replace(note, key=turn)) for turn in turns] == ["settled", "answered"]


def test_other_reports_of_the_line_break_no_silence() -> None:
    harness, note = fallen_silent()
    harness.log.append(LOG, Entry(Key(6000, "x"), Info("tokensPlayed", "Good evening!")))
    assert harness.sessions.check(note) == "answered"


def test_a_line_that_reports_no_voices_is_left_in_silence() -> None:
    harness = SessionHarness(desk=PATIENT).opened()
    assert harness.sessions.check(SilenceReminder("c1", OPENED, 34)) == "settled"


def test_no_silence_is_broken_while_an_answer_is_given() -> None:
    harness, note = fallen_silent()
    harness.log.append(LOG, Entry(Key(6000, "p"), Prompt("Hi")))
    assert harness.sessions.check(replace(note, key=Key(6000, "p"))) == "settled"


class LatePrompt(MemoryLog):
    """A log that gets a prompt just before a reminder's turn, which could not see it."""

    def append(self, log: str, entry: Entry) -> bool:
        if isinstance(entry.event, Silent):
            super().append(log, Entry(Key(4900, "late"), Prompt("Hi")))
        return super().append(log, entry)


def test_no_silence_is_broken_if_a_prompt_was_logged_late() -> None:
    harness = SessionHarness(log=LatePrompt(), desk=PATIENT).opened()
    harness.sessions.receive(harness.frame(OFF, at=5000))
    assert harness.sessions.check(SilenceReminder("c1", OPENED, 34)) == "not wanted any more"
    assert heard(harness) == ""


def test_a_silence_counts_from_the_last_word_of_the_caller() -> None:
    harness, note = fallen_silent()
    harness.sessions.check(note)
    turn = later(harness, "Hi").key
    harness.sessions.receive(harness.frame(OFF, at=7000))
    harness.sessions.check(SilenceReminder("c1", turn.under(1), 31))
    assert [event.times for event in harness.events() if isinstance(event, Silent)] == [1, 1]


# The floor


BROKEN_IN = [(5000, info("agentSpeaking", "on")), (6000, info("clientSpeaking", "on"))]


def after(harness: SessionHarness, *frames: tuple[int, dict[str, object]]) -> list[str]:
    """Append these frames, then handle the reminders of silence and noise; return the agent's words."""
    for moment, frame in frames:
        harness.sessions.receive(harness.frame(frame, at=moment))
    harness.sessions.check(SilenceReminder("c1", OPENED, 12))
    for _, text in list(harness.timer.notes):
        if isinstance(note := read(text), NoiseReminder):
            harness.sessions.check(note)
    return [message.token for message in harness.says() if isinstance(message, Text)]


@pytest.mark.parametrize(
    "more",
    [
        [(6001, INTERRUPT), (6002, OFF)],
        [(9000, OFF)],
        [(6001, INTERRUPT), (6001, {"type": "prompt", "voicePrompt": "Yes", "last": False}), (6002, OFF)],
        [(6001, INTERRUPT), (6002, OFF), (8000, {"type": "prompt", "voicePrompt": "Yes hello", "last": False})],
    ],
    ids=["after an interrupt", "over words that nothing stops", "with a partial", "with a late partial"],
)
def test_a_caller_who_speaks_is_not_asked_whether_they_are_there(more: list[tuple[int, dict[str, object]]]) -> None:
    assert after(SessionHarness(desk=replace(DESK, silence=Silence())).opened(), *BROKEN_IN, *more) == []


def test_the_last_minute_is_not_told_over_a_caller_who_speaks() -> None:
    harness = SessionHarness().opened()
    assert after(harness, (5000, OFF), (7000, info("clientSpeaking", "on"))) == []
    assert [harness.sessions.check(TimeLimitReminder("c1", 0, last)) for last in (True, False)] == ["later", "later"]
    assert harness.says() == []


def test_ten_minutes_of_noise_end_in_a_question_and_a_goodbye() -> None:
    harness = SessionHarness(desk=replace(DESK, silence=Silence())).opened()
    harness.sessions.receive(harness.frame(OFF, at=5000))
    notes = [(12, SilenceReminder("c1", OPENED, 12))]
    now = 0
    while notes and now < 600:
        seconds, note = notes.pop()
        for second in range(now, now + seconds):
            if second > 13 and second % 8 in (4, 5):
                frame = info("clientSpeaking", "on" if second % 8 == 4 else "off")
                harness.sessions.receive(harness.frame(frame, at=1000 * second))
        now += seconds
        harness.timer.notes.clear()
        harness.sessions.check(note)
        notes = silences(harness)
    assert [event for event in harness.says() if isinstance(event, Text)] == [
        Text(words, last=True)
        for words in (DESK.phrases.still_there, DESK.phrases.still_there, DESK.phrases.no_answer)
    ]
    assert harness.says()[-1] == End()


def test_an_interrupt_without_words_is_looked_at_in_a_moment() -> None:
    harness = SessionHarness().opened()
    frame = harness.frame(INTERRUPT, at=6000)
    harness.sessions.receive(frame)
    assert (NOISE_CHECK_S, NoiseReminder("c1", frame.key, NOISE_CHECK_S).write()) in harness.timer.notes


def test_an_interrupt_without_words_gives_the_floor_back() -> None:
    harness = SessionHarness(saying("We have pasta."), saying("We have pasta.")).opened()
    asks = {"type": "prompt", "voicePrompt": "What is there?", "last": True}
    harness.sessions.receive(harness.frame(asks, at=4000))
    after(harness, (6000, INTERRUPT), (6002, OFF))
    assert [event for event in harness.events() if isinstance(event, NoiseEnded)] == [NoiseEnded()]


# The call's end


def test_the_time_limit_is_set_when_a_call_opens() -> None:
    harness = SessionHarness(desk=replace(DESK, minutes=30)).announced()
    harness.sessions.receive(harness.setup())
    left = 30 * 60 - LAST_MINUTE_S
    assert harness.timer.notes[1:] == [(LONGEST_DELAY_S, TimeLimitReminder("c1", left - LONGEST_DELAY_S).write())]
    assert harness.sessions.check(TimeLimitReminder("c1", left - LONGEST_DELAY_S)) == "later"
    assert harness.timer.notes[2:] == [(left - LONGEST_DELAY_S, TimeLimitReminder("c1", 0).write())]


def test_a_resumed_session_has_the_rest_of_the_time() -> None:
    harness = SessionHarness(desk=replace(DESK, minutes=10)).opened()
    harness.sessions.receive(harness.setup("c2", at=1000 + 240_000))
    assert harness.timer.notes[1:] == [(10 * 60 - LAST_MINUTE_S - 240, TimeLimitReminder("c2", 0).write())]


def test_the_last_minute_is_told_and_then_the_call_is_ended() -> None:
    harness = SessionHarness(saying("Quickly, then."), desk=DESK).opened()
    assert [harness.sessions.check(TimeLimitReminder("c1", 0)) for _ in range(2)] == ["answered", "settled"]
    assert harness.says() == [Text(DESK.phrases.last_minute, last=True)]
    assert (LAST_MINUTE_S, TimeLimitReminder("c1", 0, last_minute=False).write()) in harness.timer.notes
    assert harness.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "answered"
    assert harness.says()[-2:] == [Text(DESK.phrases.time_up, last=True), End()]
    assert harness.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "settled"


def test_the_last_minute_and_the_end_wait_for_an_answer() -> None:
    harness = SessionHarness(desk=DESK).opened()
    harness.log.append(LOG, Entry(Key(6000, "p"), Prompt("Hi")))
    assert harness.sessions.check(TimeLimitReminder("c1", 0)) == "later"
    assert harness.timer.notes == [(LOOK_AGAIN_S, TimeLimitReminder("c1", 0, waited=LOOK_AGAIN_S).write())]
    assert harness.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "later"
    assert harness.says() == []
    assert harness.sessions.check(TimeLimitReminder("c1", 0, False, waited=LONGEST_SPEECH_S)) == "answered"
    assert harness.says()[-1] == End()


def test_a_caller_who_speaks_after_the_end_is_told_so() -> None:
    harness = SessionHarness(desk=DESK).opened()
    harness.log.append(LOG, Entry(Key(6000, "o"), TimeUp()))
    assert harness.sessions.receive(harness.frame({"type": "prompt", "voicePrompt": "Wait!", "last": True}, at=7000))
    assert heard(harness) == DESK.phrases.time_up
    assert harness.says()[-1] == End()


# Reminders as text


@pytest.mark.parametrize(
    "note",
    [
        AnswerReminder("c1", Key(5, "a="), 2),
        SilenceReminder("c1", Key(5, "a="), 10),
        NoiseReminder("c1", Key(5, "a="), 2),
        DigitsReminder("c1", Key(5, "a="), "x", 4, 9),
        TimeLimitReminder("c1", 9, last_minute=False, waited=5),
    ],
)
def test_a_reminder_is_read_as_it_was_written(note: Reminder) -> None:
    assert read(note.write()) == note


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ('["c1", "5#a#0001", 2]', AnswerReminder("c1", Key(5, "a"), 2)),
        ('["digits", "c1", "5#a#0001", "x"]', DigitsReminder("c1", Key(5, "a"), "x")),
        ('["digits", "c1", "5#a#0001", "x", 4]', DigitsReminder("c1", Key(5, "a"), "x", 4)),
        ('["time", "c1", 9, false]', TimeLimitReminder("c1", 9, last_minute=False)),
    ],
)
def test_reminders_of_the_version_before_are_read(text: str, note: Reminder) -> None:
    assert read(text) == note


@pytest.mark.parametrize(
    "text",
    [
        '["c1", "5#a#0001", 2, "x"]',
        "",
        "[]",
        '["time"]',
        '["silence", "c1", "no key", 1]',
        '["c1", "no key", 1]',
        "{",
        "null",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no reminder"):
        read(text)


def test_a_reminder_says_only_where_to_look() -> None:
    assert len(json.loads(SilenceReminder("c1", Key(5, "a"), 1).write())) == 4


# When reminders are lost


class LostTimer(RecordingTimer):
    """The port `Timer` while SQS fails."""

    def remind(self, seconds: int, reminder: str) -> None:
        raise TimerError("SQS: ReadTimeoutError")


def limits_set(harness: SessionHarness) -> int:
    return sum(isinstance(read(note), TimeLimitReminder) for _, note in harness.timer.notes)


def test_a_lost_time_limit_is_set_again_by_the_next_turn() -> None:
    harness = SessionHarness(saying("On Friday."), saying("For four.")).announced()
    ports = replace(harness.sessions.ports, timer=LostTimer())
    seconds = count(0, SEND_WITHIN_S)
    replace(harness.sessions, ports=ports, clock=lambda: next(seconds)).receive(harness.setup())
    assert limits_set(harness) == 0
    harness.sessions.receive(harness.prompt("When?"))
    harness.sessions.receive(harness.prompt("For how many?"))
    assert limits_set(harness) == 1


@dataclass
class FailingTimer(RecordingTimer):
    """The port `Timer` whose queue fails a few times and is well again."""

    left: int

    def __post_init__(self) -> None:
        super().__init__()

    def remind(self, seconds: int, reminder: str) -> None:
        self.left -= 1
        if self.left >= 0:
            raise TimerError("SQS: ServiceUnavailable")
        super().remind(seconds, reminder)


def with_failing_timer(harness: SessionHarness, times: int) -> Sessions:
    harness.timer = FailingTimer(times)
    return replace(harness.sessions, ports=replace(harness.sessions.ports, timer=harness.timer))


def test_a_call_whose_caller_never_speaks_ends_too() -> None:
    """Nothing comes of a silent caller that could set the time limit later."""
    harness = SessionHarness(desk=replace(DESK, minutes=10)).announced()
    with_failing_timer(harness, 3).receive(harness.setup())
    assert harness.timer.notes == [(10 * 60 - LAST_MINUTE_S, TimeLimitReminder("c1", 0).write())]


@pytest.mark.parametrize(
    ("reminder", "sent"),
    [
        (TimeLimitReminder("c1", 1000), (LONGEST_DELAY_S, TimeLimitReminder("c1", 1000 - LONGEST_DELAY_S))),
        (TimeLimitReminder("c1", 0), (LAST_MINUTE_S, TimeLimitReminder("c1", 0, last_minute=False))),
    ],
    ids=["on its way", "at the last minute"],
)
def test_a_reminder_of_the_end_is_sent_on_when_the_queue_is_back(
    reminder: TimeLimitReminder, sent: tuple[int, TimeLimitReminder]
) -> None:
    harness = SessionHarness(desk=DESK).opened()
    with_failing_timer(harness, 2).check(reminder)
    assert (sent[0], sent[1].write()) in harness.timer.notes


def test_the_time_limit_is_set_again_each_quarter_of_an_hour() -> None:
    harness = SessionHarness(*[saying("Yes.") for _ in range(4)]).opened()
    for minute in (1, 14, 16, 31):
        harness.sessions.receive(harness.prompt("Well?", at=1000 + minute * 60_000))
    assert limits_set(harness) == 3


def test_a_turn_after_the_end_of_its_call_ends_it() -> None:
    harness = SessionHarness(saying("Never said."), desk=replace(DESK, minutes=10)).opened()
    harness.sessions.receive(harness.prompt("Still there?", at=1000 + 12 * 60_000))
    assert harness.model.asked == []
    assert harness.says()[-2:] == [Text(DESK.phrases.time_up, last=True), End()]


def test_the_end_waits_until_the_table_is_back() -> None:
    log = TroubledLog()
    harness = SessionHarness(log=log).opened()
    log.broken = {"read"}
    note = TimeLimitReminder("c1", 0, last_minute=False)
    assert harness.sessions.check(note) == "later"
    log.broken.clear()
    [(seconds, again)] = harness.timer.notes
    assert seconds == LOOK_AGAIN_S
    assert harness.sessions.check(read(again)) == "answered"
    assert harness.says()[-1] == End()
