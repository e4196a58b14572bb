"""What following a call up needs: the table, the records, a timer, and what makes marks and prices."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.relay.ports import Log, Records, Timer
from functions.relay.record.cost import PriceOf
from functions.relay.record.fold import Marker


@dataclass(frozen=True, slots=True)
class FollowUpDeps:
    """The ports, and what a record takes from outside the core.

    `marker` returns what makes the mark of a number: it reads a secret, so it is called when it is needed.
    """

    log: Log
    records: Records
    timer: Timer
    marker: Callable[[], Marker]
    price_of: PriceOf
