"""The caller of a session, as tools are given them."""

from functions.live.deps import Deps
from functions.relay import Agent, Caller
from functions.relay.call.call import Call
from functions.relay.log.events import SessionOpened


def caller_of(deps: Deps, agent: Agent, opened: SessionOpened, call: Call) -> Caller:
    """Return who is on the phone with an agent, with the language that is spoken and what tools have noted."""
    language = call.language or agent.language
    caller = Caller(opened.caller, opened.called, opened.call, opened.parameters, language, secrets=deps.secret)
    caller.memory.update(call.memory)
    return caller
