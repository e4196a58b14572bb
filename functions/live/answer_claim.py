"""Settles which invocation answers a prompt whose answer is drafted: the draft's, or the prompt's own.

Two keys under the prompt decide, and at each only the first entry counts. The first key says who has claimed the
answer. The second says whether the prompt's invocation waits for the draft, or the draft has given its claim back.

A draft claims a prompt as soon as it finds it. A prompt without a draft needs no claim: no draft answers a prompt
whose invocation does not wait for it.
"""

import logging

from functions.live.deps import Deps, Frame
from functions.live.tasks import Future, TaskGroup
from functions.relay.call.call import superseded
from functions.relay.call.drafting import drafted
from functions.relay.dataclass import dataclass
from functions.relay.log.events import (
    AnswerClaimed,
    ClaimReturned,
    Closed,
    DraftAwaited,
    DraftDropped,
    EndClaimed,
    Entries,
    Entry,
    Event,
    SessionRefused,
)
from functions.relay.log.keys import Key, Slot
from functions.relay.ports import LogError
from functions.relay.wire.messages import Prompt

CLAIMED_WITHIN_S = 0.15
"""Seconds after which a prompt that waits for its draft has claimed the answer itself: the draft may have died."""

LOOK_EVERY_S = 0.02
"""Seconds between two looks for the draft's claim."""

KNOWN_WITHIN_S = 5.0
"""Seconds of tries to learn what is in the log."""

RETRY_S = 0.25
"""Seconds between two tries."""

OVER: tuple[type[Event], ...] = (Closed, EndClaimed, SessionRefused)
"""Events after which the agent says nothing more."""

logger = logging.getLogger("hotline")


def claim(deps: Deps, log: str, prompt: Key, by: Key, tasks: TaskGroup) -> bool:
    """Claim the answer to a prompt; return whether this invocation gives it.

    If the log fails, it does not. The prompt's reminder then finds that there is no answer.
    """
    entry = Entry(prompt.under(Slot.ANSWER_CLAIMED.at()), AnswerClaimed(str(by)))
    return _is_first(deps, log, entry, tasks) is True


def give_claim_back(deps: Deps, log: str, prompt: Key, tasks: TaskGroup) -> bool:
    """Give the claim to a prompt back, unless its invocation waits for the draft; return whether it is given back.

    If the log fails, the draft says nothing. The prompt's reminder then finds that there is no answer.
    """
    entry = Entry(prompt.under(Slot.DRAFT_AWAITED.at()), ClaimReturned())
    return _is_first(deps, log, entry, tasks) is not False


def _is_first(
    deps: Deps, log: str, entry: Entry, tasks: TaskGroup, *, within: float = KNOWN_WITHIN_S, failed: bool = False
) -> bool | None:
    """Append an entry; return whether it is the first one at its key, or None if `within` seconds have not told.

    `failed`: whether an earlier append failed. The entry may be in the log all the same.
    """
    until = deps.clock() + within
    while True:
        try:
            return deps.ports.log.append(log, entry) or (failed and _is_logged(deps, log, entry))
        except LogError as error:
            failed = True
            logger.error("%s was not logged: %s", type(entry.event).__name__, error)
        if deps.clock() >= until:
            return None
        tasks.wait(lambda: False, RETRY_S)


def _is_logged(deps: Deps, log: str, entry: Entry) -> bool:
    frame = entry.key.under(Slot.FRAME.at())
    return entry in deps.ports.log.later(log, frame, (type(entry.event),))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A prompt that waits for its draft. Without a claim, its invocation does not answer."""

    partial: Key
    """The partial prompt that is drafted."""

    logged: Future[bool | None]
    """Whether the log says that the prompt waits: not if the draft gave its claim back, and None if it is unknown."""

    began: float


def begin_to_wait(deps: Deps, frame: Frame, entries: Entries, tasks: TaskGroup) -> Waiting | None:
    """Begin to wait for the draft of a prompt's answer; return None if there is none, or if no answer is wanted.

    `entries` are those of the session's log, with the prompt.
    """
    if superseded(entries, frame.key) or any(isinstance(one.event, OVER) for one in entries):
        return None
    said = next((one.event.text for one in entries if one.key == frame.key and isinstance(one.event, Prompt)), "")
    partial = drafted(entries, frame.key, said) if said else None
    if partial is None:
        return None
    awaited, began = _awaited(frame.key), deps.clock()
    logged = Future(tasks, "wait", lambda: _is_first(deps, frame.log, awaited, tasks, within=0.0))
    return Waiting(partial, logged, began)


def is_answered_by_draft(deps: Deps, frame: Frame, waiting: Waiting, tasks: TaskGroup) -> bool:
    """Wait until it is known who answers a prompt; return whether the draft's invocation does."""
    logged = waiting.logged.result()
    if logged is False:
        return False
    if not _is_claimed(deps, frame, waiting, tasks) and claim(deps, frame.log, frame.key, frame.key, tasks):
        return False
    # The entry may be in the log although the append failed. If it is not, the draft may give its claim back.
    return logged is True or _is_first(deps, frame.log, _awaited(frame.key), tasks, failed=True) is not False


def _awaited(prompt: Key) -> Entry:
    return Entry(prompt.under(Slot.DRAFT_AWAITED.at()), DraftAwaited())


def _is_claimed(deps: Deps, frame: Frame, waiting: Waiting, tasks: TaskGroup) -> bool:
    """Wait until the draft claims the answer or is dropped; return whether it claims.

    The wait ends so early that there is time for a claim: as long as the newest request to the table `took`.
    """
    until, took = waiting.began + CLAIMED_WITHIN_S, deps.clock() - waiting.began
    while deps.clock() + LOOK_EVERY_S + 2 * took <= until:
        tasks.wait(lambda: False, LOOK_EVERY_S)
        began = deps.clock()
        try:
            found = deps.ports.log.later(frame.log, waiting.partial, (AnswerClaimed, DraftDropped))
        except LogError as error:
            logger.warning("a look for the claim of a draft failed: %s", error)
            continue
        finally:
            took = deps.clock() - began
        if any(one.key.frame == frame.key.frame for one in found):
            return True
        if any(one.key.frame == waiting.partial.frame for one in found):
            return False
    tasks.wait(lambda: False, until - took - deps.clock())
    return False
