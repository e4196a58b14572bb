"""The laptop's event source mapping of a table's stream: moto on one side, a handler on the other."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from local.aws.stream import Stream
from tests.conftest import Aws
from tests.endpoint import WAIT_S, at

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Event = dict[str, Any]


class Woken:
    """A handler that records its events, and first raises what the test says."""

    def __init__(self, *errors: Exception) -> None:
        self.events: list[Event] = []
        self._errors = list(errors)
        self._changed = threading.Condition()

    def __call__(self, event: Event, _: Any) -> Any:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()
        if self._errors:
            raise self._errors.pop(0)
        return {"batchItemFailures": []}

    def wait(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events) >= count, WAIT_S), self.events

    @property
    def keys(self) -> list[list[str]]:
        return [[one["dynamodb"]["Keys"]["key"]["S"] for one in event["Records"]] for event in self.events]


class Failing:
    """A handler that reports one entry as failed, once."""

    def __init__(self, key: str) -> None:
        self.given: list[str] = []
        self._key, self._done = key, threading.Event()

    def __call__(self, event: Event, _: Any) -> Any:
        keys = [one["dynamodb"]["Keys"]["key"]["S"] for one in event["Records"]]
        fails = self._key in keys and self._key not in self.given
        self.given += keys
        if "3" in keys and not fails:
            self._done.set()
        return {"batchItemFailures": [{"itemIdentifier": number(event, self._key)}] if fails else []}

    def wait(self) -> None:
        assert self._done.wait(WAIT_S)


def number(event: Event, key: str) -> str:
    return next(
        str(one["dynamodb"]["SequenceNumber"])
        for one in event["Records"]
        if one["dynamodb"]["Keys"]["key"]["S"] == key
    )


class Table:
    """A table with a stream, of one test."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client, self.name = client, f"table-{uuid4().hex}"
        client.create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )

    def put(self, *keys: str, kind: str = "Closed") -> None:
        for key in keys:
            self._client.put_item(TableName=self.name, Item={"key": {"S": key}, "kind": {"S": kind}})


@pytest.fixture
def table(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    at(monkeypatch, "DYNAMODB", aws.url)
    at(monkeypatch, "DYNAMODB_STREAMS", aws.url)
    client = boto3.client("dynamodb")
    yield Table(client)
    client.close()


def test_a_handler_is_woken_with_new_entries_of_its_kinds(table: Table) -> None:
    table.put("old")
    woken = Woken()
    with Stream(table.name, woken, ["Closed"]).running():
        table.put("1", kind="Prompt")
        table.put("2")
        table.put("2")
        woken.wait(1)
    assert woken.keys == [["2"]]
    [record] = woken.events[0]["Records"]
    assert (record["eventSource"], record["eventName"]) == ("aws:dynamodb", "INSERT")
    assert record["dynamodb"]["NewImage"] == {"key": {"S": "2"}, "kind": {"S": "Closed"}}


def test_what_failed_is_given_again_with_all_after_it(table: Table) -> None:
    """The size of a batch depends on when the stream is read."""
    failing = Failing("2")
    with Stream(table.name, failing, ["Closed"]).running():
        table.put("1", "2", "3")
        failing.wait()
    assert [failing.given.count(key) for key in "123"] in ([1, 2, 2], [1, 2, 1])
    assert failing.given[-1] == "3"


def test_an_invocation_that_raised_is_repeated(table: Table) -> None:
    woken = Woken(RuntimeError("boom"))
    stream = Stream(table.name, woken, ["Closed"])
    with stream.running():
        table.put("1")
        woken.wait(2)
    assert woken.keys == [["1"], ["1"]]
    assert [str(failure.error) for failure in stream.failures] == ["boom"]


def test_a_stream_that_rests_is_read_once_it_wakes(table: Table) -> None:
    woken = Woken()
    stream = Stream(table.name, woken, ["Closed"])
    stream.rest()
    with stream.running():
        table.put("1")
        assert woken.events == []
        stream.wake()
        woken.wait(1)
        stream.rest()
    assert woken.keys == [["1"]]
