"""Keeps the logs in DynamoDB: one item for each event, appended and never changed.

The partition key is `log`, the sort key is `key`. `event` is JSON, or the frame of a note as it came; `kind` is its
class. Items expire. Reads leave out expired items that DynamoDB has not deleted yet. Sources: AWS, "Working with
items", "Using time to live".
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws_error import cause
from functions.relay.log.codec import dump, load, load_note
from functions.relay.log.events import FLEETING, LASTING, Entry, Event, SessionOpened, in_order
from functions.relay.log.keys import Key
from functions.relay.log.table_item import DAY_S, item
from functions.relay.ports import LogError
from functions.relay.wire.messages import Unknown

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = logging.getLogger("hotline")

PAGE_ITEMS = 128
"""Items read at once, newest first: more than a log holds before a snapshot shortens it."""

BATCH_ITEMS = 25
"""Items deleted in one request. Source: Amazon DynamoDB, "BatchWriteItem"."""

FLEETING_KEPT_S = 600
"""Seconds after which a `FLEETING` item expires, such as a digit."""

NEVER_EXPIRES_S = 253_402_300_799
"""The expiry of an item that never expires, in seconds since 1970: the last second of the year 9999."""

UNEXPIRED = "expires > :now"
"""The condition of an item that counts. DynamoDB filters, because parsing items is the slow part of a read here."""


def client() -> "DynamoDBClient":
    """Return a client that gives up early enough for an apology to the caller."""
    retries: Any = {"mode": "standard", "total_max_attempts": 3}
    config = Config(connect_timeout=1, read_timeout=2, retries=retries, tcp_keepalive=True, max_pool_connections=8)
    return boto3.client("dynamodb", config=config)


class DynamoLog:
    """Implements the ports `Log` and `PrivateLog`, each with one table."""

    def __init__(
        self, client: "DynamoDBClient", table: str, days: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Items expire after `days`; `clock` returns seconds since 1970."""
        self._client, self._table, self._days, self._clock = client, table, days, clock

    def append(self, log: str, entry: Entry) -> bool:
        """Put one item, unless the log has one with this key already.

        Each append has its own `put`. The client repeats an append whose response was lost, and then finds an item
        with the same `put`: its own.
        """
        kind, expires = type(entry.event).__name__, str(self._expiry(entry.event))
        own = {"S": uuid4().hex}
        try:
            self._client.put_item(
                TableName=self._table,
                Item={**item(log, str(entry.key), kind, {"S": dump(entry.event)}, expires), "put": own},
                ConditionExpression="attribute_not_exists(#key)",
                ExpressionAttributeNames={"#key": "key"},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            return bool(_found_put(error) == own)
        except (ClientError, BotoCoreError) as error:
            raise LogError(cause("DynamoDB", error)) from error
        return True

    def _expiry(self, event: Event) -> int:
        if isinstance(event, LASTING):
            return NEVER_EXPIRES_S
        return int(self._clock()) + (FLEETING_KEPT_S if isinstance(event, FLEETING) else self._days * DAY_S)

    def read(self, log: str) -> tuple[Entry, ...]:
        """Return the newest part of a log, from its newest SessionOpened on."""
        entries: list[Entry] = []
        start: dict[str, Any] | None = {}
        while start is not None and not any(isinstance(entry.event, SessionOpened) for entry in entries):
            page, start = self._query("#log = :log", {":log": log}, start, ScanIndexForward=False, Limit=PAGE_ITEMS)
            entries += page
        ordered = in_order(entries)
        opening = max(
            (number for number, one in enumerate(ordered) if isinstance(one.event, SessionOpened)), default=0
        )
        return ordered[opening:] if ordered and isinstance(ordered[opening].event, SessionOpened) else ordered

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        """Return the entries after a key, of these kinds or, if there are none, of all."""
        names = {f":kind{number}": kind.__name__ for number, kind in enumerate(kinds)}
        among = f" AND kind IN ({', '.join(names)})" if names else ""
        found, _ = self._query(
            "#log = :log AND #key > :key",
            {":log": log, ":key": str(key), **names},
            {},
            FilterExpression=f"{UNEXPIRED}{among}",
        )
        return in_order(found)

    def delete(self, log: str, keys: Iterable[Key]) -> None:
        """Delete items, many at once; only a function whose row says so may."""
        left: list[Any] = [{"DeleteRequest": {"Key": {"log": {"S": log}, "key": {"S": str(key)}}}} for key in keys]
        while left:
            try:
                done = self._client.batch_write_item(RequestItems={self._table: left[:BATCH_ITEMS]})
            except (ClientError, BotoCoreError) as error:
                raise LogError(cause("DynamoDB", error)) from error
            left = [*done["UnprocessedItems"].get(self._table, []), *left[BATCH_ITEMS:]]

    def _query(
        self, condition: str, values: dict[str, str], start: dict[str, Any], **more: Any
    ) -> tuple[list[Entry], dict[str, Any] | None]:
        texts = {name: {"S": value} for name, value in values.items()}
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "FilterExpression": UNEXPIRED,
            "ProjectionExpression": "#key, event",
            "ExpressionAttributeNames": {"#log": "log", "#key": "key"},
            "ExpressionAttributeValues": texts | {":now": {"N": str(int(self._clock()))}},
            "ConsistentRead": True,
            **more,
            **({"ExclusiveStartKey": start} if start else {}),
        }
        try:
            page = self._client.query(**query)
        except (ClientError, BotoCoreError) as error:
            raise LogError(cause("DynamoDB", error)) from error
        return [entry_of(one) for one in page["Items"]], page.get("LastEvaluatedKey")


def _found_put(error: Any) -> Any:
    """Return the `put` of the item that had the key already."""
    return error.response.get("Item", {}).get("put")


def entry_of(found: Any) -> Entry:
    """Return the entry that an item holds, in DynamoDB's JSON with bytes for binary values."""
    return Entry(Key.parse(found["key"]["S"]), _event(found["event"]))


def _event(stored: Any) -> Event:
    match stored:
        case {"B": frame}:
            if isinstance(note := load_note(frame), Unknown):
                logger.warning("a note of the line could not be read, and is ignored")
            return note
        case _:
            return load(stored["S"])
