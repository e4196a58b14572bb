"""Tells which turns speak before a turn although they are newer or late, and which may still speak with it."""

from collections.abc import Iterable

from functions.relay.call.call import BY_REMINDER, Call
from functions.relay.deadlines import ANSWER_DEADLINE_S
from functions.relay.log.events import Entry
from functions.relay.log.keys import Key, Slot

FRAME, APOLOGY = Slot.FRAME.at(), Slot.APOLOGY.at()


def newest_spoken(entries: Iterable[Entry], key: Key) -> Key | None:
    """Return the newest turn that has spoken out of order before the turn at `key`; None if there is none.

    A reminder began it after the turn at `key`, or in the same millisecond. Or it is older and has apologised late.
    """
    entries = tuple(entries)
    begun = (entry.key for entry in entries if isinstance(entry.event, BY_REMINDER) and entry.key.at >= key.at)
    late = (entry.key.under(FRAME) for entry in entries if entry.key < key and entry.key.slot == APOLOGY)
    return max((one for one in (*begun, *late) if one.frame != key.frame), default=None)


def may_overlap(call: Call) -> bool:
    """Return whether the answer to a turn before the last one may still be given: it has not ended.

    The turn of a reminder may have begun long after its key.
    """
    if not call.turns:
        return False
    *older, newest = call.turns
    since = newest.key.at - ANSWER_DEADLINE_S * 1000
    reminded = any(turn.ended is None and isinstance(turn.cause, BY_REMINDER) for turn in older[-1:])
    return reminded or any(turn.ended is None and turn.key.at > since for turn in older)
