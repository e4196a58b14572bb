"""Lets the agent look the caller up while the phone rings. What it finds out stays with the call."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from functions.adapters import twilio
from functions.adapters.apigateway import Webhook
from functions.relay import Agent, Caller, EndCall, HandOff, PassTo
from functions.relay.agent.agent import Arrival
from functions.relay.agent.phrases import spoken_in
from functions.relay.agent.words import stranger, words_for
from functions.relay.error_location import location_of
from functions.relay.log.events import Announced, Entry
from functions.relay.log.keys import Slot, call_log
from functions.relay.log.memory import Memory
from functions.webhooks.deps import WebhookDeps

ARRIVE_WITHIN_S = 3.0
"""Seconds that an agent has to look a caller up while the phone rings. Twilio waits 15 for the webhook."""

logger = logging.getLogger("hotline")


def begin_call(deps: WebhookDeps, announced: Announced, webhook: Webhook) -> str:
    """Return the TwiML that begins a session with an agent, or that does what its `arrive` returned."""
    agent, call = deps.agents[announced.agent], webhook.named("CallSid")
    found = _looked_up(agent, caller_of(deps, agent, announced, call))
    match found:
        case PassTo(name, _, greeting) if name in deps.agents:
            announced = replace(announced, agent=name, greeting=greeting)
        case PassTo(name):
            logger.error("arrive passes a caller to %s, which is not an agent of this deployment", name)
        case Mapping():
            announced = replace(announced, facts=tuple(found.items()))
        case _:
            pass  # EndCall and HandOff are answered below, after the call is announced
    announced = deps.announce(call, replace(greeted(deps, announced, call), at=webhook.key.at))
    match found:
        case EndCall(_, saying):
            language = announced.language or agent.language
            words = agent.phrases_in(language).goodbye if saying is None else spoken_in(saying, language)
            return twilio.farewell(words, agent, language)
        case HandOff():
            return _put_through(deps, found, announced, webhook)
        case _:
            deps.warm()
            return twilio.begin(deps.agents[announced.agent], deps.urls, announced)


def greeted(deps: WebhookDeps, announced: Announced, call: str) -> Announced:
    """Return the announcement with the greeting that the agent's function returns for this caller."""
    agent = deps.agents[announced.agent]
    if announced.greeting is not None or not callable(agent.greeting):
        return announced
    caller = caller_of(deps, agent, announced, call)
    for one in (caller, stranger(caller.language)):
        try:
            return replace(announced, greeting=words_for(agent.greeting, one))
        except Exception as error:  # noqa: BLE001 - an agent's function may raise anything; the call continues
            logger.error("an agent's greeting failed: %s", location_of(error))
    return announced


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
        direction="outbound" if announced.outbound else "inbound",
        stir_verstat=announced.stir_verstat,
    )


def _put_through(deps: WebhookDeps, hand_off: HandOff, announced: Announced, webhook: Webhook) -> str:
    """Put the caller through to a person at once. If no person takes the call, the agent does."""
    agent, call = deps.agents[announced.agent], webhook.named("CallSid")
    language = announced.language or agent.language
    event = hand_off.as_event(f"{webhook.key.at}-arrive", language, agent.phrases_in(language))
    deps.log.append(call_log(call), Entry(webhook.key.under(Slot.SCREENED.at()), event))
    over, whispered = deps.hand_off_url("/dialed", event), deps.hand_off_url("/whisper", event)
    return twilio.put_through(event, announced, call, over, whispered)


def _looked_up(agent: Agent, caller: Caller) -> Arrival:
    """Return what the agent's `arrive` returned; None if it has none, is late or fails."""
    if agent.arrive is None:
        return None
    try:
        return _checked(_within(ARRIVE_WITHIN_S, lambda: agent.arrive and agent.arrive(caller)))
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


def _within(seconds: float, work: Callable[[], Any]) -> Any:
    """Return what `work` returns, or raise what it raises. Raises TimeoutError after `seconds`.

    Late work continues in its thread, because a thread cannot be stopped.
    """
    done: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            done.put((None, error))

    threading.Thread(target=run, name="arrive", daemon=True).start()
    try:
        returned, error = done.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if error:
        raise error
    return returned
