"""What a call costs: tokens, Twilio's minutes, and AWS, at list prices of November 2026 in us-east-1.

Sources: `functions.providers` for tokens; the price lists of Twilio (ConversationRelay, inbound calls in the US),
Amazon API Gateway, AWS Lambda (arm64) and Amazon DynamoDB on demand. The use of Hotline's functions is estimated
from what was observed.
"""

from dataclasses import dataclass

from functions.providers import USUAL, Price, price_of
from functions.relay.wire.model import Usage

MILLION = 1_000_000

TWILIO_MINUTE = 0.07 + 0.0085
GATEWAY_MESSAGE, GATEWAY_MINUTE = 1.0e-6, 0.25e-6
LAMBDA_REQUEST, LAMBDA_GB_SECOND, LAMBDA_GB = 0.2e-6, 0.0000133334, 1.0
TABLE_READ, TABLE_WRITE = 0.125e-6, 0.625e-6


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
    return price_of(model_id or USUAL.model_id)


def cost(price: Price, usage: Usage) -> float:
    """Return what these tokens cost, in dollars."""
    return price.micros_of(usage) / MILLION


def costs(used: Used, model_id: str) -> dict[str, float | None]:
    """Return the dollars by payee. The model's are None if its price is not known."""
    price = model_price(model_id)
    return {
        "twilio": used.minutes * TWILIO_MINUTE,
        "model": cost(price, used.usage) if price else None,
        "aws": _aws(used),
    }


def _aws(used: Used) -> float:
    gateway = (used.frames_in + used.posts) * GATEWAY_MESSAGE + used.minutes * GATEWAY_MINUTE
    functions = used.frames_in * LAMBDA_REQUEST + used.busy * LAMBDA_GB * LAMBDA_GB_SECOND
    return gateway + functions + used.reads * TABLE_READ + used.writes * TABLE_WRITE
