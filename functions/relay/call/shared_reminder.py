"""Decides from the log which turns share one reminder. A reminder looks whether their answers are missing.

A turn sends no reminder if an earlier one is under way and returns soon enough. The earlier one then looks at both.
A turn that a reminder began shares none: its key is as old as the newest report of the line, so the key does not say
when its answer began.
"""

from collections.abc import Iterable, Iterator

from functions.relay.call.call import Call
from functions.relay.call.timers import is_wanted
from functions.relay.log.events import Entries, Entry, ReminderReturned, ReminderSent
from functions.relay.log.keys import Key

FIRST_CHECK_S = 6
"""Seconds after a prompt until its answer must have ended, or must show a heartbeat."""

SHARED_WITHIN_MS = (FIRST_CHECK_S - 1) * 1000
"""Milliseconds after a turn began. It shares a reminder that returns within this time.

A queue's delays are whole seconds, so a reminder may be sent again up to a second too early."""


def has_reminder_in_time(found: Iterable[Entry], key: Key) -> bool:
    """Return whether a reminder that is under way looks at the turn at `key` in time.

    `found` are the reminders that were sent and those that have returned, from `oldest_shared` on.
    """
    found = tuple(found)
    returned = {one.key.frame for one in found if isinstance(one.event, ReminderReturned)}
    due = (one.event.due for one in found if isinstance(one.event, ReminderSent) and one.key.frame not in returned)
    return not key.by_reminder and any(_in_time(key, one) for one in due)


def oldest_shared(key: Key) -> Key:
    """Return a key before all turns whose reminder the turn at `key` may share."""
    return Key(key.at - FIRST_CHECK_S * 1000, "")


def to_watch(call: Call, entries: Entries, key: Key) -> Iterator[tuple[Key, int, ReminderSent]]:
    """The reminder of the turn at `key` has returned: yield the turns that may have relied on it and still need one.

    With each turn's key come the seconds after which a reminder of it must return, and what is logged about that.
    """
    sent = {one.key.frame: one.event.due for one in entries if isinstance(one.event, ReminderSent)}
    due = sent.get(key.frame, 0)
    for turn in call.turns:
        needs = turn.ended is None and turn.key.frame not in sent and is_wanted(call, entries, turn.key)
        if needs and not turn.key.by_reminder and _in_time(turn.key, due):
            seconds = (turn.key.at - due) // 1000 + FIRST_CHECK_S
            yield turn.key, seconds, ReminderSent(due + seconds * 1000)


def _in_time(key: Key, due: int) -> bool:
    return 0 < due - key.at <= SHARED_WITHIN_MS
