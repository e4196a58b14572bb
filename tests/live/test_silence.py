"""Silences are broken while they last, and calls end in time."""

import json
from dataclasses import replace

import pytest

from functions.live.reminders import (
    AnswerReminder,
    DigitsReminder,
    NoiseReminder,
    Reminder,
    SilenceReminder,
    TimeLimitReminder,
    read,
)
from functions.live.time_limit import LAST_MINUTE_S, LONGEST_DELAY_S
from functions.relay import Silence
from functions.relay.call.floor import LONGEST_SPEECH_S
from functions.relay.call.timers import LOOK_AGAIN_S, NOISE_CHECK_S
from functions.relay.log.events import AnswerEnded, Entry, LastMinute, NoiseEnded, Silent, TimeUp
from functions.relay.log.keys import Key, session_log
from functions.relay.ports import TimerError
from functions.relay.wire.messages import End, Info, Interrupt, Prompt, Text
from tests.doubles import RecordingTimer, saying
from tests.live.ports import TroubledLog
from tests.live.test_session import BAR, DESK, House

LOG = session_log("c1")
PATIENT = replace(DESK, silence=Silence(after=30, reprompts=["Hello?"]))
OFF: dict[str, object] = {"type": "info", "name": "agentSpeaking", "value": "off"}


def fallen_silent(desk: object = PATIENT) -> tuple[House, SilenceReminder]:
    """A session whose greeting has just been spoken, and its reminder of the silence."""
    house = House(desk=desk).opened()  # type: ignore[arg-type]
    frame = house.frame(OFF, at=5000)
    assert house.sessions.receive(frame) == "info"
    return house, SilenceReminder("c1", frame.key, 30)


def heard(house: House) -> str:
    return "".join(message.token for message in house.says() if isinstance(message, Text)).strip()


def test_the_shortest_silence_of_all_agents_sets_the_first_look() -> None:
    house, note = fallen_silent()
    assert BAR.silence
    assert house.timer.notes == [(BAR.silence.after, replace(note, waited=BAR.silence.after).write())]


def test_no_reminder_is_sent_if_no_agent_breaks_silences() -> None:
    house = House(desk=replace(DESK, silence=None))
    house.sessions = replace(house.sessions, agents={"desk": replace(DESK, silence=None)})
    house.opened().sessions.receive(house.frame(OFF, at=5000))
    assert house.timer.notes == []


def test_a_silence_too_short_for_this_agent_is_checked_again() -> None:
    house, note = fallen_silent()
    assert house.sessions.check(replace(note, waited=10)) == "later"
    assert house.timer.notes[-1] == (20, note.write())
    assert house.says() == []


def test_a_silence_that_lasts_is_broken_once() -> None:
    house, note = fallen_silent()
    assert [house.sessions.check(note) for _ in range(2)] == ["answered", "settled"]
    assert house.says() == [Text("Hello?", last=True)]


def test_a_caller_who_stays_silent_is_told_goodbye() -> None:
    house, note = fallen_silent()
    house.sessions.check(note)
    house.sessions.receive(house.frame(OFF, at=9000))
    assert house.sessions.check(replace(note, key=house.log.read(LOG)[-1].key)) == "answered"
    assert house.says()[1:] == [Text(PATIENT.phrases.no_answer, last=True), End()]


@pytest.mark.parametrize(
    "event",
    [
        Prompt("Hi"),
        Interrupt("Good"),
        Silent(1),
        LastMinute(),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_silence_that_was_broken_is_not_broken_again(event: object) -> None:
    house, note = fallen_silent()
    house.log.append(LOG, Entry(Key(6000, "x"), event))  # type: ignore[arg-type]
    house.log.append(LOG, Entry(Key(6000, "x", 199), AnswerEnded("complete")))
    assert house.sessions.check(note) == "settled"
    assert house.says() == []


def test_a_key_without_a_meaning_begins_a_new_silence() -> None:
    house, note = fallen_silent()
    frame = house.frame({"type": "dtmf", "digit": "5"}, at=7000)
    assert house.sessions.receive(frame) == "dtmf"
    assert house.sessions.check(note) == "settled"
    assert (
        house.timer.notes[-1][1] == SilenceReminder("c1", frame.key, BAR.silence.after if BAR.silence else 0).write()
    )
    assert house.sessions.check(replace(note, key=frame.key)) == "answered"


@pytest.mark.parametrize("id", ["a", "zz"])
def test_an_interruption_of_the_same_millisecond_ended_the_speech(id: str) -> None:
    house, note = fallen_silent()
    house.log.append(LOG, Entry(Key(note.key.at, id), Interrupt("Good")))
    assert house.sessions.check(note) == "answered"


@pytest.mark.parametrize("id", ["a", "zz"])
def test_a_prompt_of_the_same_millisecond_has_broken_the_silence(id: str) -> None:
    house, note = fallen_silent()
    house.log.append(LOG, Entry(Key(note.key.at, id), Prompt("Hi")))
    house.log.append(LOG, Entry(Key(note.key.at, id, 199), AnswerEnded("complete")))
    assert house.sessions.check(note) == "settled"


def test_two_ends_of_speech_in_a_millisecond_are_one_silence() -> None:
    house, note = fallen_silent()
    house.log.append(LOG, Entry(Key(note.key.at, "zz"), Info("clientSpeaking", "off")))
    other = replace(note, key=Key(note.key.at, "zz"))
    assert [house.sessions.check(one) for one in (note, other)] == ["answered", "settled"]
    assert [house.sessions.check(one) for one in (other, note)] == ["settled", "settled"]


def test_other_reports_of_the_line_break_no_silence() -> None:
    house, note = fallen_silent()
    house.log.append(LOG, Entry(Key(6000, "x"), Info("tokensPlayed", "Good evening!")))
    assert house.sessions.check(note) == "answered"


def test_no_silence_is_broken_while_an_answer_is_given() -> None:
    house, _ = fallen_silent()
    house.log.append(LOG, Entry(Key(6000, "p"), Prompt("Hi")))
    frame = house.frame(OFF, at=7000)
    house.sessions.receive(frame)
    assert house.sessions.check(SilenceReminder("c1", frame.key, 30)) == "settled"


def test_a_silence_counts_from_the_last_word_of_the_caller() -> None:
    house, note = fallen_silent()
    house.sessions.check(note)
    house.log.append(LOG, Entry(Key(6000, "p"), Prompt("Hi")))
    house.log.append(LOG, Entry(Key(6000, "p", 199), AnswerEnded("complete")))
    frame = house.frame(OFF, at=7000)
    house.sessions.receive(frame)
    house.sessions.check(SilenceReminder("c1", frame.key, 30))
    assert [event.times for event in house.events() if isinstance(event, Silent)] == [1, 1]


# The floor


def info(name: str, value: str) -> dict[str, object]:
    return {"type": "info", "name": name, "value": value}


INTERRUPT: dict[str, object] = {
    "type": "interrupt",
    "utteranceUntilInterrupt": "Good",
    "durationUntilInterruptMs": 300,
}
BROKEN_IN = [(5000, info("agentSpeaking", "on")), (6000, info("clientSpeaking", "on"))]


def after(house: House, *frames: tuple[int, dict[str, object]]) -> list[str]:
    """Append these frames, then handle each of their reminders except those of time; return the agent's words."""
    for moment, frame in frames:
        house.sessions.receive(house.frame(frame, at=moment))
    for _, text in list(house.timer.notes):
        if isinstance(note := read(text), SilenceReminder | NoiseReminder):
            house.sessions.check(note)
    return [message.token for message in house.says() if isinstance(message, Text)]


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
    assert after(House(desk=replace(DESK, silence=Silence())).opened(), *BROKEN_IN, *more) == []


def test_the_last_minute_is_not_told_over_a_caller_who_speaks() -> None:
    house = House().opened()
    assert after(house, (5000, OFF), (7000, info("clientSpeaking", "on"))) == []
    assert [house.sessions.check(TimeLimitReminder("c1", 0, last)) for last in (True, False)] == ["later", "later"]
    assert house.says() == []


def test_ten_minutes_of_noise_end_in_a_question_and_a_goodbye() -> None:
    desk = replace(DESK, silence=Silence())
    house = House(desk=desk).opened()
    noise = [
        (second * 1000 - back, value) for second in range(13, 613, 8) for back, value in ((1000, "on"), (0, "off"))
    ]
    said = after(house, (5000, OFF), *((moment, info("clientSpeaking", value)) for moment, value in noise))
    assert said == [DESK.phrases.still_there, DESK.phrases.still_there, DESK.phrases.no_answer]
    assert house.says()[-1] == End()


def test_an_interrupt_without_words_is_looked_at_in_a_moment() -> None:
    house = House().opened()
    frame = house.frame(INTERRUPT, at=6000)
    house.sessions.receive(frame)
    assert (NOISE_CHECK_S, NoiseReminder("c1", frame.key, NOISE_CHECK_S).write()) in house.timer.notes


def test_an_interrupt_without_words_gives_the_floor_back() -> None:
    house = House(saying("We have pasta."), saying("We have pasta.")).opened()
    asks = {"type": "prompt", "voicePrompt": "What is there?", "last": True}
    house.sessions.receive(house.frame(asks, at=4000))
    after(house, (6000, INTERRUPT), (6002, OFF))
    assert [event for event in house.events() if isinstance(event, NoiseEnded)] == [NoiseEnded()]


# The call's end


def test_the_time_limit_is_set_when_a_call_opens() -> None:
    house = House(desk=replace(DESK, minutes=30)).announced()
    house.sessions.receive(house.setup())
    left = 30 * 60 - LAST_MINUTE_S
    assert house.timer.notes == [(LONGEST_DELAY_S, TimeLimitReminder("c1", left - LONGEST_DELAY_S).write())]
    assert house.sessions.check(TimeLimitReminder("c1", left - LONGEST_DELAY_S)) == "later"
    assert house.timer.notes[1:] == [(left - LONGEST_DELAY_S, TimeLimitReminder("c1", 0).write())]


def test_a_resumed_session_has_the_rest_of_the_time() -> None:
    house = House(desk=replace(DESK, minutes=10)).opened()
    house.sessions.receive(house.setup("c2", at=1000 + 240_000))
    assert house.timer.notes == [(10 * 60 - LAST_MINUTE_S - 240, TimeLimitReminder("c2", 0).write())]


def test_the_last_minute_is_told_and_then_the_call_is_ended() -> None:
    house = House(saying("Quickly, then."), desk=DESK).opened()
    assert [house.sessions.check(TimeLimitReminder("c1", 0)) for _ in range(2)] == ["answered", "settled"]
    assert house.says() == [Text(DESK.phrases.last_minute, last=True)]
    assert (LAST_MINUTE_S, TimeLimitReminder("c1", 0, last_minute=False).write()) in house.timer.notes
    assert house.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "answered"
    assert house.says()[-2:] == [Text(DESK.phrases.time_up, last=True), End()]
    assert house.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "settled"


def test_the_last_minute_and_the_end_wait_for_an_answer() -> None:
    house = House(desk=DESK).opened()
    house.log.append(LOG, Entry(Key(6000, "p"), Prompt("Hi")))
    assert house.sessions.check(TimeLimitReminder("c1", 0)) == "later"
    assert house.timer.notes == [(LOOK_AGAIN_S, TimeLimitReminder("c1", 0, waited=LOOK_AGAIN_S).write())]
    assert house.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "later"
    assert house.says() == []
    assert house.sessions.check(TimeLimitReminder("c1", 0, False, waited=LONGEST_SPEECH_S)) == "answered"
    assert house.says()[-1] == End()


def test_a_caller_who_speaks_after_the_end_is_told_so() -> None:
    house = House(desk=DESK).opened()
    house.log.append(LOG, Entry(Key(6000, "o"), TimeUp()))
    assert house.sessions.receive(house.frame({"type": "prompt", "voicePrompt": "Wait!", "last": True}, at=7000))
    assert heard(house) == DESK.phrases.time_up
    assert house.says()[-1] == End()


# Reminders as text


@pytest.mark.parametrize(
    "note",
    [
        AnswerReminder("c1", Key(5, "a="), 2),
        SilenceReminder("c1", Key(5, "a="), 10),
        NoiseReminder("c1", Key(5, "a="), 2),
        DigitsReminder("c1", Key(5, "a="), "x", 4),
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

    def remind(self, seconds: int, note: str) -> None:
        raise TimerError("SQS: ReadTimeoutError")


def limits_set(house: House) -> int:
    return sum(isinstance(read(note), TimeLimitReminder) for _, note in house.timer.notes)


def test_a_lost_time_limit_is_set_again_by_the_next_turn() -> None:
    house = House(saying("On Friday."), saying("For four.")).announced()
    ports = replace(house.sessions.ports, timer=LostTimer())
    replace(house.sessions, ports=ports).receive(house.setup())
    assert limits_set(house) == 0
    house.sessions.receive(house.prompt("When?"))
    house.sessions.receive(house.prompt("For how many?"))
    assert limits_set(house) == 1


def test_the_time_limit_is_set_again_each_quarter_of_an_hour() -> None:
    house = House(*[saying("Yes.") for _ in range(4)]).opened()
    for minute in (1, 14, 16, 31):
        house.sessions.receive(house.prompt("Well?", at=1000 + minute * 60_000))
    assert limits_set(house) == 3


def test_a_turn_after_the_end_of_its_call_ends_it() -> None:
    house = House(saying("Never said."), desk=replace(DESK, minutes=10)).opened()
    house.sessions.receive(house.prompt("Still there?", at=1000 + 12 * 60_000))
    assert house.model.asked == []
    assert house.says()[-2:] == [Text(DESK.phrases.time_up, last=True), End()]


def test_the_end_waits_until_the_table_is_back() -> None:
    log = TroubledLog()
    house = House(log=log).opened()
    log.broken = {"read"}
    note = TimeLimitReminder("c1", 0, last_minute=False)
    assert house.sessions.check(note) == "later"
    log.broken.clear()
    [(seconds, again)] = house.timer.notes
    assert seconds == LOOK_AGAIN_S
    assert house.sessions.check(read(again)) == "answered"
    assert house.says()[-1] == End()
