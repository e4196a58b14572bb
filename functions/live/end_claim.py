"""Claims the end of a session: only the answer whose entry is at END_CLAIM of the log posts the `end`."""

import logging
from collections.abc import Callable

from functions.live.tasks import TaskGroup
from functions.relay.log.events import EndClaimed, Entry
from functions.relay.log.keys import END_CLAIM
from functions.relay.ports import Log, LogError

RETRY_S = 0.5
"""Seconds between two tries."""

logger = logging.getLogger("hotline")


class EndClaim:
    """One answer's claim to end the session; `held` once its entry is in the log."""

    def __init__(
        self, log: Log, name: str, tasks: TaskGroup, in_time: Callable[[], bool], *, held: bool = False
    ) -> None:
        """`name` is the session's log; `in_time` says whether there is time for another try."""
        self.held = held
        self._log, self._name, self._tasks, self._in_time = log, name, tasks, in_time

    def take(self, claim: EndClaimed, wanted: Callable[[], bool]) -> bool:
        """Append the claim, with retries until the outcome is known; return whether this answer holds it.

        The answer that holds the claim must end the session. `wanted` is asked before each retry.
        """
        put = True
        while self._in_time():
            try:
                self.held = (put and self._log.append(self._name, Entry(END_CLAIM, claim))) or self._found(claim)
                return self.held
            except LogError as error:
                logger.error("the claim to end the session was not logged: %s", error)
            self._tasks.wait(lambda: False, RETRY_S)
            put = put and wanted()
        return False

    def _found(self, claim: EndClaimed) -> bool:
        """Return whether this answer's claim is in the log: an append may succeed although its reply is lost."""
        found = self._log.later(self._name, END_CLAIM.under(0), (EndClaimed,))
        return any(isinstance(entry.event, EndClaimed) and entry.event.by == claim.by for entry in found)
