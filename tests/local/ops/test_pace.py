"""The times of the calls of a campaign: their pace, and the hours of the people."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from functions.relay.outbound import Callee, Calling
from local.ops.pace import Pace, Times, in_hours

NEW_YORK, LOS_ANGELES = (Callee((ZoneInfo(f"America/{name}"),), "US") for name in ("New_York", "Los_Angeles"))
FRANCE = Callee((ZoneInfo("Europe/Paris"),), "FR")
SOMEWHERE = Callee(())
ALWAYS, USUAL = Calling(quiet_from=time(), quiet_until=time(), country_hours=False), Calling()
NOON = datetime(2026, 5, 5, 16, tzinfo=UTC)
"""A Tuesday; 12:00 in New York, 9:00 in Los Angeles, 18:00 in Paris."""


def found(*callees: Callee, start: datetime = NOON, calling: Calling = USUAL, days: int = 7) -> list[datetime | None]:
    times = Times(calling, Pace(start, timedelta(seconds=30), start + timedelta(days=days)))
    return [times.take(callee) for callee in callees]


def minutes(times: list[datetime | None], start: datetime = NOON) -> list[float]:
    return [(one - start).total_seconds() / 60 for one in times if one]


def test_the_calls_keep_the_pace() -> None:
    assert minutes(found(*[NEW_YORK] * 4)) == [0, 0.5, 1, 1.5]


def test_who_may_be_called_later_lets_others_go_first() -> None:
    early = NOON - timedelta(hours=3, minutes=30)
    assert minutes(found(LOS_ANGELES, NEW_YORK, LOS_ANGELES, NEW_YORK, start=early), early) == [150, 0, 150.5, 0.5]


def test_hours_of_two_countries_share_the_pace() -> None:
    assert minutes(found(FRANCE, NEW_YORK, FRANCE, NEW_YORK)) == [0, 0.5, 1, 1.5]


@pytest.mark.parametrize(
    ("start", "callee", "local"),
    [
        ((2026, 5, 5, 18, 0), FRANCE, "Wednesday 10:00"),
        ((2026, 5, 5, 11, 7), FRANCE, "Tuesday 14:00"),
        ((2026, 5, 8, 18, 0), FRANCE, "Monday 10:00"),
        ((2026, 5, 6, 3, 0), NEW_YORK, "Wednesday 08:00"),
    ],
)
def test_a_call_waits_for_its_hours(start: tuple[int, ...], callee: Callee, local: str) -> None:
    begin = datetime(*start, tzinfo=UTC)  # type: ignore[misc, arg-type]
    [at] = found(callee, start=begin)
    assert at
    assert f"{at.astimezone(callee.zones[0]):%A %H:%M}" == local


def test_a_crowd_goes_on_when_its_hours_return() -> None:
    late = NOON + timedelta(hours=8, minutes=59)
    first, *rest = found(*[NEW_YORK] * 4, start=late)
    assert minutes([first, *rest], late) == [0, 0.5, 661, 661.5]
    assert all(one and in_hours(NEW_YORK, one, USUAL) for one in rest)


def test_a_time_that_is_given_back_is_taken_by_the_next() -> None:
    times = Times(USUAL, Pace(NOON, timedelta(seconds=30), NOON + timedelta(days=1)))
    first, second = times.take(NEW_YORK), times.take(LOS_ANGELES)
    assert first
    times.give_back(first)
    assert minutes([second, times.take(NEW_YORK), times.take(NEW_YORK)]) == [0.5, 0, 1]


def test_without_a_zone_there_is_no_time() -> None:
    assert found(SOMEWHERE, NEW_YORK) == [None, NOON]


def test_no_call_comes_after_the_end() -> None:
    friday = datetime(2026, 5, 8, 18, tzinfo=UTC)
    assert found(FRANCE, start=friday, days=1) == [None]


def test_an_agent_without_hours_calls_at_night() -> None:
    night = datetime(2026, 5, 5, 7, tzinfo=UTC)
    assert found(NEW_YORK, start=night, calling=ALWAYS) == [night]
