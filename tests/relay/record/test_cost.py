"""What a call costs."""

import pytest

from functions.relay.record.cost import AwsUse, Cents, TwilioUse, aws_dollars, twilio_dollars


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (1, 1), (60, 1), (60.5, 2)])
def test_each_minute_that_has_begun_counts(seconds: float, minutes: int) -> None:
    assert twilio_dollars(TwilioUse(seconds)) == pytest.approx(0.0085 * minutes)
    assert twilio_dollars(TwilioUse(seconds, seconds, outbound=True)) == pytest.approx((0.014 + 0.07) * minutes)
    assert twilio_dollars(TwilioUse(talks_s=(seconds, seconds))) == pytest.approx(2 * 0.014 * minutes)


def test_aws_is_paid_for_messages_minutes_functions_and_the_table() -> None:
    use = AwsUse(minutes=10, frames_in=100, posts=50, reads=200, writes=100, busy_s=20)
    gateway, functions, table = 150e-6 + 2.5e-6, 20e-6 + 20 * 0.0000133334, 25e-6 + 62.5e-6
    assert aws_dollars(use) == pytest.approx(gateway + functions + table)
    assert aws_dollars(AwsUse()) == 0


def test_a_price_that_is_not_known_adds_nothing() -> None:
    assert Cents(None, 2.0, 0.5).total == 2.5
    assert Cents(1.0, 2.0, 0.5).total == 3.5
