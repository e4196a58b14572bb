"""Estimates what a call costs: tokens, Twilio, and AWS, at list prices of November 2026 in us-east-1.

Sources: the price lists of Twilio (ConversationRelay; calls in the US), Amazon API Gateway, AWS Lambda (arm64) and
Amazon DynamoDB on demand. The caller of these functions gives the prices of tokens.
"""

from collections.abc import Callable
from typing import Protocol

from functions.relay.dataclass import dataclass
from functions.relay.wire.model import Usage

RELAY_MINUTE, INBOUND_MINUTE, OUTBOUND_MINUTE = 0.07, 0.0085, 0.014
"""Dollars per minute: a session of ConversationRelay, an incoming call, a call that we place."""

GATEWAY_MESSAGE, GATEWAY_MINUTE = 1.0e-6, 0.25e-6
"""Dollars per message, and per minute that a socket is open."""

LAMBDA_REQUEST, LAMBDA_GB_SECOND = 0.2e-6, 0.0000133334
"""Dollars per request, and per second with one GB of memory."""

LAMBDA_GB = 1.0
"""The memory of the session's function, in GB."""

TABLE_READ, TABLE_WRITE = 0.125e-6, 0.625e-6
"""Dollars per read and per write."""


class TokenPrice(Protocol):
    """The prices of a model's tokens."""

    def micros_of(self, usage: Usage) -> int:
        """Return the cost of the tokens in millionths of a dollar."""


PriceOf = Callable[[str], TokenPrice | None]
"""Returns the price of a model by its name; None if it is not known."""


@dataclass(frozen=True, slots=True)
class AwsUse:
    """What a call used of AWS. `busy_s` is how many seconds a function was at work."""

    minutes: float = 0.0
    frames_in: int = 0
    posts: int = 0
    reads: int = 0
    writes: int = 0
    busy_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TwilioUse:
    """What Twilio charges a call for, in seconds: the call, its sessions, and each call to a person."""

    call_s: float = 0.0
    relay_s: float = 0.0
    talks_s: tuple[float, ...] = ()
    outbound: bool = False
    """Whether we placed the call."""


@dataclass(frozen=True, slots=True)
class Cents:
    """The cents for each company, before tax. Those for AWS are estimated from the log."""

    model: float | None = 0.0
    """None if the price of a model that was used is not known."""

    twilio: float = 0.0
    aws: float = 0.0

    @property
    def total(self) -> float:
        """The sum of the known costs."""
        return (self.model or 0.0) + self.twilio + self.aws


@dataclass(frozen=True, slots=True)
class DraftsRecord:
    """The drafts of answers that were not used: the caller went on, or said something else."""

    dropped: int = 0
    tokens: Usage = Usage()
    """Their tokens, which count in the tokens of the call too. Those of a draft that was cut off are estimated."""


def aws_dollars(use: AwsUse) -> float:
    """Return what AWS charges, in dollars."""
    gateway = (use.frames_in + use.posts) * GATEWAY_MESSAGE + use.minutes * GATEWAY_MINUTE
    functions = use.frames_in * LAMBDA_REQUEST + use.busy_s * LAMBDA_GB * LAMBDA_GB_SECOND
    return gateway + functions + use.reads * TABLE_READ + use.writes * TABLE_WRITE


def twilio_dollars(use: TwilioUse) -> float:
    """Return what Twilio charges, in dollars. Each minute that has begun counts."""
    minute = OUTBOUND_MINUTE if use.outbound else INBOUND_MINUTE
    talks = sum(_begun_minutes(seconds) for seconds in use.talks_s) * OUTBOUND_MINUTE
    return _begun_minutes(use.call_s) * minute + _begun_minutes(use.relay_s) * RELAY_MINUTE + talks


def _begun_minutes(seconds: float) -> int:
    return -int(-seconds // 60)
