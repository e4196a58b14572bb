"""Does what EventBridge Scheduler does with one-time schedules: invokes a function at their time, and deletes them.

moto stores the schedules and never runs them. Source: AWS, "Schedule types in EventBridge Scheduler".
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.aws.gateway import Returned
from local.aws.gateway_invoke import Function, Handler, Journal, as_function, invoke

logger = logging.getLogger("hotline.schedules")

LOOK_EVERY_S = 5.0
"""Seconds between two looks for schedules that are due. Scheduler itself is precise to a minute."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule: its name, its time in seconds since 1970, and what its function gets."""

    name: str
    at: float
    payload: dict[str, Any]


class Schedules:
    """A group of schedules and the function that they invoke. It starts once."""

    def __init__(self, group: str, handler: Handler | Function, clock: Callable[[], float] = time.time) -> None:
        """Find Scheduler by the environment of now. `clock` returns seconds since 1970."""
        self._group, self._function, self._clock = group, as_function(handler), clock
        self._client: Any = boto3.client("scheduler")
        self._journal = Journal()
        self._stopping = threading.Event()
        self._told: list[Callable[[Any], object]] = []
        self._thread = threading.Thread(target=self._poll, name="schedules", daemon=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Invoke the function at the time of each schedule until the block ends."""
        self._thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._thread.join()
            self._client.close()

    def follow(self, tell: Callable[[Any], object]) -> None:
        """Call `tell` with what the function returns for each schedule whose time has come."""
        self._told.append(tell)

    def all(self) -> list[Schedule]:
        """Return the schedules that have not run, the next one first."""
        pages = self._client.get_paginator("list_schedules").paginate(GroupName=self._group)
        names = [one["Name"] for page in pages for one in page["Schedules"]]
        found = [self._client.get_schedule(GroupName=self._group, Name=name) for name in names]
        return sorted(map(_read, found), key=lambda one: one.at)

    def run(self, schedule: Schedule) -> Any:
        """Invoke the function as if the time had come, and delete the schedule; return what the function returned."""
        self._client.delete_schedule(GroupName=self._group, Name=schedule.name)
        outcome = invoke(self._function, schedule.payload, self._journal)
        return outcome.value if isinstance(outcome, Returned) else None

    def _poll(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                for schedule in self.all():
                    if schedule.at <= self._clock():
                        returned = self.run(schedule)
                        for tell in self._told:
                            tell(returned)
            except (ClientError, BotoCoreError) as error:
                logger.error("The schedules could not be read: %s", error)


def _read(found: Any) -> Schedule:
    """Return a one-time schedule in UTC. Raises ValueError for any other, which no adapter makes."""
    at = datetime.strptime(found["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    return Schedule(found["Name"], at.timestamp(), json.loads(found["Target"]["Input"]))
