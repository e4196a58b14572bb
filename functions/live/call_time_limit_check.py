"""Checks, when a time reminder returns, whether the last minute or the end of the call has come."""

import logging
from dataclasses import replace

from functions.live.call_time_limit import LAST_MINUTE_S, wait_on
from functions.live.deps import Deps
from functions.live.reminders import TimeLimitReminder
from functions.live.reply import begin
from functions.live.tasks import TaskGroup
from functions.relay.call.call import fold
from functions.relay.call.timers import LOOK_AGAIN_S, Begin, Later, Settled, time_step
from functions.relay.log.events import Entry, LastMinute
from functions.relay.log.keys import session_log
from functions.relay.ports import LogError

logger = logging.getLogger("hotline")


def check_time(deps: Deps, reminder: TimeLimitReminder, tasks: TaskGroup) -> str:
    """Tell the caller that the last minute has come, or end the call; return one word for the debug log.

    A reminder whose log fails is sent again: nothing else would end the call.
    """
    if reminder.left:
        wait_on(deps, reminder)
        return "later"
    try:
        return _check_time(deps, reminder, tasks)
    except LogError as error:
        logger.error("the reminder of a call's end could not use the log: %s", error)
        wait_on(deps, replace(reminder, left=LOOK_AGAIN_S))
        return "later"


def _check_time(deps: Deps, reminder: TimeLimitReminder, tasks: TaskGroup) -> str:
    entries = deps.ports.log.read(session_log(reminder.connection))
    match time_step(fold(entries), entries, reminder.waited, reminder.last_minute):
        case Settled():
            return "settled"
        case Later(seconds):
            wait_on(deps, replace(reminder, left=seconds, waited=reminder.waited + seconds))
            return "later"
        case Begin(key, cause):
            if isinstance(cause, LastMinute):
                wait_on(deps, TimeLimitReminder(reminder.connection, LAST_MINUTE_S, last_minute=False))
            return begin(deps, reminder.connection, Entry(key, cause), tasks)
