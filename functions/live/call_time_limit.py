"""Starts the timer of a call's time limit, `Agent.minutes`. call_time_limit_check.py handles its end.

The queue delays a message 15 minutes at most, so a long wait takes several messages.
"""

import logging
from dataclasses import replace

from functions.live.deps import Deps
from functions.live.reminders import TimeLimitReminder
from functions.live.tasks import MOMENT_S, TaskGroup
from functions.relay.call.call import Call
from functions.relay.deadlines import LONGEST_DELAY_S
from functions.relay.log.events import TimeUp
from functions.relay.log.keys import Key

logger = logging.getLogger("hotline")

DELAY_MS = LONGEST_DELAY_S * 1000

GRACE_S = 60
"""Seconds after a call's end at which its next turn ends it, if no reminder has done so."""

LAST_MINUTE_S = 60
"""Seconds before a call's end at which the caller is told."""


SEND_WITHIN_S = 7.0
"""Seconds of retries to send a reminder of the end: without it, nothing ends the call of a silent caller."""

RETRY_S = 0.5
"""Seconds between two tries."""


def keep_time(deps: Deps, connection: str, agent: str, passed: float, within: float = 0.0) -> None:
    """Schedule the end of a call that began `passed` seconds ago. Try again for `within` seconds."""
    left = max(0, round(deps.agent(agent).minutes * 60 - LAST_MINUTE_S - passed))
    wait_on(deps, TimeLimitReminder(connection, left), within)


def keep_time_again(deps: Deps, connection: str, call: Call, key: Key, tasks: TaskGroup) -> None:
    """Schedule the end of a call again with the first turn of each quarter of an hour: a reminder may be lost.

    A task does this a moment later: the request to the model needs the processor first.
    """
    if (began := _began(call)) is None or call.time_is_up or call.over:
        return
    before = max((turn.key.at for turn in call.turns if turn.key.frame < key.frame), default=0)
    agent, passed = call.opened.agent if call.opened else "", (key.at - began) / 1000

    def keep() -> None:
        tasks.wait(lambda: False, MOMENT_S)
        keep_time(deps, connection, agent, passed)

    if (key.at - began) // DELAY_MS != (before - began) // DELAY_MS:
        tasks.start("time", keep)


def must_end(deps: Deps, call: Call, key: Key) -> TimeUp | None:
    """Return why a call ends with this turn. Count a call that has used its tokens."""
    reached = limit_reached(deps, call, key)
    if reached and reached.limit == "tokens":
        logger.warning("a call has used its tokens, and is ended: see LIMITS in functions/agents/numbers.py")
        deps.limited("tokens")
    return reached


def limit_reached(deps: Deps, call: Call, key: Key) -> TimeUp | None:
    """Return which limit a turn has reached: the call's tokens, or its time if its reminder was lost."""
    if call.opened is None or call.time_is_up:
        return None
    if call.tokens >= deps.limits.tokens_per_call:
        return TimeUp("tokens")
    began, most = _began(call), (deps.agent(call.opened.agent).minutes * 60 + GRACE_S) * 1000
    return TimeUp() if began is not None and key.at - began > most else None


def _began(call: Call) -> int | None:
    """Return when the call began, in the gateway's milliseconds; None if that is unknown."""
    return call.opened.began or None if call.opened else None


def wait_on(deps: Deps, reminder: TimeLimitReminder, within: float = SEND_WITHIN_S) -> None:
    """Send the reminder with the rest of its time as its delay, or with the longest delay of the queue.

    If the queue fails, try again for `within` seconds.
    """
    seconds = min(reminder.left, LONGEST_DELAY_S)
    text, until = replace(reminder, left=reminder.left - seconds).write(), deps.clock() + within
    while not deps.remind(seconds, text) and deps.clock() < until:
        deps.tasks().wait(lambda: False, RETRY_S)
