"""Finds the times of many calls: a fixed number a minute, each within its callee's calling hours. Reads no clock."""

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


class Times:
    """The times of calls that are not taken yet. If a callee's hours come later, the next callee gets the time."""

    def __init__(self, calling: Calling, pace: Pace) -> None:
        """`calling` is the agent's."""
        self._calling, self._pace = calling, pace
        self._taken: set[int] = set()
        self._nexts: dict[Callee, int] = {}

    def take(self, callee: Callee) -> datetime | None:
        """Return the first free time for a call to this callee; None if there is none before the end."""
        number, found = self._nexts.get(callee, 0), None
        while found is None and (at := self._pace.time(number)) <= self._pace.end:
            if number in self._taken:
                number += 1
            elif in_hours(callee, at, self._calling):
                self._taken.add(number)
                found = at
            else:
                number = max(number + 1, self._pace.after(_next_quarter(at)))
        self._nexts[callee] = number
        return found

    def give_back(self, at: datetime) -> None:
        """Free a time for another call, because no call is planned for it."""
        number = self._pace.after(at)
        self._taken.discard(number)
        self._nexts = {callee: min(number, following) for callee, following in self._nexts.items()}


def in_hours(callee: Callee, at: datetime, calling: Calling) -> bool:
    """Return whether the hours of the agent and of the callee's country allow a call at this time."""
    return isinstance(may_call(callee, at, UNKNOWN, calling), CallAllowed)


def _next_quarter(at: datetime) -> datetime:
    """Return the next full quarter of an hour."""
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at - past + STEP
