"""Call backs that a call orders, and orders for a number: each is scheduled, once, however often it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.follow_up.deps import FollowUpDeps
from functions.providers import price_of
from functions.relay.log.events import CallPlanned, Entry, Ordered, PlanDone, PlanScheduled, Progressed
from functions.relay.log.keys import Key, call_log, callee_log
from functions.relay.planning import PlanKey
from functions.relay.ports import Scheduler, SchedulerError
from functions.relay.record.over import SETTLED_AFTER_S
from tests.fixtures.agents import DESK
from tests.follow_up.scene import OPEN, Scene
from tests.relay.record.calls import CALL, CALLED, CALLER, PLAIN, TALK, session

AT = datetime(2026, 5, 5, 9, tzinfo=UTC)
PLAN = CallPlanned(CALLER, CALLED, "rosa", int(AT.timestamp() * 1000), f"back-{CALL}")
KEY = Key(5, "m", 101)


@dataclass
class Plans:
    """The port `Scheduler` that keeps what it is given, or refuses it."""

    refuses: bool = False
    made: dict[str, tuple[datetime, Mapping[str, Any]]] = field(default_factory=dict)
    asked: int = 0

    def plan(self, name: str, at: datetime, payload: Mapping[str, Any]) -> None:
        self.asked += 1
        if self.refuses:
            raise SchedulerError("EventBridge Scheduler: ThrottlingException")
        self.made.setdefault(name, (at, payload))


@dataclass
class Planning(Scene):
    """A call in which a call back is ordered."""

    plans: Plans = field(default_factory=Plans)

    @property
    def deps(self) -> FollowUpDeps:
        def scheduler() -> Scheduler:
            return self.plans

        ports = (self.log, self.records, self.notes)
        return FollowUpDeps(*ports, lambda: str, price_of, {"rosa": DESK}, scheduler=scheduler)

    def order(self, key: Key = KEY) -> "Planning":
        self.log.append(call_log(CALL), Entry(key, PLAN))
        return self


def test_a_call_back_is_scheduled_while_the_call_goes_on() -> None:
    scene = Planning()
    scene.put(replace(OPEN, sessions=(session(*TALK[:-1]),)))
    assert scene.order().check(waited=0) == "goes on"
    assert list(scene.plans.made.values()) == [(AT, {"planned": {"log": call_log(CALL), "key": str(KEY)}})]


def test_it_is_scheduled_once() -> None:
    scene = Planning()
    scene.put(PLAIN)
    scene.order()
    for _ in range(3):
        scene.check(waited=0)
    assert scene.plans.asked == 1
    noted = [one.event for one in scene.log.read(call_log(CALL)) if isinstance(one.event, PlanScheduled)]
    assert noted == [PlanScheduled(str(KEY))]


def test_a_second_order_has_a_schedule_of_its_own() -> None:
    scene = Planning()
    scene.put(PLAIN)
    scene.order().order(Key(9, "m", 101)).check(waited=0)
    assert len(scene.plans.made) == 2


def test_what_is_not_scheduled_is_tried_again() -> None:
    scene = Planning(plans=Plans(refuses=True))
    scene.put(PLAIN)
    with pytest.raises(SchedulerError):
        scene.order().check(waited=0)
    scene.plans.refuses = False
    scene.check(waited=0)
    assert len(scene.plans.made) == 1


def test_an_order_in_the_log_of_a_number_is_scheduled_once() -> None:
    scene, log, key = Planning(), callee_log("mark"), Key(0, "order/campaign-may")
    scene.log.append(log, Entry(key, PLAN))
    assert [scene.check(log), scene.check(log)] == ["planned", "planned"]
    assert list(scene.plans.made.values()) == [(AT, {"planned": {"log": log, "key": str(key)}})]
    assert scene.plans.asked == 1


def unanswered(status: str, retries: int = 1) -> Planning:
    """Return a scene in which an order of a campaign has rung, and the call ended like this."""
    scene, log, key = Planning(), callee_log("mark"), Key(0, "order/campaign-may")
    scene.log.append(log, Entry(key, replace(PLAN, request="campaign-may", retries=retries)))
    scene.log.append(log, Entry(PlanKey(log, key).noted("done"), PlanDone(str(key), CALL)))
    scene.log.append(call_log(CALL), Entry(Key(0, "ordered"), Ordered("mark", "campaign-may.mark")))
    scene.log.append(call_log(CALL), Entry(Key(2, status), Progressed(2, status, 0, CALLER, CALLED, True)))
    for _ in range(2):
        scene.check(waited=SETTLED_AFTER_S)
    scene.check(log)
    return scene


@pytest.mark.parametrize("status", ["busy", "no-answer"])
def test_a_call_that_nobody_answers_is_planned_again(status: str) -> None:
    plans = unanswered(status).plans.made.values()
    assert [payload["planned"]["key"] for _, payload in plans] == [
        str(Key(0, "order/campaign-may")),
        str(Key(1, "order/campaign-may")),
    ]


@pytest.mark.parametrize(("status", "retries"), [("busy", 0), ("completed", 1), ("failed", 1), ("canceled", 1)])
def test_no_other_call_is_planned_again(status: str, retries: int) -> None:
    assert len(unanswered(status, retries).plans.made) == 1
