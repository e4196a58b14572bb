"""Orders with a time: how often, and how late, one is tried again that is refused for now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.relay.call_order import CallOrder, Dlt
from functions.relay.log.events import CallPlanned
from functions.relay.log.keys import Key, call_log, callee_log
from functions.relay.planning import MOST_MOVES, PlanKey, due, due_at, moved, order_of, ordered_key, plan_of

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
ORDER = CallOrder("+12125550142", "reminder", "+12125550100", (("a", "b"),), "asked", Dlt("1", "2"), "campaign-may")
PLAN = plan_of(ORDER, NOW)


def waits(plan: CallPlanned) -> list[timedelta]:
    """Return how long an order waits each time that it is refused for now."""
    found, place, now = list[timedelta](), PlanKey(callee_log("m"), ordered_key(plan.request)), NOW
    while entry := moved(place, plan, now):
        assert isinstance(entry.event, CallPlanned)
        assert entry.event == replace(plan, at=entry.event.at)
        assert due([entry], entry.key) == entry.event
        found.append(due_at(entry.event) - now)
        place, now = PlanKey(place.log, entry.key), due_at(entry.event)
    return found


def test_a_plan_keeps_the_whole_order() -> None:
    assert order_of(PLAN) == ORDER
    assert due_at(PLAN) == NOW


def test_an_order_waits_longer_each_time_and_ends() -> None:
    found = waits(PLAN)
    assert [one.total_seconds() / 60 for one in found[:6]] == [10, 20, 40, 80, 160, 240]
    assert len(found) == MOST_MOVES
    assert timedelta(days=1) < sum(found, timedelta()) < timedelta(days=2)


def test_a_call_back_is_not_moved() -> None:
    assert moved(PlanKey(call_log("CA1"), Key(5, "m", 101)), PLAN, NOW) is None
