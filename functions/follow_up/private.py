"""Deletes the private data of a call that is over: digits and words that only its own tools needed.

Digits that were held because a prompt might have continued them get into the log before.
"""

import logging
from dataclasses import replace

from functions.follow_up.deps import FollowUpDeps
from functions.relay.call.redacted_prompt import holds, released, words_by_prompt
from functions.relay.log.events import Entries
from functions.relay.log.keys import private_log, session_log
from functions.relay.ports import LogError
from functions.relay.record.logs import CallLogs, SessionLog

logger = logging.getLogger("hotline")


def with_held(deps: FollowUpDeps, logs: CallLogs, *, over: bool = False) -> CallLogs:
    """Return the logs with the digits that were held in sessions that are over. They are logged, too.

    `over` says that the whole call is. Raises LogError.
    """
    ended = [one for one in logs.sessions if (over or one.done) and holds(one.call)]
    found = {one.connection: _held(deps, one) for one in ended}
    sessions = (replace(one, entries=(*one.entries, *found.get(one.connection, ()))) for one in logs.sessions)
    return replace(logs, sessions=tuple(sessions)) if found else logs


def _held(deps: FollowUpDeps, session: SessionLog) -> Entries:
    try:
        kept = words_by_prompt(deps.private.read(private_log(session.connection)) if deps.private else ())
    except LogError as error:
        logger.error("the held digits of a call stay a placeholder in the log: %s", error)
        return ()
    entries = tuple(released(session.call, kept, over=True))
    for entry in entries:
        deps.log.append(session_log(session.connection), entry)
    return entries


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
