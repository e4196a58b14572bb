"""EventBridge Scheduler: each plan becomes one schedule, which deletes itself."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.adapters import schedules
from functions.adapters.schedules import EventBridgeScheduler
from functions.relay.ports import SchedulerError
from tests.conftest import Aws
from tests.endpoint import refusing_url

pytestmark = pytest.mark.slow

NOW = datetime(2026, 5, 4, 14, tzinfo=UTC)
AT = datetime(2026, 5, 5, 9, 30, tzinfo=UTC)
ROLE, TARGET = "arn:aws:iam::123456789012:role/plans", "arn:aws:lambda:eu-central-1:123456789012:function:calls"


@pytest.fixture
def client(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    made = schedules.client()
    yield made
    made.close()


def scheduler(client: Any, group: str = "default") -> EventBridgeScheduler:
    return EventBridgeScheduler(client, group, ROLE, TARGET, clock=NOW.timestamp)


def test_a_plan_runs_once_and_deletes_itself(client: Any) -> None:
    scheduler(client).plan("plan-once", AT, {"planned": {"log": "call/CA1", "key": "k"}})
    made = client.get_schedule(Name="plan-once")
    assert (made["ScheduleExpression"], made["ScheduleExpressionTimezone"]) == ("at(2026-05-05T09:30:00)", "UTC")
    assert (made["ActionAfterCompletion"], made["FlexibleTimeWindow"]) == ("DELETE", {"Mode": "OFF"})
    target = made["Target"]
    assert (target["Arn"], target["RoleArn"]) == (TARGET, ROLE)
    assert json.loads(target["Input"]) == {"planned": {"log": "call/CA1", "key": "k"}}
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 900}


def test_the_same_name_is_planned_once(client: Any) -> None:
    for hour in (9, 10):
        scheduler(client).plan("plan-twice", AT.replace(hour=hour), {})
    assert client.get_schedule(Name="plan-twice")["ScheduleExpression"] == "at(2026-05-05T09:30:00)"


def test_a_time_that_has_passed_becomes_the_next_minute(client: Any) -> None:
    scheduler(client).plan("plan-late", NOW.replace(hour=9), {})
    assert client.get_schedule(Name="plan-late")["ScheduleExpression"] == "at(2026-05-04T14:01:00)"


def test_an_error_has_no_text_of_the_service(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.environment(AWS_ENDPOINT_URL_SCHEDULER=refusing_url()).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(SchedulerError, match="EventBridge Scheduler: EndpointConnectionError"):
        scheduler(schedules.client()).plan("plan-lost", AT, {})
