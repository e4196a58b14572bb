"""What callers may cost: how many calls at once and a day, and how many of a model's tokens in a call.

Each limit of calls has a counter, see `counts`: of a hundred calls in the same moment it lets through exactly as
many as are allowed.
"""

from dataclasses import dataclass, fields
from typing import Literal

from functions.relay.agent.tools import AgentError
from functions.relay.counts import Quota

LimitName = Literal["caller", "calls", "outbound"]
"""Whose calls are counted: one caller's, all that come in, all that we place."""

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

    def __post_init__(self) -> None:
        for one in fields(self):
            if not isinstance(value := getattr(self, one.name), int) or value < 1:
                raise AgentError(f"Limits.{one.name} is {value!r}; give a whole number, 1 or more.")

    def of(self, name: LimitName) -> Quota:
        """Return how many calls a counter lets through."""
        match name:
            case "caller":
                return Quota(self.caller_calls_per_day, self.caller_calls_at_once)
            case "calls":
                return Quota(self.calls_per_day, self.calls_at_once)
            case "outbound":
                return Quota(self.outbound_calls_per_day, self.outbound_calls_at_once)
