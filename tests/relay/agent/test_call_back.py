"""Call backs that tools order: when, for whom, and what is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from functions.relay import CallBack, Caller
from functions.relay.log.events import CallPlanned

CALLER = Caller("+12125550142", "+12125550100", "CA1", language="en-US")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 5, 4, 14, tzinfo=UTC)  # a Monday, at ten in New York
MOST = timedelta(days=28)


def planned(call_back: CallBack, caller: Caller = CALLER) -> CallPlanned:
    return call_back.planned(caller, "desk", NOW, MOST)


def test_it_comes_from_the_same_number_in_the_same_language() -> None:
    plan = planned(CallBack(timedelta(hours=2), parameters={"about": "the car"}))
    assert (plan.to, plan.sender, plan.agent) == ("+12125550142", "+12125550100", "desk")
    assert plan.at == NOW.timestamp() * 1000 + 7_200_000
    assert plan.parameters == (("about", "the car"), ("language", "en-US"))
    assert (plan.request, plan.consent) == ("back-CA1", "asked to be called back in the call CA1")


def test_a_time_in_any_zone_is_the_same_moment() -> None:
    local = datetime(2026, 5, 4, 15, tzinfo=NEW_YORK)
    assert planned(CallBack(local)).at == datetime(2026, 5, 4, 19, tzinfo=UTC).timestamp() * 1000


def test_another_agent_may_call() -> None:
    assert planned(CallBack(timedelta(hours=1), agent="reminder")).agent == "reminder"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone; write one"):
        CallBack(datetime(2026, 5, 4, 10))


@pytest.mark.parametrize("at", ["10:00", 7200, None])
def test_what_is_no_time_is_refused(at: object) -> None:
    with pytest.raises(ValueError, match="write a datetime with its zone, or a timedelta"):
        CallBack(at)  # type: ignore[arg-type]


def test_parameters_are_short_texts() -> None:
    with pytest.raises(ValueError, match="parameters has 'n'"):
        CallBack(timedelta(hours=1), parameters={"n": 5})  # type: ignore[dict-item]


@pytest.mark.parametrize("at", [timedelta(), timedelta(hours=-1), timedelta(seconds=59), NOW - timedelta(days=1)])
def test_a_time_that_has_passed_is_refused(at: datetime | timedelta) -> None:
    with pytest.raises(ValueError, match="has passed: it is 2026-05-04 14:00 UTC now"):
        planned(CallBack(at))


def test_a_time_too_far_ahead_is_refused() -> None:
    planned(CallBack(MOST))
    with pytest.raises(ValueError, match="more than 28 days ahead"):
        planned(CallBack(MOST + timedelta(minutes=1)))


@pytest.mark.parametrize("number", ["", "anonymous", "sip:alma@example.com", "client:alma", "40404"])
def test_a_caller_without_a_number_cannot_be_called(number: str) -> None:
    with pytest.raises(ValueError, match="the caller has no number"):
        planned(CallBack(timedelta(hours=1)), Caller(number, "+12125550100", "CA1"))


def test_a_call_without_a_number_of_ours_cannot_be_returned() -> None:
    with pytest.raises(ValueError, match="no number of ours"):
        planned(CallBack(timedelta(hours=1)), Caller("+12125550142", "sip:hotline@example.com", "CA1"))
