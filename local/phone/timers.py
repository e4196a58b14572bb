"""Actions at given times, without a clock."""

import heapq
from collections.abc import Callable
from itertools import count


class Timers:
    """Actions by the time at which they are due. Each gets that time. Equal times keep their order."""

    def __init__(self) -> None:
        self._timers: list[tuple[float, int, Callable[[float], None]]] = []
        self._number = count()

    @property
    def deadline(self) -> float | None:
        """When the next action is due."""
        return self._timers[0][0] if self._timers else None

    def at(self, when: float, action: Callable[[float], None]) -> None:
        """Do `action` at `when`."""
        heapq.heappush(self._timers, (when, next(self._number), action))

    def do_next(self) -> None:
        """Do the action that is due first."""
        when, _, action = heapq.heappop(self._timers)
        action(when)
