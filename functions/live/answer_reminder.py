"""Has a reminder look at each turn some seconds after it began: its answer may be missing.

A turn sends a reminder only if none is under way that returns in time. One that returns looks at its own turn, and is
sent again for each later turn that needs it. So turns that follow each other quickly share a reminder.

A turn is in the log before it looks for a reminder under way. A reminder is noted as returned before it reads the
log. So the turn finds the note, or the reminder finds the turn. No clocks are compared.
"""

import logging
from collections.abc import Callable

from functions.live.deps import Deps
from functions.live.reminders import BEGUN_LATER, AnswerReminder
from functions.live.tasks import MOMENT_S, Signal, TaskGroup
from functions.relay.call.call import BY_REMINDER, Call
from functions.relay.call.shared_reminder import FIRST_CHECK_S, has_reminder_in_time, oldest_shared, to_watch
from functions.relay.log.events import Entries, Entry, Event, ReminderReturned, ReminderSent
from functions.relay.log.keys import Key, Slot, session_log
from functions.relay.ports import LogError

BEGUN_WITHIN_S = 0.5
"""Seconds that a reminder waits at most until its answer begins: this invocation may die before."""

logger = logging.getLogger("hotline")


def remind_once_begun(
    deps: Deps, connection: str, key: Key, tasks: TaskGroup, cause: Event | None = None
) -> Callable[[], None]:
    """Start the task that has a reminder look at this turn; return what to call once its answer has begun.

    The turn must be in the log when that is called.
    """
    begun, started = Signal(tasks), deps.clock()

    def remind() -> None:
        if begun.wait(BEGUN_WITHIN_S):
            tasks.wait(lambda: False, MOMENT_S)
            if _has_reminder(deps, connection, key):
                return
        passed = deps.clock() - started
        due = None if key.by_reminder else ReminderSent(key.at + int((passed + FIRST_CHECK_S) * 1000))
        heartbeats = BEGUN_LATER if isinstance(cause, BY_REMINDER) else 0
        _send(deps, AnswerReminder(connection, key, heartbeats), FIRST_CHECK_S, due)

    tasks.start("remind", remind)
    return begun.set


def note_return(deps: Deps, reminder: AnswerReminder) -> None:
    """Log that this reminder has returned: no turn relies on it from now on. Raises LogError."""
    returned = Entry(reminder.key.under(Slot.REMINDER_RETURNED.at()), ReminderReturned())
    deps.ports.log.append(session_log(reminder.connection), returned)


def remind_of_other_turns(deps: Deps, reminder: AnswerReminder, call: Call, entries: Entries) -> None:
    """Send a reminder for each turn that may have relied on this one, and whose answer is still missing."""
    for key, seconds, sent in to_watch(call, entries, reminder.key):
        _send(deps, AnswerReminder(reminder.connection, key), seconds, sent)


def remind_of_end(deps: Deps, connection: str, call: Call) -> None:
    """Send a reminder of the turn that ends the session: the caller still speaks, so its invocation may have died."""
    turn = call.turn(Key.parse(call.end_claim.by)) if call.end_claim else None
    if turn and not call.closed:
        deps.remind(FIRST_CHECK_S, AnswerReminder(connection, turn.key, turn.heartbeats).write())


def _has_reminder(deps: Deps, connection: str, key: Key) -> bool:
    try:
        kinds = (ReminderSent, ReminderReturned)
        return has_reminder_in_time(deps.ports.log.later(session_log(connection), oldest_shared(key), kinds), key)
    except LogError as error:
        logger.warning("a turn could not look for a reminder, and sends its own: %s", error)
        return False


def _send(deps: Deps, reminder: AnswerReminder, seconds: int, sent: ReminderSent | None) -> None:
    """Send a reminder, and log that it is under way, unless no other turn may share it."""
    if not deps.remind(seconds, reminder.write()) or sent is None:
        return
    try:
        deps.ports.log.append(
            session_log(reminder.connection), Entry(reminder.key.under(Slot.REMINDER_SENT.at()), sent)
        )
    except LogError as error:
        logger.warning("a reminder was sent and not logged, so that later turns send their own: %s", error)
