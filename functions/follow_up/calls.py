"""Looks at a call of which something has ended; once it is over, puts its record into the table."""

from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.notes import FollowUpNote
from functions.follow_up.reading import call_of, logs_of
from functions.relay.record.fold import record_of
from functions.relay.record.logs import CallLogs
from functions.relay.record.over import FIRST_LOOK_S, GoesOn, LookAgain, Over, next_look


def wake(deps: FollowUpDeps, log: str) -> None:
    """Have a call looked at soon, since something has ended in this log of it. Raises TimerError."""
    deps.timer.remind(FIRST_LOOK_S, FollowUpNote(log, FIRST_LOOK_S).write())


def check(deps: FollowUpDeps, note: FollowUpNote) -> str:
    """Do what follows a call if it is over; return in a word what was done. Raises LogError, TimerError, SecretError.

    Any number of notes make one record: it is a fold of the log, and stands at one place.
    """
    call = call_of(deps.log, note.log)
    logs = logs_of(deps.log, call) if call else CallLogs("", ())
    if not logs.own:
        return "no call"
    match next_look(logs, note.waited):
        case GoesOn():
            return "goes on"
        case LookAgain(seconds):
            deps.timer.remind(seconds, FollowUpNote(note.log, note.waited + seconds).write())
            return "later"
        case Over():
            deps.records.put(record_of(logs, deps.marker(), deps.price_of))
            return "recorded"
