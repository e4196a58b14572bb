"""Counts calls and what they cost: a caller who meets a limit hears that we cannot take the call."""

import logging

from functions.adapters import metrics, twilio
from functions.adapters.apigateway import Webhook
from functions.relay.counts import Admission
from functions.relay.limits import END_MARGIN_S, CallLimit, LimitName, day_at, money_of
from functions.relay.log.events import Announced, Entry, Limited
from functions.relay.log.keys import Slot, call_log, counter
from functions.relay.ports import CountersError
from functions.relay.wire.callback import whole
from functions.relay.wire.party import mark_of
from functions.webhooks.deps import WebhookDeps

logger = logging.getLogger("hotline")


def limit_met(deps: WebhookDeps, announced: Announced, webhook: Webhook) -> LimitName | None:
    """Count an incoming call; return the limit that keeps it out, None if none does. Raises CountersError."""
    if not deps.counters:
        return None
    call, seconds = webhook.named("CallSid"), _longest(deps, announced.agent)
    admitted: list[str] = []
    for name in _LIMITS:
        counted = _counter(deps, name, announced.caller)
        match deps.counters.admit(counted, deps.limits.of(name), call, seconds + END_MARGIN_S):
            case Admission.FULL:
                return _kept_out(deps, admitted, call, name)
            case Admission.KNOWN:
                return None  # a webhook that comes twice: the call has been counted and paid for
            case Admission.COUNTED:
                admitted.append(counted)
    day, most = money_of(day_at(webhook.key.at / 1000)), deps.limits.micros_per_day
    if deps.counters.spend(day, deps.limits.micros_of(seconds), most):
        return None
    return _kept_out(deps, admitted, call, "cents")


def _kept_out(deps: WebhookDeps, admitted: list[str], call: str, limit: LimitName) -> LimitName:
    """Take a call off the counters that had room for it, and return the limit that has none."""
    for one in admitted:
        _release(deps, one, call)
    return limit


def refuse(deps: WebhookDeps, announced: Announced, webhook: Webhook, limit: LimitName) -> str:
    """Return the TwiML for a caller who met a limit: they go where the agent says, or hear a sentence."""
    logger.warning("a call met the limit of %s: see Limits in functions/agents/numbers.py", limit)
    metrics.count(metrics.LIMITED, Limit=limit)
    agent, call = deps.agents[announced.agent], webhook.named("CallSid")
    met = Limited(limit, announced.agent, announced.caller, announced.called, webhook.key.at)
    deps.log.append(call_log(call), Entry(webhook.key, met))
    if agent.when_limited is None:
        return twilio.farewell(agent.phrases.unavailable, agent)
    noted = agent.when_limited.as_event(f"{webhook.key.at}-limited", agent.language, agent.phrases)
    deps.log.append(call_log(call), Entry(webhook.key.under(Slot.SCREENED.at()), noted))
    over, whispered = deps.hand_off_url("/dialed", noted), deps.hand_off_url("/whisper", noted)
    return twilio.put_through(noted, announced, call, over, whispered)


def call_over(deps: WebhookDeps, webhook: Webhook) -> None:
    """Note that a call is over, so that another one may begin, and that it cost no more than it did.

    A call of ours is counted by the request for it; the URL of its callback says what is known of that.
    """
    form = webhook.form
    if form.get("Direction", "inbound") != "inbound":
        placed = webhook.asked("request")
        if placed and _release(deps, counter("outbound"), placed):
            _give_back(deps, webhook.asked("agent"), int(webhook.asked("day") or 0), whole(form, "CallDuration"))
        return
    call, caller = webhook.named("CallSid"), form.get("From", "")
    released = [_release(deps, _counter(deps, name, caller), call) for name in _LIMITS]
    if all(released) and (began := _began(deps, call)):
        lasted = (webhook.key.at - began) / 1000
        _give_back(deps, deps.answering(form.get("To", "")), day_at(began / 1000), lasted)


def _began(deps: WebhookDeps, call: str) -> int:
    """Return when a call was first answered, in the gateway's milliseconds; 0 if that is unknown."""
    events = [entry.event for entry in deps.log.read(call_log(call))]
    return next((one.at for one in events if isinstance(one, Announced)), 0)


def _give_back(deps: WebhookDeps, agent: str, day: int, seconds: float) -> None:
    """Give back what a call of an agent was counted for and did not cost. What cannot be given back stays counted."""
    if deps.counters is None or agent not in deps.agents:
        return
    unused = deps.limits.micros_of(_longest(deps, agent)) - deps.limits.micros_of(seconds)
    try:
        deps.counters.adjust(money_of(day), -unused)
    except CountersError as error:
        logger.warning("what a call did not cost was not given back: %s", error)


def _longest(deps: WebhookDeps, agent: str) -> int:
    """Return how many seconds a call lasts with an agent at most."""
    return int(deps.agents[agent].minutes * 60)


_LIMITS: tuple[CallLimit, ...] = ("caller", "calls")
"""The limits of an incoming call. The caller's comes first: one who is kept out takes no room from others."""


def _counter(deps: WebhookDeps, name: CallLimit, caller: str) -> str:
    """Return the name of a counter; a caller's holds no number, and all withheld numbers are one caller."""
    if name != "caller":
        return counter(name)
    return counter(name, mark_of(caller, deps.pepper()))


def _release(deps: WebhookDeps, name: str, call: str) -> bool:
    """Take a call off a counter; return whether it was there.

    A counter that cannot be reached forgets the call by itself later.
    """
    try:
        return deps.counters is not None and deps.counters.release(name, call)
    except CountersError as error:
        logger.warning("a call was not taken off a counter: %s", error)
        return False
