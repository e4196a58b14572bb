"""Who ends a session: an entry at one key of its log says so before the message is sent, so that nobody else does."""

import logging
from collections.abc import Callable

from functions.live.tasks import Crew
from functions.relay.log.events import Entry, Parted
from functions.relay.log.keys import PARTING
from functions.relay.ports import Log, LogError

AGAIN = 0.5
"""Seconds between two tries."""

logger = logging.getLogger("hotline")


class Commitment:
    """One answer's word that it ends the session; `stands` once that is in the log."""

    def __init__(self, log: Log, name: str, crew: Crew, in_time: Callable[[], bool], *, stands: bool = False) -> None:
        """`name` is the session's log; `in_time` says whether there is time for another try."""
        self.stands = stands
        self._log, self._name, self._crew, self._in_time = log, name, crew, in_time

    def make(self, parted: Parted, wanted: Callable[[], bool]) -> bool:
        """Put it into the log, and try until it is known whether it stands there; return whether it does.

        One that stands there must be acted upon. `wanted` is asked before it is put once more.
        """
        put = True
        while self._in_time():
            try:
                self.stands = (put and self._log.append(self._name, Entry(PARTING, parted))) or self._found(parted)
                return self.stands
            except LogError as error:
                logger.error("the end of the session was not noted: %s", error)
            self._crew.wait(lambda: False, AGAIN)
            put = put and wanted()
        return False

    def _found(self, parted: Parted) -> bool:
        """Return whether our own stands there: an append may be done and not answered."""
        standing = self._log.later(self._name, PARTING.under(0), (Parted,))
        return any(isinstance(entry.event, Parted) and entry.event.by == parted.by for entry in standing)
