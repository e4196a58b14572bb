"""moto's DynamoDB is quick on this machine, answers as before, and makes one write at a time."""

import copy
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    MultipleTransactionsException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from local.aws.moto_tables import make_quick
from tests.conftest import TABLE, Aws

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


@pytest.fixture
def client(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    made = boto3.client("dynamodb")
    yield made
    made.close()


def test_a_query_looks_at_one_partition(client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[list[Item]] = []
    whole = Table.all_items

    def all_items(table: Table) -> list[Item]:
        looked.append(whole(table))
        return looked[-1]

    monkeypatch.setattr(Table, "all_items", all_items)
    for log, keys in {"of-one-call": "ba", "of-another": "c"}.items():
        for key in keys:
            client.put_item(TableName=TABLE, Item={"log": {"S": log}, "key": {"S": key}})
    found = client.query(
        TableName=TABLE, KeyConditionExpression="log = :log", ExpressionAttributeValues={":log": {"S": "of-one-call"}}
    )
    assert [item["key"]["S"] for item in found["Items"]] == ["a", "b"]
    assert [len(items) for items in looked] == [2]


ATTRIBUTES: "dict[str, AttributeValueTypeDef]" = {
    "text": {"S": "é \U0001f389"},
    "no text": {"S": ""},
    "number": {"N": "-1.5"},
    "bytes": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "list": {"L": [{"S": "a"}, {"L": [{"N": "2"}]}]},
    "map": {"M": {"S": {"S": "a"}, "N": {"M": {"b": {"B": b"c"}}}}},
}


def test_an_attribute_of_any_kind_comes_back_as_it_was_put(client: "DynamoDBClient") -> None:
    key: dict[str, AttributeValueTypeDef] = {"log": {"S": "of-any-kind"}, "key": {"S": "a"}}
    client.put_item(TableName=TABLE, Item=key | ATTRIBUTES)
    assert client.get_item(TableName=TABLE, Key=key)["Item"] == key | ATTRIBUTES


@pytest.mark.parametrize("kind", ["S", "N", "B", "BOOL", "NULL", "SS", "L", "M"])
def test_a_copy_of_an_item_is_that_item(kind: str) -> None:
    make_quick()
    value = next(value for value in ATTRIBUTES.values() if kind in value)
    item = Item(DynamoType({"S": "log"}), DynamoType({"S": "key"}), {"one": dict(value)})
    assert copy.deepcopy(item) == item


@pytest.mark.parametrize("kind", ["SS", "L", "M"])
def test_a_copy_shares_nothing_that_changes(kind: str) -> None:
    make_quick()
    value = {"SS": ["a"], "L": [{"S": "a"}], "M": {"a": {"S": "a"}}}[kind]
    item = Item(DynamoType({"S": "log"}), None, {"one": {kind: value}})
    assert copy.deepcopy(item).attrs["one"].value is not item.attrs["one"].value


@pytest.mark.parametrize("text", ["", "é \U0001f389"])
def test_a_text_is_as_long_as_its_bytes(text: str) -> None:
    make_quick()
    attribute = DynamoType({"S": text})
    assert (attribute.size(), attribute.cast_value) == (len(text.encode()), text)


CALLS = "calls-of-transactions"


@pytest.fixture
def backend() -> DynamoDBBackend:
    """A table with a stream and an item."""
    make_quick()
    made = DynamoDBBackend("us-east-1", "123456789012")
    keys = [{"AttributeName": "log", "KeyType": "HASH"}, {"AttributeName": "key", "KeyType": "RANGE"}]
    kinds = [{"AttributeName": name, "AttributeType": "S"} for name in ("log", "key")]
    streams = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    made.create_table(CALLS, keys, None, kinds, None, None, streams, "", None, [], None, None)
    made.put_item(CALLS, key_of("old") | {"n": {"N": "1"}})
    return made


def key_of(log: str) -> dict[str, dict[str, str]]:
    return {"log": {"S": log}, "key": {"S": "count"}}


def counted(log: str, condition: str) -> dict[str, Any]:
    """Return an operation that counts in an item under a condition."""
    numbers = {":one": {"N": "1"}, ":none": {"N": "0"}}
    names = {"TableName": CALLS, "Key": key_of(log), "ExpressionAttributeValues": numbers}
    return {"Update": {**names, "UpdateExpression": "ADD n :one", "ConditionExpression": condition}}


def numbers_in(backend: DynamoDBBackend) -> dict[str, str]:
    items = (item.to_json()["Attributes"] for item in backend.tables[CALLS].all_items())
    return {item["log"]["S"]: item["n"]["N"] for item in items}


def streamed(backend: DynamoDBBackend) -> int:
    shard = backend.tables[CALLS].stream_shard
    assert shard is not None
    return len(shard.items)


def test_a_transaction_changes_all_of_its_items(backend: DynamoDBBackend) -> None:
    backend.transact_write_items([counted(log, "n > :none OR attribute_not_exists(n)") for log in ("old", "new")])
    assert (numbers_in(backend), streamed(backend)) == ({"old": "2", "new": "1"}, 4)


def test_a_transaction_that_fails_changes_nothing(backend: DynamoDBBackend) -> None:
    table = backend.tables[CALLS]
    told = streamed(backend)
    operations = [counted("old", "n > :none"), counted("new", "attribute_not_exists(n)"), counted("no", "n > :none")]
    with pytest.raises(TransactionCanceledException):
        backend.transact_write_items(operations)
    assert (numbers_in(backend), streamed(backend)) == ({"old": "1"}, told)
    assert backend.tables[CALLS] is table


def test_a_transaction_that_names_an_item_twice_changes_nothing(backend: DynamoDBBackend) -> None:
    with pytest.raises(MultipleTransactionsException):
        backend.transact_write_items([counted("old", "n > :none"), counted("old", "n > :none")])
    assert numbers_in(backend) == {"old": "1"}


def test_a_transaction_without_a_table_is_refused(backend: DynamoDBBackend) -> None:
    other = counted("old", "n > :none")
    other["Update"]["TableName"] = "no-such-table"
    with pytest.raises(TransactionCanceledException):
        backend.transact_write_items([counted("old", "n > :none"), other])
    assert numbers_in(backend) == {"old": "1"}


def test_a_transaction_copies_its_own_items(backend: DynamoDBBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        backend.put_item(CALLS, key_of(f"another {number}") | {"n": {"N": "0"}})
    copied: set[str] = set()
    whole = Item.__deepcopy__

    def deepcopy(item: Item, memo: dict[int, Any]) -> Item:
        copied.add(item.hash_key.value)
        return whole(item, memo)

    monkeypatch.setattr(Item, "__deepcopy__", deepcopy)
    backend.transact_write_items([counted("old", "n > :none")])
    assert copied == {"old"}


@pytest.fixture
def busy() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("busy")
def test_one_of_many_puts_at_once_finds_no_item() -> None:
    make_quick()
    backend = DynamoDBBackend("us-east-1", "123456789012")
    key = {"AttributeName": "sid", "KeyType": "HASH"}, {"AttributeName": "sid", "AttributeType": "S"}
    backend.create_table("atomic", [key[0]], None, [key[1]], None, None, None, "", None, [], None, None)

    def put(call: str) -> bool:
        try:
            backend.put_item("atomic", {"sid": {"S": call}}, condition_expression="attribute_not_exists(sid)")
        except ConditionalCheckFailed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(put, [str(number) for number in range(100) for _ in range(8)]))
    assert won.count(True) == 100
