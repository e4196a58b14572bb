"""Answers a turn (a prompt, a key, digits, a silence, …), and takes over an answer whose invocation died.

relay/answer/spoken_reply.py names the path of a word from the model to the caller.

A reminder returns some seconds after each prompt: see answer_reminder.py. An invocation that is answering leaves
heartbeats in the log. If the answer has no end, and no new heartbeat since the last reminder, the reminder gives it.
"""

import logging
from dataclasses import replace
from functools import partial

from functions.live.answer_claim import claim_entry
from functions.live.answer_context import AnswerContext, Since
from functions.live.answer_reminder import note_return, remind_of_end, remind_of_other_turns, remind_once_begun
from functions.live.answer_runner import run_answer
from functions.live.apology import RETRY_S, answer_nothing, apologise, apologise_for_prompt
from functions.live.barge_in import speaks
from functions.live.call_backs import CallBacks
from functions.live.call_time_limit import keep_time_again, must_end
from functions.live.caller import UNOPENED, answer_to, caller_of
from functions.live.deps import Deps, Frame
from functions.live.digits import keyed_in
from functions.live.early_request import claim_while_asking, put_while_asking
from functions.live.hand_offs import becomes
from functions.live.private import (
    PrivateWords,
    as_told,
    may_be_private,
    read_private,
    redactor_of,
    release_held,
)
from functions.live.reading import Read, is_open, opened_late, put_and_read, read_with_retries
from functions.live.reminders import AnswerReminder
from functions.live.silence_timer import start_silence_timer
from functions.live.snapshots import append_snapshot
from functions.live.tasks import TaskGroup
from functions.relay.answer.moves import NEW, Takeover
from functions.relay.call.call import Call, fold, known_to_reminder, superseded, yields_to_prompt
from functions.relay.call.shared_reminder import FIRST_CHECK_S
from functions.relay.call.speaking_order import may_overlap, newest_spoken
from functions.relay.call.timers import AtWork, Later, Settled, TakeOver, answer_step
from functions.relay.call.turn import Turn
from functions.relay.dataclass import dataclass
from functions.relay.deadlines import REACH_LOG_WITHIN_S
from functions.relay.log.events import (
    AgentSaid,
    DigitsEntered,
    Ending,
    Entries,
    Entry,
    KeyPressed,
    MachineAnswered,
    TakenOver,
    TimeUp,
)
from functions.relay.log.keys import Key, Slot, run_start, session_log
from functions.relay.ports import LogError
from functions.relay.wire.messages import Interrupt, Prompt

NEXT_CHECK_S = 4
"""Seconds to the next check: twice the time between two heartbeats."""

FRAME = Slot.FRAME.at()

AGENT_IS_DONE: tuple[Ending, ...] = ("gone", "handed off", "goodbye")
"""Endings after which the caller is no longer with the agent."""

MOST_TAKEOVERS = 2
"""Most takeovers of one answer."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class _Known:
    """The log, its fold, and the time since it was read."""

    entries: Entries
    call: Call
    since: Since


def reply(deps: Deps, frame: Frame, prompt: Prompt, tasks: TaskGroup) -> str:
    """Log a prompt and answer it, unless something newer was logged; return one word for the debug log."""
    started = deps.clock()
    begun = remind_once_begun(deps, frame.connection, frame.key, tasks)
    try:
        if may_be_private(deps, prompt):
            read, deps = put_while_asking(deps, frame, prompt, tasks)
        else:
            read = put_and_read(deps, frame, prompt, tasks)
    except LogError as error:
        logger.error("a prompt could not use the log: %s", error)
        said = apologise_for_prompt(deps, frame, prompt, started, tasks)
        if said == "drafted":
            begun()
        return said
    if read is None:
        return "repeated"
    return _respond(deps, frame, read, Since(started, frame.late_s, begun, read_at=read.began), tasks)


def begin(deps: Deps, connection: str, cause: Entry, tasks: TaskGroup, *, passed: float = 0.0) -> str:
    """Begin a turn for something other than a prompt; return one word for the debug log. Raises LogError.

    The turn's key is `passed` seconds old. A caller who has pressed a key waits for an answer: if the log fails, they
    hear an apology, and nothing is raised.
    """
    frame, started = Frame(connection, cause.key, "", late_s=passed), deps.clock()
    # Before the append: if this invocation dies after it, the reminder finds the turn and answers it.
    begun = remind_once_begun(deps, connection, cause.key, tasks, cause.event)
    try:
        if not deps.ports.log.append(frame.log, cause):
            return "repeated"
        read = read_with_retries(deps, frame.log, tasks)
        return _respond(deps, frame, read, Since(started, passed, begun, read_at=read.began), tasks)
    except LogError as error:
        if not isinstance(cause.event, KeyPressed | DigitsEntered):
            raise
        logger.error("a key could not use the log: %s", error)
        return apologise(deps, frame, started, tasks, cause)


def _respond(deps: Deps, frame: Frame, read: Read, since: Since, tasks: TaskGroup) -> str:
    entries = read.entries
    known = _Known(entries, read.call or fold(entries).until(frame.key), since)
    keep_time_again(deps, frame.connection, known.call, frame.key, tasks)
    try:
        told = claim_while_asking(deps, frame, read, known.call, tasks)
    except LogError as error:
        logger.error("it is unknown who answers a prompt: %s", error)
        if known.call.over or superseded(entries, frame.key):
            return "not wanted any more"
        return apologise(deps, frame, since.began, tasks, claim_entry(frame.key, frame.key))
    if told is None:
        since.on_begun()
        return "drafted"
    if known.call.over:
        remind_of_end(deps, frame.connection, known.call)
        return answer_nothing(deps, frame) if known.call.end_claim else "not wanted any more"
    if superseded(entries, frame.key) or yields_to_prompt(known.call):
        return answer_nothing(deps, frame)
    if known.call.opened is None:
        logger.warning("a turn came to a session whose `setup` is not in its log: the caller hears an apology")
        return apologise(deps, frame, since.began, tasks)
    if time_up := must_end(deps, known.call, frame.key):
        answer_nothing(deps, frame)
        return _end(deps, frame, time_up, since.began, tasks)
    _answer(told, frame, known, tasks)
    append_snapshot(deps, frame.log, entries)
    return "answered"


def _end(deps: Deps, frame: Frame, time_up: TimeUp, started: float, tasks: TaskGroup) -> str:
    """Begin the turn that ends the call, and answer no prompt; return one word for the debug log.

    If the log fails, the caller hears an apology meanwhile, and the reminder of that turn ends the call.
    """
    ending = Entry(frame.key.after("over"), time_up)
    try:
        return begin(deps, frame.connection, ending, tasks)
    except LogError as error:
        logger.error("the end of a call could not use the log: %s", error)
        return apologise(deps, frame, started, tasks, ending)


def check(deps: Deps, reminder: AnswerReminder, tasks: TaskGroup) -> str:
    """Answer the reminder's turn if its answer is missing; return one word. Raises LogError after many tries."""
    until = deps.clock() + REACH_LOG_WITHIN_S
    while True:
        try:
            return _check(deps, reminder, tasks)
        except LogError as error:
            logger.error("a reminder could not use the log: %s", error)
            if deps.clock() > until:
                raise
        tasks.wait(lambda: False, RETRY_S)


def _check(deps: Deps, reminder: AnswerReminder, tasks: TaskGroup) -> str:
    log, key, began = session_log(reminder.connection), reminder.key, deps.clock()
    note_return(deps, reminder)
    entries = deps.ports.log.read(log)
    if not is_open(entries):
        entries = opened_late(deps, Frame(reminder.connection, key, ""), entries)
    call = fold(entries)
    remind_of_other_turns(deps, reminder, call, entries)
    match answer_step(call, entries, key, reminder.heartbeats, reminder.waited):
        case Settled():
            return "settled"
        case AtWork(heartbeats):
            deps.remind(NEXT_CHECK_S, AnswerReminder(reminder.connection, key, heartbeats).write())
            return "at work"
        case Later(seconds):
            deps.remind(seconds, replace(reminder, waited=reminder.waited + seconds).write())
            return "later"
        case TakeOver(_, turn):
            known = _Known(entries, call.until(key), Since(began, FIRST_CHECK_S))
            return _take_over(deps, reminder.connection, known, turn, tasks)


def _take_over(deps: Deps, connection: str, known: _Known, turn: Turn, tasks: TaskGroup) -> str:
    """Answer in place of an invocation that died; return one word for the debug log. Raises LogError."""
    log, key, call = session_log(connection), turn.key, known.call
    taken = key.under(Slot.TAKEN_OVER.at(run_start(turn.takeovers + 1)))
    if turn.takeovers == MOST_TAKEOVERS or not deps.ports.log.append(log, Entry(taken, TakenOver())):
        return "given up"
    logger.error("an answer is taken over: the invocation that was answering died")
    again = AnswerReminder(connection, key, turn.heartbeats + 1)
    tasks.start("remind", lambda: deps.remind(FIRST_CHECK_S, again.write()))
    _log_heard(deps, log, taken, turn)
    takeover = Takeover(taken.slot, bool(turn.audible), call.end_claim)
    _answer(deps, Frame(connection, taken, ""), known, tasks, takeover)
    append_snapshot(deps, log, known.entries)
    return "taken over"


def _log_heard(deps: Deps, log: str, taken: Key, turn: Turn) -> None:
    """Log what the caller heard of the dead invocation: it did not, and a history holds only logged words."""
    if turn.unlogged:
        run = run_start(turn.takeovers)
        heard = AgentSaid(turn.unlogged, found_after=len(turn.logged_by(run)))
        try:
            deps.ports.log.append(log, Entry(taken.under(Slot.HEARD.at(run)), heard))
        except LogError as error:
            logger.error("the words that were heard of an answer were not logged: %s", error)


def _answer(deps: Deps, frame: Frame, known: _Known, tasks: TaskGroup, takeover: Takeover = NEW) -> None:
    """Answer the last turn of a call. `frame` has the key of the turn, or of the takeover under it."""
    opened = known.call.opened or UNOPENED
    agent, private_words = deps.agent(opened.agent), read_private(deps, frame.connection, known.call)
    call_for_model = as_told(known.call, private_words, agent)
    since = known.since
    answer = answer_to(
        deps, opened, call_for_model, since.began, takeover=takeover, waited=since.age, allowed=since.allowed
    )
    run_answer(answer, deps.ports, _context(deps, frame, known, private_words), tasks, deps.clock)
    deps.report(answer.ended)
    if answer.ended.how not in AGENT_IS_DONE:
        now = deps.clock()
        playing, passed = answer.playback.seconds(now), now - since.began + since.age
        start_silence_timer(deps, frame.connection, agent, frame.key.under(FRAME), playing=playing, passed=passed)
    if answer.ended.how not in ("superseded", "gone"):
        release_held(deps, frame.connection, known.call, private_words, over=answer.ended.how in AGENT_IS_DONE)


def answer_claimed(deps: Deps, frame: Frame, entries: Entries, since: Since, tasks: TaskGroup, *, call: Call) -> None:
    """Answer a prompt that a draft has claimed. `entries` are the session's log, `call` is their fold.

    The model of `deps` holds the draft, unless the draft is of another request.
    """
    known = _Known(entries, call, since)
    if known.call.over or superseded(entries, frame.key):
        answer_nothing(deps, frame)
        return
    if time_up := must_end(deps, call, frame.key):
        answer_nothing(deps, frame)
        _end(deps, frame, time_up, since.began, tasks)
        return
    _answer(deps, frame, known, tasks)
    append_snapshot(deps, frame.log, entries)


def _context(deps: Deps, frame: Frame, known: _Known, private_words: PrivateWords) -> AnswerContext:
    call, later = known.call, [entry for entry in known.entries if entry.key > frame.key]
    opened = call.opened or UNOPENED
    agent, now = deps.agent(opened.agent), call.turns[-1].key.at if call.turns else opened.began
    return AnswerContext(
        frame.log,
        frame.key,
        frame.connection,
        caller_of(deps, agent, opened, call),
        max((entry.key for entry in later if isinstance(entry.event, Interrupt)), default=None),
        newest_spoken(known.entries, frame.key),
        may_overlap(call),
        known.since.began,
        known.since.read_at,
        speaks(later),
        keyed_in(deps, frame.connection, agent, call),
        redactor_of(deps, agent, call.language, private_words),
        agent.tell_private,
        opened.mark,
        known.since.on_begun,
        partial(becomes, deps, agent=agent, language=call.language or agent.language, now=now),
        CallBacks(deps, opened.agent, opened.mark, now).plan,
        call.end_claim is not None,
        bool(call.turns) and isinstance(call.turns[-1].cause, MachineAnswered),
        known_to_reminder(call, known.entries),
    )
