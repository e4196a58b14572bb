"""What a deployment allows: the quota of each counter, and the money of a day."""

import pytest

from functions.relay.agent.tools import AgentError
from functions.relay.cost_limits import MICROS_PER_CENT, Limits, day_at, money_of, slices_due
from functions.relay.counts import DAY_S, CallLimit, Quota

LIMITS = Limits(
    caller_calls_per_day=1,
    caller_calls_at_once=2,
    calls_per_day=3,
    calls_at_once=4,
    outbound_calls_per_day=5,
    outbound_calls_at_once=6,
)


@pytest.mark.parametrize(
    ("name", "quota"), [("caller", Quota(1, 2)), ("calls", Quota(3, 4)), ("outbound", Quota(5, 6))]
)
def test_each_counter_has_its_quota(name: CallLimit, quota: Quota) -> None:
    assert LIMITS.of(name) == quota


@pytest.mark.parametrize("value", [0, -1, 1.5, "5", True])
def test_a_limit_is_a_whole_number_above_zero(value: int) -> None:
    with pytest.raises(AgentError, match=r"Limits\.calls_per_day is .+; give a whole number, 1 or more"):
        Limits(calls_per_day=value)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (1, 1), (60, 1), (60.5, 2)])
def test_twilio_charges_each_minute_that_has_begun(seconds: float, minutes: int) -> None:
    assert Limits(twilio_cents_per_minute=9).micros_of(seconds) == minutes * 9 * MICROS_PER_CENT


def test_the_money_of_a_day_is_counted_by_that_day() -> None:
    assert Limits(cents_per_day=7).micros_per_day == 7 * MICROS_PER_CENT
    assert day_at(20 * DAY_S + 0.5) == 20
    assert money_of(20) != money_of(21)


BEGAN = 20_000 * DAY_S * 1000


@pytest.mark.parametrize(
    ("paid", "now", "due"),
    [
        (5_000, 119_999, []),
        (5_000, 120_000, [1]),
        (125_000, 130_000, []),
        (125_000, 500_000, [2, 3, 4]),
        (None, 119_999, []),
        (None, 500_000, [4]),
        (-3_000, 200_000, [1]),
        (500_000, 130_000, []),
    ],
)
def test_a_call_pays_for_the_slices_since_its_last_payment(paid: int | None, now: int, due: list[int]) -> None:
    assert list(slices_due(BEGAN, BEGAN + paid if paid is not None else 0, BEGAN + now)) == due


def test_a_call_of_unknown_age_pays_for_no_slice() -> None:
    assert list(slices_due(0, 5, BEGAN)) == []
