"""Shortens what the next turns read of a long log."""

import logging

from functions.live.deps import Deps
from functions.relay.call.call import fold
from functions.relay.call.history import KEPT_TURNS, LONG_LOG_ENTRIES, snapshot
from functions.relay.log.events import Entry
from functions.relay.ports import LogError

logger = logging.getLogger("hotline")


def append_snapshot(deps: Deps, log: str, entries: tuple[Entry, ...]) -> None:
    """Append an entry that holds what the next turns need of the older ones, if the log is long.

    `entries` are those that were read of it.
    """
    if len(entries) <= LONG_LOG_ENTRIES:
        return
    try:
        entries = deps.ports.log.read(log)
        call = fold(entries)
        begin = snapshot(call)
        # If an old and a kept turn said the same words, a late report of the old one would count for the kept one.
        if begin and fold((*entries, Entry(*begin))).turns == call.turns[-KEPT_TURNS:]:
            deps.ports.log.append(log, Entry(*begin))
    except LogError as error:
        logger.warning("a long log was not shortened: %s", error)
