"""How long a call may last: a reminder that waits until its last minute, from one delay of the queue to the next."""

from dataclasses import replace

from functions.live.deps import Deps
from functions.live.reminders import TimeLimitReminder

LONGEST_DELAY_S = 900
"""Seconds of the longest delay of a message. Source: Amazon SQS, "Delay queues"."""

LAST_MINUTE_S = 60
"""Seconds before a call's end at which the caller is told."""


def keep_time(deps: Deps, connection: str, agent: str, passed: float) -> None:
    """Schedule the end of a call that began `passed` seconds ago."""
    left = max(0, round(deps.agent(agent).minutes * 60 - LAST_MINUTE_S - passed))
    wait_on(deps, TimeLimitReminder(connection, left))


def wait_on(deps: Deps, note: TimeLimitReminder) -> None:
    """Send the reminder on its way for the rest of its time, or for as long as one delay can be."""
    seconds = min(note.left, LONGEST_DELAY_S)
    deps.remind(seconds, replace(note, left=note.left - seconds).write())
