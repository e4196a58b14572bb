"""Begins the turn of a silence or a noise, or sends its reminder again."""

from dataclasses import replace

from functions.live.deps import Deps
from functions.live.reminders import NoiseReminder, SilenceReminder
from functions.live.reply import begin
from functions.live.tasks import TaskGroup
from functions.relay.call.timers import Begin, Later, Settled, TimerStep
from functions.relay.log.events import Entry


def follow(deps: Deps, reminder: SilenceReminder | NoiseReminder, step: TimerStep, tasks: TaskGroup) -> str:
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
