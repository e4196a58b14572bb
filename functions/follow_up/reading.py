"""Reads all logs of a call from the table, each from its beginning."""

from functions.relay.log.events import Entry, Event, SessionJoined, SessionOpened
from functions.relay.log.keys import Key, call_log, session_log
from functions.relay.ports import Log
from functions.relay.record.logs import CallLogs, SessionLog

EVERYTHING: tuple[type[Event], ...] = Event.__args__
BEGINNING = Key(0, "", 0)


def logs_of(log: Log, call: str) -> CallLogs:
    """Return all logs of a call by its SID. Raises LogError."""
    own = whole(log, call_log(call))
    joined = dict.fromkeys(one.event.connection for one in own if isinstance(one.event, SessionJoined))
    sessions = (SessionLog(connection, whole(log, session_log(connection))) for connection in joined)
    return CallLogs(call, own, tuple(sessions))


def whole(log: Log, name: str) -> tuple[Entry, ...]:
    """Return a log from its beginning, read in pages. Raises LogError."""
    entries: list[Entry] = []
    key = BEGINNING
    while page := log.later(name, key, EVERYTHING):
        entries += page
        key = page[-1].key
    return tuple(entries)


def call_of(log: Log, name: str) -> str:
    """Return the SID of the call to which a log belongs; empty for a session that never opened. Raises LogError.

    A session's log names the call only after the session has proven that it belongs to it.
    """
    kind, _, call = name.partition("/")
    if kind == "call":
        return call
    opened = (one.event.call for one in log.read(name) if isinstance(one.event, SessionOpened))
    return next(opened, "")
