"""Counts calls and their cost while they ring, while they go on, and when they are over."""

import logging
from collections.abc import Iterable

from functions.adapters.apigateway import Webhook
from functions.adapters.menu import LONGEST_TALK_S
from functions.relay import Agent
from functions.relay.cost_limits import END_MARGIN_S, day_at, money_of
from functions.relay.counts import CallLimit, Charge, LimitName, Reservation, Seat
from functions.relay.log.events import Announced, Entry, TimePaid
from functions.relay.log.keys import call_log, counter
from functions.relay.ports import CountersError
from functions.relay.wire.callback import whole
from functions.relay.wire.party import mark_of
from functions.webhooks.deps import WebhookDeps

logger = logging.getLogger("hotline")


def limit_met(deps: WebhookDeps, announced: Announced, webhook: Webhook) -> LimitName | None:
    """Count an incoming call and its first slice of time; return the limit that refuses it, or None.

    If the webhook comes twice, the call is counted once. Raises CountersError.
    """
    if not deps.counters:
        return None
    reservations: dict[LimitName, Reservation] = {
        name: Seat(_counter(deps, name, announced.caller), deps.limits.of(name)) for name in _LIMITS
    }
    day, limits = day_at(webhook.key.at / 1000), deps.limits
    reservations["cents"] = Charge(money_of(day), limits.micros_of_slice, limits.micros_per_day)
    return deps.counters.admit(webhook.named("CallSid"), longest_s(deps.agents[announced.agent]), reservations)


def stay_counted(deps: WebhookDeps, announced: Announced, call: str, seconds: int) -> None:
    """Keep counting an incoming call that continues, such as with a person, for at least `seconds` from now.

    If that fails, the call goes on, but may leave the counter before it is over. A call that we placed is counted
    from its beginning for as long as Twilio lets it last.
    """
    if deps.counters is None or announced.outbound:
        return
    try:
        for name in _LIMITS:
            deps.counters.hold(_counter(deps, name, announced.caller), call, seconds)
    except CountersError as error:
        logger.warning("the counter may drop a call that still goes on: %s", error)


def longest_s(agent: Agent) -> int:
    """Return how many seconds a call can last with this agent and its menu. A hand-off is not counted."""
    return int(agent.minutes * 60) + END_MARGIN_S + (LONGEST_TALK_S if agent.menu else 0)


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


_LIMITS: tuple[CallLimit, ...] = ("caller", "calls")
"""The limits on incoming calls. The caller's is first: a call that meets two limits is refused by it."""


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
