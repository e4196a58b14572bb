"""Counts calls and decides whether one more may begin. It reads no clock: each method is given the time."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Literal

from functions.relay.dataclass import dataclass

DAY_S = 86_400

CallLimit = Literal["caller", "calls", "outbound"]
"""Which calls are counted: those of one caller, all incoming calls, or all calls that we place."""

LimitName = CallLimit | Literal["cents", "tokens"]
"""All limits: on calls, on the money of a day, and on the tokens of a call."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many calls a counter allows."""

    per_day: int
    at_once: int


@dataclass(frozen=True, slots=True)
class Count:
    """The state of a counter. Times are seconds since 1970."""

    day: int = 0
    """The day of `calls`, as days since 1970 in UTC."""

    calls: int = 0
    """Calls of that day."""

    active: Mapping[str, int] = field(default_factory=dict)
    """The SID of each active call, and when it must have ended."""

    def renewed(self, now: int) -> "Count":
        """Return the count without the calls of an earlier day, and without active calls that must have ended.

        A clock that is slow at midnight does not bring the day before back: two clocks would empty it in turn.
        """
        active = {call: until for call, until in self.active.items() if until > now}
        today = max(self.day, now // DAY_S)
        return replace(self, day=today, calls=self.calls if self.day == today else 0, active=active)

    def admits(self, quota: Quota, now: int) -> bool:
        """Return whether one more call may begin. Call it on a count that is `renewed`."""
        return self.day >= now // DAY_S and self.calls < quota.per_day and len(self.active) < quota.at_once

    def with_call(self, call: str, until: int) -> "Count":
        """Return the count with one more call, which must have ended at `until`."""
        return replace(self, calls=self.calls + 1, active={**self.active, call: until})


@dataclass(frozen=True, slots=True)
class Seat:
    """What a call needs from a counter of calls: a place in its quota."""

    counter: str
    """The counter's name."""

    quota: Quota


@dataclass(frozen=True, slots=True)
class Charge:
    """What a call needs from a counter of money."""

    counter: str
    """The counter's name."""

    micros: int
    """Millionths of a dollar that the call pays."""

    most: int
    """Millionths of a dollar that the counter may reach."""


Reservation = Seat | Charge
"""What a call needs from one counter."""
