"""A counter of calls: what it forgets as time passes, and what it admits."""

import pytest

from functions.relay.counts import DAY_S, Count, Quota

QUOTA = Quota(per_day=3, at_once=2)
NOON = 20 * DAY_S + DAY_S // 2


def test_a_new_day_begins_with_no_call() -> None:
    yesterday = Count(day=19, calls=3)
    assert not yesterday.renewed(NOON - DAY_S).admits(QUOTA, NOON - DAY_S)
    assert yesterday.renewed(NOON) == Count(day=20)


def test_a_slow_clock_at_midnight_empties_no_day() -> None:
    full = Count(day=20, calls=3)
    late = full.renewed(20 * DAY_S - 1)
    assert late == full
    assert not late.admits(QUOTA, 20 * DAY_S - 1)


def test_a_call_that_must_have_ended_is_not_active() -> None:
    assert Count(20, 2, {"CA1": NOON, "CA2": NOON + 1}).renewed(NOON) == Count(20, 2, {"CA2": NOON + 1})


@pytest.mark.parametrize(
    ("count", "admitted"),
    [
        (Count(20), True),
        (Count(20, 2, {"CA1": NOON + 60}), True),
        (Count(20, 3), False),
        (Count(20, 2, {"CA1": NOON + 60, "CA2": NOON + 60}), False),
        (Count(19), False),
    ],
    ids=["no call yet", "one below both", "all of the day", "all at once", "of yesterday"],
)
def test_a_quota_admits_calls_of_this_day_up_to_its_limits(count: Count, admitted: bool) -> None:
    assert count.admits(QUOTA, NOON) is admitted


def test_a_call_counts_for_the_day_and_until_its_end() -> None:
    assert Count(20, 1, {"CA1": 5}).with_call("CA2", 9) == Count(20, 2, {"CA1": 5, "CA2": 9})
