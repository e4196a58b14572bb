"""Decides from the log when an answer is drafted before the caller has finished, and what becomes of the draft.

A draft asks the model with the words so far and holds what comes. It says nothing and runs no tool, until it claims a
prompt with the same words. Anything else drops it.
"""

from collections.abc import Iterable
from dataclasses import replace

from functions.relay.call.call import BY_REMINDER, TURN_ENDING
from functions.relay.call.sorting import as_heard
from functions.relay.call.turn import SAME_MOMENT_MS
from functions.relay.dataclass import dataclass
from functions.relay.log.events import DraftBegun, DraftDropped, EndClaimed, Entry, Event
from functions.relay.log.keys import Key
from functions.relay.text.utterance import same_words
from functions.relay.wire.messages import Dtmf, Interrupt, Partial, Prompt
from functions.relay.wire.model import CallerMessage, Request

STANDSTILL_S = 0.3
"""Seconds after which a partial prompt counts as the whole utterance, if no other words have come.

In recorded calls a partial came every 242 ms, and 300 ms gave 1.6 drafts for an utterance, 200 ms 4.2.
"""

LONGEST_WAIT_S = 8.0
"""Seconds that a draft waits at most for its prompt."""

DECIDING: tuple[type[Event], ...] = (*TURN_ENDING, *BY_REMINDER, Partial, Dtmf, EndClaimed)
"""Events that decide what becomes of a draft. Reports of the line do not."""


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing has decided about the draft yet: it is kept, since the caller has said nothing else."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The caller did something else, or the agent's part is over: the draft is not needed."""


@dataclass(frozen=True, slots=True)
class Finalised:
    """The prompt at this key has the words of the draft."""

    prompt: Key


DraftStep = Held | Dropped | Finalised


def draft_step(newer: Iterable[Entry], key: Key, text: str) -> DraftStep:
    """Return what becomes of a draft of `text`, the partial prompt at `key`, once the log has these newer entries.

    Other entries than those of `DECIDING` are ignored, and so are entries that are not newer.
    """
    prompt: Key | None = None
    for entry in as_heard(one for one in newer if one.key.frame > key.frame and isinstance(one.event, DECIDING)):
        if prompt is None and isinstance(entry.event, Prompt) and same_words(entry.event.text, text):
            prompt = entry.key
        elif _drops(entry, prompt or key, text, finalised=prompt is not None):
            return Dropped()
    return Finalised(prompt) if prompt else Held()


def _drops(entry: Entry, since: Key, text: str, *, finalised: bool) -> bool:
    """Whether this entry drops a draft. An interrupt of the same moment cut older words."""
    match entry.event:
        case Partial(words):
            return not finalised and bool(words.strip()) and not same_words(words, text)
        case Interrupt():
            return entry.key.at - since.at > SAME_MOMENT_MS
        case _:
            return True


def drafted(entries: Iterable[Entry], key: Key, text: str) -> Key | None:
    """Return the partial prompt before `key` whose draft may answer these words; None if there is none."""
    entries = tuple(entries)
    partials = {one.key.frame: one for one in entries if isinstance(one.event, Partial)}
    over = {one.key.frame for one in entries if isinstance(one.event, DraftDropped)}
    begun = {one.key.frame for one in entries if isinstance(one.event, DraftBegun)} - over
    for frame in sorted(begun, reverse=True):
        if frame in partials and _counts(partials[frame], entries, key, text):
            return partials[frame].key
    return None


def _counts(partial: Entry, entries: tuple[Entry, ...], key: Key, text: str) -> bool:
    if not isinstance(partial.event, Partial) or not same_words(partial.event.text, text):
        return False
    between = (one for one in entries if one.key.frame < key.frame)
    in_time = 0 < key.at - partial.key.at <= LONGEST_WAIT_S * 1000
    return in_time and isinstance(draft_step(between, partial.key, partial.event.text), Held)


def same_request(one: Request, other: Request) -> bool:
    """Return whether two requests ask the same. The time, and the last words' case and punctuation, may differ."""
    match one.messages[-1:], other.messages[-1:]:
        case (CallerMessage(said),), (CallerMessage(also),):
            return same_words(said, also) and _without_last(one) == _without_last(other)
        case _:
            return False


def _without_last(request: Request) -> Request:
    return replace(request, messages=request.messages[:-1], situation="", turn="")
