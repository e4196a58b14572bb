"""Asks the model about a prompt while the table works: the prompt is logged, and its answer is claimed.

A prompt with numbers is redacted before it is logged, and for that the log must be read. An answer that may be
drafted is claimed before it is given. If the model were asked only after this, the caller would wait for one more
round trip. No answer begins and no tool runs before the prompt and the claim are in the log.
"""

import logging
from dataclasses import replace

from functions.live.answer_claim import KNOWN_WITHIN_S, claim, claim_unless_drafted
from functions.live.call_time_limit import limit_reached
from functions.live.caller import first_request
from functions.live.deps import Deps, Frame
from functions.live.draft_request import may_be_drafted
from functions.live.held_model import HeldModel
from functions.live.private import redacted
from functions.live.reading import Read, read_open
from functions.live.tasks import Future, TaskGroup
from functions.relay.call.call import Call, fold, superseded
from functions.relay.call.drafting import drafted
from functions.relay.log.events import DraftDropped, Entries, Entry
from functions.relay.log.keys import Key, Slot
from functions.relay.ports import LogError
from functions.relay.wire.messages import Prompt

logger = logging.getLogger("hotline")


def put_while_asking(deps: Deps, frame: Frame, prompt: Prompt, tasks: TaskGroup) -> tuple[Read | None, Deps]:
    """Append a prompt without its private data, and ask the model meanwhile. Raises LogError.

    Return the log with the prompt, or None if the prompt was there already, and `deps` with what the model says.
    """
    before = read_open(deps, frame, tasks)
    safe = redacted(deps, frame, prompt, before.entries)
    own = Entry(frame.key, safe)
    read = before.followed_by(own)
    put = Future(tasks, "put", lambda: deps.ports.log.append(frame.log, own))
    call = fold(read.entries).until(frame.key)
    held = None if drafted(read.entries, frame.key, safe.text) else _ask(deps, frame, read.entries, call, tasks)
    fresh = False
    try:
        fresh = put.result()
    finally:
        if held and not fresh:
            drop_unheard(deps, frame.log, frame.key, held, tasks)
    return (replace(read, call=call) if fresh else None), _holding(deps, held)


def claim_while_asking(deps: Deps, frame: Frame, read: Read, call: Call, tasks: TaskGroup) -> Deps | None:
    """Claim the answer to a prompt, and ask the model meanwhile if the prompt has no draft.

    Return `deps` with what the model says, or None if the invocation of a draft answers. `call` is the fold of what
    was read. The answer to anything else than a prompt is not drafted, and needs no claim. Raises LogError if it is
    unknown who answers.
    """
    entries, trip_s = read.entries, deps.clock() - read.began
    said = next((one.event.text for one in entries if one.key == frame.key and isinstance(one.event, Prompt)), "")
    if not said or not may_be_drafted(deps):
        return deps
    if partial := drafted(entries, frame.key, said):
        own = claim_unless_drafted(deps, frame.log, frame.key, partial, tasks, trip_s=trip_s)
        return deps if own else None
    claimed = Future(tasks, "claim", lambda: claim(deps, frame.log, frame.key, frame.key, tasks))
    held = deps.ports.model if isinstance(deps.ports.model, HeldModel) else _ask(deps, frame, entries, call, tasks)
    own = False
    try:
        if not claimed.done_within(KNOWN_WITHIN_S):
            raise LogError("the log has not answered in time")
        own = claimed.result()
    finally:
        if held and not own:
            drop_unheard(deps, frame.log, frame.key, held, tasks)
    return _holding(deps, held) if own else None


def drop_unheard(deps: Deps, log: str, frame: Key, held: HeldModel, tasks: TaskGroup) -> None:
    """Close the stream of a request that nobody hears. In a task, log under its frame what it has cost."""

    def keep_cost() -> None:
        try:
            deps.ports.log.append(log, Entry(frame.under(Slot.DRAFT_DROPPED.at()), DraftDropped(*held.spent)))
        except LogError as error:
            logger.warning("the cost of a request that nobody hears was not logged: %s", error)

    held.drop()
    tasks.start("drop", keep_cost)


def _holding(deps: Deps, held: HeldModel | None) -> Deps:
    return replace(deps, ports=replace(deps.ports, model=held)) if held else deps


def _ask(deps: Deps, frame: Frame, entries: Entries, call: Call, tasks: TaskGroup) -> HeldModel | None:
    """Ask what the prompt's answer asks first; return None if it begins without the model."""
    if call.over or superseded(entries, frame.key) or limit_reached(deps, call, frame.key):
        return None
    request = first_request(deps, frame.connection, call)
    return HeldModel(deps.ports.model, request, tasks) if request else None
