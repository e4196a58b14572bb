"""Silences that are broken while they last, and calls that end in time."""

import json
from dataclasses import replace

import pytest

from functions.live.reminders import DigitsReminder, Reminder, SilenceReminder, TimeLimitReminder, read
from functions.live.silence import SOON_S
from functions.live.time_limit import LAST_MINUTE_S, LONGEST_DELAY_S
from functions.relay import Silence
from functions.relay.log.events import AnswerEnded, Entry, LastMinute, Silent, TimeUp
from functions.relay.log.keys import Key, session_log
from functions.relay.wire.messages import End, Info, Interrupt, Partial, Prompt, Text
from tests.doubles import saying
from tests.live.test_session import BAR, DESK, House

LOG = session_log("c1")
PATIENT = replace(DESK, silence=Silence(after=30, reprompts=["Hello?"]))
OFF = {"type": "info", "name": "agentSpeaking", "value": "off"}


def fallen_silent(desk: object = PATIENT) -> tuple[House, SilenceReminder]:
    """A session whose greeting has just been spoken, and the note of that."""
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


def test_nobody_looks_where_no_agent_minds_silence() -> None:
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
        Partial("H"),
        Interrupt("Good"),
        Info("clientSpeaking", "on"),
        Info("agentSpeaking", "on"),
        Silent(1),
        LastMinute(),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_silence_that_anything_has_broken_is_left_alone(event: object) -> None:
    house, note = fallen_silent()
    house.log.append(LOG, Entry(Key(6000, "x"), event))  # type: ignore[arg-type]
    house.log.append(LOG, Entry(Key(6000, "x", 199), AnswerEnded("complete")))
    assert house.sessions.check(note) == "settled"
    assert house.says() == []


def test_a_key_that_means_nothing_begins_a_silence_of_its_own() -> None:
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


def test_what_the_line_tells_beside_that_breaks_no_silence() -> None:
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


# The call's end


def test_the_time_limit_is_set_when_a_call_opens() -> None:
    house = House(desk=replace(DESK, minutes=30)).announced()
    house.sessions.receive(house.setup())
    left = 30 * 60 - LAST_MINUTE_S
    assert house.timer.notes == [(LONGEST_DELAY_S, TimeLimitReminder("c1", left - LONGEST_DELAY_S).write())]
    assert house.sessions.check(TimeLimitReminder("c1", left - LONGEST_DELAY_S)) == "later"
    assert house.timer.notes[1:] == [(left - LONGEST_DELAY_S, TimeLimitReminder("c1", 0).write())]


def test_a_session_that_takes_a_call_up_has_what_is_left_of_it() -> None:
    house = House(desk=replace(DESK, minutes=10)).opened()
    house.sessions.receive(replace(house.setup("c2"), key=Key(1001 + 240_000, "again")))
    assert house.timer.notes == [(10 * 60 - LAST_MINUTE_S - 240, TimeLimitReminder("c2", 0).write())]


def test_the_last_minute_is_told_and_then_the_call_is_ended() -> None:
    house = House(saying("Quickly, then."), desk=DESK).opened()
    assert [house.sessions.check(TimeLimitReminder("c1", 0)) for _ in range(2)] == ["answered", "settled"]
    assert house.says() == [Text(DESK.phrases.last_minute, last=True)]
    assert (LAST_MINUTE_S, TimeLimitReminder("c1", 0, last_minute=False).write()) in house.timer.notes
    assert house.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "answered"
    assert house.says()[-2:] == [Text(DESK.phrases.time_up, last=True), End()]
    assert house.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "settled"


def test_the_last_minute_waits_for_an_answer_and_the_end_does_not() -> None:
    house = House(desk=DESK).opened()
    house.log.append(LOG, Entry(Key(6000, "p"), Prompt("Hi")))
    assert house.sessions.check(TimeLimitReminder("c1", 0)) == "later"
    assert house.timer.notes == [(SOON_S, TimeLimitReminder("c1", 0).write())]
    assert house.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "answered"
    assert house.says()[-1] == End()


def test_whoever_speaks_when_the_time_is_up_is_told_so() -> None:
    house = House(desk=DESK).opened()
    house.log.append(LOG, Entry(Key(6000, "o"), TimeUp()))
    assert house.sessions.receive(house.frame({"type": "prompt", "voicePrompt": "Wait!", "last": True}, at=7000))
    assert heard(house) == DESK.phrases.time_up
    assert house.says()[-1] == End()


# The notes


@pytest.mark.parametrize(
    "note",
    [SilenceReminder("c1", Key(5, "a="), 10), DigitsReminder("c1", Key(5, "a="), "x"), TimeLimitReminder("c1", 9)],
)
def test_a_note_is_read_as_it_was_written(note: Reminder) -> None:
    assert read(note.write()) == note


@pytest.mark.parametrize(
    "text", ["", "[]", '["time"]', '["silence", "c1", "no key", 1]', '["c1", "5#a#0001", 1]', "{"]
)
def test_other_texts_hold_none_of_these_notes(text: str) -> None:
    assert read(text) is None


def test_a_note_holds_no_more_than_where_to_look() -> None:
    assert len(json.loads(SilenceReminder("c1", Key(5, "a"), 1).write())) == 4
