"""Counts calls, so that nobody runs up the bill: a caller who meets a limit hears that we cannot take the call."""

import hashlib
import hmac
import logging

from functions.adapters import metrics, twilio
from functions.adapters.apigateway import Webhook
from functions.relay.limits import LINGER_S, LimitName
from functions.relay.log.events import Announced, Entry, Limited
from functions.relay.log.keys import Slot, call_log, counter
from functions.relay.ports import CountersError
from functions.relay.wire.party import kind_of
from functions.webhooks.deps import WebhookDeps

logger = logging.getLogger("hotline")


def limit_met(deps: WebhookDeps, announced: Announced, call: str) -> LimitName | None:
    """Count an incoming call; return the limit that keeps it out, None if none does. Raises CountersError."""
    if not deps.counters:
        return None
    seconds = int(deps.agents[announced.agent].minutes * 60) + LINGER_S
    admitted: list[LimitName] = []
    for name in _LIMITS:
        if not deps.counters.admit(_counter(deps, name, announced.caller), deps.limits.of(name), call, seconds):
            for one in admitted:
                _release(deps, _counter(deps, one, announced.caller), call)
            return name
        admitted.append(name)
    return None


def refuse(deps: WebhookDeps, announced: Announced, webhook: Webhook, limit: LimitName) -> str:
    """Return the TwiML for a caller who met a limit: they go where the agent says, or hear a sentence."""
    logger.warning("a call met the limit of %s: see Limits in functions/agents/numbers.py", limit)
    metrics.count(metrics.LIMITED, Limit=limit)
    agent, call = deps.agents[announced.agent], webhook.named("CallSid")
    met = Limited(limit, announced.agent, announced.caller, announced.called, webhook.key.at)
    deps.log.append(call_log(call), Entry(webhook.key, met))
    if agent.when_limited is None:
        return twilio.farewell(agent.phrases.unavailable, agent)
    noted = agent.when_limited.noted(f"{webhook.key.at}-limited", agent.language, agent.phrases)
    deps.log.append(call_log(call), Entry(webhook.key.under(Slot.SCREENED.at()), noted))
    over, whispered = deps.hand_off_url("/dialed", noted), deps.hand_off_url("/whisper", noted)
    return twilio.put_through(noted, announced, call, over, whispered)


def call_over(deps: WebhookDeps, webhook: Webhook) -> None:
    """Note that a call is over, so that another one may begin. A call of ours is counted by the request for it."""
    call = webhook.named("CallSid")
    if webhook.form.get("Direction", "inbound") != "inbound":
        _release(deps, counter("outbound"), webhook.asked("request") or call)
        return
    for name in _LIMITS:
        _release(deps, _counter(deps, name, webhook.form.get("From", "")), call)


_LIMITS: tuple[LimitName, ...] = ("caller", "calls")
"""The limits of an incoming call. The caller's comes first: one who is kept out takes no room from others."""


def _counter(deps: WebhookDeps, name: LimitName, caller: str) -> str:
    """Return the name of a counter; a caller's holds no number, and all withheld numbers are one caller."""
    if name != "caller":
        return counter(name)
    party = "withheld" if kind_of(caller) == "withheld" else caller
    return counter(name, hmac.new(deps.pepper().encode(), party.encode(), hashlib.sha256).hexdigest())


def _release(deps: WebhookDeps, name: str, call: str) -> None:
    """Take a call off a counter; one that cannot be reached forgets the call by itself later."""
    if not deps.counters:
        return
    try:
        deps.counters.release(name, call)
    except CountersError as error:
        logger.warning("a call was not taken off a counter: %s", error)
