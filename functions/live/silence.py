"""The timers of a call: silence, noise that interrupted the agent, the last minute and the end."""

import logging
from dataclasses import replace

from functions.live.deps import Deps, Frame
from functions.live.digits import digits_since
from functions.live.reminders import NoiseReminder, SilenceReminder, TimeLimitReminder
from functions.live.reply import begin
from functions.live.tasks import TaskGroup
from functions.live.time_limit import LAST_MINUTE_S, wait_on
from functions.relay.call.call import fold
from functions.relay.call.timers import (
    LOOK_AGAIN_S,
    NOISE_CHECK_S,
    Begin,
    Later,
    Settled,
    TimerStep,
    noise_step,
    silence_step,
    time_step,
)
from functions.relay.log.events import Entry, LastMinute
from functions.relay.log.keys import session_log
from functions.relay.ports import LogError

logger = logging.getLogger("hotline")


def was_interrupted(deps: Deps, frame: Frame) -> None:
    """Set the reminder that checks whether words came with this interrupt."""
    deps.remind(NOISE_CHECK_S, NoiseReminder(frame.connection, frame.key, NOISE_CHECK_S).write())


def check_silence(deps: Deps, reminder: SilenceReminder, tasks: TaskGroup) -> str:
    """Break the silence if it still lasts; return one word for the debug log. Raises LogError."""
    entries = deps.ports.log.read(session_log(reminder.connection))
    call = fold(entries)
    silence = deps.agent(call.opened.agent).silence if call.opened else None
    if silence is None:
        return "settled"
    if call.collecting and call.suspended:
        entries = (*entries, *digits_since(deps, reminder.connection, call.collecting[0]))
    step = silence_step(call, entries, reminder.key, reminder.waited, silence.after)
    return _follow(deps, reminder, step, tasks)


def check_noise(deps: Deps, reminder: NoiseReminder, tasks: TaskGroup) -> str:
    """Let the agent go on if an interrupt brought no words; return one word for the debug log. Raises LogError."""
    entries = deps.ports.log.read(session_log(reminder.connection))
    step = noise_step(fold(entries), entries, reminder.key, reminder.waited)
    return _follow(deps, reminder, step, tasks)


def _follow(deps: Deps, reminder: SilenceReminder | NoiseReminder, step: TimerStep, tasks: TaskGroup) -> str:
    """Do the next step of a reminder; return one word for the debug log. Raises LogError."""
    match step:
        case Settled():
            return "settled"
        case Later(seconds):
            deps.remind(seconds, replace(reminder, waited=reminder.waited + seconds).write())
            return "later"
        case Begin(key, cause):
            passed = reminder.waited - (key.at - reminder.key.at) / 1000
            return begin(deps, reminder.connection, Entry(key, cause), tasks, passed=max(passed, 0.0))


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
