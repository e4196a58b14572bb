"""Lets a call go on only while the money of the day lasts. It pays for each slice of its time.

A payment runs at the same time as a request to the model. The call's log holds each one, at one key for each slice.
If two invocations pay for the same slice, the second takes its money back. When the call is over,
`webhooks/limiting.py` counts what it used instead of what it paid.
"""

import logging
import time
from collections.abc import Callable, Generator

from functions.live.paid_stream import once_paid
from functions.live.tasks import Future, TaskGroup, ThreadTasks
from functions.relay.cost_limits import Limits, day_at, money_of
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Entry, TimePaid
from functions.relay.log.keys import call_log, slice_paid
from functions.relay.ports import Counters, CountersError, Log, LogError, Model
from functions.relay.wire.model import Request, StreamEvent

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class MeteredCall:
    """Implements the port `Model` with another model."""

    model: Model
    log: Log
    counters: Counters
    limits: Limits
    limited: Callable[[], None] = lambda: None
    """Called when the day has no money left for the call."""

    now: Callable[[], float] = time.time
    """Returns seconds since 1970."""

    tasks: Callable[[], TaskGroup] = ThreadTasks
    """Makes the task group of one request."""

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer. Raises ModelError, of the kind "limited" if the money of the day is used up."""
        if not request.slices:
            yield from self.model.ask(request)
            return
        paid = Future(self.tasks(), "time", lambda: self._pay(request))
        try:
            yield from once_paid(self.model.ask(request), paid)
        finally:
            paid.result()  # nothing may still run after the answer

    def _pay(self, request: Request) -> int | None:
        """Pay for the request's slices; return what was counted, or None if the day has no money left.

        If the sum cannot be read, active calls continue.
        """
        paid = TimePaid(len(request.slices) * self.limits.micros_of_slice, day_at(self.now()))
        try:
            if self.counters.spend(money_of(paid.day), paid.micros, self.limits.micros_per_day):
                return self._noted(request, paid)
        except CountersError as error:
            logger.error("the money of the day could not be read: %s", error)
            return 0
        self.limited()
        return None

    def _noted(self, request: Request, paid: TimePaid) -> int:
        """Log what is paid; give it back if another invocation has paid for the same slice. Raises CountersError."""
        try:
            if not self.log.append(call_log(request.call), Entry(slice_paid(request.slices[-1]), paid)):
                self.counters.adjust(money_of(paid.day), -paid.micros)
                return 0
        except LogError as error:
            logger.warning("the time that a call has paid for was not logged: %s", error)
        return paid.micros
