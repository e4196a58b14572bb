"""What the record of a call says that it cost."""

from dataclasses import replace

import pytest

from functions.relay.log.events import (
    Closed,
    Declined,
    Entry,
    Event,
    FollowedUp,
    FollowUpClaimed,
    FollowUpEnded,
    Progressed,
)
from functions.relay.log.keys import Key
from functions.relay.record.logs import CallLogs
from tests.relay.record.calls import (
    BEGAN,
    BUSY,
    CALL,
    CALLED,
    CALLER,
    PLACED,
    PLAIN,
    RINGING,
    UNREACHED,
    announced,
    claimed,
    ended,
    frame,
    handed_off,
    joined,
    record,
    session,
)

CLOSED = frame(12_000, Closed(1000))


def over(seconds: int, *, outbound: bool = False) -> Entry:
    """Return Twilio's word that the call is over after so many seconds."""
    done = Progressed(3, "completed", seconds, CALLER, CALLED, outbound=outbound, at=BEGAN + seconds * 1000)
    return frame(0, done, "done")


def with_person(*own: Entry) -> CallLogs:
    """Return the logs of a call that was handed off after nine seconds."""
    hand_off = (announced(), joined(ms=500), handed_off(9_000), ended(12_000, status="ended", over=False))
    return CallLogs(CALL, (*hand_off, *own), (session(claimed(9_000, "handed off"), CLOSED),))


DECLINED = CallLogs(CALL, (announced(), frame(0, Declined(), "declined"), over(4)))
PUT_THROUGH = CallLogs(CALL, (announced(), handed_off(100), over(130)))
RELAY, INBOUND, OUTBOUND = 7.0, 0.85, 1.4
"""Cents per minute."""


@pytest.mark.parametrize(
    ("logs", "cents"),
    [
        (DECLINED, INBOUND),  # Twilio says a sentence
        (CallLogs(CALL, DECLINED.own[:2]), INBOUND),  # nobody has told how long it lasted
        (PUT_THROUGH, 3 * INBOUND + 3 * OUTBOUND),  # `arrive` handed it off, and no session began
        (with_person(over(189)), 4 * INBOUND + RELAY + 3 * OUTBOUND),
        (with_person(UNREACHED, over(50)), INBOUND + RELAY),
        (CallLogs(CALL, (PLACED,)), 0),
        (CallLogs(CALL, (PLACED, RINGING, BUSY)), 0),
        (CallLogs(CALL, (PLACED, RINGING, over(61, outbound=True))), 2 * OUTBOUND),
    ],
)
def test_the_minutes_that_twilio_charges(logs: CallLogs, cents: float) -> None:
    assert record(logs).cents.twilio == pytest.approx(cents)


def test_a_person_who_left_costs_no_more_minutes() -> None:
    back = (announced(1, ms=70_000, follows="h1"), joined(1, ms=70_500), over(600))
    logs = with_person(*back)
    logs = replace(logs, sessions=(*logs.sessions, session(number=1, ms=70_500)))
    assert record(logs).cents.twilio == pytest.approx(10 * INBOUND + RELAY + 2 * OUTBOUND)


def test_ringing_costs_nothing() -> None:
    own = (PLACED, RINGING, announced(ms=40_000, outbound=True), joined(ms=40_500), over(30, outbound=True))
    assert record(CallLogs(CALL, own, (session(ms=40_500),))).cents.twilio == pytest.approx(OUTBOUND)


def test_what_follows_a_call_changes_nothing_of_its_record() -> None:
    followed: tuple[Event, ...] = (FollowUpClaimed("7"), FollowedUp("event"), FollowUpEnded())
    own = (*PLAIN.own, *(Entry(Key(0, f"follow-up/{number}"), event) for number, event in enumerate(followed)))
    assert record(replace(PLAIN, own=own)) == record()
