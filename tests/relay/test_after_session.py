import json
from dataclasses import replace

import pytest

from functions.relay.after_session import (
    MOST_RESUMES,
    PERMANENT_ERRORS,
    AnswerMachine,
    Farewell,
    GiveUp,
    HangUp,
    NextStep,
    PassOn,
    Resume,
    Transfer,
    after_dial,
    after_hand_off,
    handed_off,
    next_step,
    recorded,
    second_voices,
    sentence_after,
)
from functions.relay.log.events import (
    Announced,
    Entry,
    Event,
    HandedOff,
    PassedToAgent,
    Recorded,
    Screened,
    SessionEnded,
    SessionJoined,
    Unreached,
)
from functions.relay.log.hand_off_events import PersonLeft
from functions.relay.log.keys import Key, Slot
from functions.relay.transfer import Ring, first_ring

LOST = "64105"


def log(*events: Event) -> list[Entry]:
    return [Entry(Key(1000 + number, f"id{number}"), event) for number, event in enumerate(events)]


def failed(number: int, error: str = LOST) -> SessionEnded:
    return SessionEnded(f"VX{number}", "failed", error)


HAND_OFF = HandedOff("t1", "asked", "+15550199", "Upset.", nobody="Anna is out.")
HANDED = json.dumps({"hand_off": "t1"})


def ended(handoff: str, *before: Event) -> NextStep:
    left = SessionEnded("VX1", "ended")
    return next_step(left, True, handoff, log(*before, left))


@pytest.mark.parametrize("status", ["ended", "failed"])
def test_a_machine_gets_its_message_however_the_session_ended(status: str) -> None:
    left, screened = SessionEnded("VX1", status), Screened("machine_end_beep")
    assert next_step(left, True, HANDED, log(screened, HAND_OFF, left)) == AnswerMachine("machine_end_beep")
    assert next_step(left, False, "", log(screened, left)) == HangUp()


@pytest.mark.parametrize("status", ["completed", "failed", "ended", "", "unheard of"])
def test_a_caller_who_hung_up_is_let_go(status: str) -> None:
    assert next_step(SessionEnded("VX1", status, LOST), False, HANDED, log(HAND_OFF)) == HangUp()


def test_a_hand_off_is_what_the_log_tells_of_it() -> None:
    assert ended(HANDED, HAND_OFF) == Transfer(first_ring(HAND_OFF))
    assert ended(HANDED, HandedOff("t0", "", "+15550198"), HAND_OFF, HandedOff("t2", "", "+15550198")) == Transfer(
        first_ring(HAND_OFF)
    )


def test_what_came_back_with_the_callback_is_not_believed() -> None:
    forged = json.dumps({"hand_off": "t1", "to": "+15550198", "reason": "forged"})
    assert ended(forged, HAND_OFF) == Transfer(first_ring(HAND_OFF))
    assert ended(json.dumps({"reason": "asked", "to": "+15550198"}), HAND_OFF) == HangUp()


def test_an_unlogged_hand_off_is_apologised_for() -> None:
    assert ended(HANDED) == GiveUp()


def test_a_hand_off_that_was_wanted_but_interrupted_is_none() -> None:
    assert ended("", HAND_OFF) == HangUp()


@pytest.mark.parametrize(
    "handoff",
    ["", "{}", "{", "null", "[]", '"t1"', "5", '{"hand_off":""}', '{"hand_off":null}', '{"hand_off":["t1"]}'],
)
def test_a_goodbye_is_the_end(handoff: str) -> None:
    assert ended(handoff, HAND_OFF) == HangUp()


@pytest.mark.parametrize("error", [LOST, "39001", "64102", ""])
def test_a_lost_socket_is_resumed(error: str) -> None:
    assert next_step(failed(1, error), True, "", log(failed(1, error))) == Resume()


@pytest.mark.parametrize("error", sorted(PERMANENT_ERRORS))
def test_what_a_new_session_would_only_meet_again_is_not_tried(error: str) -> None:
    assert next_step(failed(1, error), True, "", log(failed(1, error))) == GiveUp()


def test_a_call_is_resumed_only_a_few_times() -> None:
    entries: list[Entry] = []
    steps = []
    for number in range(1, MOST_RESUMES + 3):
        entries = log(*(entry.event for entry in entries), failed(number))
        steps.append(next_step(failed(number), True, "", entries))
    assert steps == [*[Resume()] * MOST_RESUMES, GiveUp(), GiveUp()]


def test_only_lost_sessions_count() -> None:
    others: list[Event] = [
        Announced("rosa", "", ""),
        SessionJoined("a"),
        SessionJoined("b"),
        SessionEnded("VX8", "ended"),
        SessionEnded("VX9", "completed"),
    ]
    assert next_step(failed(1), True, "", log(*others * 3, failed(1))) == Resume()


def test_a_repeated_or_early_callback_changes_nothing() -> None:
    three = [failed(1), failed(2), failed(MOST_RESUMES)]
    for entries in (log(*three), log(*three, *three, *three), log(*three[:-1])):
        assert next_step(failed(MOST_RESUMES), True, "", entries) == Resume()


def test_a_callback_repeated_after_later_ones_is_answered_as_before() -> None:
    everything = log(*(failed(number) for number in range(1, MOST_RESUMES + 2)))
    steps = [next_step(failed(number), True, "", everything) for number in range(1, MOST_RESUMES + 2)]
    assert steps == [*[Resume()] * MOST_RESUMES, GiveUp()]


# The end of a hand-off

TAKEN = [
    {"DialCallStatus": "completed"},
    {"DialCallStatus": "completed", "DialBridged": "true"},
    {"DialCallStatus": "answered", "DialBridged": "true"},
    {"DialCallStatus": "canceled"},
    {"QueueResult": "bridged"},
    {"QueueResult": "hangup"},
    {"QueueResult": "redirected"},
    {},
]
MISSED = {
    "no-answer": {"DialCallStatus": "no-answer", "DialBridged": "false"},
    "busy": {"DialCallStatus": "busy"},
    "failed": {"DialCallStatus": "failed"},
    "declined": {"DialCallStatus": "completed", "DialBridged": "false"},
    "queue-full": {"QueueResult": "queue-full"},
    "leave": {"QueueResult": "leave"},
    "error": {"QueueResult": "error"},
    "system-error": {"QueueResult": "system-error"},
}
THERE = {"CallStatus": "in-progress"}
AT_HAND_OFF = Entry(Key(1000, "id0", 101), HAND_OFF)
FAREWELL = HandedOff("t1", "asked", "+15550199", nobody="Call us tomorrow.", ends=True)


@pytest.mark.parametrize("form", TAKEN, ids=str)
def test_a_caller_who_talked_to_a_person_is_done(form: dict[str, str]) -> None:
    assert after_dial(THERE | form, HAND_OFF, 0, ()) == HangUp()
    assert after_hand_off(AT_HAND_OFF, HangUp(), form) is None


@pytest.mark.parametrize("form", MISSED.values(), ids=MISSED)
def test_an_untaken_caller_returns_to_the_agent_or_is_dismissed(form: dict[str, str]) -> None:
    assert after_dial(THERE | form, HAND_OFF, 0, ()) == Resume()
    assert after_dial(THERE | form, FAREWELL, 0, ()) == Farewell("Call us tomorrow.")
    assert after_dial(THERE | form, None, 0, ()) == GiveUp()
    assert after_dial({"CallStatus": "completed"} | form, HAND_OFF, 0, ()) == HangUp()


@pytest.mark.parametrize("why", MISSED)
def test_that_nobody_took_a_call_is_noted_once_under_its_hand_off(why: str) -> None:
    note = after_hand_off(AT_HAND_OFF, Resume(), MISSED[why])
    assert note == Entry(Key(1000, "id0", Slot.UNREACHED.at(number=101)), Unreached(why))


# The next session


def history(*events: Event) -> list[Entry]:
    """Return a log in which an untaken call's entry is under its hand-off, as in the table."""
    entries = log(*events)
    return [
        Entry(before.key.under(Slot.UNREACHED.at(number=before.key.slot)), one.event)
        if isinstance(one.event, Unreached)
        else one
        for before, one in zip([entries[0], *entries], entries, strict=False)
    ]


MISSED_CALL = (SessionJoined("a"), HAND_OFF, Unreached("busy"))


def test_a_session_follows_an_unanswered_hand_off() -> None:
    assert sentence_after(history(*MISSED_CALL), "b") == HAND_OFF.nobody
    assert sentence_after(history(*MISSED_CALL, SessionJoined("b")), "b") == HAND_OFF.nobody


def test_the_session_after_that_does_not() -> None:
    assert sentence_after(history(*MISSED_CALL, SessionJoined("b")), "c") == ""


def test_a_second_hand_off_is_what_a_session_follows() -> None:
    second = HandedOff("t2", "again", "+15550198", nobody="Anna is still out.")
    assert sentence_after(history(*MISSED_CALL, SessionJoined("b"), second, Unreached("busy")), "c") == second.nobody
    assert sentence_after(history(*MISSED_CALL, SessionJoined("b"), second), "c") == ""


@pytest.mark.parametrize("entries", [[], history(SessionJoined("a")), history(SessionJoined("a"), HAND_OFF)], ids=len)
def test_a_session_that_follows_no_hand_off(entries: list[Entry]) -> None:
    assert sentence_after(entries, "b") == ""


def test_the_newest_hand_off_of_an_id_counts() -> None:
    newer = HandedOff("t1", "again", "+15550198")
    found = handed_off("t1", log(HAND_OFF, newer))
    assert found is not None and found.event == newer
    assert handed_off("t9", log(HAND_OFF)) is None


def test_a_recordings_callback_is_logged_once_for_each_status() -> None:
    done = {"RecordingStatus": "completed", "RecordingDuration": "41", "RecordingUrl": "https://example.com/RE1"}
    assert recorded("RE1", done) == (Key(0, "RE1/completed"), Recorded("RE1", "completed", 41))
    assert recorded("RE1", {"RecordingStatus": "in-progress"})[0] != recorded("RE1", done)[0]


@pytest.mark.parametrize("error", ["64111", "64112", "64114"])
def test_the_voices_take_turns_as_they_fail(error: str) -> None:
    assert not second_voices(log())
    assert second_voices(log(failed(1, error)))
    assert second_voices(log(failed(1, error), failed(1, error), failed(2)))
    assert not second_voices(log(failed(1, error), failed(2, error)))
    assert next_step(failed(1, error), True, "", log(failed(1, error))) == Resume()


def test_a_lost_socket_does_not_change_the_voice() -> None:
    assert not second_voices(log(failed(1), failed(2, "64101"), SessionEnded("VX3", "ended")))


PASSED = PassedToAgent("t1", "billing", "Billing, hello!", "es-ES")


@pytest.mark.parametrize(
    ("languages", "language"),
    [(("en-US", "es-ES"), "es-ES"), (("en-US", "es-MX"), "es-MX"), (("es-MX", "es-ES"), "es-ES"), (("en-US",), "")],
)
def test_a_call_is_passed_to_another_agent_in_its_language(languages: tuple[str, ...], language: str) -> None:
    assert ended(HANDED, PASSED) == PassOn(PASSED)
    before = Announced("rosa", "+15550101", "+15550100", ticket="t0")
    after = PassOn(PASSED).announced(before, languages)
    assert after == replace(before, agent="billing", greeting="Billing, hello!", language=language)


def test_a_hand_off_ends_when_the_person_has_left() -> None:
    hand_off = Entry(Key(1000, "m1", 188), HAND_OFF)
    assert after_hand_off(hand_off, Transfer(Ring(HAND_OFF, 0, (0,))), {}) is None
    left = after_hand_off(hand_off, Resume(), {"DialCallStatus": "completed"})
    assert left and isinstance(left.event, PersonLeft)


def test_after_a_ring_the_phone_of_the_next_person_rings() -> None:
    several = replace(HAND_OFF, others=("+15550198",))
    form = {"CallStatus": "in-progress", "DialCallStatus": "busy"}
    assert after_dial(form, several, 0, ()) == Transfer(Ring(several, 1, (1,)))
    assert after_dial(form, several, 1, ()) == Resume()
