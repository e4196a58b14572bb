"""Places a call when an IAM principal invokes it, and reports the progress of a call. No API has a route to it.

- {"to": "+1…", "agent": "…", "consent": "…", "parameters": {…}, "from": "+1…", "dlt": {…}} places it (`CallOrder`).
- The same with {"at": "2026-12-01T09:00:00+01:00"} in it plans the call for that time.
- {"call": "CA…"} returns the progress of a call.
- {"stop": "…"} stops the orders with this id, and {"show": "…", "after": ""} counts them.
- {"planned": {"log": "…", "key": "…"}} comes from EventBridge Scheduler: the time of a plan has come.

It raises nothing: Lambda would log an error with its text.
"""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from functions.adapters import dynamodb, metrics, numbers
from functions.adapters.callees import CalleeTables
from functions.adapters.calls import TwilioDialer
from functions.adapters.counters import DynamoCounters
from functions.adapters.orders import OrderLogs
from functions.adapters.secrets import ParameterSecrets
from functions.agents import AGENTS, LIMITS, NUMBERS
from functions.relay.call_order import CallOrder
from functions.relay.cost_limits import END_MARGIN_S, day_at, money_of
from functions.relay.counts import Charge, LimitName, Seat
from functions.relay.error_location import location_of
from functions.relay.log.events import Entry, Ordered, Placed, PlanDone, Withdrawn
from functions.relay.log.keys import Key, call_log, counter
from functions.relay.outbound import (
    CallAllowed,
    CallRefused,
    day_of,
    may_be_dialled,
    may_call,
    number_history,
    progress,
    withdrawal,
)
from functions.relay.planning import (
    LATER,
    PlanKey,
    due,
    may_be_planned,
    most_ahead,
    moved,
    order_of,
    ordered_key,
    orders_of,
    plan_of,
    read_time,
)
from functions.relay.ports import (
    CallUrls,
    CountersError,
    DeclinedError,
    Dialer,
    LogError,
    SecretError,
    Secrets,
    UnansweredError,
)
from functions.relay.wire.party import mark_of
from functions.settings import Settings

logger = metrics.logger()
settings = Settings.load(needed=("table", "do_not_call_table", "public_url"))
secrets: Secrets = ParameterSecrets(settings.secrets)
dynamodb_client = dynamodb.client()
log = dynamodb.DynamoLog(dynamodb_client, settings.table, settings.retention_days)
callees = CalleeTables(
    log,
    dynamodb.DynamoLog(dynamodb_client, settings.do_not_call_table, settings.retention_days),
    lambda: secrets.get("number-key"),
)
orders = OrderLogs(log)
counters = DynamoCounters(dynamodb_client, settings.table) if settings.limits == "on" else None

CallResult = dict[str, Any]

STOPPED = CallRefused("stopped", "The orders with this id are stopped, for good. Use another id.")

ID_LETTERS = 16
"""Letters of a number's mark in the id of an order."""

HANDED_OFF_S = 7200
"""Seconds that a person may talk with the callee after the agent: the default of `HandOff.minutes`."""


def handler(event: Any, context: Any) -> CallResult:
    """Place the ordered call, unless a rule forbids it; or report the progress of a call."""
    match event:
        case {"call": str(call)}:
            return _safely(partial(_progress, call))
        case {"stop": str(id)}:
            return _safely(partial(_stop, id))
        case {"show": str(id), "after": str(after)}:
            return _safely(partial(_show, id, after))
        case {"planned": {"log": str(name), "key": str(key)}}:
            answer = _safely(lambda: _carry_out(PlanKey(name, Key.parse(key)), context.aws_request_id))
        case {"at": at}:
            answer = _safely(lambda: _plan(CallOrder.read(event), at, context.aws_request_id))
        case _:
            answer = _safely(lambda: _place(CallOrder.read(event), context.aws_request_id))
    logger.info("a call was ordered", extra={"status": answer["status"], "why": answer.get("why", "")})
    return answer


def _safely(work: Callable[[], CallResult]) -> CallResult:
    """Return what the work returns; or that it has failed, and where."""
    try:
        return work()
    except UnansweredError as error:
        return {"status": "unknown", "reason": str(error)}
    except Exception as error:  # noqa: BLE001 - its own text may hold the number
        logger.error("a call was not placed: %s", location_of(error))
        return {"status": "failed", "reason": location_of(error)}


def _plan(order: CallOrder | CallRefused, at: object, request: str) -> CallResult:
    """Log an order with a time. The table's stream has it scheduled. Raises LogError, SecretError."""
    order, when = _checked(order), read_time(at, datetime.now(UTC), most_ahead(settings.retention_days))
    if isinstance(order, CallRefused):
        return _refused(order)
    if isinstance(when, CallRefused):
        return _refused(when)
    number, ours = numbers.e164(order.to), numbers.e164(order.sender or settings.caller_id)
    plan = plan_of(replace(order, to=number, sender=ours, request=order.request or request), when)
    facts, line = numbers.facts(number), numbers.facts(ours).line
    placed, entries = replace(plan, request=_id_of(order, number)), callees.read(number)
    calling, needed = AGENTS[order.agent].calling, settings.consent == "required"
    if refused := may_be_planned(placed, facts, line, calling, entries, consent_needed=needed):
        return _refused(refused)
    if orders.stopped(plan.request):
        return _refused(STOPPED)
    orders.add(plan.request, mark_of(number, secrets.get("number-key")))
    if not callees.append(number, Entry(ordered_key(plan.request), plan)):
        return _refused(CallRefused("already planned", "This request is planned already, and not planned twice."))
    return {"status": "planned", "at": when.isoformat()}


def _carry_out(place: PlanKey, request: str) -> CallResult:
    """Place a planned call now that its time has come, and note that in the plan's log. Raises LogError."""
    plan = due(log.read(place.log), place.key)
    if isinstance(plan, CallRefused):
        return _refused(plan)
    stopped, order = orders_of(place) and orders.stopped(orders_of(place)), order_of(plan)
    answer = _refused(STOPPED) if stopped else _safely(lambda: _place(order, request))
    why = answer.get("why", "") or ("" if "call" in answer else answer["status"])
    log.append(place.log, Entry(place.noted("done"), PlanDone(str(place.key), answer.get("call", ""), why)))
    if why in LATER and (later := moved(place, plan, datetime.now(UTC))):
        log.append(place.log, later)
    return answer


def _stop(id: str) -> CallResult:
    orders.stop(id)
    return {"status": "stopped"}


def _show(id: str, after: str) -> CallResult:
    counts, until, last = orders.counts(id, after)
    when = datetime.fromtimestamp(until / 1000, UTC).isoformat() if until else ""
    return {"status": "shown", "counts": counts, "until": when, "after": last}


def _progress(call: str) -> CallResult:
    found = progress(log.read(call_log(call)))
    return {"status": found.status, "answered_by": found.answered_by, "seconds": found.seconds, "over": found.over}


def _place(order: CallOrder | CallRefused, request: str) -> CallResult:
    order = _checked(order)
    if isinstance(order, CallRefused):
        return _refused(order)
    # Before the attempt is logged: without the secrets there is no attempt.
    with closing(_dialer()) as dialer:
        number = numbers.e164(order.to)
        ours = numbers.e164(order.sender or settings.caller_id)
        line, sender = numbers.facts(number).line, numbers.facts(ours).line
        refused = order.lacks(line.country, settings.consent == "required")
        if refused := refused or may_be_dialled(line, sender, AGENTS[order.agent].calling):
            return _refused(refused)
        request = _id_of(order, number) or request
        match _attempt(number, order, request):
            case CallRefused() as refused:
                return _refused(refused)
            case CallAllowed(slot):
                return _dial(dialer, number, order, slot, request)


def _checked(order: CallOrder | CallRefused) -> CallOrder | CallRefused:
    match order:
        case CallOrder(agent=agent) if agent not in AGENTS:
            return CallRefused("unknown agent", f"There is no agent {agent}; there is {', '.join(AGENTS)}.")
        case CallOrder(agent=agent, language=language) if language and not AGENTS[agent].nearest(language):
            spoken = ", ".join(AGENTS[agent].voices)
            return CallRefused("unknown language", f"{agent} does not speak {language}; it speaks {spoken}.")
        case CallOrder(to=to) if not numbers.e164(to):
            return CallRefused("unknown number", "Write it with its country code, such as +12125550142.")
        case CallOrder(to=to) if numbers.e164(to) in {settings.caller_id, *NUMBERS}:
            return CallRefused("our own number", "An agent answers this number; two agents would talk to each other.")
        case CallOrder(sender="") if not settings.caller_id:
            cure = 'Deploy with -c caller_id=+1…, or send "from".'
            return CallRefused("no caller id", f"The number that calls is not set. {cure}")
        case CallOrder(sender=sender) if not numbers.e164(sender or settings.caller_id):
            return CallRefused("no caller id", "Write the number that calls with its country code.")
        case _:
            return order


def _id_of(order: CallOrder, number: str) -> str:
    """Return the id of an order for this number; empty if it has none. It is in URLs, so it has the number's mark."""
    return f"{order.request}.{mark_of(number, secrets.get('number-key'))[:ID_LETTERS]}" if order.request else ""


def _attempt(number: str, order: CallOrder, request: str) -> CallAllowed | CallRefused:
    """Log an attempt if the number may be called. Two orders at the same time cannot get the same key."""
    calling, callee = AGENTS[order.agent].calling, numbers.facts(number).callee
    most = LIMITS.outbound_calls_per_number if counters else None
    while True:
        now = datetime.now(UTC)
        found = number_history(callees.read(number), order.agent, day_of(callee.zones, now), request)
        verdict = may_call(callee, now, found, calling, most)
        if isinstance(verdict, CallRefused):
            return verdict
        dlt = order.dlt
        placed = Placed(order.agent, request, order.parameters, order.consent, dlt.header, dlt.template)
        if callees.append(number, Entry(verdict.slot, placed)):
            return verdict


def _dialer() -> TwilioDialer:
    account, key = secrets.get("twilio-account-sid"), secrets.get("twilio-api-key-sid")
    return TwilioDialer(account, key, secrets.get("twilio-api-key-secret"), settings.twilio_url)


def _dial(dialer: Dialer, number: str, order: CallOrder, slot: Key, request: str) -> CallResult:
    query = urlencode({"agent": order.agent, "request": request})
    answer = f"{settings.public_url}/voice-out?{query}"
    day = day_at(time.time())
    status = f"{settings.public_url}/call-status?{urlencode({'request': request, 'agent': order.agent, 'day': day})}"
    if limit := _limit_met(order, request, day):
        metrics.count(metrics.LIMITED, Limit=limit)
        callees.append(number, Entry(withdrawal(slot), Withdrawn()))
        return _refused(CallRefused("limit reached", f"LIMITS in functions/agents/numbers.py: {limit}."))
    try:
        sender = order.sender or settings.caller_id
        agent = AGENTS[order.agent]
        spoken = urlencode({"agent": order.agent, "language": agent.nearest(order.language) or agent.language})
        failed = f"{settings.public_url}/fallback?{spoken}"
        urls = CallUrls(answer, f"{settings.public_url}/screened", status, failed)
        call = dialer.place(number, sender, urls, _longest_s(order))
    except DeclinedError as error:
        _uncount(request, money_of(day), LIMITS.micros_of_slice)
        callees.append(number, Entry(withdrawal(slot), Withdrawn()))
        return _refused(CallRefused("declined by Twilio", str(error)))
    _note(call, number, Ordered("", request, order.agent, AGENTS[order.agent].version, int(time.time() * 1000)))
    return {"status": "placed", "call": call}


def _note(call: str, number: str, ordered: Ordered) -> None:
    """Log in the call where its attempt is. The call goes on if that fails: `make forget NUMBER=` finds both."""
    try:
        marked = replace(ordered, callee=mark_of(number, secrets.get("number-key")))
        log.append(call_log(call), Entry(Key(0, "ordered"), marked))
    except (LogError, SecretError) as error:
        logger.warning("the log of a placed call does not name its attempt: %s", error)


def _limit_met(order: CallOrder, request: str, day: int) -> LimitName | None:
    """Count a call that we place; return the limit that forbids it, or None. Raises CountersError."""
    if not counters:
        return None
    money = Charge(money_of(day), LIMITS.micros_of_slice, LIMITS.micros_per_day)
    seat = Seat(counter("outbound"), LIMITS.of("outbound"))
    return counters.admit(request, _longest_s(order), {"outbound": seat, "cents": money})


def _longest_s(order: CallOrder) -> int:
    """Return the seconds after which Twilio ends the call, even if someone still speaks."""
    return int(AGENTS[order.agent].minutes * 60) + END_MARGIN_S + HANDED_OFF_S


def _uncount(request: str, day: str, micros: int) -> None:
    """Remove a call that was not placed from its counter, and give back the money that was counted for it."""
    try:
        if counters:
            counters.release(counter("outbound"), request)
            counters.adjust(day, -micros)
    except CountersError as error:
        logger.warning("a call was not removed from a counter: %s", error)


def _refused(refused: CallRefused) -> CallResult:
    return {"status": "refused", "why": refused.why, "reason": refused.words}
