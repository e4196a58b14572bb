"""Lets the agent go on after a noise: an interrupt that brought no words."""

from functions.live.deps import Deps, Frame
from functions.live.digits import keyed_now
from functions.live.reading import read_for_reminder
from functions.live.reminders import NoiseReminder
from functions.live.tasks import TaskGroup
from functions.live.timer_turn import follow
from functions.relay.call.call import fold
from functions.relay.call.timers import NOISE_CHECK_S, noise_step


def start_noise_timer(deps: Deps, frame: Frame) -> None:
    """Set the reminder that checks whether words came with this interrupt."""
    deps.remind(NOISE_CHECK_S, NoiseReminder(frame.connection, frame.key, NOISE_CHECK_S).write())


def check_noise(deps: Deps, reminder: NoiseReminder, tasks: TaskGroup) -> str:
    """Let the agent go on if an interrupt brought no words; return one word for the debug log. Raises LogError."""
    entries = read_for_reminder(deps, reminder.connection, tasks)
    call = fold(entries)
    entries = (*entries, *keyed_now(deps, reminder.connection, call))
    step = noise_step(call, entries, reminder.key, reminder.waited)
    return follow(deps, reminder, step, tasks)
