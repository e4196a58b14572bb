"""Checks, when a silence reminder returns, whether the caller is still silent, and asks if they are there.

silence_timer.py starts the timer, `Agent.silence` says after how many seconds it returns, and `silence_step` in
relay/call/timers.py decides.
"""

from functions.live.deps import Deps
from functions.live.digits import keyed_now
from functions.live.reading import read_for_reminder
from functions.live.reminders import SilenceReminder
from functions.live.tasks import TaskGroup
from functions.live.timer_turn import follow
from functions.relay.call.call import fold
from functions.relay.call.timers import silence_step


def check_silence(deps: Deps, reminder: SilenceReminder, tasks: TaskGroup) -> str:
    """Break the silence if it still lasts; return one word for the debug log. Raises LogError."""
    entries = read_for_reminder(deps, reminder.connection, tasks)
    call = fold(entries)
    silence = deps.agent(call.opened.agent).silence if call.opened else None
    if silence is None:
        return "settled"
    if call.suspended:
        entries = (*entries, *keyed_now(deps, reminder.connection, call))
    step = silence_step(call, entries, reminder.key, reminder.waited, silence.after)
    return follow(deps, reminder, step, tasks)
