"""Gives no answer: apologises if the log fails or the session was never opened, or logs that none is wanted."""

import logging

from functions.live.answer_claim import claim, claim_entry
from functions.live.deps import Deps, Frame
from functions.live.draft_request import may_be_drafted
from functions.live.private import without_numbers
from functions.live.silence_timer import start_silence_timer
from functions.live.tasks import Future, TaskGroup
from functions.relay.answer.playback import CHARACTERS_PER_S
from functions.relay.deadlines import REACH_LOG_WITHIN_S
from functions.relay.log.events import AgentSaid, AnswerEnded, Entry
from functions.relay.log.keys import Key, Slot, round_start, run_start
from functions.relay.ports import LogError
from functions.relay.wire.messages import Prompt, Text

CLAIM_TRIED_S = 1.0
"""Seconds in which an apology tries to claim its prompt. It is said if the log does not answer."""

RETRY_S = 0.5
"""Seconds between two tries."""

NO_ANSWER = Slot.ENDED.at(round_start(run_start(0), 1))
"""The slot of AnswerEnded for a turn that was never answered: the same as for an answer of one round."""

logger = logging.getLogger("hotline")


def apologise(deps: Deps, frame: Frame, started: float, tasks: TaskGroup, *entries: Entry) -> str:
    """Say that something went wrong, and log it once the log works; return one word for the debug log.

    `started` is when this invocation began, by its clock. `entries` are those that could not be appended before.
    """
    sentence, unlogged = deps.agent("").phrases.trouble, list(entries)
    left = _left_at(frame.key, frame.late_s + deps.clock() - started)
    if deps.say(frame.connection, Text(sentence, last=True)):
        unlogged += [
            Entry(frame.key.under(Slot.APOLOGY.at()), AgentSaid(sentence, str(left))),
            Entry(frame.key.under(Slot.APOLOGY_ENDED.at()), AnswerEnded("failed")),
        ]
    _append_all(deps, frame.log, unlogged, tasks)
    playing, passed = len(sentence) / CHARACTERS_PER_S, frame.late_s + deps.clock() - started
    start_silence_timer(deps, frame.connection, deps.agent(""), frame.key, playing=playing, passed=passed)
    return "apologised"


def apologise_for_prompt(deps: Deps, frame: Frame, prompt: Prompt, started: float, tasks: TaskGroup) -> str:
    """Apologise for a prompt that could not use the log, unless a draft has claimed its answer; return one word.

    The claim is logged before the prompt, so that no draft finds a prompt that has no claim.
    """
    own = Entry(frame.key, without_numbers(deps, prompt))
    if not may_be_drafted(deps):
        return apologise(deps, frame, started, tasks, own)
    claimed = Future(tasks, "claim", lambda: claim(deps, frame.log, frame.key, frame.key, tasks))
    try:
        if claimed.done_within(CLAIM_TRIED_S) and not claimed.result():
            return "drafted"
    except LogError as error:
        logger.error("it is unknown who answers a prompt: %s", error)
    return apologise(deps, frame, started, tasks, claim_entry(frame.key, frame.key), own)


def answer_nothing(deps: Deps, frame: Frame) -> str:
    """Log that this turn gets no answer, so that no report of the line is credited to it; return one word."""
    try:
        deps.ports.log.append(frame.log, Entry(frame.key.under(NO_ANSWER), AnswerEnded("superseded")))
    except LogError as error:
        logger.warning("the end of an unwanted answer was not logged: %s", error)
    return "not wanted any more"


def _left_at(frame: Key, seconds: float) -> Key:
    """Return the key of a moment just before the apology is sent, `seconds` after its frame.

    The log was not read for interrupts, but those before this moment cut older words.
    """
    return Key(frame.at + int(seconds * 1000), "")


def _append_all(deps: Deps, log: str, entries: list[Entry], tasks: TaskGroup) -> None:
    """Append the entries in this order, with retries while the log fails."""
    until = deps.clock() + REACH_LOG_WITHIN_S
    while entries:
        try:
            deps.ports.log.append(log, entries[0])
            entries = entries[1:]
        except LogError as error:
            logger.error("an apology was not logged: %s", error)
            if deps.clock() > until:
                return
            tasks.wait(lambda: False, RETRY_S)
