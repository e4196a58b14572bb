"""The logs of a call, each sorted and with each entry once."""

import pytest

from functions.relay.log.events import Closed, Entry, Limited, SessionEnded, SessionOpened, in_order
from functions.relay.record.logs import CallLogs, SessionLog
from tests.relay.record.calls import BEGAN, CALL, CALLED, CALLER, PLAIN, TALK, claimed, frame, session


def test_entries_are_sorted_and_each_is_there_once() -> None:
    [first, *others] = PLAIN.own
    assert CallLogs(CALL, (*reversed(others), first, first)).own == in_order(PLAIN.own)
    [log] = PLAIN.sessions
    assert SessionLog("c0", (*reversed(log.entries), *log.entries)) == log


def test_a_session_is_folded_from_its_opening_and_all_its_turns() -> None:
    snapshot = frame(8_000, SessionOpened("rosa", CALL, CALLER, CALLED, "A shorter log."))
    assert session(*TALK, snapshot).call == session(*TALK).call


def test_a_session_has_the_id_of_its_setup() -> None:
    assert session(number=3).id == "VX3"
    assert SessionLog("c0", ()).id == ""


@pytest.mark.parametrize(
    ("entries", "done"), [((), False), ((frame(9, Closed(1000)),), True), ((claimed(9_000),), True)]
)
def test_a_session_is_over_once_its_log_says_so(entries: tuple[Entry, ...], done: bool) -> None:
    assert session(*entries).done is done


def test_events_of_a_kind_come_with_their_keys() -> None:
    assert [(key.at - BEGAN, event.session) for key, event in PLAIN.of(SessionEnded)] == [(12_100, "VX0")]
    assert PLAIN.of(Limited) == []
