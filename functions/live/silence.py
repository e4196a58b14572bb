"""The timers of a call: silence, noise that cut the agent off, the last minute and the end."""

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
    noise_step,
    silence_step,
    time_step,
)
from functions.relay.log.events import Entry, LastMinute
from functions.relay.log.keys import session_log
from functions.relay.ports import LogError

logger = logging.getLogger("hotline")


def fell_silent(deps: Deps, frame: Frame) -> None:
    """Look after a while whether anybody has spoken since."""
    if (seconds := deps.soonest_silence) is not None:
        deps.remind(seconds, SilenceReminder(frame.connection, frame.key, seconds).write())


def was_interrupted(deps: Deps, frame: Frame) -> None:
    """Look after a moment whether words came with this interrupt."""
    deps.remind(NOISE_CHECK_S, NoiseReminder(frame.connection, frame.key, NOISE_CHECK_S).write())


def check_silence(deps: Deps, note: SilenceReminder, tasks: TaskGroup) -> str:
    """Break the silence if it still lasts; return what was done. Raises LogError."""
    entries = deps.ports.log.read(session_log(note.connection))
    call = fold(entries)
    silence = deps.agent(call.opened.agent).silence if call.opened else None
    if silence is None:
        return "settled"
    if call.collecting and call.suspended:
        entries = (*entries, *digits_since(deps, note.connection, call.collecting[0]))
    match silence_step(call, entries, note.key, note.waited, silence.after):
        case Settled():
            return "settled"
        case Later(seconds):
            deps.remind(seconds, replace(note, waited=note.waited + seconds).write())
            return "later"
        case Begin(key, cause):
            return begin(deps, note.connection, Entry(key, cause), tasks)


def check_noise(deps: Deps, note: NoiseReminder, tasks: TaskGroup) -> str:
    """Give the floor back to the agent if an interrupt brought no words; return what was done. Raises LogError."""
    entries = deps.ports.log.read(session_log(note.connection))
    match noise_step(fold(entries), entries, note.key, note.waited):
        case Settled():
            return "settled"
        case Later(seconds):
            deps.remind(seconds, replace(note, waited=note.waited + seconds).write())
            return "later"
        case Begin(key, cause):
            return begin(deps, note.connection, Entry(key, cause), tasks)


def check_time(deps: Deps, note: TimeLimitReminder, tasks: TaskGroup) -> str:
    """Tell the caller that the last minute has come, or end the call; return what was done.

    While the log is out of reach it is tried again and again: else nothing would end the call.
    """
    if note.left:
        wait_on(deps, note)
        return "later"
    try:
        return _check_time(deps, note, tasks)
    except LogError as error:
        logger.error("a reminder of a call's end found the log out of reach: %s", error)
        wait_on(deps, replace(note, left=LOOK_AGAIN_S))
        return "later"


def _check_time(deps: Deps, note: TimeLimitReminder, tasks: TaskGroup) -> str:
    entries = deps.ports.log.read(session_log(note.connection))
    match time_step(fold(entries), entries, note.waited, note.last_minute):
        case Settled():
            return "settled"
        case Later(seconds):
            wait_on(deps, replace(note, left=seconds, waited=note.waited + seconds))
            return "later"
        case Begin(key, cause):
            if isinstance(cause, LastMinute):
                wait_on(deps, TimeLimitReminder(note.connection, LAST_MINUTE_S, last_minute=False))
            return begin(deps, note.connection, Entry(key, cause), tasks)
