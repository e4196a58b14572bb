"""When a call is over: after any of Twilio's callbacks, in any order, or after none."""

from dataclasses import replace
from itertools import permutations

import pytest

from functions.relay.deadlines import LONGEST_DELAY_S
from functions.relay.log.events import (
    Closed,
    DialEnded,
    Entry,
    HandedOff,
    Limited,
    MenuAnswered,
    Progressed,
    Recorded,
    SessionEnded,
    Unreached,
)
from functions.relay.log.keys import Key, Slot
from functions.relay.record.logs import CallLogs
from functions.relay.record.over import (
    FIRST_LOOK_S,
    LONGEST_MENU_S,
    LONGEST_SESSION_S,
    SETTLED_AFTER_S,
    SILENT_FOR_S,
    GoesOn,
    LookAgain,
    Over,
    RecordStep,
    first_look_s,
    next_look,
    next_watch,
)
from functions.relay.wire.messages import Prompt
from tests.relay.record.calls import (
    BEGAN,
    CALL,
    CALLED,
    CALLER,
    PLACED,
    PLAIN,
    TALK,
    announced,
    claimed,
    ended,
    frame,
    handed_off,
    joined,
    session,
)

OPEN = CallLogs(CALL, (announced(), joined(ms=500)), (session(*TALK[:-1]),))
CLOSED = replace(OPEN, sessions=(session(*TALK),))
STATUS = frame(0, Progressed(3, "completed", 12), "done")
ENDS = (ended(12_100), STATUS, frame(0, DialEnded("h1", "completed", BEGAN + 12_200), "h1"))


@pytest.mark.parametrize("last", ENDS, ids=lambda one: type(one.event).__name__)
def test_any_word_of_twilio_ends_a_call(last: Entry) -> None:
    assert next_look(replace(OPEN, own=(*OPEN.own, last)), FIRST_LOOK_S) == Over()


@pytest.mark.parametrize("ends", list(permutations(ENDS)))
def test_the_order_of_twilios_words_does_not_matter(ends: tuple[Entry, ...]) -> None:
    assert next_look(replace(CLOSED, own=(*ends, *CLOSED.own)), FIRST_LOOK_S) == Over()


def test_without_any_word_the_end_of_the_socket_and_silence_do() -> None:
    assert next_look(CLOSED, FIRST_LOOK_S) == LookAgain(SILENT_FOR_S - FIRST_LOOK_S)
    assert next_look(CLOSED, SILENT_FOR_S) == Over()


def test_a_goodbye_without_the_end_of_the_socket_does_too() -> None:
    left = replace(OPEN, sessions=(session(*TALK[:-1], claimed(9_000)),))
    assert next_look(left, SILENT_FOR_S) == Over()


@pytest.mark.parametrize("waited", [FIRST_LOOK_S, SILENT_FOR_S, 10_000])
def test_a_call_goes_on_while_its_newest_session_does(waited: int) -> None:
    again = replace(
        CLOSED,
        own=(*CLOSED.own, ended(12_100, status="failed", over=False), announced(1, ms=12_200), joined(1, ms=12_900)),
        sessions=(*CLOSED.sessions, session(number=1, ms=12_900)),
    )
    assert next_look(again, waited) == GoesOn()
    assert next_look(OPEN, waited) == GoesOn()


def test_a_call_of_ours_that_rings_goes_on() -> None:
    ringing = CallLogs(CALL, (frame(0, Progressed(1, "ringing"), "p"),))
    assert isinstance(next_look(ringing, FIRST_LOOK_S), LookAgain)


def with_person(*more: Entry) -> CallLogs:
    own = (announced(), joined(ms=500), ended(12_000, status="ended", over=False), handed_off(9_000), *more)
    return CallLogs(CALL, own, (session(*TALK, claimed(9_000, "handed off")),))


def test_a_caller_may_talk_with_a_person_for_long() -> None:
    assert next_look(with_person(), SILENT_FOR_S) == LookAgain(LONGEST_DELAY_S)
    assert next_look(with_person(), 7_200) == LookAgain(30)
    assert next_look(with_person(), 7_230) == Over()


def test_no_call_waits_for_a_person_who_was_not_reached() -> None:
    nobody = Entry(handed_off(9_000).key.under(Slot.UNREACHED.at(number=188)), Unreached("busy"))
    assert next_look(with_person(nobody), SILENT_FOR_S) == Over()


def test_a_hand_off_in_another_session_is_over_with_it() -> None:
    later = (announced(1, ms=60_000), joined(1, ms=60_500))
    logs = replace(with_person(*later), sessions=(session(*TALK), session(frame(70_000, Closed(1000)), number=1)))
    assert next_look(logs, SILENT_FOR_S) == Over()


def test_a_call_that_arrive_hands_off_is_with_a_person_too() -> None:
    hand_off = Entry(Key(BEGAN + 100, "ring", 0), HandedOff("h", "vip", "+15550111"))
    assert isinstance(next_look(CallLogs(CALL, (announced(), hand_off)), SILENT_FOR_S), LookAgain)


def test_an_answer_that_has_not_ended_is_waited_for() -> None:
    late = CallLogs(CALL, (*OPEN.own, ended(12_100)), (session(frame(4_000, Prompt("Hm?")), TALK[-1]),))
    assert isinstance(next_look(late, FIRST_LOOK_S), LookAgain)
    assert next_look(late, SETTLED_AFTER_S) == Over()


def test_a_recording_that_is_not_complete_is_waited_for() -> None:
    begun = Entry(Key(0, "RE1/in-progress"), Recorded("RE1", "in-progress"))
    done = Entry(Key(0, "RE1/completed"), Recorded("RE1", "completed", 9))
    assert isinstance(next_look(replace(PLAIN, own=(*PLAIN.own, begun)), FIRST_LOOK_S), LookAgain)
    assert next_look(replace(PLAIN, own=(*PLAIN.own, begun, done)), FIRST_LOOK_S) == Over()
    assert next_look(replace(PLAIN, own=(*PLAIN.own, begun)), SETTLED_AFTER_S) == Over()


def test_a_call_that_met_a_limit_is_over_after_a_while() -> None:
    met = frame(0, Limited("caller", "rosa", CALLER, CALLED, BEGAN))
    assert next_look(CallLogs(CALL, (met,)), SILENT_FOR_S) == Over()


def test_a_session_that_ended_well_is_hung_up_on() -> None:
    left = replace(OPEN, own=(*OPEN.own, frame(12_000, SessionEnded("VX0", "ended"), "VX0")))
    assert next_look(left, FIRST_LOOK_S) == Over()


def test_a_session_that_failed_may_be_followed_by_another() -> None:
    lost = replace(CLOSED, own=(*CLOSED.own, frame(12_000, SessionEnded("VX0", "failed", "64105"), "VX0")))
    assert isinstance(next_look(lost, FIRST_LOOK_S), LookAgain)
    assert next_look(lost, SILENT_FOR_S) == Over()


def test_a_caller_may_be_in_a_menu_for_long() -> None:
    logs = CallLogs(CALL, (announced(), frame(0, MenuAnswered(), "menu")))
    assert next_look(logs, SILENT_FOR_S) == LookAgain(LONGEST_DELAY_S)
    assert next_look(logs, LONGEST_MENU_S) == Over()


# Nothing reports an end


MET = CallLogs(CALL, (announced(),))


@pytest.mark.parametrize(
    ("logs", "waited", "step"),
    [
        (MET, SILENT_FOR_S, Over()),  # no session came, and no callback
        (CallLogs(CALL, (PLACED,)), SILENT_FOR_S, Over()),  # a call of ours of which Twilio says nothing
        (OPEN, SILENT_FOR_S, LookAgain(LONGEST_DELAY_S)),
        (OPEN, LONGEST_SESSION_S, Over()),  # no socket is that old
        (CLOSED, SILENT_FOR_S, GoesOn()),  # the end of the socket has a check of its own
        (replace(MET, own=(*MET.own, STATUS)), SILENT_FOR_S, GoesOn()),
        (CallLogs(CALL, (announced(), frame(0, MenuAnswered(), "menu"))), SILENT_FOR_S, LookAgain(LONGEST_DELAY_S)),
    ],
)
def test_a_watched_call_ends_without_any_report(logs: CallLogs, waited: int, step: RecordStep) -> None:
    assert next_watch(logs, waited) == step


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [("SmsOrdered", 0), ("CallPlanned", 0), ("Closed", FIRST_LOOK_S), ("Announced", SILENT_FOR_S), ("Ordered", 180)],
)
def test_when_a_call_is_looked_at_first(kind: str, seconds: int) -> None:
    assert first_look_s(kind) == seconds
