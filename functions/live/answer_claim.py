"""Settles which invocation answers a prompt whose answer is drafted: the draft's, or the prompt's own.

One entry at one key under the prompt says which. A prompt without a draft needs no claim: no draft answers a prompt
whose invocation does not wait for it.
"""

import logging

from functions.live.deps import Deps, Frame
from functions.live.tasks import TaskGroup
from functions.relay.call.drafting import drafted
from functions.relay.log.events import AnswerClaimed, DraftAwaited, DraftDropped, Entries, Entry
from functions.relay.log.keys import Key, Slot
from functions.relay.ports import LogError
from functions.relay.wire.messages import Prompt

NOTICE_S = 0.15
"""Seconds that a prompt waits for its draft: the draft's invocation may have died."""

LOOK_EVERY_S = 0.02
"""Seconds between two looks for the draft's claim."""

KNOWN_WITHIN_S = 5.0
"""Seconds of tries to learn whether a claim is in the log."""

RETRY_S = 0.25
"""Seconds between two tries."""

logger = logging.getLogger("hotline")


def claim(deps: Deps, log: str, prompt: Key, by: Key, tasks: TaskGroup) -> bool:
    """Claim the answer to a prompt; return whether this invocation gives it.

    If the log cannot say, it does not. The prompt's reminder then finds that there is no answer.
    """
    entry = Entry(prompt.under(Slot.ANSWER_CLAIMED.at()), AnswerClaimed(str(by)))
    until, failed = deps.clock() + KNOWN_WITHIN_S, False
    while True:
        try:
            return deps.ports.log.append(log, entry) or (
                failed and entry in deps.ports.log.later(log, prompt, (AnswerClaimed,))
            )
        except LogError as error:
            failed = True
            logger.error("the claim to answer a prompt was not logged: %s", error)
        if deps.clock() > until:
            return False
        tasks.wait(lambda: False, RETRY_S)


def answered_by_draft(deps: Deps, frame: Frame, entries: Entries, tasks: TaskGroup) -> bool:
    """Wait for the draft of a prompt's answer, if there is one; return whether the draft's invocation answers.

    `entries` are those of the session's log, with the prompt.
    """
    said = next((one.event.text for one in entries if one.key == frame.key and isinstance(one.event, Prompt)), "")
    partial = drafted(entries, frame.key, said) if said else None
    if partial is None:
        return False
    try:
        deps.ports.log.append(frame.log, Entry(frame.key.under(Slot.DRAFT_AWAITED.at()), DraftAwaited()))
    except LogError as error:
        # The entry may be in the log although the append failed. So the answer needs the claim.
        logger.error("a prompt could not wait for its draft: %s", error)
    return _is_claimed(deps, frame, partial, tasks) or not claim(deps, frame.log, frame.key, frame.key, tasks)


def _is_claimed(deps: Deps, frame: Frame, partial: Key, tasks: TaskGroup) -> bool:
    """Wait until the draft has claimed the answer, or is dropped, for at most NOTICE_S; return whether it has."""
    until = deps.clock() + NOTICE_S
    while deps.clock() < until:
        tasks.wait(lambda: False, LOOK_EVERY_S)
        try:
            found = deps.ports.log.later(frame.log, partial, (AnswerClaimed, DraftDropped))
        except LogError as error:
            logger.warning("a look for the claim of a draft failed: %s", error)
            continue
        if any(one.key.frame == frame.key.frame for one in found):
            return True
        if any(one.key.frame == partial.frame for one in found):
            return False
    return False
