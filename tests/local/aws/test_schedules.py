"""The schedules of a laptop run at their time, once, and are gone then."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.adapters import schedules
from functions.adapters.schedules import EventBridgeScheduler
from local.aws import schedules as local_schedules
from local.aws.schedules import Schedules
from tests.conftest import Aws
from tests.endpoint import WAIT_S

pytestmark = pytest.mark.slow

NOW = datetime(2026, 5, 4, 14, tzinfo=UTC)
ROLE, TARGET = "arn:aws:iam::123456789012:role/plans", "arn:aws:lambda:eu-central-1:123456789012:function:calls"


class Calls:
    """A function that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.called = threading.Event()

    def __call__(self, event: dict[str, Any], _: object) -> str:
        self.got.append(event)
        self.called.set()
        return "placed"


@pytest.fixture
def scheduler(aws: Aws, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A group of schedules for this test alone, and what plans in it."""
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(local_schedules, "LOOK_EVERY_S", 0.05)
    client, group = schedules.client(), request.node.name
    client.create_schedule_group(Name=group)
    yield EventBridgeScheduler(client, group, ROLE, TARGET, clock=NOW.timestamp)
    client.close()


def test_a_schedule_runs_at_its_time_and_is_gone(scheduler: Any, request: pytest.FixtureRequest) -> None:
    calls, clock = Calls(), [NOW.timestamp()]
    group, told = Schedules(request.node.name, calls, clock=lambda: clock[0]), threading.Event()
    group.follow(lambda returned: told.set() if returned == "placed" else None)
    scheduler.plan("later", NOW.replace(hour=15), {"planned": {"log": "call/CA1", "key": "k"}})
    with group.running():
        assert [one.name for one in group.all()] == ["later"]
        assert calls.got == []
        clock[0] += 3600
        assert calls.called.wait(WAIT_S)
        assert told.wait(WAIT_S)
        assert (calls.got, group.all()) == ([{"planned": {"log": "call/CA1", "key": "k"}}], [])


def test_the_next_one_comes_first(scheduler: Any, request: pytest.FixtureRequest) -> None:
    for hour in (18, 16, 17):
        scheduler.plan(f"at-{hour}", NOW.replace(hour=hour), {"planned": {}})
    found = Schedules(request.node.name, Calls()).all()
    assert [one.name for one in found] == ["at-16", "at-17", "at-18"]


def test_a_test_runs_one_at_once(scheduler: Any, request: pytest.FixtureRequest) -> None:
    calls = Calls()
    group = Schedules(request.node.name, calls)
    scheduler.plan("tomorrow", NOW.replace(day=5), {"planned": {"log": "call/CA2"}})
    assert group.run(group.all()[0]) == "placed"
    assert (calls.got, group.all()) == ([{"planned": {"log": "call/CA2"}}], [])
