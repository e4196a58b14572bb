"""How long a call may last: notes that come back until its last minute, from one delay of the queue to the next."""

from functions.live.deps import Deps
from functions.live.reminders import TimeLimitReminder

LONGEST_DELAY_S = 900
"""Seconds after which a note comes back at the latest. Source: Amazon SQS, "Delay queues"."""

LAST_MINUTE_S = 60
"""Seconds before a call's end at which the caller is told of it."""


def keep_time(deps: Deps, connection: str, agent: str, passed: float) -> None:
    """Have a call end in time, of which some seconds have passed."""
    left = max(0, round(deps.agent(agent).minutes * 60 - LAST_MINUTE_S - passed))
    wait_on(deps, TimeLimitReminder(connection, left))


def wait_on(deps: Deps, note: TimeLimitReminder) -> None:
    """Have the note come back when its time has passed, or as much of it as one delay can be."""
    seconds = min(note.left, LONGEST_DELAY_S)
    deps.remind(seconds, TimeLimitReminder(note.connection, note.left - seconds, note.last_minute).write())
