"""Limits what callers may cost: calls at once, calls per day, tokens per call, and money per day.

Each limit on calls has a counter, see `counts`. A ring is counted in all its counters or in none, so if a hundred
calls come at the same moment, exactly the allowed number begins. Money is counted before it is spent. A call pays for
its time in slices: for the first when it rings, and for each later one with the first request to a model in that
slice. A request pays the most that it can cost. Afterwards, each gets back what it did not use.
"""

from dataclasses import fields
from math import ceil

from functions.relay.agent.tools import AgentError
from functions.relay.counts import DAY_S, CallLimit, Quota
from functions.relay.dataclass import dataclass
from functions.relay.log.keys import counter

MICROS_PER_CENT = 10_000
"""Money is counted in millionths of a dollar: a token costs less than a cent."""

SLICE_S = 120
"""Seconds of a slice: the time for which a call pays Twilio's price in advance."""

END_MARGIN_S = 300
"""Seconds that a call may last longer than its agent's minutes: it rings first, and its end may be reported late."""

LONGEST_CALL_S = DAY_S
"""Seconds after which Twilio ends any call. Source: Twilio, "Call resource", `TimeLimit`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a deployment lets callers cost. Write it in `functions/agents/numbers.py`: `LIMITS = Limits(…)`."""

    caller_calls_per_day: int = 20
    """Calls of one caller per day, in UTC, such as `5`. All withheld numbers together count as one caller. Default:
    20."""

    caller_calls_at_once: int = 2
    """Calls of one caller at the same time, such as `1`. Default: 2."""

    calls_per_day: int = 1_000
    """Incoming calls per day, from all callers, such as `300`. Default: 1,000."""

    calls_at_once: int = 50
    """Incoming calls that are active at the same time, such as `10`. Default: 50."""

    outbound_calls_per_day: int = 200
    """Calls that we place per day, such as `50`. Default: 200."""

    outbound_calls_at_once: int = 10
    """Calls that we have placed and that are active at the same time, such as `3`. Default: 10."""

    outbound_calls_per_number: int = 5
    """Calls that all agents together place to one number per day, such as `2`; `Calling.attempts` is for each agent.
    Default: 5."""

    tokens_per_call: int = 2_000_000
    """Tokens, in and out, that models may use in one call, such as `500_000`. After that, the agent says that the
    time is up, and hangs up. Default: 2,000,000, which is about an hour of talk."""

    cents_per_day: int = 10_000
    """Cents that models and Twilio may cost per day, in UTC, such as `5_000`. Default: 10,000, which is $100.
    The prices of models are in `functions/providers.py`. A model without a price there counts as the dearest one
    there; `make doctor` names it."""

    twilio_cents_per_minute: int = 9
    """Cents that Twilio charges per minute of a call, such as `12`. Default: 9, for ConversationRelay and a call
    in the US."""

    def __post_init__(self) -> None:
        for one in fields(self):
            if type(value := getattr(self, one.name)) is not int or value < 1:
                raise AgentError(f"Limits.{one.name} is {value!r}; give a whole number, 1 or more.")

    def of(self, name: CallLimit) -> Quota:
        """Return how many calls the counter with this name allows."""
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
        """Return the cost of a call of `seconds` at Twilio, which charges each minute that has begun."""
        return ceil(seconds / 60) * self.twilio_cents_per_minute * MICROS_PER_CENT

    @property
    def micros_of_slice(self) -> int:
        """The cost of a slice of a call, in millionths of a dollar."""
        return self.micros_of(SLICE_S)


def day_at(seconds: float) -> int:
    """Return the day of a time in seconds. Both are counted since 1970 in UTC."""
    return int(seconds) // DAY_S


def slices_due(began: int, paid: int, now: int) -> range:
    """Return the numbers of the slices that a call pays for now. Slice 0 was paid when the call rang.

    The times are the gateway's milliseconds: when the call began, its last moment that is paid for, and now. `paid`
    is 0 if that moment is not known: then only the newest slice is due.
    """
    newest = _slice_at(began, now)
    return range(max(1, _slice_at(began, paid) + 1 if paid else newest), newest + 1) if began else range(0)


def _slice_at(began: int, at: int) -> int:
    return max(0, at - began) // (SLICE_S * 1000)


def money_of(day: int) -> str:
    """Return the name of the counter for the money of a day."""
    return counter("cents", str(day))
