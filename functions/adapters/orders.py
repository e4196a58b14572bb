"""Keeps a log for each id of orders, such as that of a campaign: who is called, and whether they are stopped.

It holds keyed hashes of numbers. The plans themselves are in the logs of the numbers.
"""

from collections import Counter
from collections.abc import Mapping

from functions.relay.log.events import Entry, Ordered, OrdersStopped
from functions.relay.log.keys import Key, call_log, callee_log, orders_log
from functions.relay.outbound import progress
from functions.relay.planning import planned_for, state_of
from functions.relay.ports import Log

STOPPED = Key(1, "stopped")
"""Where a log says that its orders are stopped. It sorts after all people."""

PAGE_PEOPLE = 100
"""How many people are counted in one invocation: each takes two requests to the table."""


class OrderLogs:
    """The logs of the ids of orders."""

    def __init__(self, log: Log) -> None:
        """`log` is the table of the logs."""
        self._log = log

    def add(self, id: str, mark: str) -> None:
        """Note that a call to a number is planned under this id. Raises LogError."""
        self._log.append(orders_log(id), Entry(Key(0, mark), Ordered(mark, id)))

    def stop(self, id: str) -> None:
        """Stop all calls of this id that have not rung. Raises LogError."""
        self._log.append(orders_log(id), Entry(STOPPED, OrdersStopped()))

    def stopped(self, id: str) -> bool:
        """Return whether the calls of this id are stopped. Raises LogError."""
        return bool(self._log.later(orders_log(id), STOPPED.moment, (OrdersStopped,)))

    def counts(self, id: str, after: str) -> tuple[Mapping[str, int], int, str]:
        """Return how many people have which state, when the last planned call comes, and the last of these people.

        The time is in milliseconds since 1970; 0 without a planned call. `after` is the last person of the page
        before; "" for the first page. The last person is "" if there are no more. Raises LogError.
        """
        listed = self._log.later(orders_log(id), Key(0, after), (Ordered,))
        people, stopped = [one.key.message for one in listed[:PAGE_PEOPLE]], self.stopped(id)
        found = [self._state(id, mark) for mark in people]
        states, until = Counter(state for state, _ in found), max((at for _, at in found), default=0)
        if stopped and (left := states.pop("planned", 0)):
            states["stopped"] += left
        return states, until, people[-1] if people else ""

    def _state(self, id: str, mark: str) -> tuple[str, int]:
        entries = self._log.read(callee_log(mark))
        state = state_of(entries, id, lambda call: progress(self._log.read(call_log(call))).status)
        return state, planned_for(entries, id) if state == "planned" else 0
