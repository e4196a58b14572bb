"""Opens or refuses a session when its setup arrives, as `relay/opening.py` decides."""

import logging
from dataclasses import replace

from functions.live.call_time_limit import SEND_WITHIN_S, keep_time
from functions.live.deps import Deps, Frame
from functions.live.kept_prompt import keep_prompt, prompt_of
from functions.live.private import with_held
from functions.live.silence_timer import start_silence_timer
from functions.relay.answer.playback import CHARACTERS_PER_S
from functions.relay.call_context import about
from functions.relay.log.events import Entry, SessionRefused
from functions.relay.log.keys import OPENING, call_log, session_log
from functions.relay.opening import Open, Refuse, Repeated, SetupFacts, plan_opening, session_before
from functions.relay.ports import LogError
from functions.relay.wire.messages import End, Setup

OPEN_WITHIN_S = 15.0
"""Seconds of retries to open a session while the table fails."""

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
    """Open or refuse the session, unless that has happened; return one word for the debug log. Raises LogError."""
    about(call=setup.call)
    deps.ports.log.append(frame.log, Entry(frame.key, setup))
    match plan_opening(_arrival(deps, frame, setup), deps.agent):
        case Repeated():
            return _ignored()
        case Refuse():
            return _refuse(deps, frame)
        case Open() as plan:
            return _open(deps, frame, plan) if _uses_up(deps, setup, plan.ticket) else _refuse(deps, frame)


def _arrival(deps: Deps, frame: Frame, setup: Setup) -> SetupFacts:
    log = deps.ports.log
    session, call = log.read(frame.log), log.read(call_log(setup.call))
    earlier = session_before(call, frame.connection)
    before = with_held(deps, earlier, log.read(session_log(earlier))) if earlier else None
    return SetupFacts(frame.connection, frame.key, setup, session, call, before)


def _uses_up(deps: Deps, setup: Setup, ticket: Entry) -> bool:
    """Use the ticket up; return whether this session used it, now or in an earlier try that then failed."""
    log, call = deps.ports.log, call_log(setup.call)
    return log.append(call, ticket) or ticket in log.read(call)


def _open(deps: Deps, frame: Frame, plan: Open) -> str:
    about(agent=plan.opened.agent)
    agent = deps.agent(plan.opened.agent)
    prompts, prompt = prompt_of(deps, agent, plan.opened, frame.connection)
    if not deps.ports.log.append(frame.log, Entry(OPENING, replace(plan.opened, prompt=prompts))):
        return _ignored()
    playing = len(plan.opened.greeting) / CHARACTERS_PER_S
    start_silence_timer(deps, frame.connection, agent, frame.key, playing=playing)
    for message in plan.messages:
        deps.say(frame.connection, message)
    # After the greeting, which must not wait for a queue that fails.
    passed = (frame.key.at - plan.opened.began) / 1000
    keep_time(deps, frame.connection, plan.opened.agent, passed, SEND_WITHIN_S)
    keep_prompt(deps, prompts, prompt, frame.key.at)
    return plan.how


def _refuse(deps: Deps, frame: Frame) -> str:
    if not deps.ports.log.append(frame.log, Entry(OPENING, SessionRefused())):
        return _ignored()
    more = {"fault": "handshake", "source": frame.source}
    logger.warning("a session was refused: it brought no unused ticket of its call", extra=more)
    deps.say(frame.connection, End())
    return "refused"


def _ignored() -> str:
    logger.warning("a setup was ignored: its session was open or refused already")
    return "repeated"
