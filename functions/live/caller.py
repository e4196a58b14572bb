"""The caller of a session as tools see them, and what the model is told about the call."""

import logging
from functools import partial

from functions.live.deps import Deps
from functions.live.private import as_told, read_private
from functions.relay import Agent, Caller
from functions.relay.agent.words import AgentText, stranger, words_for
from functions.relay.answer.actions import Ask
from functions.relay.answer.answer import Answer
from functions.relay.answer.guarding import guard_of
from functions.relay.answer.instructions import Instructions, caller_in_prompt, situation
from functions.relay.answer.moves import NEW, Takeover
from functions.relay.call.call import Call
from functions.relay.deadlines import ANSWER_DEADLINE_S
from functions.relay.error_location import location_of
from functions.relay.log.events import SessionOpened
from functions.relay.wire.model import Request

logger = logging.getLogger("hotline")

UNOPENED = SessionOpened("", "", "", "")
"""The opening of a session whose log holds none."""


def caller_of(deps: Deps, agent: Agent, opened: SessionOpened, call: Call) -> Caller:
    """Return the caller of a call, with the language that is spoken and the memory of tools."""
    caller = Caller(
        opened.caller,
        opened.called,
        opened.call,
        opened.parameters,
        call.language or agent.language,
        secrets=deps.secret,
        facts=dict(opened.facts),
        earlier=opened.earlier,
        direction="outbound" if opened.outbound else "inbound",
        stir_verstat=opened.stir_verstat,
        forwarded_from=opened.forwarded_from,
        name=opened.caller_name,
        parent_call=opened.parent_call,
        is_open=agent.is_open(call.turns[-1].key.at if call.turns else opened.began),
    )
    caller.memory.update(call.memory)
    return caller


def instructions_of(deps: Deps, agent: Agent, call: Call) -> Instructions:
    """Return what the model is told in this turn besides the conversation, with the time of the turn."""
    opened = call.opened or UNOPENED
    caller = caller_of(deps, agent, opened, call)
    now = call.turns[-1].key.at if call.turns else 0
    prompt = agent.whole_prompt(words_or_usual(agent.prompt, caller_in_prompt(caller), "prompt"), caller.language)
    return Instructions(prompt, situation(agent, caller, opened.began, now))


def words_or_usual(words: AgentText, caller: Caller, name: str) -> str:
    """Return the words for a caller. If the agent's function fails, return its words for an unknown caller."""
    for one in (caller, stranger(caller.language)):
        try:
            return words_for(words, one)
        except Exception as error:  # noqa: BLE001 - an agent's function may raise anything, and the call goes on
            logger.error("an agent's %s failed: %s", name, location_of(error))
    return ""


def answer_to(
    deps: Deps,
    opened: SessionOpened,
    call: Call,
    now: float,
    *,
    takeover: Takeover = NEW,
    waited: float = 0.0,
    allowed: float = ANSWER_DEADLINE_S,
) -> Answer:
    """Return the answer to the last turn of a call, ready to run. It may take `allowed` seconds.

    At `now` the caller has waited for it for `waited` seconds.
    """
    agent = deps.agent(opened.agent).speaking(opened.second)
    instructions = instructions_of(deps, agent, call)
    guard = partial(guard_of, agent, instructions.prompt, deps.recognizer)
    return Answer(
        agent,
        call,
        now,
        allowed,
        instructions=instructions,
        takeover=takeover,
        waited=waited,
        guard=guard,
        unexpected=deps.unexpected,
    )


def first_request(deps: Deps, connection: str, call: Call) -> Request | None:
    """Return what the model is asked first for the call's last turn; None if its answer begins without the model."""
    if call.opened is None:
        return None
    told = as_told(call, read_private(deps, connection, call), deps.agent(call.opened.agent))
    match answer_to(deps, call.opened, told, deps.clock()).begin():
        case [Ask(request)]:
            return request
        case _:
            return None
