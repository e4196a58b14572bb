"""Opens a session when its setup comes, if it brings its call's ticket, with what earlier sessions remember."""

import logging
from dataclasses import replace

from functions.live.deps import Deps, Frame
from functions.live.time_limit import keep_time
from functions.relay import Agent
from functions.relay.admission import admitted, use_of
from functions.relay.after_session import come_back
from functions.relay.call.call import Call, fold
from functions.relay.call.history import bounded, history
from functions.relay.log.events import (
    Announced,
    Closed,
    Entry,
    HandedOff,
    SessionEnded,
    SessionJoined,
    SessionOpened,
    SessionRefused,
)
from functions.relay.log.keys import OPENING, call_log, session_log
from functions.relay.ports import LogError
from functions.relay.wire.messages import End, Language, Setup, Text

OPEN_WITHIN_S = 15.0
"""Seconds that a session tries to open while the table is out of reach: without it nothing can be answered."""

RETRY_S = 0.5
"""Seconds between two tries."""

logger = logging.getLogger("hotline")


def open_session(deps: Deps, frame: Frame, setup: Setup) -> str:
    """Open the session, or refuse it; return in a word what was done. Raises LogError after many tries."""
    tasks, until = deps.tasks(), deps.clock() + OPEN_WITHIN_S
    while True:
        try:
            return open_now(deps, frame, setup)
        except LogError as error:
            logger.error("a session could not be opened: %s", error)
            if deps.clock() > until:
                raise
        tasks.wait(lambda: False, RETRY_S)


def open_now(deps: Deps, frame: Frame, setup: Setup) -> str:
    """Open the session, or refuse it, if it does not stand yet; return what was done. Raises LogError."""
    log, calls = deps.ports.log, call_log(setup.call)
    log.append(frame.log, Entry(frame.key, setup))
    if any(isinstance(entry.event, SessionOpened | SessionRefused) for entry in log.read(frame.log)):
        return _passed_over()
    known = log.read(calls)
    announced = admitted(known, setup, frame.key.at)
    if announced is None or not _uses_up(deps, frame, calls, use_of(announced, frame.connection)):
        return _refuse(deps, frame)
    before = _before(deps, frame, known)
    following = before is not None and _agent_of(before) in (announced.agent, "")
    opened = _opened(deps, setup, announced, before)
    if before and following:
        opened = _resumed(opened, before, deps.agent(announced.agent), come_back(known, frame.connection))
    elif not before and any(isinstance(entry.event, SessionEnded) for entry in known):
        opened = replace(opened, greeting="")
    first = min((entry.key.at for entry in known if isinstance(entry.event, SessionJoined)), default=frame.key.at)
    if not log.append(frame.log, Entry(OPENING, replace(opened, began=first))):
        return _passed_over()
    keep_time(deps, frame.connection, announced.agent, (frame.key.at - first) / 1000)
    if not following:
        return "opened" if before is None else "passed on"
    _take_up(deps, frame.connection, opened)
    return "resumed"


def _uses_up(deps: Deps, frame: Frame, calls: str, use: Entry) -> bool:
    """Return whether the ticket is this session's now, or was already: an earlier try may have got no further."""
    return deps.ports.log.append(calls, use) or use in deps.ports.log.read(calls)


def _take_up(deps: Deps, connection: str, opened: SessionOpened) -> None:
    """Go on in the language that was spoken, with a sentence if there is one to say."""
    other = opened.language if opened.language != deps.agent(opened.agent).language else ""
    if other:
        deps.say(connection, Language(other))
    if opened.greeting:
        deps.say(connection, Text(opened.greeting, last=True, language=other or None))


def _passed_over() -> str:
    """Say so: a second setup may name another call, whose memory this one must not be given."""
    logger.warning("a setup was passed over: its session stood already")
    return "repeated"


def _refuse(deps: Deps, frame: Frame) -> str:
    if not deps.ports.log.append(frame.log, Entry(OPENING, SessionRefused())):
        return _passed_over()
    logger.warning("a session was refused: it brought no unused ticket of its call")
    deps.say(frame.connection, End())
    return "refused"


def _before(deps: Deps, frame: Frame, known: tuple[Entry, ...]) -> Call | None:
    """Return the call's session before this one as it ended: its socket is gone, told of by API Gateway or not."""
    joined = [entry.event.connection for entry in known if isinstance(entry.event, SessionJoined)]
    earlier = [one for one in dict.fromkeys(joined) if one != frame.connection]
    return fold((*deps.ports.log.read(session_log(earlier[-1])), Entry(frame.key, Closed(0)))) if earlier else None


def _agent_of(call: Call) -> str:
    return call.opened.agent if call.opened else ""


def _opened(deps: Deps, setup: Setup, announced: Announced, before: Call | None) -> SessionOpened:
    """Return the opening of a session that Twilio begins with a greeting, with what the call remembers."""
    greeting = deps.agent(announced.agent).first_words(announced)
    opened = SessionOpened(
        announced.agent, setup.call, announced.caller, announced.called, greeting, announced.parameters
    )
    opened = replace(opened, facts=announced.facts, outbound=announced.outbound)
    remembered = bounded(history(before)) if before else ()
    memory, tokens = (before.memory, before.tokens) if before else ((), 0)
    return replace(opened, remembered=remembered, memory=memory, tokens=tokens, language=announced.language)


def _resumed(opened: SessionOpened, before: Call, agent: Agent, unreached: HandedOff | None) -> SessionOpened:
    """Return the opening of a session that goes on where the one before it ended: Twilio greets nobody again."""
    return replace(opened, greeting=_taken_up(before, agent, unreached), language=before.language)


def _taken_up(before: Call, agent: Agent, unreached: HandedOff | None) -> str:
    """Return what the agent says first: that a hand-off reached nobody, or that a lost socket fell into an answer."""
    if unreached:
        return unreached.nobody
    lost = before.end_claim is None and bool(before.turns) and before.turns[-1].unfinished
    return agent.phrases_in(before.language or agent.language).back if lost else ""
