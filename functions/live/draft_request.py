"""Decides whether the answer to a partial prompt is drafted, and what the model is asked for it."""

import logging

from functions.live.answer_claim import CLAIMED_WITHIN_S
from functions.live.caller import first_request
from functions.live.deps import Deps, Frame
from functions.live.private import is_plain
from functions.live.tasks import TaskGroup
from functions.relay import Agent
from functions.relay.call.call import Call
from functions.relay.call.drafting import DECIDING, STANDSTILL_S, Held, draft_step, drafted
from functions.relay.call.folded import Folded, folded
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Entries, Entry
from functions.relay.text.utterance import ends_sentence
from functions.relay.wire.messages import Partial, Prompt
from functions.relay.wire.model import Request

SLOW_TABLE_S = CLAIMED_WITHIN_S / 2
"""Seconds of one read after which nothing is drafted: a draft must find its prompt, and claim it, in twice that."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """What the model is asked for a draft, and what was known of the call then."""

    request: Request

    entries: Entries
    """The log when the model was asked."""

    before: Folded
    """The entries before the partial prompt, with the call that they describe."""


def draft_request(deps: Deps, frame: Frame, partial: Partial, tasks: TaskGroup) -> DraftRequest | None:
    """Return what to ask the model if the caller may have finished; None for no draft. Raises LogError."""
    if not ends_sentence(partial.text):
        tasks.wait(lambda: False, STANDSTILL_S)
        newer = deps.ports.log.later(frame.log, frame.key, DECIDING)
        if not isinstance(draft_step(newer, frame.key, partial.text), Held):
            return None
    began, entries = deps.clock(), deps.ports.log.read(frame.log)
    if deps.clock() - began > SLOW_TABLE_S:
        logger.warning("an answer was not drafted: the table took more than %s s", SLOW_TABLE_S)
        return None
    if drafted(entries, frame.key, partial.text) or not is_plain(deps, frame, partial, entries):
        return None
    if not isinstance(draft_step(entries, frame.key, partial.text), Held):
        return None
    others = [one for one in entries if one.key != frame.key]
    before = folded(one for one in others if one.key < frame.key)
    call = before.extended_to((*others, Entry(frame.key, Prompt(partial.text, partial.language)))).until(frame.key)
    request = first_request(deps, frame.connection, call) if speculates(deps, call) else None
    return DraftRequest(request, entries, before) if request else None


def may_be_drafted(deps: Deps) -> bool:
    """Return whether answers of this deployment are drafted at all: a call may move to any of its agents."""
    return deps.drafts and any(map(drafts, deps.agents.values()))


def speculates(deps: Deps, call: Call) -> bool:
    """Return whether the agent of a call drafts now: it does not while the caller keys in digits."""
    if call.opened is None or call.over or call.collecting or call.time_is_up:
        return False
    return drafts(deps.agent(call.opened.agent)) and call.tokens < deps.limits.tokens_per_call


def drafts(agent: Agent) -> bool:
    """Return whether an agent's answers are drafted at all: only where the listener sends partial prompts."""
    return agent.partial_prompts and agent.speculates
