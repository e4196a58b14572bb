"""The status callbacks of a call that the application had placed, in whatever order they are to arrive."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

EVENTS = ("initiated", "ringing", "answered", "completed")
"""What may be asked for, in the order of their sequence numbers."""

STATUSES = ("initiated", "ringing", "in-progress", "completed")
"""CallStatus, as the callback of each event names it."""


class Progress:
    """Tells of a call's steps by their numbers, one after another in this order, none before it has been taken."""

    def __init__(self, order: Sequence[int], tell: Callable[[int], Awaitable[None]]) -> None:
        self._order, self._tell = order, tell
        self._taken = [asyncio.Event() for _ in EVENTS]

    def take(self, number: int) -> None:
        """Take a step, and all that come before it."""
        for taken in self._taken[: number + 1]:
            taken.set()

    async def run(self) -> None:
        """Tell of every step; return when the last is told."""
        for number in self._order:
            await self._taken[number].wait()
            await self._tell(number)
