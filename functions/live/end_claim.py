"""Who ends a session: an entry at one key of its log says so before the message is sent, so that nobody else does."""

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
    """One answer's word that it ends the session; `stands` once that is in the log."""

    def __init__(
        self, log: Log, name: str, tasks: TaskGroup, in_time: Callable[[], bool], *, held: bool = False
    ) -> None:
        """`name` is the session's log; `in_time` says whether there is time for another try."""
        self.held = held
        self._log, self._name, self._tasks, self._in_time = log, name, tasks, in_time

    def take(self, claim: EndClaimed, wanted: Callable[[], bool]) -> bool:
        """Put it into the log, and try until it is known whether it stands there; return whether it does.

        One that stands there must be acted upon. `wanted` is asked before it is put once more.
        """
        put = True
        while self._in_time():
            try:
                self.held = (put and self._log.append(self._name, Entry(END_CLAIM, claim))) or self._found(claim)
                return self.held
            except LogError as error:
                logger.error("the end of the session was not noted: %s", error)
            self._tasks.wait(lambda: False, RETRY_S)
            put = put and wanted()
        return False

    def _found(self, claim: EndClaimed) -> bool:
        """Return whether our own stands there: an append may be done and not answered."""
        standing = self._log.later(self._name, END_CLAIM.under(0), (EndClaimed,))
        return any(isinstance(entry.event, EndClaimed) and entry.event.by == claim.by for entry in standing)
