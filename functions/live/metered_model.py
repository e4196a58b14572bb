"""Asks a model only while the money of the day lasts: the most that a request may cost is counted before it is sent.

What it did not cost is given back. A request that is cut off, or whose invocation dies, stays counted at its most:
its service charges for it all the same.
"""

import logging
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass

from functions.relay.limits import day_at, money_of
from functions.relay.ports import Counters, CountersError, Model
from functions.relay.wire.model import Finished, ModelError, Request, StreamEvent, Usage

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

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer. Raises ModelError, of the kind "limited" if the money of the day is used up."""
        day, counted = money_of(day_at(self.now())), self.micros_of(request.most_usage)
        if not self._may_spend(day, counted):
            self.limited()
            raise ModelError("limited", "the cents of the day are used up: see LIMITS in functions/agents/numbers.py")
        cost = counted
        try:
            with closing(self.model.ask(request)) as events:
                for event in events:
                    if isinstance(event, Finished):
                        cost = self.micros_of(event.usage)
                    yield event
        finally:
            self._give_back(day, counted - cost)

    def _may_spend(self, day: str, micros: int) -> bool:
        """Return whether a request may be sent. If that cannot be read, active calls continue."""
        try:
            return self.counters.spend(day, micros, self.most)
        except CountersError as error:
            logger.error("the money of the day could not be read: %s", error)
            return True

    def _give_back(self, day: str, micros: int) -> None:
        if not micros:
            return
        try:
            self.counters.adjust(day, -micros)
        except CountersError as error:
            logger.warning("the unused money of a request was not given back: %s", error)
