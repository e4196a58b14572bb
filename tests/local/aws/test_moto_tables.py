"""moto's DynamoDB is quick on this machine, answers as before, and makes one write at a time."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from local.aws.moto_tables import make_quick
from tests.conftest import TABLE, Aws

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
