"""Decides about calls that are planned: whether one may be ordered, and whether it may still be placed at its time.

A plan is an event in a log: a call back in that of its call, an order with a time in that of its number. EventBridge
Scheduler invokes `calls` with its place.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from functions.relay.call_order import CallOrder, Dlt
from functions.relay.dataclass import dataclass
from functions.relay.log.events import CallPlanned, Entry, PlanDone
from functions.relay.log.keys import Key
from functions.relay.outbound import (
    Callee,
    Calling,
    CallRefused,
    PhoneNumber,
    day_of,
    may_be_dialled,
    may_call,
    number_history,
)

ORDERED = "order/"
"""Begins the keys of the plans of orders."""

MOST_DAYS_AHEAD = 28
"""How many days ahead a call may be planned at most."""

LATER = frozenset({"quiet hours", "limit reached"})
"""Why an order is refused now and may be placed later."""

WAIT, LONGEST_WAIT = timedelta(minutes=10), timedelta(hours=4)
"""How long an order waits that is refused for now: twice as long each time, up to the longest."""

UNANSWERED = frozenset({"busy", "no-answer"})
"""Values of Twilio's CallStatus after which a number is called again."""

RETRY_AFTER = timedelta(hours=1)
"""How long after such a call. If no call is allowed then, the plan is moved."""

MOST_MOVES = 12
"""How often an order is moved that is refused for now: for about a day and a half."""

MOST_NAME_LETTERS = 40
"""Letters of a schedule's name, of 64 that EventBridge Scheduler takes."""


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What is known of a number: its line, and where its owner may be."""

    line: PhoneNumber
    callee: Callee


@dataclass(frozen=True, slots=True)
class PlanKey:
    """Where a plan is: its log, and its key there."""

    log: str
    key: Key

    @property
    def name(self) -> str:
        """The name of the plan's schedule: the same place has the same name, so it is scheduled once."""
        return sha256(f"{self.log}#{self.key}".encode()).hexdigest()[:MOST_NAME_LETTERS]

    @property
    def payload(self) -> dict[str, Any]:
        """What `calls` gets when the plan's time has come. It names no number."""
        return {"planned": {"log": self.log, "key": str(self.key)}}

    def noted(self, what: str) -> Key:
        """Return the key in the same log at which something is noted about the plan."""
        return Key(0, f"plan/{self.key}/{what}")


def most_ahead(retention_days: int) -> timedelta:
    """Return how far ahead a call may be planned: the plan is an item of the table, and expires like the others."""
    return timedelta(days=min(MOST_DAYS_AHEAD, retention_days)) - timedelta(hours=1)


def order_of(plan: CallPlanned) -> CallOrder:
    """Return the order for a planned call."""
    dlt = Dlt(plan.dlt_header, plan.dlt_template)
    return CallOrder(plan.to, plan.agent, plan.sender, plan.parameters, plan.consent, dlt, plan.request)


def plan_of(order: CallOrder, at: datetime) -> CallPlanned:
    """Return the plan to place an order at a time."""
    return CallPlanned(
        to=order.to,
        sender=order.sender,
        agent=order.agent,
        at=int(at.timestamp() * 1000),
        request=order.request,
        parameters=order.parameters,
        consent=order.consent,
        dlt_header=order.dlt.header,
        dlt_template=order.dlt.template,
        retries=order.retries,
    )


def read_time(text: object, now: datetime, most_ahead: timedelta) -> datetime | CallRefused:
    """Return the time of an order, such as `2026-12-01T09:00:00+01:00`, or why no call can be planned then."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
        return CallRefused("bad request", 'Write "at" as a time with its zone, such as 2026-12-01T09:00:00+01:00.')
    if at < now:
        return CallRefused("bad request", f'"at" has passed: it is {now:%Y-%m-%dT%H:%M:%S%z} now.')
    if at > now + most_ahead:
        return CallRefused("bad request", f'"at" is more than {most_ahead.days} days ahead.')
    return at.astimezone(UTC)


def ordered_key(request: str, moves: int = 0) -> Key:
    """Return where an order with this id is planned in the log of its number, after it was moved so often."""
    return Key(moves, f"{ORDERED}{request}")


def moved(place: PlanKey, plan: CallPlanned, now: datetime) -> Entry | None:
    """Return the plan for a later try of an order that is refused for now; None for a call back, or at the end."""
    moves = place.key.at + 1
    if not orders_of(place) or moves > MOST_MOVES:
        return None
    later = now + min(WAIT * 2**place.key.at, LONGEST_WAIT)
    return Entry(ordered_key(orders_of(place), moves), replace(plan, at=int(later.timestamp() * 1000)))


def retried(log: str, entries: Iterable[Entry], call: str, now: datetime) -> Entry | None:
    """Return the plan to call a number again after a call that nobody answered; None if it has no retries left.

    `entries` are those of the `log` of the number. A retry has another id: with one id a number is called once.
    """
    entries = tuple(entries)
    rung = {one.event.plan for one in entries if isinstance(one.event, PlanDone) and one.event.call == call}
    plans = ((one.key, one.event) for one in entries if isinstance(one.event, CallPlanned))
    for key, plan in plans:
        order = orders_of(PlanKey(log, key))
        if order and str(key) in rung and plan.retries:
            at, left = int((now + RETRY_AFTER).timestamp() * 1000), plan.retries - 1
            later = replace(plan, at=at, request=f"{order}.{left}", retries=left)
            return Entry(ordered_key(order, key.at + 1), later)
    return None


def may_be_planned(
    plan: CallPlanned,
    facts: NumberFacts,
    ours: PhoneNumber,
    calling: Calling,
    entries: Iterable[Entry],
    *,
    consent_needed: bool = True,
) -> CallRefused | None:
    """Return why a call may not be planned; None if it may. `entries` are the log of the number.

    The same rules are checked again at its time: by then the person may have asked not to be called.
    """
    when, zones = due_at(plan), facts.callee.zones
    history = number_history(entries, plan.agent, day_of(zones, when), plan.request)
    refused = order_of(plan).lacks(facts.line.country, consent_needed)
    refused = refused or may_be_dialled(facts.line, ours, calling)
    if refused is None and isinstance(verdict := may_call(facts.callee, when, history, calling), CallRefused):
        return verdict
    return refused


def due(entries: Iterable[Entry], key: Key) -> CallPlanned | CallRefused:
    """Return the plan at this key of a log, or why it is not carried out: a newer plan has the same id."""
    plans = {one.key: one.event for one in entries if isinstance(one.event, CallPlanned)}
    plan = plans.get(key)
    if plan is None:
        return CallRefused("no plan", "The plan was deleted, or has expired.")
    if any(other.request == plan.request and later > key for later, other in plans.items()):
        return CallRefused("no plan", "A newer plan replaces it.")
    return plan


def due_at(plan: CallPlanned) -> datetime:
    """Return the time of a plan, in UTC."""
    return datetime.fromtimestamp(plan.at / 1000, UTC)


def orders_of(place: PlanKey) -> str:
    """Return the id of the order that is planned here; empty for a call back."""
    message = place.key.message
    return message.removeprefix(ORDERED) if message.startswith(ORDERED) else ""


def state_of(entries: Iterable[Entry], id: str, status_of: Callable[[str], str]) -> str:
    """Return how far the order with this id is, from the log of its number: "planned", "called" or why it was not.

    `status_of` returns Twilio's status of a call by its SID, such as "busy".
    """
    entries = tuple(entries)
    plans = [one.key for one in entries if isinstance(one.event, CallPlanned)]
    newest = max((key for key in plans if key.message == f"{ORDERED}{id}"), default=None)
    if newest is None:
        return "forgotten"
    ends = (one.event for one in entries if isinstance(one.event, PlanDone))
    done = next((one for one in ends if one.plan == str(newest)), None)
    if done is None:
        return "planned"
    status = status_of(done.call) if done.call else done.why
    return "called" if status == "completed" else status


def planned_for(entries: Iterable[Entry], id: str) -> int:
    """Return when the newest plan of an order is due, in milliseconds since 1970; 0 if it has none."""
    plans = ((one.key, one.event.at) for one in entries if isinstance(one.event, CallPlanned))
    return max(((key, at) for key, at in plans if key.message == f"{ORDERED}{id}"), default=(None, 0))[1]


def told(plan: CallPlanned, callee: Callee) -> str:
    """Return what the model is told: when the call is due, in the local time of the person."""
    zone = callee.zones[0] if callee.zones else UTC
    return f"The call back is due on {due_at(plan).astimezone(zone):%A, %Y-%m-%d at %H:%M} ({zone})."
