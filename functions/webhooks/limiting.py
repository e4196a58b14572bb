"""Counts calls and their cost. A caller who reaches a limit hears that we cannot take the call."""

import logging
from collections.abc import Iterable

from functions.adapters import metrics
from functions.adapters.apigateway import Webhook
from functions.relay import HandOff
from functions.relay.agent.closing import at_this_hour
from functions.relay.counts import Admission
from functions.relay.limits import END_MARGIN_S, CallLimit, LimitName, day_at, money_of
from functions.relay.log.events import Announced, Entry, Limited, TimePaid
from functions.relay.log.keys import Slot, call_log, counter
from functions.relay.ports import CountersError
from functions.relay.wire.callback import whole
from functions.relay.wire.party import mark_of
from functions.webhooks.deps import WebhookDeps
from functions.webhooks.transferring import hand_over
from functions.webhooks.unanswered import without_session

logger = logging.getLogger("hotline")


def limit_met(deps: WebhookDeps, announced: Announced, webhook: Webhook) -> LimitName | None:
    """Count an incoming call; return the limit that refuses it, or None. Raises CountersError."""
    if not deps.counters:
        return None
    call, seconds = webhook.named("CallSid"), _longest(deps, announced.agent)
    admitted: list[str] = []
    for name in _LIMITS:
        counted = _counter(deps, name, announced.caller)
        match deps.counters.admit(counted, deps.limits.of(name), call, seconds + END_MARGIN_S):
            case Admission.FULL:
                return _undo(deps, admitted, call, name)
            case Admission.KNOWN:
                return None  # the webhook came twice: the call and its cost are counted already
            case Admission.COUNTED:
                admitted.append(counted)
    day, most = money_of(day_at(webhook.key.at / 1000)), deps.limits.micros_per_day
    if deps.counters.spend(day, deps.limits.micros_of_slice, most):
        return None
    return _undo(deps, admitted, call, "cents")


def _undo(deps: WebhookDeps, admitted: list[str], call: str, limit: LimitName) -> LimitName:
    """Remove a call from the counters that admitted it, and return the limit that refuses it."""
    for one in admitted:
        _release(deps, one, call)
    return limit


def refuse(deps: WebhookDeps, announced: Announced, webhook: Webhook, limit: LimitName) -> str:
    """Return the TwiML for a caller who reached a limit: a hand-off if the agent has one, a menu, or a sentence."""
    logger.warning("a call reached the limit %s: see Limits in functions/agents/numbers.py", limit)
    metrics.count(metrics.LIMITED, Limit=limit)
    agent, call = deps.agents[announced.agent], webhook.named("CallSid")
    met = Limited(limit, announced.agent, announced.caller, announced.called, webhook.key.at)
    deps.log.append(call_log(call), Entry(webhook.key, met))
    wanted = agent.when_limited and at_this_hour(agent.when_limited, agent, webhook.key.at)
    if not isinstance(wanted, HandOff):
        return without_session(deps, announced.agent, call)
    event = wanted.as_event(f"{webhook.key.at}-limited", agent.language, agent.phrases)
    deps.log.append(call_log(call), Entry(webhook.key.under(Slot.SCREENED.at()), event))
    return hand_over(deps, event, announced, call)


def call_over(deps: WebhookDeps, webhook: Webhook) -> None:
    """Remove a call that is over from its counters, and count the money that it used instead of what it paid.

    A call that we placed is counted under the id of the request for it, which is in the URL of its callback.
    """
    form, call = webhook.form, webhook.named("CallSid")
    if form.get("Direction", "inbound") != "inbound":
        placed = webhook.asked("request")
        if placed and _release(deps, counter("outbound"), placed):
            _settle(deps, deps.log.read(call_log(call)), int(webhook.asked("day") or 0), whole(form, "CallDuration"))
        return
    released = [_release(deps, _counter(deps, name, form.get("From", "")), call) for name in _LIMITS]
    entries = deps.log.read(call_log(call)) if all(released) else ()
    if began := next((one.event.at for one in entries if isinstance(one.event, Announced)), 0):
        _settle(deps, entries, day_at(began / 1000), (webhook.key.at - began) / 1000)


def _settle(deps: WebhookDeps, entries: Iterable[Entry], first_day: int, seconds: float) -> None:
    """Count what a call used instead of what it paid. If this fails, what it paid stays counted.

    `first_day` paid for the first slice, when the call rang.
    """
    if deps.counters is None:
        return
    later = [one.event for one in entries if isinstance(one.event, TimePaid)]
    paid = deps.limits.micros_of_slice + sum(one.micros for one in later)
    day = max((one.day for one in later), default=first_day)
    try:
        deps.counters.adjust(money_of(day), deps.limits.micros_of(seconds) - paid)
    except CountersError as error:
        logger.warning("the money of a call that is over was not settled: %s", error)


def _longest(deps: WebhookDeps, agent: str) -> int:
    """Return how many seconds a call with this agent can last."""
    return int(deps.agents[agent].minutes * 60)


_LIMITS: tuple[CallLimit, ...] = ("caller", "calls")
"""The limits of an incoming call. The caller's is first, so that a refused caller is not counted among all calls."""


def _counter(deps: WebhookDeps, name: CallLimit, caller: str) -> str:
    """Return the name of a counter. A caller's number is hashed, and all withheld numbers are one caller."""
    if name != "caller":
        return counter(name)
    return counter(name, mark_of(caller, deps.pepper()))


def _release(deps: WebhookDeps, name: str, call: str) -> bool:
    """Remove a call from a counter; return whether it was there.

    If that fails, the counter forgets the call later by itself.
    """
    try:
        return deps.counters is not None and deps.counters.release(name, call)
    except CountersError as error:
        logger.warning("a call was not removed from a counter: %s", error)
        return False
