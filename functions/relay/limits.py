"""What callers may cost: how many calls at once and a day, how many of a model's tokens in a call, and money a day.

Each limit of calls has a counter, see `counts`: of a hundred calls in the same moment it lets through exactly as
many as are allowed. Money is counted before it is spent: a call takes what its agent's minutes may cost, a request to
a model the most that it may cost, and each gives back what it did not use.
"""

from dataclasses import dataclass, fields
from math import ceil
from typing import Literal

from functions.relay.agent.tools import AgentError
from functions.relay.counts import DAY_S, Quota
from functions.relay.log.keys import counter

CallLimit = Literal["caller", "calls", "outbound"]
"""Whose calls are counted: one caller's, all that come in, all that we place."""

LimitName = CallLimit | Literal["cents", "tokens"]
"""Every limit: those of calls, the money of a day, and the tokens of a call."""

MICROS_PER_CENT = 10_000
"""Money is counted in millionths of a dollar: a token costs less than a cent."""

LINGER_S = 300
"""Seconds that a call may last beyond its agent's minutes: it rings, and its end may be told of late."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a deployment lets callers cost. Write it in `functions/agents/numbers.py`: `LIMITS = Limits(…)`."""

    caller_calls_per_day: int = 20
    """Calls of one caller a day, in UTC. All withheld numbers together count as one caller."""

    caller_calls_at_once: int = 2
    """Calls of one caller at the same time."""

    calls_per_day: int = 1_000
    """Calls that come in a day, from all callers."""

    calls_at_once: int = 50
    """Calls that have come in and are going on at the same time."""

    outbound_calls_per_day: int = 200
    """Calls that we place a day."""

    outbound_calls_at_once: int = 10
    """Calls that we have placed and that are going on at the same time."""

    tokens_per_call: int = 2_000_000
    """Tokens of models, in and out, that a call may use: about an hour of talk. Then the agent says that the time is
    up, and hangs up."""

    cents_per_day: int = 10_000
    """Cents that models and Twilio may cost a day, in UTC, such as `5_000`. Default: 10,000, which is $100.
    Prices are those of `functions/providers.py`; a model that has no price there costs nothing here."""

    twilio_cents_per_minute: int = 9
    """Cents that a minute of a call costs at Twilio. Default: 9, for ConversationRelay and a call in the US."""

    def __post_init__(self) -> None:
        for one in fields(self):
            if not isinstance(value := getattr(self, one.name), int) or value < 1:
                raise AgentError(f"Limits.{one.name} is {value!r}; give a whole number, 1 or more.")

    def of(self, name: CallLimit) -> Quota:
        """Return how many calls a counter lets through."""
        match name:
            case "caller":
                return Quota(self.caller_calls_per_day, self.caller_calls_at_once)
            case "calls":
                return Quota(self.calls_per_day, self.calls_at_once)
            case "outbound":
                return Quota(self.outbound_calls_per_day, self.outbound_calls_at_once)

    @property
    def micros_per_day(self) -> int:
        """What a day may cost, in millionths of a dollar."""
        return self.cents_per_day * MICROS_PER_CENT

    def micros_of(self, seconds: float) -> int:
        """Return what a call of so many seconds costs at Twilio, which charges for each minute that has begun."""
        return ceil(seconds / 60) * self.twilio_cents_per_minute * MICROS_PER_CENT


def day_at(seconds: float) -> int:
    """Return the day of a time, both counted since 1970 in UTC."""
    return int(seconds) // DAY_S


def money_of(day: int) -> str:
    """Return the name of the counter that holds what a day has cost."""
    return counter("cents", str(day))
