"""What every implementation of counters must do: the double, and the table in moto, over the real wire."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from functions.adapters.counters import KEPT_S, KEY, LONGEST_WAIT_S, MOST_TRIES, DynamoCounters, count_in
from functions.relay.cost_limits import Limits
from functions.relay.counts import DAY_S, Charge, LimitName, Quota, Reservation, Seat
from functions.relay.log.keys import counter
from functions.relay.ports import Counters, CountersError
from tests.conftest import TABLE, Aws
from tests.doubles import MemoryCounters
from tests.endpoint import at, refusing_url

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RINGS = 20
"""How many ring in any order where 7 are let in."""

NOON = 20_000 * DAY_S + DAY_S // 2
LONG_S = 3600


class Clock:
    """Seconds since 1970, which the test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


class OneAtATime:
    """A client whose writes are atomic, as DynamoDB's are: moto checks a condition and writes in two steps.

    Source: AWS, "Working with items", "Atomic counters" and conditional writes; "Isolation levels of transactions".
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client, self._lock = client, Lock()
        self.exceptions, self.requests = client.exceptions, list[str]()

    def update_item(self, **wanted: Any) -> Any:
        return self._send("update_item", wanted)

    def transact_write_items(self, **wanted: Any) -> Any:
        return self._send("transact_write_items", wanted)

    def batch_get_item(self, **wanted: Any) -> Any:
        return self._send("batch_get_item", wanted)

    def _send(self, name: str, wanted: dict[str, Any]) -> Any:
        with self._lock:
            self.requests.append(name)
            return getattr(self._client, name)(**wanted)


class Interleaving(OneAtATime):
    """A client that begins other work between any two of its requests, as a seed says.

    Some writes are refused as DynamoDB does while a transaction goes on with the same item; moto never does.
    """

    def __init__(self, client: "DynamoDBClient", seed: int) -> None:
        super().__init__(client)
        self.waiting: list[Callable[[], object]] = []
        self._chance = Random(seed)

    def _send(self, name: str, wanted: dict[str, Any]) -> Any:
        while self.waiting and self._chance.random() < 0.5:
            self.waiting.pop(self._chance.randrange(len(self.waiting)))()
        if name != "batch_get_item" and self._chance.random() < 0.2:
            raise conflict(self._client, name, len(wanted.get("TransactItems", ())))
        return super()._send(name, wanted)


def conflict(client: "DynamoDBClient", name: str, items: int) -> ClientError:
    """Return DynamoDB's refusal of a write to items that a transaction changes. Source: "TransactWriteItems"."""
    if name == "update_item":
        return ClientError({"Error": {"Code": "TransactionConflictException"}}, name)
    reasons: Any = [{"Code": "TransactionConflict"}, *[{"Code": "None"}] * (items - 1)]
    told: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
    return client.exceptions.TransactionCanceledException(told, name)


@pytest.fixture
def table(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    at(monkeypatch, "DYNAMODB", aws.url)
    made = boto3.client("dynamodb", config=Config(max_pool_connections=100))
    yield cast("DynamoDBClient", OneAtATime(made))
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
    return counters.admit(call, seconds, {"calls": Seat(name, quota)}) is None


def test_a_day_has_so_many_calls(counters: Counters, name: str, clock: Clock) -> None:
    quota = Quota(per_day=2, at_once=9)
    assert [lets_in(counters, name, quota, f"CA{n}", LONG_S) for n in range(3)] == [True, True, False]
    clock.now += DAY_S
    assert lets_in(counters, name, quota, "CA9", LONG_S)


def test_so_many_calls_go_on_at_once(counters: Counters, name: str) -> None:
    quota = Quota(per_day=9, at_once=2)
    assert [lets_in(counters, name, quota, f"CA{n}", LONG_S) for n in range(3)] == [True, True, False]
    counters.release(name, "CA0")
    counters.release(name, "CA0")
    assert [lets_in(counters, name, quota, f"CA{n}", LONG_S) for n in (3, 4)] == [True, False]


def test_calls_that_go_on_over_midnight_still_do(counters: Counters, name: str, clock: Clock) -> None:
    quota = Quota(per_day=9, at_once=1)
    assert lets_in(counters, name, quota, "CA0", 2 * DAY_S)
    clock.now += DAY_S
    assert not lets_in(counters, name, quota, "CA1", LONG_S)


def test_clocks_that_differ_at_midnight_let_no_call_more_in(counters: Counters, name: str, clock: Clock) -> None:
    midnight = (int(clock.now) // DAY_S + 1) * DAY_S
    admitted = 0
    for number in range(10):
        clock.now = midnight - 1 if number % 2 else midnight + 1
        admitted += lets_in(counters, name, Quota(3, 9), f"CA{number}", 60)
    assert admitted == 3


def test_a_call_without_a_reported_end_is_forgotten(counters: Counters, name: str, clock: Clock) -> None:
    quota = Quota(per_day=9, at_once=1)
    assert lets_in(counters, name, quota, "CA0", LONG_S)
    clock.now += LONG_S
    assert lets_in(counters, name, quota, "CA1", LONG_S)


def test_a_call_reported_twice_counts_once(counters: Counters, name: str) -> None:
    quota = Quota(per_day=2, at_once=1)
    assert [lets_in(counters, name, quota, "CA0", LONG_S) for _ in range(3)] == [True] * 3
    counters.release(name, "CA0")
    assert lets_in(counters, name, quota, "CA1", LONG_S)


@pytest.mark.slow  # so many at once run the same lines
@pytest.mark.parametrize("yesterday", [0, 7], ids=["new", "of yesterday"])
@pytest.mark.parametrize("quota", [Quota(7, 500), Quota(500, 7)], ids=["a day", "at once"])
def test_of_a_hundred_at_once_the_allowed_pass(
    counters: Counters, name: str, clock: Clock, quota: Quota, yesterday: int
) -> None:
    for number in range(yesterday):
        assert lets_in(counters, name, quota, f"CAold{number}", LONG_S)
    clock.now += DAY_S
    with ThreadPoolExecutor(100) as pool:
        through = list(pool.map(lambda number: lets_in(counters, name, quota, f"CA{number}", LONG_S), range(100)))
    assert through.count(True) == 7


@pytest.mark.slow  # so many at once run the same lines
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("quota", [Quota(7, 500), Quota(500, 7)], ids=["a day", "at once"])
def test_no_order_of_requests_lets_another_call_in(
    table: "DynamoDBClient", name: str, clock: Clock, seed: int, quota: Quota
) -> None:
    """The counter is of yesterday, so rings renew it while others count."""
    client, through = Interleaving(table, seed), list[bool]()
    counters = DynamoCounters(cast("DynamoDBClient", client), TABLE, clock, lambda _: None)
    lets_in(counters, name, quota, "CAold", LONG_S)
    clock.now += DAY_S

    def ring(call: str) -> None:
        through.append(lets_in(counters, name, quota, call, LONG_S))

    client.waiting = [partial(ring, f"CA{number % 17}") for number in range(RINGS)]
    while client.waiting:
        client.waiting.pop()()
    item = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"log": {"S": name}, "key": {"S": KEY}})["Item"]
    assert len(through) == RINGS
    assert (int(item["calls"]["N"]), len(item["active"]["M"])) == (7, 7)


def ring_of(name: str, most: int = 90) -> dict[LimitName, Reservation]:
    """Return what a ring is counted in: three counters, each of which lets `most` calls in."""
    return {
        "caller": Seat(f"{name}/caller", Quota(most, most)),
        "calls": Seat(name, Quota(most, most)),
        "cents": Charge(f"{name}/cents", 10, 10 * most),
    }


FULL: dict[LimitName, Reservation] = {
    "caller": Seat("caller", Quota(7, 90)),
    "calls": Seat("", Quota(90, 7)),
    "cents": Charge("cents", 10, 79),
}
"""Each limit as it lets seven calls in."""


def meeting(name: str, limit: LimitName) -> dict[LimitName, Reservation]:
    """Return a ring's reservations, of which this one lets seven calls in."""
    known = ring_of(name)[limit]
    return ring_of(name) | {limit: replace(FULL[limit], counter=known.counter)}


@pytest.mark.parametrize("limit", FULL)
def test_a_ring_is_told_which_limit_it_meets(counters: Counters, name: str, limit: LimitName) -> None:
    told = [counters.admit(f"CA{number}", LONG_S, meeting(name, limit)) for number in range(9)]
    assert told == [None] * 7 + [limit] * 2


@pytest.mark.parametrize("limit", FULL)
def test_a_ring_that_meets_a_limit_is_counted_nowhere(counters: Counters, name: str, limit: LimitName) -> None:
    for number in range(15):
        counters.admit(f"CA{number}", LONG_S, meeting(name, limit))
    others = [counters.admit(f"CB{number}", LONG_S, ring_of(name, most=10)) for number in range(9)]
    assert others == [None] * 3 + ["caller"] * 6


def test_a_ring_told_twice_pays_once(counters: Counters, name: str) -> None:
    for _ in range(3):
        assert counters.admit("CA1", LONG_S, ring_of(name)) is None
    assert counters.spend(f"{name}/cents", 890, 900)


@pytest.mark.slow  # so many at once run the same lines
@pytest.mark.parametrize("limit", FULL)
@pytest.mark.parametrize("yesterday", [0, 3])
def test_of_a_hundred_rings_seven_meet_no_limit(
    counters: Counters, name: str, clock: Clock, limit: LimitName, yesterday: int
) -> None:
    for number in range(yesterday):
        counters.admit(f"CAold{number}", LONG_S, {"calls": Seat(name, Quota(9, 9))})
    clock.now += DAY_S
    with ThreadPoolExecutor(100) as pool:
        told = list(pool.map(lambda number: counters.admit(f"CA{number}", LONG_S, meeting(name, limit)), range(100)))
    assert (told.count(None), told.count(limit)) == (7, 93)


@pytest.mark.parametrize("limit", FULL)
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))])
def test_no_order_of_rings_and_ends_changes_what_is_counted(
    table: "DynamoDBClient", name: str, clock: Clock, seed: int, limit: LimitName
) -> None:
    """Calls ring, are held, end and pay, each between any two requests of the others."""
    client, told, chance = Interleaving(table, seed), dict[str, LimitName | None](), Random(seed)
    counters = DynamoCounters(cast("DynamoDBClient", client), TABLE, clock, lambda _: None)
    reservations, over = (
        ring_of(name) | {limit: replace(FULL[limit], counter=ring_of(name)[limit].counter)},
        list[str](),
    )

    def ring(call: str) -> None:
        told[call] = counters.admit(call, LONG_S, reservations)
        if told[call] is None and chance.random() < 0.3:
            counters.hold(name, call, 2 * LONG_S)
            for one in reservations.values():
                assert not isinstance(one, Seat) or counters.release(one.counter, call)
            over.append(call)
            counters.adjust(f"{name}/cents", -10)

    client.waiting = [partial(ring, f"CA{number}") for number in range(RINGS)]
    while client.waiting:
        client.waiting.pop()()
    begun = [call for call, met in told.items() if met is None]
    count = count_in(item_of(name))
    assert (count.calls, set(count.active)) == (len(begun), set(begun) - set(over))
    assert int(item_of(f"{name}/cents")["spent"]["N"]) == 10 * (len(begun) - len(over))
    assert {met for met in told.values() if met} <= {limit}
    assert len(begun) - len(over) <= 7 <= len(begun)


def item_of(name: str) -> dict[str, Any]:
    found = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"log": {"S": name}, "key": {"S": KEY}})
    return dict(found["Item"])


def test_a_check_is_one_read_and_one_write(table: "DynamoDBClient", name: str, clock: Clock) -> None:
    """Also for a new counter, on a new day, and when calls that must have ended are in the way."""
    counters, client = DynamoCounters(table, TABLE, clock), cast(OneAtATime, table)
    reservations: dict[LimitName, Reservation] = {**ring_of(name), "calls": Seat(name, Quota(2, 1))}
    for number, (passed, requests) in enumerate([(0, 2), (1, 1), (LONG_S, 2), (DAY_S, 2), (LONG_S, 2)]):
        clock.now += passed
        client.requests.clear()
        counters.admit(f"CA{number}", LONG_S, reservations)
        assert client.requests == ["batch_get_item", "transact_write_items"][:requests]


def test_a_counter_that_never_gets_free_raises(table: "DynamoDBClient", name: str) -> None:
    class Busy(OneAtATime):
        def _send(self, name: str, wanted: dict[str, Any]) -> Any:
            if name == "batch_get_item":
                return super()._send(name, wanted)
            raise conflict(self._client, name, len(wanted.get("TransactItems", ())))

    waits = list[float]()
    client = cast("DynamoDBClient", Busy(table))
    counters = DynamoCounters(client, TABLE, sleep=waits.append)
    for change in (
        lambda: counters.admit("CA1", LONG_S, ring_of(name)),
        lambda: counters.spend(name, 1, 5),
        lambda: counters.release(name, "CA1"),
    ):
        waits.clear()
        with pytest.raises(CountersError, match="too fast"):
            change()
        assert len(waits) == MOST_TRIES - 1
        assert sum(waits) < 7
        assert all(0 <= one <= LONGEST_WAIT_S for one in waits)


def test_a_call_that_goes_on_stays_counted(counters: Counters, name: str, clock: Clock) -> None:
    quota = Quota(per_day=9, at_once=1)
    assert lets_in(counters, name, quota, "CA0", LONG_S)
    counters.hold(name, "CA0", 3 * LONG_S)
    counters.hold(name, "CA0", 10)
    counters.hold(name, "CAother", LONG_S)
    clock.now += 3 * LONG_S - 1
    assert not lets_in(counters, name, quota, "CA1", LONG_S)
    clock.now += 1
    assert lets_in(counters, name, quota, "CA1", LONG_S)


def test_a_call_is_released_once(counters: Counters, name: str) -> None:
    assert lets_in(counters, name, Quota(9, 9), "CA0", LONG_S)
    assert [counters.release(name, "CA0") for _ in range(2)] == [True, False]


@pytest.mark.slow  # so many at once run the same lines
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
    reservations: dict[LimitName, Reservation] = {"calls": Seat(name, Quota(5, 5))}
    for number in range(admitted):
        DynamoCounters(table, TABLE, partial(float, NOON + 10 * number)).admit(f"CA{number}", 60, reservations)
    item = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"log": {"S": name}, "key": {"S": KEY}})["Item"]
    assert int(item["expires"]["N"]) == NOON + 10 * (admitted - 1) + KEPT_S


def test_a_release_of_a_call_that_was_never_counted_is_nothing(counters: Counters, name: str) -> None:
    counters.release(name, "CA1")
    assert lets_in(counters, name, Quota(1, 1), "CA1", LONG_S)


def test_a_counter_that_fails_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "DYNAMODB", refusing_url())
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    with pytest.raises(CountersError, match="DynamoDB: EndpointConnectionError"):
        lets_in(
            DynamoCounters(boto3.client("dynamodb", config=once), TABLE), "limit/calls", Quota(1, 1), "CA1", LONG_S
        )


def test_a_limit_that_allows_no_call_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Limits.calls_per_day is 0; give a whole number, 1 or more"):
        Limits(calls_per_day=0)
