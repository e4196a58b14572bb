"""Plans calls with EventBridge Scheduler: a schedule that invokes a function once, and then deletes itself.

One-time schedules are precise to a minute. Sources: AWS, "EventBridge Scheduler API reference", CreateSchedule;
"Schedule types in EventBridge Scheduler".
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws_error import cause
from functions.relay.ports import SchedulerError

SOONEST = timedelta(minutes=1)
"""A plan that is due sooner, or whose time has passed, is set to then."""

MOST_RETRIES, LATEST_S = 3, 900
"""How often, and for how many seconds, Scheduler tries again to invoke the function: a later call disturbs people."""


def client() -> Any:
    """Return a client."""
    retries: Any = {"mode": "standard", "total_max_attempts": 3}
    return boto3.client("scheduler", config=Config(connect_timeout=2, read_timeout=5, retries=retries))


class EventBridgeScheduler:
    """Implements the port `Scheduler` with one group of schedules."""

    def __init__(
        self, client: Any, group: str, role: str, target: str, clock: Callable[[], float] = time.time
    ) -> None:
        """`role` and `target` are ARNs: of the role of the schedules, and of the function that they invoke."""
        self._client, self._group, self._role, self._target = client, group, role, target
        self._clock = clock

    def plan(self, name: str, at: datetime, payload: Mapping[str, Any]) -> None:
        """Create a schedule, unless the group has one of this name."""
        soonest = datetime.fromtimestamp(self._clock(), UTC) + SOONEST
        try:
            self._client.create_schedule(
                Name=name,
                GroupName=self._group,
                ScheduleExpression=f"at({max(at, soonest).astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
                ScheduleExpressionTimezone="UTC",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target={
                    "Arn": self._target,
                    "RoleArn": self._role,
                    "Input": json.dumps(payload),
                    "RetryPolicy": {"MaximumRetryAttempts": MOST_RETRIES, "MaximumEventAgeInSeconds": LATEST_S},
                },
            )
        except self._client.exceptions.ConflictException:
            return
        except (ClientError, BotoCoreError) as error:
            raise SchedulerError(cause("EventBridge Scheduler", error)) from error
