"""Answers a prompt; and if whoever was answering it is gone, gives the answer in their place.

A reminder comes back some seconds after each prompt. Whoever answers leaves signs of life in the log, so no clock is
compared: an answer without an end and without a new sign since the last reminder is owed.
"""

import json
import logging
from dataclasses import dataclass, replace
from typing import Self

from functions.live.answer_runner import Place, conduct
from functions.live.deps import Frame, Means
from functions.live.digits import keyed_in
from functions.live.opening import open_now
from functions.live.tasks import Crew, Part
from functions.relay import Caller
from functions.relay.answer.answer import Answer
from functions.relay.call.call import Call, fold, superseded
from functions.relay.call.history import KEPT, LONG, begun_anew
from functions.relay.call.turn import Turn
from functions.relay.log.events import Ended, Entry, Opened, Refused, Said, Taken
from functions.relay.log.keys import TAKEN, Key, session_log
from functions.relay.ports import LogError
from functions.relay.wire.messages import Interrupt, Prompt, Setup, Text

OPENING_TAKES = 3.0
"""Seconds that a prompt waits for its session to be opened: frames overlap, and setup's may be the slower one."""

LOOK_AGAIN = 0.05
"""Seconds between two looks whether the session is open."""

FIRST_CHECK = 6
"""Seconds after a prompt at which its answer must have been given, or must show signs of life."""

MOMENT = 0.03
"""Seconds that a reminder waits before it is sent: it must not take the processor from the way to the model."""

NEXT_CHECK = 4
"""Seconds to the next look for them: twice the time between two signs."""

UNWANTED = 199
"""Where it is noted under a prompt that nobody answers it: where the end of a short answer would stand."""

TRIES = 8.0
"""Seconds for which the log is tried while it is out of reach: neither a reminder nor an apology comes back."""

TRY_AGAIN = 0.5
"""Seconds between two tries."""

SORRY = 90
"""The place under a prompt of an apology that is all the answer, since the log was out of reach."""

MOST_TAKEN = 2
"""How often an answer is taken over before it is given up."""

logger = logging.getLogger("hotline")

Entries = tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the log told when it was read."""

    entries: Entries
    call: Call
    read_at: float


@dataclass(frozen=True, slots=True)
class Reminder:
    """Comes back some seconds after a prompt; `signs` are those of life that were known when it was sent.

    To take the answer over is one too: a reminder that was sent before, or comes twice, finds somebody at work.
    """

    connection: str
    key: Key
    signs: int = 0

    def write(self) -> str:
        """Return the reminder as text, which holds no word of the call."""
        return json.dumps([self.connection, str(self.key), self.signs])

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the reminder in a text. Raises ValueError for any other text."""
        try:
            match json.loads(text):
                case [str(connection), str(key), int(signs)]:
                    return cls(connection, Key.parse(key), signs)
        except (ValueError, RecursionError):
            pass
        raise ValueError("no reminder")


def reply(means: Means, frame: Frame, prompt: Prompt, crew: Crew) -> str:
    """Put a prompt into the log and answer it, if its answer is wanted; return in a word what was done."""
    started = means.clock()
    crew.start("remind", lambda: _remind_in_a_moment(means, Reminder(frame.connection, frame.key), crew))
    try:
        entries = _put_and_read(means, frame, prompt, crew)
    except LogError as error:
        logger.error("a prompt found the log out of reach: %s", error)
        return _apologise(means, frame, crew, Entry(frame.key, prompt))
    if entries is None:
        return "repeated"
    return _respond(means, frame, entries, started, crew)


def begin(means: Means, connection: str, cause: Entry, crew: Crew) -> str:
    """Have the agent speak because of something other than a prompt; return what was done. Raises LogError."""
    frame, started = Frame(connection, cause.key, ""), means.clock()
    if not means.ports.log.append(frame.log, cause):
        return "repeated"
    crew.start("remind", lambda: _remind_in_a_moment(means, Reminder(connection, cause.key), crew))
    return _respond(means, frame, means.ports.log.read(frame.log), started, crew)


def _respond(means: Means, frame: Frame, entries: Entries, started: float, crew: Crew) -> str:
    known = _Known(entries, fold(entries), started)
    if known.call.over:
        return "not wanted any more"
    if superseded(entries, frame.key):
        return _leave(means, frame)
    if known.call.opened is None:
        logger.warning("a prompt came to a session that was never set up")
        return _apologise(means, frame, crew)
    answer = Answer(means.agent(known.call.opened.agent), known.call, started)
    _give(means, answer, _place(means, frame.connection, frame.key, known), crew)
    _begin_anew(means, frame, entries)
    return "answered"


def _leave(means: Means, frame: Frame) -> str:
    """Note that nobody answers this: what the line reports cannot be words of it then."""
    try:
        means.ports.log.append(frame.log, Entry(frame.key.under(UNWANTED), Ended("superseded")))
    except LogError as error:
        logger.warning("an answer that is not wanted any more was not noted as ended: %s", error)
    return "not wanted any more"


def check(means: Means, reminder: Reminder, crew: Crew) -> str:
    """Give the answer that a reminder is about if it is owed; return what was done. Raises LogError in the end."""
    until = means.clock() + TRIES
    while True:
        try:
            return _check(means, reminder, crew)
        except LogError as error:
            logger.error("a reminder found the log out of reach: %s", error)
            if means.clock() > until:
                raise
        crew.wait(lambda: False, TRY_AGAIN)


def _check(means: Means, reminder: Reminder, crew: Crew) -> str:
    log, key, began = session_log(reminder.connection), reminder.key, means.clock()
    entries = means.ports.log.read(log)
    if not _is_open(entries):
        entries = _opened_late(means, Frame(reminder.connection, key, ""), entries)
    call = fold(entries)
    turn = call.turn(key)
    if call.opened is None or turn is None or turn.ended or not _owed(call, entries, key):
        return "settled"
    if turn.signs != reminder.signs:
        means.remind(NEXT_CHECK, Reminder(reminder.connection, key, turn.signs).write())
        return "at work"
    taken = key.under(TAKEN * (turn.taken + 1))
    if turn.taken == MOST_TAKEN or not means.ports.log.append(log, Entry(taken, Taken())):
        return "given up"
    logger.error("an answer is taken over: whoever gave it is gone")
    crew.start(
        "remind", lambda: means.remind(FIRST_CHECK, Reminder(reminder.connection, key, turn.signs + 1).write())
    )
    _note_heard(means, log, taken, turn)
    agent = means.agent(call.opened.agent)
    answer = Answer(agent, call, means.clock(), place=taken.place, begun=bool(turn.audible), parted=call.parted)
    place = _place(means, reminder.connection, taken, _Known(entries, call, began))
    _give(means, answer, replace(place, parted=call.parted is not None), crew)
    _begin_anew(means, Frame(reminder.connection, key, ""), entries)
    return "taken over"


def _owed(call: Call, entries: Entries, key: Key) -> bool:
    """Return whether an answer without an end is still wanted: one that was to end the session must do so."""
    if call.parted:
        return Key.parse(call.parted.by).frame == key.frame and not call.closed
    return not call.over and not superseded(entries, key)


def _note_heard(means: Means, log: str, taken: Key, turn: Turn) -> None:
    """Note what the caller heard of whoever is gone: the history tells of an ended turn what was noted of it."""
    if turn.unnoted:
        try:
            means.ports.log.append(log, Entry(taken.under(taken.place - 1), Said(turn.unnoted)))
        except LogError as error:
            logger.error("what was heard of an answer was not noted: %s", error)


def _give(means: Means, answer: Answer, place: Place, crew: Crew) -> None:
    conduct(answer, means.ports, place, crew, means.clock)
    means.report(answer.ended)


def _place(means: Means, connection: str, key: Key, known: _Known) -> Place:
    call, later = known.call, (entry for entry in known.entries if entry.key > key)
    interrupted = max((entry.key for entry in later if isinstance(entry.event, Interrupt)), default=None)
    opened = call.opened or Opened("", "", "", "")
    agent = means.agent(opened.agent)
    caller = Caller(opened.caller, opened.called, opened.call, opened.parameters, call.language or agent.language)
    caller.memory.update(call.memory)
    digits = keyed_in(means, connection, agent, call)
    return Place(session_log(connection), key, connection, caller, interrupted, known.read_at, digits)


def _remind_in_a_moment(means: Means, reminder: Reminder, crew: Crew) -> None:
    crew.wait(lambda: False, MOMENT)
    means.remind(FIRST_CHECK, reminder.write())


def _apologise(means: Means, frame: Frame, crew: Crew, *unnoted: Entry) -> str:
    sentence, notes = means.agent("").phrases.trouble, list(unnoted)
    if means.say(frame.connection, Text(sentence, last=True)):
        notes += [Entry(frame.key.under(SORRY), Said(sentence)), Entry(frame.key.under(SORRY + 1), Ended("failed"))]
    _note_in_the_end(means, frame.log, notes, crew)
    return "apologised"


def _note_in_the_end(means: Means, log: str, notes: list[Entry], crew: Crew) -> None:
    """Note what the log was out of reach for, in this order, once it can be reached again."""
    until = means.clock() + TRIES
    while notes:
        try:
            means.ports.log.append(log, notes[0])
            notes = notes[1:]
        except LogError as error:
            logger.error("an apology was not noted: %s", error)
            if means.clock() > until:
                return
            crew.wait(lambda: False, TRY_AGAIN)


def _put_and_read(means: Means, frame: Frame, prompt: Prompt, crew: Crew) -> Entries | None:
    """Put the prompt and read the log at the same time; None if the prompt stood there already."""
    own = Entry(frame.key, prompt)
    put = Part(crew, "put", lambda: means.ports.log.append(frame.log, own))
    try:
        entries = (*read_open(means, frame, crew), own)
    except LogError:
        if not put.result():
            return None
        raise
    return entries if put.result() else None


def read_open(means: Means, frame: Frame, crew: Crew) -> Entries:
    """Return the session's log once it is open: setup's invocation may be the slower one."""
    until = means.clock() + OPENING_TAKES
    while True:
        entries = means.ports.log.read(frame.log)
        if _is_open(entries):
            return entries
        if means.clock() > until:
            return _opened_late(means, frame, entries)
        crew.wait(lambda: False, LOOK_AGAIN)


def _is_open(entries: Entries) -> bool:
    return any(isinstance(entry.event, Opened | Refused) for entry in entries)


def _opened_late(means: Means, frame: Frame, entries: Entries) -> Entries:
    """Return the session's log once it is opened from the setup that stands in it: whoever took that in is gone."""
    for entry in entries:
        if isinstance(entry.event, Setup):
            open_now(means, Frame(frame.connection, entry.key, ""), entry.event)
            return means.ports.log.read(frame.log)
    return entries


def _begin_anew(means: Means, frame: Frame, entries: Entries) -> None:
    """Let a long log begin anew, so that the next turn reads no more than this one did."""
    if len(entries) <= LONG:
        return
    try:
        entries = means.ports.log.read(frame.log)
        call = fold(entries)
        anew = begun_anew(call)
        # A late report of an old turn's words would be taken for a kept one's, where both said the same.
        if anew and fold((*entries, Entry(*anew))).turns == call.turns[-KEPT:]:
            means.ports.log.append(frame.log, Entry(*anew))
    except LogError as error:
        logger.warning("a long log was not begun anew: %s", error)
