"""Lets one invocation at a time follow a call up.

The first reminder that claims a call follows it up; all others leave the call to it. The queue may deliver that
reminder twice at once, and delivers it again after a failure. So each delivery claims the call for a time. It takes
over from an earlier one that has ended, or that must have died by then.
"""

from collections.abc import Callable
from enum import Enum
from itertools import count

from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.reminder import FollowUpReminder
from functions.relay.log.events import Entry, FollowUpClaimed, FollowUpEnded
from functions.relay.log.keys import Key, call_log

CLAIM = Key(0, "follow-up/claim")
"""The key of the first claim to follow a call up, in the call's log."""

HOLDS_S = 150
"""Seconds for which a claim holds: longer than an invocation of `after` may live."""


class Refused(Enum):
    """Why an invocation must not follow a call up."""

    OTHER_REMINDER = "another reminder follows the call up"
    """That one comes back if it fails."""

    SAME_REMINDER = "another delivery of this reminder follows the call up"
    """It may die. Then no other reminder comes back."""


def once(
    deps: FollowUpDeps, call: str, reminder: FollowUpReminder, work: Callable[[], str], key: Key = CLAIM
) -> str | None:
    """Run `work` while this invocation alone follows the call up; return its result, or None if another one does.

    `key` is that of the first claim. Raises LogError, TimerError, and what `work` raises.
    """
    match claimed(deps, call, reminder.by, key):
        case Refused.OTHER_REMINDER:
            return None
        case Refused.SAME_REMINDER:
            deps.timer.remind(HOLDS_S, reminder.write())
            return None
        case Key() as ours:
            try:
                return work()
            finally:
                deps.log.append(call_log(call), Entry(_end_of(ours), FollowUpEnded()))


def claimed(deps: FollowUpDeps, call: str, by: str, key: Key = CLAIM) -> Key | Refused:
    """Claim a call; return the key of the claim, or why the call is not ours. Raises LogError."""
    now_ms, log = int(deps.clock() * 1000), call_log(call)
    claim = FollowUpClaimed(by, now_ms + HOLDS_S * 1000)
    if deps.log.append(log, Entry(key, claim)):
        return key
    found = {entry.key: entry.event for entry in deps.log.read(log)}
    for number in count(1):
        again = _again(key, number)
        match found.get(again):
            case FollowUpClaimed(other) if other != by:
                return Refused.OTHER_REMINDER
            case FollowUpClaimed(until=until) if until > now_ms and _end_of(again) not in found:
                return Refused.SAME_REMINDER
            case FollowUpClaimed():
                continue
            case _:
                return again if deps.log.append(log, Entry(again, claim)) else Refused.SAME_REMINDER
    raise AssertionError("counting ends with a return")


def _again(key: Key, number: int) -> Key:
    """Return the key of the claim with this number, from 1."""
    return key if number == 1 else Key(key.at, f"{key.message}/again{number}")


def _end_of(claim: Key) -> Key:
    return Key(claim.at, f"{claim.message}/ended")
