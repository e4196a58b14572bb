"""A counter of calls: what it holds, and whether one more call may begin. Nothing here looks at a clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

DAY_S = 86_400


class Admission(Enum):
    """What became of a call that was to be counted."""

    COUNTED = "counted"
    """It is counted now."""

    KNOWN = "known"
    """It was counted before and goes on: it comes through again, and counts once."""

    FULL = "full"
    """The quota is full, so it does not come through."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many calls a counter lets through a day, and at the same time."""

    per_day: int
    at_once: int


@dataclass(frozen=True, slots=True)
class Count:
    """What a counter holds: the calls of a day, and those that are going on, each until it must be over.

    `day` counts days since 1970 in UTC, times are seconds since then.
    """

    day: int = 0
    calls: int = 0
    active: Mapping[str, int] = field(default_factory=dict)

    def renewed(self, now: int) -> "Count":
        """Return the count without what is past: another day's calls, and calls that must have ended."""
        active = {call: until for call, until in self.active.items() if until > now}
        today = now // DAY_S
        return replace(self, day=today, calls=self.calls if self.day == today else 0, active=active)

    def admits(self, quota: Quota, now: int) -> bool:
        """Return whether one more call may begin; what is past must have been left out."""
        return self.day == now // DAY_S and self.calls < quota.per_day and len(self.active) < quota.at_once

    def with_call(self, call: str, until: int) -> "Count":
        """Return the count with one more call, which is over by then."""
        return replace(self, calls=self.calls + 1, active={**self.active, call: until})
