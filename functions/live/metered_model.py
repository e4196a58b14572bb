"""Lets a model answer only while the money of the day lasts.

The most that a request may cost is counted as it begins, and no word is spoken before the count. Afterwards the real
cost replaces it. If a request is cut off, or its invocation dies, its highest cost stays counted: the service may
charge for it.
"""

import logging
import time
from collections.abc import Callable, Generator
from contextlib import closing

from functions.live.paid_stream import once_paid
from functions.live.tasks import Future, TaskGroup, ThreadTasks
from functions.relay.cost_limits import day_at, money_of
from functions.relay.dataclass import dataclass
from functions.relay.ports import Counters, CountersError, Model
from functions.relay.wire.model import FailureKind, Finished, ModelError, Request, StreamEvent, Usage

FREE: tuple[FailureKind, ...] = ("throttled", "overloaded", "refused")
"""Failures before the first event for which no service charges."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class MeteredModel:
    """Implements the port `Model` with another model."""

    model: Model
    micros_of: Callable[[Usage], int]
    """Returns the cost of tokens, in millionths of a dollar."""

    counters: Counters
    most: int
    """Millionths of a dollar that a day may cost."""

    limited: Callable[[], None] = lambda: None
    """Called when the day has no money left for a request."""

    now: Callable[[], float] = time.time
    """Returns seconds since 1970."""

    tasks: Callable[[], TaskGroup] = ThreadTasks
    """Makes the task group of one request."""

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer. Raises ModelError, of the kind "limited" if the money of the day is used up."""
        day, counted = money_of(day_at(self.now())), self.micros_of(request.most_usage)
        paid = Future(self.tasks(), "money", lambda: self._spend(day, counted))
        cost, begun = counted, False
        try:
            with closing(once_paid(self.model.ask(request), paid)) as events:
                for event in events:
                    begun = True
                    if isinstance(event, Finished):
                        cost = self.micros_of(event.usage)
                    yield event
        except ModelError as error:
            if error.kind in FREE and not begun:
                cost = 0
            raise
        finally:
            self._settle(day, cost - (paid.result() or 0))

    def _spend(self, day: str, micros: int) -> int | None:
        """Count a request; return what was counted, or None if the day has no money left.

        If the sum cannot be read, active calls continue: nothing is counted yet.
        """
        try:
            if self.counters.spend(day, micros, self.most):
                return micros
        except CountersError as error:
            logger.error("the money of the day could not be read: %s", error)
            return 0
        self.limited()
        return None

    def _settle(self, day: str, micros: int) -> None:
        """Correct the sum of the day by what a request cost more, or less, than was counted for it."""
        if not micros:
            return
        try:
            self.counters.adjust(day, micros)
        except CountersError as error:
            logger.warning("the sum of the day was not corrected after a request: %s", error)
