"""A query of moto's DynamoDB on this machine costs as much as the items of its key, not as the whole table."""

import boto3
import pytest
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from tests.conftest import TABLE, Aws


def test_a_query_looks_at_one_partition(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    looked: list[list[Item]] = []
    whole = Table.all_items

    def all_items(table: Table) -> list[Item]:
        looked.append(whole(table))
        return looked[-1]

    monkeypatch.setattr(Table, "all_items", all_items)
    client = boto3.client("dynamodb")
    for log, keys in {"of-one-call": "ba", "of-another": "c"}.items():
        for key in keys:
            client.put_item(TableName=TABLE, Item={"log": {"S": log}, "key": {"S": key}})
    found = client.query(
        TableName=TABLE, KeyConditionExpression="log = :log", ExpressionAttributeValues={":log": {"S": "of-one-call"}}
    )
    client.close()
    assert [item["key"]["S"] for item in found["Items"]] == ["a", "b"]
    assert [len(items) for items in looked] == [2]
