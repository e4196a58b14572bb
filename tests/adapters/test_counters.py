"""What every implementation of counters must do: the double, and the table in moto, over the real wire."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from functions.adapters.counters import KEPT_S, KEY, DynamoCounters
from functions.relay.counts import DAY_S, Admission, Quota
from functions.relay.limits import Limits
from functions.relay.log.keys import counter
from functions.relay.ports import Counters, CountersError
from tests.conftest import TABLE, Aws
from tests.doubles import MemoryCounters
from tests.endpoint import at, refusing_url

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RINGS = 30
"""How many ring in any order where 7 are let in."""

NOON = 20_000 * DAY_S + DAY_S // 2
LONG = 3600


class Clock:
    """Seconds since 1970, which the test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


class OneWriteAtATime:
    """A client whose `update_item` is atomic, as DynamoDB's is: moto checks a condition and writes in two steps.

    Source: AWS, "Working with items", "Atomic counters" and conditional writes.
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client, self._lock = client, Lock()
        self.exceptions = client.exceptions

    def update_item(self, **wanted: Any) -> Any:
        with self._lock:
            return self._client.update_item(**wanted)


class Interleaving(OneWriteAtATime):
    """A client that begins other work between any two of its requests, as a seed says."""

    def __init__(self, client: "DynamoDBClient", seed: int) -> None:
        super().__init__(client)
        self.waiting: list[Callable[[], object]] = []
        self._chance = Random(seed)

    def update_item(self, **wanted: Any) -> Any:
        while self.waiting and self._chance.random() < 0.5:
            self.waiting.pop(self._chance.randrange(len(self.waiting)))()
        return super().update_item(**wanted)


@pytest.fixture
def table(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    at(monkeypatch, "DYNAMODB", aws.url)
    made = boto3.client("dynamodb", config=Config(max_pool_connections=100))
    yield cast("DynamoDBClient", OneWriteAtATime(made))
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "table"])
def counters(request: pytest.FixtureRequest, clock: Clock) -> Counters:
    if request.param == "memory":
        return MemoryCounters(clock)
    return DynamoCounters(request.getfixturevalue("table"), TABLE, clock)


@pytest.fixture
def name() -> str:
    return counter("calls", uuid4().hex)


def lets_in(counters: Counters, name: str, quota: Quota, call: str, seconds: int) -> bool:
    return counters.admit(name, quota, call, seconds) is not Admission.FULL


def test_a_day_has_so_many_calls(counters: Counters, name: str, clock: Clock) -> None:
    quota = Quota(per_day=2, at_once=9)
    assert [lets_in(counters, name, quota, f"CA{n}", LONG) for n in range(3)] == [True, True, False]
    clock.now += DAY_S
    assert lets_in(counters, name, quota, "CA9", LONG)


def test_so_many_calls_go_on_at_once(counters: Counters, name: str) -> None:
    quota = Quota(per_day=9, at_once=2)
    assert [lets_in(counters, name, quota, f"CA{n}", LONG) for n in range(3)] == [True, True, False]
    counters.release(name, "CA0")
    counters.release(name, "CA0")
    assert [lets_in(counters, name, quota, f"CA{n}", LONG) for n in (3, 4)] == [True, False]


def test_calls_that_go_on_over_midnight_still_do(counters: Counters, name: str, clock: Clock) -> None:
    quota = Quota(per_day=9, at_once=1)
    assert lets_in(counters, name, quota, "CA0", 2 * DAY_S)
    clock.now += DAY_S
    assert not lets_in(counters, name, quota, "CA1", LONG)


def test_a_call_without_a_reported_end_is_forgotten(counters: Counters, name: str, clock: Clock) -> None:
    quota = Quota(per_day=9, at_once=1)
    assert lets_in(counters, name, quota, "CA0", LONG)
    clock.now += LONG
    assert lets_in(counters, name, quota, "CA1", LONG)


def test_a_call_reported_twice_counts_once(counters: Counters, name: str) -> None:
    quota = Quota(per_day=2, at_once=1)
    assert [lets_in(counters, name, quota, "CA0", LONG) for _ in range(3)] == [True] * 3
    counters.release(name, "CA0")
    assert lets_in(counters, name, quota, "CA1", LONG)


@pytest.mark.parametrize("yesterday", [0, 7], ids=["new", "of yesterday"])
@pytest.mark.parametrize("quota", [Quota(7, 500), Quota(500, 7)], ids=["a day", "at once"])
def test_of_a_hundred_at_once_the_allowed_pass(
    counters: Counters, name: str, clock: Clock, quota: Quota, yesterday: int
) -> None:
    for number in range(yesterday):
        assert lets_in(counters, name, quota, f"CAold{number}", LONG)
    clock.now += DAY_S
    with ThreadPoolExecutor(100) as pool:
        through = list(pool.map(lambda number: lets_in(counters, name, quota, f"CA{number}", LONG), range(100)))
    assert through.count(True) == 7


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("quota", [Quota(7, 500), Quota(500, 7)], ids=["a day", "at once"])
def test_no_order_of_requests_lets_another_call_in(
    table: "DynamoDBClient", name: str, clock: Clock, seed: int, quota: Quota
) -> None:
    """The counter is of yesterday, so rings renew it while others count."""
    client, through = Interleaving(table, seed), list[bool]()
    counters = DynamoCounters(cast("DynamoDBClient", client), TABLE, clock)
    counters.admit(name, quota, "CAold", LONG)
    clock.now += DAY_S

    def ring(call: str) -> None:
        through.append(lets_in(counters, name, quota, call, LONG))

    client.waiting = [partial(ring, f"CA{number % 27}") for number in range(RINGS)]
    while client.waiting:
        client.waiting.pop()()
    item = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"log": {"S": name}, "key": {"S": KEY}})["Item"]
    assert len(through) == RINGS
    assert (int(item["calls"]["N"]), len(item["active"]["M"])) == (7, 7)


def test_a_call_is_counted_once_and_released_once(counters: Counters, name: str) -> None:
    told = [counters.admit(name, Quota(9, 9), "CA0", LONG) for _ in range(2)]
    assert told == [Admission.COUNTED, Admission.KNOWN]
    assert [counters.release(name, "CA0") for _ in range(2)] == [True, False]


@pytest.mark.parametrize("spent", [0, 30], ids=["new", "begun"])
def test_of_a_hundred_at_once_the_money_suffices_for_seven(counters: Counters, name: str, spent: int) -> None:
    counters.adjust(name, spent)
    with ThreadPoolExecutor(100) as pool:
        through = list(pool.map(lambda _: counters.spend(name, 10, spent + 79), range(100)))
    assert through.count(True) == 7


def test_what_was_not_used_may_be_spent_by_others(counters: Counters, name: str) -> None:
    assert [counters.spend(name, 60, 100) for _ in range(2)] == [True, False]
    counters.adjust(name, -20)
    assert [counters.spend(name, 60, 100) for _ in range(2)] == [True, False]
    assert not counters.spend(name, 101, 100)


def test_a_counter_of_money_expires(aws: Aws, table: "DynamoDBClient", name: str) -> None:
    assert DynamoCounters(table, TABLE, lambda: NOON).spend(name, 1, 1)
    item = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"log": {"S": name}, "key": {"S": KEY}})["Item"]
    assert int(item["expires"]["N"]) == NOON + KEPT_S


@pytest.mark.parametrize("admitted", [1, 2], ids=["which is new", "which is known"])
def test_a_counter_of_calls_expires(aws: Aws, table: "DynamoDBClient", name: str, admitted: int) -> None:
    for number in range(admitted):
        DynamoCounters(table, TABLE, partial(float, NOON + 10 * number)).admit(name, Quota(5, 5), f"CA{number}", 60)
    item = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"log": {"S": name}, "key": {"S": KEY}})["Item"]
    assert int(item["expires"]["N"]) == NOON + 10 * (admitted - 1) + KEPT_S


def test_a_release_of_a_call_that_was_never_counted_is_nothing(counters: Counters, name: str) -> None:
    counters.release(name, "CA1")
    assert lets_in(counters, name, Quota(1, 1), "CA1", LONG)


def test_a_counter_that_fails_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "DYNAMODB", refusing_url())
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    with pytest.raises(CountersError, match="DynamoDB: EndpointConnectionError"):
        DynamoCounters(boto3.client("dynamodb", config=once), TABLE).admit("limit/calls", Quota(1, 1), "CA1", LONG)


def test_a_limit_that_allows_no_call_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Limits.calls_per_day is 0; give a whole number, 1 or more"):
        Limits(calls_per_day=0)
