"""Drafts the answer to a partial prompt, so that the model thinks while the caller still speaks.

The invocation of the partial prompt asks the model and holds what comes. It posts nothing and runs no tool before it
has claimed a prompt with the same words, and then it is that prompt's answer. See `relay/call/drafting.py`.
"""

import logging
from dataclasses import replace

from functions.live.answer_claim import KNOWN_WITHIN_S, claim
from functions.live.answer_context import Since
from functions.live.call_time_limit import limit_reached
from functions.live.caller import first_request
from functions.live.deps import Deps, Frame
from functions.live.draft_request import DraftRequest, draft_request, may_be_drafted, speculates
from functions.live.early_request import drop_unheard
from functions.live.held_model import HeldModel
from functions.live.private import without_numbers
from functions.live.reading import Read
from functions.live.reply import answer_claimed
from functions.live.tasks import Future, TaskGroup
from functions.relay.call.call import Call, superseded
from functions.relay.call.drafting import (
    LONGEST_WAIT_S,
    DraftStep,
    Dropped,
    Finalised,
    Held,
    draft_step,
    same_request,
)
from functions.relay.call.floor import VOICES
from functions.relay.dataclass import dataclass
from functions.relay.deadlines import ANSWER_DEADLINE_S, LEAVE_REQUEST_S
from functions.relay.log.events import AnswerClaimed, DraftBegun, Entries, Entry, in_order
from functions.relay.log.keys import Key, Slot
from functions.relay.ports import LogError
from functions.relay.text.utterance import ends_sentence
from functions.relay.wire.messages import Info, Partial

SOON_S = 1.5
"""Seconds within which most prompts come. In recorded calls, 9 of 10 came within 0.84 s of the last partial."""

LOOK_SOON_S = 0.025
"""Seconds between two looks at the log during `SOON_S`, while the model thinks."""

LOOK_HELD_S = 0.002
"""Seconds between two looks at the log during `SOON_S`, once words are held: the caller waits for nothing else."""

LOOK_LATER_S = 0.05
"""Seconds between two looks after that."""

LATE_ENTRY_MS = 5000
"""Milliseconds by which an entry may be late: its key is older, and it comes after the draft's first read."""

USUAL_LOOK_S = 0.015
"""Seconds that a look usually takes. After a slower one the pause is longer: a busy table is asked less often."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class _Claimed:
    """The prompt that a draft answers, and the log as it was when the draft found it."""

    prompt: Key
    read: Read
    call: Call
    """The fold of what was read, with the prompt as its last turn."""

    fits: bool
    """Whether the prompt's answer begins with the same request as the draft."""

    age: float
    """How many seconds old the prompt was when the read began."""


def note_partial(deps: Deps, frame: Frame, partial: Partial, tasks: TaskGroup) -> str:
    """Log a partial prompt, and draft its answer once it may be complete; return one word for the debug log.

    Raises LogError if it could not be logged.
    """
    began, own = deps.clock(), Entry(frame.key, without_numbers(deps, partial))
    if not partial.text.strip() or not may_be_drafted(deps):
        return "partial" if deps.ports.log.append(frame.log, own) else "repeated"
    put = None
    if ends_sentence(partial.text):
        put = Future(tasks, "put", lambda: deps.ports.log.append(frame.log, own))
    elif not deps.ports.log.append(frame.log, own):
        return "repeated"
    try:
        request = draft_request(deps, frame, partial, tasks)
    except LogError as error:
        logger.warning("an answer was not drafted: %s", error)
        request = None
    if put and not put.result():
        return "repeated"
    return _Draft(deps, frame, partial.text, request, tasks, began=began).run() if request else "partial"


def _joined(known: Entries, newer: Entries) -> Entries:
    return in_order({one.key: one for one in (*known, *newer)}.values())


def _is_news(entry: Entry) -> bool:
    """Return whether an entry may change a draft's request. A voice or a claim does not."""
    match entry.event:
        case AnswerClaimed():
            return False
        case Info(name):
            return name not in VOICES
        case _:
            return True


class _Draft:
    """One draft: waits for its prompt, and answers it."""

    def __init__(
        self, deps: Deps, frame: Frame, text: str, request: DraftRequest, tasks: TaskGroup, *, began: float
    ) -> None:
        self._deps, self._frame, self._text, self._tasks, self._began = deps, frame, text, tasks, began
        self._no_prompt_at = began
        """Start time of the newest look that found no prompt."""
        self._look_took_s = 0.0
        self._asked, self._held = request, HeldModel(deps.ports.model, request.request, tasks)

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
        read, allowed = claimed.read, ANSWER_DEADLINE_S - (claimed.read.began - self._began)
        since = Since(read.began, claimed.age, allowed=allowed, read_at=read.began)
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
            newer = self._look()
            match self._step(newer.entries):
                case Dropped():
                    return None
                case Finalised() if newer.began - self._no_prompt_at > KNOWN_WITHIN_S:
                    # The prompt's own invocation may have apologised by now.
                    return None
                case Finalised(prompt):
                    return self._claim(prompt, newer)
                case Held():
                    self._pause(waited)
        return None

    def _pause(self, waited: float) -> None:
        """Pause until the next look, or until the first words. `waited` is the time since the first look."""
        thinking = not self._held.begun
        soon = LOOK_SOON_S if thinking else LOOK_HELD_S
        seconds = max(soon if waited < SOON_S else LOOK_LATER_S, self._look_took_s - USUAL_LOOK_S)
        self._tasks.wait(lambda: self._held.failed or (thinking and self._held.begun), seconds)

    def _look(self, late_ms: int = 0) -> Read:
        """Return the entries since the partial prompt, and older ones of `late_ms`; none if the table fails."""
        since, began = Key(self._frame.key.at - late_ms, "") if late_ms else self._frame.key, self._deps.clock()
        try:
            newer = Read(self._deps.ports.log.later(self._frame.log, since), began)
        except LogError as error:
            logger.warning("a draft's look at the log failed: %s", error)
            return Read((), began)
        finally:
            self._look_took_s = self._deps.clock() - began
        if isinstance(self._step(newer.entries), Held):
            self._no_prompt_at = began
        return newer

    def _step(self, newer: Entries) -> DraftStep:
        return draft_step(newer, self._frame.key, self._text)

    def _claim(self, prompt: Key, found: Read) -> _Claimed | None:
        """Claim the prompt that a look found; return None if the prompt's own invocation answers.

        Once it is claimed, this invocation answers, even if the draft does not fit. If the log does not tell whose
        claim it has, it does not answer: the prompt's own invocation does, or the prompt's reminder.
        """
        deps, tasks = self._deps, self._tasks
        claimed = Future(tasks, "claim", lambda: claim(deps, self._frame.log, prompt, self._frame.key, tasks))
        seen = self._updated(self._seen(prompt, found), self._look(LATE_ENTRY_MS))
        try:
            return seen if claimed.result() else None
        except LogError:
            return None

    def _seen(self, prompt: Key, newer: Read) -> _Claimed:
        """Return what is known of a prompt once the log has these newer entries."""
        entries = _joined(self._asked.entries, newer.entries)
        call = self._asked.before.extended_to(entries).until(prompt)
        fits, age = self._fits(prompt, entries, call), self._age(prompt, newer.began)
        return _Claimed(prompt, Read(entries, newer.began), call, fits, age)

    def _age(self, prompt: Key, now: float) -> float:
        """Return how many seconds old a prompt is at `now`."""
        after_partial_s = (prompt.at - self._frame.key.at) / 1000
        return max(self._frame.late_s + now - self._began - after_partial_s, 0.0)

    def _updated(self, seen: _Claimed, newest: Read) -> _Claimed:
        """Return what is known after one more look. The request is built again only if it may have changed."""
        entries, known = _joined(seen.read.entries, newest.entries), {one.key for one in seen.read.entries}
        if any(_is_news(one) for one in newest.entries if one.key not in known):
            return self._seen(seen.prompt, Read(entries, newest.began))
        return replace(seen, read=Read(entries, seen.read.began))

    def _fits(self, prompt: Key, entries: Entries, call: Call) -> bool:
        """Return whether the prompt's answer would begin with the same request as the draft."""
        if self._held.failed or not speculates(self._deps, call) or superseded(entries, prompt):
            return False
        if limit_reached(self._deps, call, prompt):
            return False
        request = first_request(self._deps, self._frame.connection, call)
        return request is not None and same_request(request, self._held.request)

    def _drop(self) -> None:
        """Leave the draft, and wait for the end of its request."""
        self._leave_draft()
        if self._tasks.join(LEAVE_REQUEST_S):
            logger.error("the request of a draft still ran when the invocation returned")

    def _leave_draft(self) -> None:
        drop_unheard(self._deps, self._frame.log, self._frame.key, self._held, self._tasks)
