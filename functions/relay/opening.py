"""Decides from the logs alone whether a session opens when its setup comes, and what it remembers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from functions.relay.admission import admitted, use_of
from functions.relay.after_session import sentence_after
from functions.relay.agent.agent import Agent
from functions.relay.call.call import Call, fold
from functions.relay.call.history import bounded, history
from functions.relay.dataclass import dataclass
from functions.relay.log.events import (
    Announced,
    Closed,
    Entries,
    Entry,
    SessionEnded,
    SessionJoined,
    SessionOpened,
    SessionRefused,
)
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Language, Outgoing, Setup, Text


@dataclass(frozen=True, slots=True)
class SetupFacts:
    """A setup that has come, and the logs at that time."""

    connection: str
    key: Key
    setup: Setup
    session: Entries
    """The log of this session."""

    call: Entries
    """The log of the call that the setup names."""

    before: Entries | None = None
    """The log of the call's previous session; None if this is the first."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """The session is open or refused already. A second setup may name another call, whose memory must not leak."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The session brings no valid ticket of its call."""


@dataclass(frozen=True, slots=True)
class Open:
    """The session may open, once its ticket is used up."""

    ticket: Entry
    """The entry of the call's log that uses up the ticket."""

    opened: SessionOpened
    how: Literal["opened", "passed on", "resumed"]
    messages: tuple[Outgoing, ...] = ()
    """What to send once the session is open: Twilio does not greet the caller a second time."""


Plan = Repeated | Refuse | Open


def session_before(call: Entries, connection: str) -> str | None:
    """Return the connection of the call's previous session from the call's log; None if this is the first."""
    joined = [entry.event.connection for entry in call if isinstance(entry.event, SessionJoined)]
    earlier = [one for one in dict.fromkeys(joined) if one != connection]
    return earlier[-1] if earlier else None


def plan_opening(facts: SetupFacts, agent_named: Callable[[str], Agent]) -> Plan:
    """Return whether and how a session opens. This does not check whether its ticket is still unused."""
    if any(isinstance(entry.event, SessionOpened | SessionRefused) for entry in facts.session):
        return Repeated()
    announced = admitted(facts.call, facts.setup, facts.key.at)
    if announced is None:
        return Refuse()
    agent, ticket = agent_named(announced.agent), use_of(announced, facts.connection)
    if facts.before is None:
        return Open(ticket, _first(facts, announced, agent), "opened")
    # The socket of the previous session has closed, even if API Gateway has not reported that yet.
    before = fold((*facts.before, Entry(facts.key, Closed(0))))
    opened = _remembering(_opened(facts, announced, agent), before)
    if before.opened and before.opened.agent != announced.agent:
        return Open(ticket, opened, "passed on")
    greeting = sentence_after(facts.call, facts.connection) or _if_lost(before, agent)
    opened = replace(opened, greeting=greeting, language=before.language)
    return Open(ticket, opened, "resumed", _resuming(opened, agent, announced.language))


def _opened(facts: SetupFacts, announced: Announced, agent: Agent) -> SessionOpened:
    joined = (entry.key.at for entry in facts.call if isinstance(entry.event, SessionJoined))
    return SessionOpened(
        announced.agent,
        facts.setup.call,
        announced.caller,
        announced.called,
        agent.first_words(announced),
        announced.parameters,
        preemptible=agent.preemptible,
        language=announced.language,
        facts=announced.facts,
        earlier=announced.earlier,
        outbound=announced.outbound,
        stir_verstat=announced.stir_verstat,
        forwarded_from=announced.forwarded_from or facts.setup.forwarded_from,
        caller_name=announced.caller_name or facts.setup.caller_name,
        parent_call=announced.parent_call or facts.setup.parent_call,
        second=announced.second,
        began=min(joined, default=facts.key.at),
        version=announced.version,
        mark=announced.mark,
    )


def _first(facts: SetupFacts, announced: Announced, agent: Agent) -> SessionOpened:
    """Return the opening of a first session. After one that failed at once, Twilio does not greet the caller."""
    opened = _opened(facts, announced, agent)
    ended = any(isinstance(entry.event, SessionEnded) for entry in facts.call)
    return replace(opened, greeting="") if ended else opened


def _remembering(opened: SessionOpened, before: Call) -> SessionOpened:
    kept = replace(opened, memory=before.memory, tokens=before.tokens, reports=before.reports)
    return replace(kept, remembered=bounded(history(before)))


def _if_lost(before: Call, agent: Agent) -> str:
    """Return the agent's sentence about a line that was lost in an answer; empty if it was not."""
    lost = before.end_claim is None and bool(before.turns) and before.turns[-1].unfinished
    return agent.phrases_in(before.language or agent.language).back if lost else ""


def _resuming(opened: SessionOpened, agent: Agent, announced: str) -> tuple[Outgoing, ...]:
    """Return the messages that switch to the language that was spoken, and say the first sentence if there is one.

    Twilio begins the session in the `announced` language, or in the agent's first.
    """
    language = opened.language or agent.language
    switch = (Language(language),) if language != (announced or agent.language) else ()
    spoken = language if language != agent.language else None
    words = (Text(opened.greeting, last=True, language=spoken),) if opened.greeting else ()
    return (*switch, *words)
