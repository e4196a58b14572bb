"""Holds what a follow-up needs: the table, the records, a timer, and functions for marks and prices."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.relay.ports import Log, Records, Timer
from functions.relay.record.cost import PriceOf
from functions.relay.record.fold import Marker


@dataclass(frozen=True, slots=True)
class FollowUpDeps:
    """The ports, and what a record needs from outside the core."""

    log: Log
    records: Records
    timer: Timer
    marker: Callable[[], Marker]
    """Returns the function that makes the mark of a number. It reads a secret, so it is called only when needed."""

    price_of: PriceOf
