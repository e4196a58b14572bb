"""Orders with a time: how often, and how late, one is tried again that is refused for now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.relay.call_order import CallOrder, Dlt
from functions.relay.log.events import CallPlanned, Entry, PlanDone
from functions.relay.log.keys import Key, call_log, callee_log
from functions.relay.planning import MOST_MOVES, PlanKey, due, due_at, moved, order_of, ordered_key, plan_of, retried

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
ABOUT, DLT = (("a", "b"),), Dlt("1", "2")
ORDER = CallOrder("+12125550142", "reminder", "+12125550100", ABOUT, "asked", DLT, "campaign-may", 2)
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
    assert order_of(PLAN) == replace(ORDER, retries=0)
    assert PLAN.retries == 2
    assert due_at(PLAN) == NOW


def test_an_order_waits_longer_each_time_and_ends() -> None:
    found = waits(PLAN)
    assert [one.total_seconds() / 60 for one in found[:6]] == [10, 20, 40, 80, 160, 240]
    assert len(found) == MOST_MOVES
    assert timedelta(days=1) < sum(found, timedelta()) < timedelta(days=2)


def test_a_call_back_is_not_moved() -> None:
    assert moved(PlanKey(call_log("CA1"), Key(5, "m", 101)), PLAN, NOW) is None


def test_a_call_that_nobody_answers_has_its_retries() -> None:
    log, entries, found = callee_log("m"), [Entry(ordered_key("campaign-may"), PLAN)], list[CallPlanned]()
    for number in range(4):
        call, newest = f"CA{number}", entries[-1].key
        entries.insert(0, Entry(PlanKey(log, newest).noted("done"), PlanDone(str(newest), call)))
        later = retried(log, entries, call, NOW)
        if later is None:
            break
        assert isinstance(later.event, CallPlanned)
        assert due([*entries, later], later.key) == later.event
        found.append(later.event)
        entries.append(later)
    assert [(one.request, one.retries) for one in found] == [("campaign-may.1", 1), ("campaign-may.0", 0)]
    assert {due_at(one) - NOW for one in found} == {timedelta(hours=1)}


def test_a_retry_that_is_refused_for_now_keeps_its_place_and_id() -> None:
    place = PlanKey(callee_log("m"), ordered_key("campaign-may", 1))
    entry = moved(place, replace(PLAN, request="campaign-may.1"), NOW)
    assert entry
    assert entry.key == ordered_key("campaign-may", 2)
    assert isinstance(entry.event, CallPlanned)
    assert entry.event.request == "campaign-may.1"


def test_another_call_to_the_number_has_no_retry() -> None:
    entries = [Entry(ordered_key("campaign-may"), PLAN)]
    assert retried(callee_log("m"), entries, "CA1", NOW) is None
