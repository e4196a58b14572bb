"""A session has its call only with an unused ticket of a webhook."""

from dataclasses import replace

import pytest

from functions.relay.admission import TICKET_VALID_MS, admitted, is_over, use_of
from functions.relay.log.events import Announced, DialEnded, Entry, Event, Progressed, SessionEnded, SessionJoined
from functions.relay.log.keys import Key, announcement
from functions.relay.wire.messages import Setup

ANNOUNCED = Announced("rosa", "+15550101", "+15550100", ticket="t1", at=1000)
SETUP = Setup("VX1", "CA1", "+15550101", "+15550100", parameters=(("ticket", "t1"),))


def call(*events: Event) -> list[Entry]:
    return [Entry(announcement(number), event) for number, event in enumerate((ANNOUNCED, *events))]


@pytest.mark.parametrize(
    ("ticket", "at", "is_admitted"),
    [
        ("t1", 1000, True),
        ("t1", 1000 + TICKET_VALID_MS, True),
        ("t1", 1001 + TICKET_VALID_MS, False),
        ("t2", 1000, False),
    ],
)
def test_a_ticket_is_valid_for_a_minute(ticket: str, at: int, is_admitted: bool) -> None:
    setup = replace(SETUP, parameters=(("ticket", ticket),))
    assert admitted(call(), setup, at) == (ANNOUNCED if is_admitted else None)


def test_a_session_without_a_ticket_is_not_admitted() -> None:
    unmarked = Entry(announcement(0), replace(ANNOUNCED, ticket=""))
    assert admitted([unmarked], replace(SETUP, parameters=()), 1000) is None


@pytest.mark.parametrize(
    ("event", "over"),
    [
        (DialEnded("t1", "completed"), True),
        (SessionEnded("VX1", "ended", call_over=True), True),
        (SessionEnded("VX1", "failed"), False),
        (Progressed(2, "completed"), True),
        (Progressed(1, "in-progress"), False),
    ],
)
def test_no_ticket_is_valid_once_the_call_is_over(event: Event, over: bool) -> None:
    assert is_over([ANNOUNCED, event]) is over
    assert (admitted(call(event), SETUP, 1000) is None) is over


def test_all_sessions_use_a_ticket_up_at_one_key() -> None:
    assert use_of(ANNOUNCED, "c1") == Entry(Key(1000, "t1"), SessionJoined("c1"))
    assert use_of(ANNOUNCED, "c1").key == use_of(ANNOUNCED, "c2").key
