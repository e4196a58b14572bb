"""Rates of calls that passed, with 95 % intervals: how far a rate may be off because so few calls were made.

Sources: Wilson, "Probable inference", 1927, for one rate; Newcombe, "Interval estimation for the difference between
independent proportions", 1998, method 10, for the difference of two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""The distance from the middle of a normal distribution within which 95 % of it lies, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A part of the numbers from -1 to 1, with both ends."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Whether a value is in it."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the calls passed. There is at least one call."""

    passed: int
    calls: int

    @property
    def value(self) -> float:
        """The share that passed, 0 to 1."""
        return self.passed / self.calls

    @property
    def interval(self) -> Interval:
        """Where the true share is, in 95 of 100 such series. It is never a single point, not even after 20 of 20."""
        square = Z * Z
        middle = (self.passed + square / 2) / (self.calls + square)
        spread = Z * sqrt(self.value * (1 - self.value) * self.calls + square / 4) / (self.calls + square)
        return Interval(max(0.0, middle - spread), min(1.0, middle + spread))


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more often `second` passes than `first`."""

    first: Rate
    second: Rate

    @property
    def value(self) -> float:
        """The difference of the shares, -1 to 1."""
        return self.second.value - self.first.value

    @property
    def interval(self) -> Interval:
        """Where the true difference is, in 95 of 100 such comparisons."""
        one, two = self.first.interval, self.second.interval
        below = sqrt((self.second.value - two.low) ** 2 + (one.high - self.first.value) ** 2)
        above = sqrt((two.high - self.second.value) ** 2 + (self.first.value - one.low) ** 2)
        return Interval(max(-1.0, self.value - below), min(1.0, self.value + above))

    @property
    def is_chance(self) -> bool:
        """Whether chance alone may explain it: the interval holds 0."""
        return 0.0 in self.interval


def together(rates: Iterable[Rate]) -> Rate:
    """Return the rate of all calls of several rates."""
    known = tuple(rates)
    return Rate(sum(one.passed for one in known), sum(one.calls for one in known))
