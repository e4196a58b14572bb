"""Drafts the answer to a partial prompt, so that the model thinks while the caller still speaks.

The invocation of the partial prompt asks the model and holds what comes. It posts nothing and runs no tool before it
has claimed a prompt with the same words, and then it is that prompt's answer. See `relay/call/drafting.py`.
"""

import logging
from dataclasses import replace

from functions.live.answer_claim import CLAIMED_WITHIN_S, KNOWN_WITHIN_S, claim, give_claim_back
from functions.live.answer_context import Since
from functions.live.call_time_limit import must_end
from functions.live.caller import first_request
from functions.live.deps import Deps, Frame
from functions.live.held_model import HeldModel
from functions.live.private import is_plain, without_numbers
from functions.live.reading import Read, read_with_retries
from functions.live.reply import answer_claimed
from functions.live.tasks import Future, TaskGroup
from functions.relay import Agent
from functions.relay.call.call import Call, superseded
from functions.relay.call.drafting import (
    DECIDING,
    LONGEST_WAIT_S,
    STANDSTILL_S,
    DraftStep,
    Dropped,
    Finalised,
    Held,
    draft_step,
    drafted,
    same_question,
)
from functions.relay.call.folded import Folded, folded
from functions.relay.dataclass import dataclass
from functions.relay.deadlines import ANSWER_DEADLINE_S
from functions.relay.log.events import DraftBegun, DraftDropped, Entries, Entry
from functions.relay.log.keys import Key, Slot
from functions.relay.ports import LogError
from functions.relay.text.utterance import ends_sentence
from functions.relay.wire.messages import Partial, Prompt
from functions.relay.wire.model import Request

SOON_S = 1.5
"""Seconds within which most prompts come. In recorded calls, 9 of 10 came within 0.84 s of the last partial."""

LOOK_SOON_S = 0.025
"""Seconds between two looks at the log during `SOON_S`, while the model thinks."""

LOOK_HELD_S = 0.004
"""Seconds between two looks at the log during `SOON_S`, once words are held: the caller waits for nothing else."""

LOOK_AWAITED_S = 0.003
"""Seconds between two looks once the prompt is there: its own invocation soon logs that it waits for the draft."""

LOOK_LATER_S = 0.05
"""Seconds between two looks after that."""

USUAL_LOOK_S = 0.015
"""Seconds that a look usually takes. After a slower one the pause is longer: a busy table is asked less often."""

SLOW_TABLE_S = CLAIMED_WITHIN_S / 2
"""Seconds of one read after which nothing is drafted: a draft must find its prompt, and claim it, in twice that."""

AWAITED_WITHIN_S = 0.5
"""Seconds after which a draft gives its claim back because the invocation of its prompt does not wait for it."""

LEAVE_S = 8.0
"""Seconds to wait for the request of a dropped draft: long enough, since the model's own timeouts end it earlier."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the model is asked, and the call before the partial prompt as it was then."""

    request: Request
    known: Folded


@dataclass(frozen=True, slots=True)
class _Claimed:
    """The prompt that a draft answers, and the log as it was just before."""

    prompt: Key
    read: Read
    call: Call
    """The fold of what was read, with the prompt as its last turn."""

    fits: bool
    """Whether the prompt's answer begins with the same request as the draft."""

    began: float
    age: float
    """The most seconds that the prompt can have been in the log at `began`."""


def note_partial(deps: Deps, frame: Frame, partial: Partial, tasks: TaskGroup) -> str:
    """Log a partial prompt, and draft its answer once it may be complete; return one word for the debug log.

    Raises LogError if it could not be logged.
    """
    began, own = deps.clock(), Entry(frame.key, without_numbers(deps, partial))
    if not partial.text.strip() or not (deps.drafts and any(map(_drafts, deps.agents.values()))):
        return "partial" if deps.ports.log.append(frame.log, own) else "repeated"
    put = None
    if ends_sentence(partial.text):
        put = Future(tasks, "put", lambda: deps.ports.log.append(frame.log, own))
    elif not deps.ports.log.append(frame.log, own):
        return "repeated"
    try:
        asked = _asked(deps, frame, partial, tasks)
    except LogError as error:
        logger.warning("an answer was not drafted: %s", error)
        asked = None
    if put and not put.result():
        return "repeated"
    return _Draft(deps, frame, partial.text, asked, tasks, began=began).run() if asked else "partial"


def _asked(deps: Deps, frame: Frame, partial: Partial, tasks: TaskGroup) -> _Asked | None:
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
    known = folded(one for one in others if one.key < frame.key)
    call = known.extended_to((*others, Entry(frame.key, Prompt(partial.text, partial.language)))).until(frame.key)
    request = first_request(deps, frame.connection, call) if _speculates(deps, call) else None
    return _Asked(request, known) if request else None


def _speculates(deps: Deps, call: Call) -> bool:
    """Return whether the agent of a call drafts now: it does not while the caller keys in digits."""
    if call.opened is None or call.over or call.collecting or call.time_is_up:
        return False
    return _drafts(deps.agent(call.opened.agent)) and call.tokens < deps.limits.tokens_per_call


def _drafts(agent: Agent) -> bool:
    return agent.partial_prompts and agent.speculates


class _Draft:
    """One draft: waits for its prompt, and answers it."""

    def __init__(self, deps: Deps, frame: Frame, text: str, asked: _Asked, tasks: TaskGroup, *, began: float) -> None:
        self._deps, self._frame, self._text, self._tasks, self._began = deps, frame, text, tasks, began
        self._no_prompt_at = began
        """Start time of the newest look that found no prompt."""
        self._look_took_s = 0.0
        self._known, self._held = asked.known, HeldModel(deps.ports.model, asked.request, tasks)

    def run(self) -> str:
        """Hold the draft until its prompt comes or it is dropped; return one word for the debug log."""
        claimed = self._wait() if self._begin() else None
        if claimed is None:
            self._drop()
            return "draft dropped"
        deps = self._deps
        if claimed.fits:
            deps = replace(deps, ports=replace(deps.ports, model=self._held))
        else:
            self._leave_draft()
        read, allowed = claimed.read, ANSWER_DEADLINE_S - (claimed.began - self._began)
        since = Since(claimed.began, claimed.age, allowed=allowed, read_at=read.began)
        answer_claimed(deps, self._at(claimed.prompt), read.entries, since, self._tasks, call=claimed.call)
        return "answered"

    def _at(self, key: Key) -> Frame:
        return Frame(self._frame.connection, key, "")

    def _begin(self) -> bool:
        """Log that there is a draft. A prompt waits only for a draft that is logged."""
        entry = Entry(self._frame.key.under(Slot.DRAFT_BEGUN.at()), DraftBegun())
        try:
            return self._deps.ports.log.append(self._frame.log, entry)
        except LogError as error:
            logger.warning("a draft was not logged: %s", error)
            return False

    def _wait(self) -> _Claimed | None:
        """Wait for the prompt and claim it; return None if the draft must be dropped."""
        began = self._deps.clock()
        while (waited := self._deps.clock() - began) < LONGEST_WAIT_S and not self._held.failed:
            match self._look():
                case Dropped():
                    return None
                case Finalised(prompt, awaited):
                    return self._claim(prompt, awaited)
                case Held():
                    self._pause(waited)
        return None

    def _pause(self, waited: float) -> None:
        """Pause until the next look, or until the first words. `waited` is the time since the first look."""
        thinking = not self._held.begun
        soon = LOOK_SOON_S if thinking else LOOK_HELD_S
        seconds = max(soon if waited < SOON_S else LOOK_LATER_S, self._look_took_s - USUAL_LOOK_S)
        self._tasks.wait(lambda: self._held.failed or (thinking and self._held.begun), seconds)

    def _look(self) -> DraftStep:
        began = self._deps.clock()
        try:
            newer = self._deps.ports.log.later(self._frame.log, self._frame.key, DECIDING)
        except LogError as error:
            logger.warning("a draft's look at the log failed: %s", error)
            return Held()
        finally:
            self._look_took_s = self._deps.clock() - began
        step = self._step(newer)
        if isinstance(step, Held):
            self._no_prompt_at = began
        return step

    def _step(self, newer: Entries) -> DraftStep:
        return draft_step(newer, self._frame.key, self._text)

    def _claim(self, prompt: Key, awaited: bool) -> _Claimed | None:
        """Claim the prompt, and read the log meanwhile; return None if the prompt's own invocation answers.

        Once that invocation waits for the draft, this one answers, even if the draft does not fit.
        """
        deps, log, tasks, began = self._deps, self._frame.log, self._tasks, self._deps.clock()
        reading = Future(tasks, "read", self._read)
        if not claim(deps, log, prompt, self._frame.key, tasks):
            return None
        read = reading.result()
        call = self._known.extended_to(read.entries).until(prompt)
        fits = self._fits(prompt, read.entries, call)
        awaited = awaited or (fits and self._awaited(prompt, self._step(read.entries)))
        if not awaited and give_claim_back(deps, log, prompt, tasks):
            return None
        return _Claimed(prompt, read, call, fits, began, began - self._no_prompt_at) if read.entries else None

    def _read(self) -> Read:
        """Read the session's log; return one without entries if this fails for some seconds."""
        try:
            return read_with_retries(self._deps, self._frame.log, self._tasks, KNOWN_WITHIN_S)
        except LogError as error:
            logger.warning("a draft could not read the log: %s", error)
            return Read((), self._deps.clock())

    def _fits(self, prompt: Key, entries: Entries, call: Call) -> bool:
        """Return whether the prompt's answer would begin with the same request as the draft."""
        if self._held.failed or not _speculates(self._deps, call) or superseded(entries, prompt):
            return False
        if must_end(self._deps, call, prompt):
            return False
        request = first_request(self._deps, self._frame.connection, call)
        return request is not None and same_question(request, self._held.request)

    def _awaited(self, prompt: Key, known: DraftStep) -> bool:
        """Return whether the prompt's invocation says in time that it waits. `known` is what the log said before."""
        until = self._deps.clock() + AWAITED_WITHIN_S
        while not self._held.failed:
            match known:
                case Finalised(found, awaited=True):
                    return found == prompt
                case Dropped():
                    return False
                case Held() | Finalised():
                    pass
            if self._deps.clock() > until:
                return False
            self._tasks.wait(lambda: self._held.failed, LOOK_AWAITED_S)
            known = self._look()
        return False

    def _drop(self) -> None:
        """Leave the draft, and wait for the end of its request."""
        self._leave_draft()
        if self._tasks.join(LEAVE_S):
            logger.error("the request of a draft still ran when the invocation returned")

    def _leave_draft(self) -> None:
        """Close the stream, and log what the draft has cost."""
        self._held.drop()
        dropped = Entry(self._frame.key.under(Slot.DRAFT_DROPPED.at()), DraftDropped(*self._held.spent))
        try:
            self._deps.ports.log.append(self._frame.log, dropped)
        except LogError as error:
            logger.warning("the end of a draft was not logged: %s", error)
