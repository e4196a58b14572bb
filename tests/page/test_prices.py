"""What calls cost, checked against examples that were calculated by hand from the price lists."""

import pytest

from functions.relay.wire.model import Usage
from local.page.prices import Used, cost, costs, model_price

FIVE_MINUTES = Used(5.0, Usage(60_000, 1_600), frames_in=25, posts=120, reads=200, writes=80, busy=50.0)


def test_five_minutes_of_twilio_are_39_cents() -> None:
    assert costs(FIVE_MINUTES, "")["twilio"] == pytest.approx(0.3925)


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("claude-haiku-5-5", 0.0068),
        ("eu.anthropic.claude-haiku-5-5", 0.0068),
        ("", 0.0068),
        ("gpt-6-luna", 0.0068),
        ("claude-haiku-4-5-20251001", 0.068),
    ],
)
def test_tokens_cost_what_their_model_does(model: str, dollars: float) -> None:
    assert costs(FIVE_MINUTES, model)["model"] == pytest.approx(dollars)


def test_cached_tokens_cost_a_tenth_and_written_ones_more() -> None:
    price = model_price("claude-haiku-5-5")
    assert price
    assert cost(price, Usage(cache_read=1_000_000)) == pytest.approx(0.01)
    assert cost(price, Usage(cache_write=1_000_000)) == pytest.approx(0.125)


def test_a_model_of_which_no_price_is_known_has_none() -> None:
    assert costs(FIVE_MINUTES, "amazon.nova-micro-v1:0")["model"] is None


def test_aws_takes_a_tenth_of_a_cent() -> None:
    assert costs(FIVE_MINUTES, "")["aws"] == pytest.approx(0.00015 + 0.00067 + 0.000075, rel=0.05)
