"""Deletes the private data of a call that is over: digits and words that only its own tools needed."""

import logging

from functions.follow_up.deps import FollowUpDeps
from functions.relay.log.keys import private_log
from functions.relay.ports import LogError
from functions.relay.record.logs import CallLogs

logger = logging.getLogger("hotline")


def clear_private(deps: FollowUpDeps, logs: CallLogs) -> None:
    """Delete the private data of the sessions of a call. If this fails, the data expires within minutes."""
    if deps.private is None:
        return
    try:
        for name in (private_log(session.connection) for session in logs.sessions):
            while kept := deps.private.read(name):
                deps.private.delete(name, [entry.key for entry in kept])
    except LogError as error:
        logger.error("the private data of a call was not deleted: %s", error)
