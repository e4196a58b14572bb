"""Lets the agent look the caller up while the phone rings. The log of the call keeps what it returns."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from functions.adapters import menu, twilio
from functions.adapters.apigateway import Webhook
from functions.relay import Agent, Caller, EndCall, HandOff, PassTo, Say
from functions.relay.agent.agent import Arrival
from functions.relay.agent.closing import at_this_hour
from functions.relay.agent.document_size import MOST_PER_CALL_BYTES
from functions.relay.agent.menu_script import is_menu, script
from functions.relay.agent.phrases import spoken_in
from functions.relay.agent.twiml_text import cut_to
from functions.relay.agent.words import stranger, words_for
from functions.relay.answer.guarding import guard_of_functions
from functions.relay.deadlines import ARRIVE_WITHIN_S
from functions.relay.error_location import location_of
from functions.relay.log.events import Announced, Declined, Entry
from functions.relay.log.keys import Key, Slot, call_log
from functions.relay.log.memory import Memory
from functions.webhooks.background import BackgroundTask
from functions.webhooks.deps import WebhookDeps
from functions.webhooks.recall import Recall
from functions.webhooks.transferring import hand_over
from functions.webhooks.unanswered import note_menu

logger = logging.getLogger("hotline")


def begin_call(deps: WebhookDeps, announced: Announced, webhook: Webhook, recall: Recall) -> str:
    """Return the TwiML that begins a session with an agent, or that does what its `arrive` returned."""
    agent, call = deps.agents[announced.agent], webhook.named("CallSid")
    announced = replace(announced, earlier=recall.of(announced.agent), at=webhook.key.at)
    found = _at_this_hour(_looked_up(agent, caller_of(deps, agent, announced, call)), agent, announced)
    match found:
        case PassTo(name, _, greeting) if name in deps.agents:
            language = (other := deps.agents[name]).nearest(announced.language)
            greeting = _judged(deps, agent, greeting, language or other.language) if greeting else greeting
            announced = replace(announced, agent=name, greeting=greeting, language=language, earlier=recall.of(name))
        case PassTo(name):
            logger.error("arrive passes a caller to %s, which is not an agent of this deployment", name)
        case Mapping():
            announced = replace(announced, facts=tuple(found.items()))
        case Say(text):
            announced = replace(announced, greeting=text)
        case _:
            pass  # EndCall and HandOff are answered below, after the call is announced
    announced = deps.announce(call, greeted(deps, announced, call))
    match found:
        case EndCall(_, saying):
            deps.log.append(call_log(call), Entry(Key(0, "declined"), Declined()))
            language = announced.language or agent.language
            words = agent.phrases_in(language).goodbye if saying is None else spoken_in(saying, language)
            return twilio.farewell(_judged(deps, agent, words, language), agent, language)
        case HandOff():
            return _put_through(deps, found, announced, webhook)
        case _:
            deps.warm()
            return begin(deps, announced, call)


def begin(deps: WebhookDeps, announced: Announced, call: str, before: Agent | None = None) -> str:
    """Return the TwiML that begins the announced session, after the agent `before`, or the agent's menu instead."""
    agent = agent_for(deps, announced, call)
    if not is_menu(agent):
        return twilio.begin(agent, deps.urls, announced, before)
    note_menu(deps, call)
    asked = menu.ask(script(agent, announced.language, agent.first_words(announced)), announced.agent)
    return twilio.begin(agent, deps.urls, announced, before, asked)


def greeted(deps: WebhookDeps, announced: Announced, call: str) -> Announced:
    """Return the announcement with the greeting that the agent's function returns for this caller."""
    agent = deps.agents[announced.agent]
    if announced.greeting is not None or not callable(agent.greeting):
        return announced
    caller = caller_of(deps, agent, announced, call)
    for one in (caller, stranger(caller.language)):
        try:
            return replace(announced, greeting=_judged(deps, agent, words_for(agent.greeting, one), caller.language))
        except Exception as error:  # noqa: BLE001 - an agent's function may raise anything; the call continues
            logger.error("an agent's greeting failed: %s", location_of(error))
    return announced


def _judged(deps: WebhookDeps, agent: Agent, words: str, language: str) -> str:
    """Return the words of an agent's function, with a sentence in place of what must not be said."""
    guard = guard_of_functions(agent, deps.recognizer, agent.nearest(language) or agent.language)
    judged = guard.feed(words) + guard.rest()
    if guard.stopped:
        logger.error("a function of the agent says what it must not: %s", guard.stopped.value)
    return judged


def agent_for(deps: WebhookDeps, announced: Announced, call: str) -> Agent:
    """Return the announced agent, with what its functions in `relay` return for this caller."""
    agent = deps.agents[announced.agent]
    functions = {name: one for name, one in agent.relay.items() if callable(one)}
    if not functions:
        return agent
    caller, known = caller_of(deps, agent, announced, call), dict(agent.relay)
    for name, function in functions.items():
        del known[name]
        try:
            known |= {name: cut_to(value, MOST_PER_CALL_BYTES)} if (value := function(caller)) else {}
        except Exception as error:  # noqa: BLE001 - an agent's function may raise anything; the call continues
            logger.error("an agent's %s failed: %s", name, location_of(error))
    return agent.with_relay(known)


def caller_of(deps: WebhookDeps, agent: Agent, announced: Announced, call: str) -> Caller:
    """Return the `Caller` of an announced session, for the agent's functions."""
    return Caller(
        announced.caller,
        announced.called,
        call,
        announced.parameters,
        announced.language or agent.language,
        secrets=deps.secret,
        facts=dict(announced.facts),
        earlier=announced.earlier,
        direction="outbound" if announced.outbound else "inbound",
        stir_verstat=announced.stir_verstat,
        forwarded_from=announced.forwarded_from,
        name=announced.caller_name,
        parent_call=announced.parent_call,
        is_open=agent.is_open(announced.at),
    )


def _put_through(deps: WebhookDeps, hand_off: HandOff, announced: Announced, webhook: Webhook) -> str:
    """Put the caller through to a person at once. If no person takes the call, the agent does."""
    agent, call = deps.agents[announced.agent], webhook.named("CallSid")
    language = announced.language or agent.language
    event = hand_off.as_event(f"{webhook.key.at}-arrive", language, agent.phrases_in(language))
    deps.log.append(call_log(call), Entry(webhook.key.under(Slot.BEFORE_SESSION.at()), event))
    return hand_over(deps, event, announced, call)


def _at_this_hour(found: Arrival, agent: Agent, announced: Announced) -> Arrival | Say:
    """Return what `arrive` returned. Outside of its hours, a hand-off becomes `HandOff.closed`."""
    if not isinstance(found, HandOff):
        return found
    match at_this_hour(found, agent, announced.at):
        case (Say() as said,):
            return said
        case HandOff() | PassTo() | EndCall() as instead:
            return instead
        case _:
            return None


def _looked_up(agent: Agent, caller: Caller) -> Arrival:
    """Return what the agent's `arrive` returned; None if it has none, is late or fails."""
    if (arrive := agent.arrive) is None:
        return None
    try:
        return _checked(BackgroundTask("arrive", lambda: arrive(caller)).result(ARRIVE_WITHIN_S))
    except TimeoutError:
        logger.warning("arrive took longer than %s s: the call continues without it", ARRIVE_WITHIN_S)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - an agent may raise anything; the call continues
        logger.error("arrive failed: %s", location_of(error))
    return None


def _checked(found: Any) -> Arrival:
    match found:
        case PassTo() | HandOff() | EndCall() | None:
            return found
        case Mapping():
            facts = Memory()
            facts.update(found)
            return facts
        case _:
            raise TypeError("arrive must return facts, PassTo, HandOff, EndCall or None")
