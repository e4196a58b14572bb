"""Settles which invocation answers a prompt: its own, or that of a draft.

The first entry at one key under the prompt decides. A draft claims a prompt as soon as it finds it. The prompt's own
invocation leaves a draft that it knows of some time for this; otherwise it claims while the model is asked. It also
claims before it apologises for a log that fails.
"""

import logging

from functions.live.deps import Deps
from functions.live.tasks import TaskGroup
from functions.relay.log.events import AnswerClaimed, DraftDropped, Entry
from functions.relay.log.keys import Key, Slot
from functions.relay.ports import LogError

CLAIMED_WITHIN_S = 0.15
"""Seconds after which a prompt that waits for its draft has claimed the answer itself: the draft may have died."""

LOOK_EVERY_S = 0.02
"""Seconds between two looks for the draft's claim."""

KNOWN_WITHIN_S = 3.0
"""Seconds of tries to learn whose claim is in the log. After that the prompt's invocation apologises."""

RETRY_S = 0.25
"""Seconds between two tries."""

logger = logging.getLogger("hotline")


def claim(deps: Deps, log: str, prompt: Key, by: Key, tasks: TaskGroup) -> bool:
    """Claim the answer to a prompt; return whether this invocation gives it. Raises LogError if that is unknown."""
    entry, failed = claim_entry(prompt, by), False
    until = deps.clock() + KNOWN_WITHIN_S
    while True:
        try:
            # A claim whose append failed may be in the log all the same.
            return deps.ports.log.append(log, entry) or (failed and _held_by(deps, log, entry) is True)
        except LogError as error:
            failed = True
            logger.error("a claim was not logged: %s", error)
            if deps.clock() >= until:
                if (own := _held_by(deps, log, entry)) is None:
                    raise
                return own
        tasks.wait(lambda: False, RETRY_S)


def claim_entry(prompt: Key, by: Key) -> Entry:
    """Return the entry with which the invocation of the frame at `by` claims the answer to a prompt."""
    return Entry(prompt.under(Slot.ANSWER_CLAIMED.at()), AnswerClaimed(str(by)))


def claim_unless_drafted(deps: Deps, log: str, prompt: Key, partial: Key, tasks: TaskGroup, *, trip_s: float) -> bool:
    """Leave the answer to the draft of a partial prompt, if it claims it in time; return whether it does not.

    Then this invocation, the prompt's own, has claimed the answer within `CLAIMED_WITHIN_S`. `trip_s` is how many
    seconds the newest request to the table took. Raises LogError.
    """
    drafted = _is_claimed(deps, log, prompt, partial, tasks, took=trip_s)
    return not drafted and claim(deps, log, prompt, prompt, tasks)


def _held_by(deps: Deps, log: str, entry: Entry) -> bool | None:
    """Return whether the claim in the log is this entry; None if there is none. Raises LogError."""
    later = deps.ports.log.later(log, entry.key.under(Slot.FRAME.at()), (AnswerClaimed,))
    return next((one == entry for one in later if one.key == entry.key), None)


def _is_claimed(deps: Deps, log: str, prompt: Key, partial: Key, tasks: TaskGroup, *, took: float) -> bool:
    """Wait until the draft claims the answer or is dropped; return whether it claims.

    The wait ends so early that there is time for a claim: as long as the newest request to the table `took`.
    """
    until = deps.clock() + CLAIMED_WITHIN_S
    while deps.clock() + LOOK_EVERY_S + 2 * took <= until:
        tasks.wait(lambda: False, LOOK_EVERY_S)
        began = deps.clock()
        try:
            found = deps.ports.log.later(log, partial, (AnswerClaimed, DraftDropped))
        except LogError as error:
            logger.warning("a look for the claim of a draft failed: %s", error)
            continue
        finally:
            took = deps.clock() - began
        if any(one.key.frame == prompt.frame and isinstance(one.event, AnswerClaimed) for one in found):
            return True
        if any(one.key.frame == partial.frame for one in found):
            return False
    tasks.wait(lambda: False, until - took - deps.clock())
    return False
