"""Finds the times of many calls: a fixed number a minute, each within its callee's calling hours. Reads no clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.relay.log.keys import Key
from functions.relay.outbound import CallAllowed, Callee, Calling, NumberHistory, may_call

STEP = timedelta(minutes=15)
"""The step between two times that are tried: calling hours begin at quarters of an hour."""

UNKNOWN = NumberHistory(opted_out=False, attempts=0, repeated=False, slot=Key(0, ""))
"""A number of which only the calling hours are known."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When the first call may come, the time from one call to the next, and the last moment for a call."""

    start: datetime
    gap: timedelta
    end: datetime

    def after(self, time: datetime) -> int:
        """Return the number of the first call that comes at this time or later."""
        return -((self.start - time) // self.gap)

    def time(self, number: int) -> datetime:
        """Return the time of the call with this number, from 0."""
        return self.start + number * self.gap


def times(callees: Sequence[Callee], calling: Calling, pace: Pace) -> Iterator[datetime | None]:
    """Yield the time of the call to each; None for a callee with no allowed time before the end.

    A callee whose hours come later leaves the time to the next one. `calling` is that of the agent.
    """
    taken: set[int] = set()
    nexts: dict[Callee, int] = {}
    for callee in callees:
        number = nexts.get(callee, 0)
        while (at := pace.time(number)) <= pace.end:
            if number in taken:
                number += 1
            elif in_hours(callee, at, calling):
                taken.add(number)
                yield at
                break
            else:
                number = max(number + 1, pace.after(_next_quarter(at)))
        else:
            yield None
        nexts[callee] = number


def in_hours(callee: Callee, at: datetime, calling: Calling) -> bool:
    """Return whether the hours of the agent and of the callee's country allow a call at this time."""
    return isinstance(may_call(callee, at, UNKNOWN, calling), CallAllowed)


def _next_quarter(at: datetime) -> datetime:
    """Return the next full quarter of an hour."""
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at - past + STEP
