"""The status callbacks of a call that the application has placed, in the order in which they should arrive."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

EVENTS = ("initiated", "ringing", "answered", "completed")
"""The events that may be asked for, in the order of their sequence numbers."""

STATUSES = ("initiated", "ringing", "in-progress", "completed")
"""CallStatus, as the callback of each event names it."""


class Progress:
    """Reports the steps of a call by their numbers, in this order, none before it has happened."""

    def __init__(self, order: Sequence[int], tell: Callable[[int], Awaitable[None]]) -> None:
        self._order, self._tell = order, tell
        self._taken = [asyncio.Event() for _ in EVENTS]

    def take(self, number: int) -> None:
        """Take a step, and all steps before it."""
        for taken in self._taken[: number + 1]:
            taken.set()

    async def run(self) -> None:
        """Report every step; return when the last one is reported."""
        for number in self._order:
            await self._taken[number].wait()
            await self._tell(number)
