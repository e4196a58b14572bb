"""Starts the timer of a silence, after each answer and after the greeting. silence_check.py handles its end."""

from math import ceil

from functions.live.deps import Deps
from functions.live.reminders import SilenceReminder
from functions.relay import Agent
from functions.relay.deadlines import LONGEST_DELAY_S
from functions.relay.log.keys import Key


def start_silence_timer(
    deps: Deps, connection: str, agent: Agent, key: Key, *, playing: float, passed: float = 0.0
) -> None:
    """Send the reminder of the silence that may follow the turn at `key`, if the agent breaks silences.

    `passed` seconds have passed since that turn began. The line still plays words for about `playing` seconds.
    """
    if agent.silence is not None:
        seconds = min(agent.silence.after + ceil(playing), LONGEST_DELAY_S)
        deps.remind(seconds, SilenceReminder(connection, key, int(passed) + seconds).write())
