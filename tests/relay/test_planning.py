"""Orders with a time: which times are taken, how late one is tried again, and how far it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.relay.call_order import CallOrder, Dlt
from functions.relay.log.events import CallPlanned, Entry, PlanDone
from functions.relay.log.keys import Key, call_log, callee_log
from functions.relay.outbound import CallRefused
from functions.relay.planning import (
    MOST_MOVES,
    PlanKey,
    due,
    due_at,
    most_ahead,
    moved,
    order_of,
    ordered_key,
    plan_of,
    planned_for,
    read_time,
    retried,
    state_of,
)

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


@pytest.mark.parametrize(("kept", "ahead"), [(7, timedelta(days=6, hours=23)), (90, timedelta(days=27, hours=23))])
def test_a_plan_does_not_outlive_its_item_of_the_table(kept: int, ahead: timedelta) -> None:
    assert most_ahead(kept) == ahead


@pytest.mark.parametrize("text", ["2026-05-06T09:00:00+02:00", "2026-05-06T07:00:00Z", "2026-05-06T12:30:00+05:30"])
def test_a_time_of_an_order_is_read_in_utc(text: str) -> None:
    assert read_time(text, NOW, timedelta(days=27)) == datetime(2026, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tomorrow", "a time with its zone"),
        (None, "a time with its zone"),
        ("2026-05-06T09:00:00", "a time with its zone"),
        ("2026-05-05T08:59:59+00:00", "has passed: it is 2026-05-05T09:00:00+0000 now"),
        ("2026-06-05T09:00:00+00:00", "more than 27 days ahead"),
    ],
)
def test_a_time_without_a_zone_or_out_of_reach_is_refused(text: str | None, words: str) -> None:
    refused = read_time(text, NOW, timedelta(days=27))
    assert isinstance(refused, CallRefused)
    assert refused.why == "bad request"
    assert words in refused.words


def statuses(call: str) -> str:
    return {"CA1": "completed", "CA2": "busy"}[call]


@pytest.mark.parametrize(
    ("done", "state"),
    [
        (None, "planned"),
        (PlanDone("", call="CA1"), "called"),
        (PlanDone("", call="CA2"), "busy"),
        (PlanDone("", why="opted out"), "opted out"),
    ],
)
def test_the_newest_plan_of_an_order_says_how_far_it_is(done: PlanDone | None, state: str) -> None:
    first, newest = ordered_key("campaign-may"), ordered_key("campaign-may", 1)
    entries = [
        Entry(newest, PLAN),
        Entry(first, PLAN),
        Entry(Key(1, "done"), PlanDone(str(first), why="quiet hours")),
    ]
    entries += [Entry(Key(2, "done"), replace(done, plan=str(newest)))] if done else []
    assert state_of(entries, "campaign-may", statuses) == state


def test_an_order_without_a_plan_is_forgotten() -> None:
    assert state_of([Entry(ordered_key("campaign-may"), PLAN)], "campaign-june", statuses) == "forgotten"
    assert planned_for([Entry(ordered_key("campaign-may"), PLAN)], "campaign-june") == 0


def test_an_order_is_due_when_its_newest_plan_is() -> None:
    later = replace(PLAN, at=PLAN.at + 600_000)
    entries = [Entry(ordered_key("campaign-may", 1), later), Entry(ordered_key("campaign-may"), PLAN)]
    assert planned_for(entries, "campaign-may") == later.at
