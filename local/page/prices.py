"""What a call costs so far, by what was observed of it.

Prices: `functions.providers` for tokens, `functions/relay/record/cost.py` for Twilio and AWS.
"""

from dataclasses import dataclass

from functions.providers import USUAL, Price, price_of
from functions.relay.record.cost import INBOUND_MINUTE, RELAY_MINUTE, AwsUse, aws_dollars
from functions.relay.wire.model import Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Used:
    """What a call has used so far. `busy` is the seconds in which a function was running."""

    minutes: float = 0.0
    usage: Usage = Usage()
    frames_in: int = 0
    posts: int = 0
    reads: int = 0
    writes: int = 0
    busy: float = 0.0


def model_price(model_id: str) -> Price | None:
    """Return the price of a model. For the offline model this is the price of the default model."""
    return price_of(model_id or USUAL.usual_id)


def cost(price: Price, usage: Usage) -> float:
    """Return what these tokens cost, in dollars."""
    return price.micros_of(usage) / MILLION


def costs(used: Used, model_id: str) -> dict[str, float | None]:
    """Return the dollars by payee. The model's are None if its price is not known."""
    price = model_price(model_id)
    return {
        "twilio": used.minutes * (RELAY_MINUTE + INBOUND_MINUTE),
        "model": cost(price, used.usage) if price else None,
        "aws": aws_dollars(_of_aws(used)),
    }


def _of_aws(used: Used) -> AwsUse:
    return AwsUse(used.minutes, used.frames_in, used.posts, used.reads, used.writes, used.busy)
