"""Keeps the records in DynamoDB, in the table of the logs: one item for each record, and a row in each of its lists.

The partition key is `log` and the sort key is `key`, as in a log. `kind` is `CallRecord` or `CallRow`, and `event` is
the JSON. Unlike an entry, an item may be put again: the same call makes the same item. `entries` says from how many
entries of the call's logs it was made. Logs only grow: a record of fewer entries is older, and replaces no newer one.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws_error import cause
from functions.relay.log.keys import Key
from functions.relay.log.table_item import DAY_S
from functions.relay.ports import LogError
from functions.relay.record.call_record import CallRecord
from functions.relay.record.codec import dump, dump_row, load, load_row
from functions.relay.record.row import CallRow, moved, record_name, rows_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = str(Key(0, "record"))
"""The sort key of a record."""

PAGE_ROWS = 200
"""Rows of a list that one Query reads. Of a long list, only the pages that are needed are read."""


class DynamoRecords:
    """Implements the port `Records` with one table."""

    def __init__(
        self, client: "DynamoDBClient", table: str, days: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Records expire `days` after their calls; `clock` returns seconds since 1970."""
        self._client, self._table, self._days, self._clock = client, table, days, clock

    def put(self, record: CallRecord) -> None:
        """Put a record and its rows. They replace older ones of the call, and never newer ones. Raises LogError."""
        began = record.began // 1000
        numbers = {"expires": began + self._days * DAY_S, "entries": record.entries}
        earlier = self._put(record_name(record.call), KEY, "CallRecord", dump(record), numbers)
        if earlier is None:
            return
        for name, row in rows_of(record):
            self._put(name, row.key, "CallRow", dump_row(row), numbers)
        for name, key in _moved(earlier, record):
            # Expired at once: no list shows it, and no older record can put it back.
            self._put(name, key, "CallRow", "{}", {**numbers, "expires": began})

    def get(self, call: str) -> CallRecord | None:
        """Return the record of a call by its SID; None if there is none. Raises LogError."""
        page = self._query(record_name(call))
        return next((load(item["event"]["S"]) for item in page["Items"]), None)

    def rows(self, name: str) -> Iterator[CallRow]:
        """Yield the rows of a list, the newest call first, with one Query per ROWS. Raises LogError."""
        start: dict[str, Any] | None = {}
        while start is not None:
            page = self._query(name, start, Limit=PAGE_ROWS)
            yield from (load_row(item["event"]["S"]) for item in page["Items"])
            start = page.get("LastEvaluatedKey")

    def newest(self, name: str, most: int) -> tuple[CallRow, ...]:
        """Return the `most` newest rows of a list, the newest call first, with one Query. Raises LogError."""
        page = self._query(name, Limit=most)
        return tuple(load_row(item["event"]["S"]) for item in page["Items"])

    def _put(self, name: str, key: str, kind: str, text: str, numbers: Mapping[str, int]) -> str | None:
        """Return the item's earlier text; "" without one, and None if a newer one is there. Raises LogError."""
        texts = {"log": name, "key": key, "kind": kind, "event": text}
        item: dict[str, Any] = {attribute: {"S": value} for attribute, value in texts.items()}
        item |= {attribute: {"N": str(value)} for attribute, value in numbers.items()}
        try:
            put = self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(#entries) OR #entries <= :entries",
                ExpressionAttributeNames={"#entries": "entries"},
                ExpressionAttributeValues={":entries": item["entries"]},
                ReturnValues="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        except (ClientError, BotoCoreError) as error:
            raise LogError(cause("DynamoDB", error)) from error
        return put.get("Attributes", {}).get("event", {}).get("S", "")

    def _query(self, name: str, start: dict[str, Any] | None = None, **more: Any) -> Any:
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "#log = :log",
            "FilterExpression": "expires > :now",
            "ProjectionExpression": "event",
            "ExpressionAttributeNames": {"#log": "log"},
            "ExpressionAttributeValues": {":log": {"S": name}, ":now": {"N": str(int(self._clock()))}},
            "ScanIndexForward": False,
            **more,
            **({"ExclusiveStartKey": start} if start else {}),
        }
        try:
            return self._client.query(**query)
        except (ClientError, BotoCoreError) as error:
            raise LogError(cause("DynamoDB", error)) from error


def _moved(earlier: str, record: CallRecord) -> Iterator[tuple[str, str]]:
    """Yield the rows of the earlier record, as JSON, that have another place now."""
    with suppress(ValueError):  # there was none, or a later version wrote it
        yield from moved(load(earlier), record)
