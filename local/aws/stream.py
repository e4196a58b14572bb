"""Does what Lambda's event source mapping does with a table's stream: invokes a function with some kinds of entries.

stream = Stream("hotline-laptop", handler, kinds=("Closed",))    # DynamoDB as its client finds it
with stream.running():
    ...                                                          # the handler runs in the stream's own thread

One invocation at a time reads a shard, in order. The handler gets again what it reports as failed, and all entries
after it. Source: AWS Lambda, "Using AWS Lambda with Amazon DynamoDB".
"""

import logging
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.aws.gateway import Returned
from local.aws.gateway_invoke import Failure, Function, Handler, Journal, as_function, invoke

logger = logging.getLogger("hotline.stream")

LOOK_EVERY_S = 0.25
"""Seconds between two reads of the stream: Lambda reads four times a second."""

MOST_ENTRIES = 100
"""Entries of a batch."""

MOST_TRIES = 5
"""How often a failing handler gets a batch before it is dropped; in a deployment it goes into a queue."""


class Stream:
    """A table's stream and its function, which gets entries of some kinds. It starts once."""

    def __init__(self, table: str, handler: Handler | Function, kinds: Collection[str]) -> None:
        """Find the table by the environment of now."""
        self._table, self._function, self._kinds = table, as_function(handler), frozenset(kinds)
        self._client = boto3.client("dynamodb")
        self._streams = boto3.client("dynamodbstreams")
        self._journal = Journal()
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._awake.set()
        self._iterator = ""
        self._thread = threading.Thread(target=self._poll, name="stream", daemon=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Invoke the function with the entries that are put from now on, until the block ends."""
        self._iterator = self._newest()
        self._thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self.wake()
            self._thread.join()
            self._client.close()
            self._streams.close()

    def rest(self) -> None:
        """Read the stream no more until `wake`, which hands over what came meanwhile."""
        self._awake.clear()

    def wake(self) -> None:
        """Read the stream again."""
        self._awake.set()

    @property
    def failures(self) -> list[Failure]:
        """Every invocation so far that raised."""
        return list(self._journal.failures)

    def _newest(self) -> str:
        """Return the end of the stream. Raises botocore's ClientError if there is no stream."""
        arn = self._client.describe_table(TableName=self._table)["Table"]["LatestStreamArn"]
        shards = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        shard = shards[-1]["ShardId"]
        newest = self._streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="LATEST")
        return str(newest["ShardIterator"])

    def _poll(self) -> None:
        while self._awake.wait() and not self._stopping.wait(LOOK_EVERY_S):
            try:
                page = self._streams.get_records(ShardIterator=self._iterator, Limit=1000)
            except (ClientError, BotoCoreError) as error:
                logger.error("The stream could not be read: %s", error)
                continue
            self._iterator = page.get("NextShardIterator", self._iterator)
            wanted = [_record(one) for one in page["Records"] if self._wanted(one)]
            for begin in range(0, len(wanted), MOST_ENTRIES):
                self._wake(wanted[begin : begin + MOST_ENTRIES])

    def _wanted(self, record: Mapping[str, Any]) -> bool:
        kind = record["dynamodb"].get("NewImage", {}).get("kind", {}).get("S")
        return record["eventName"] == "INSERT" and kind in self._kinds

    def _wake(self, records: list[dict[str, Any]]) -> None:
        """Give a batch to the function, and again what it reports as failed."""
        for _ in range(MOST_TRIES):
            outcome = invoke(self._function, {"Records": records}, self._journal)
            records = _left(records, outcome.value) if isinstance(outcome, Returned) else records
            if not records or self._stopping.is_set():
                return
            time.sleep(LOOK_EVERY_S)
        logger.error("%d entries of the stream were given up", len(records))


def _left(records: list[dict[str, Any]], returned: Any) -> list[dict[str, Any]]:
    """Return the entries to give again: all from the first that failed."""
    failed = {one["itemIdentifier"] for one in (returned or {}).get("batchItemFailures", ())}
    first = next((n for n, one in enumerate(records) if one["dynamodb"]["SequenceNumber"] in failed), len(records))
    return records[first:]


def _record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as Lambda writes it: the stream's own, with a time in seconds."""
    change = dict(record["dynamodb"])
    created = change.pop("ApproximateCreationDateTime", None)
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": record["eventVersion"],
        "eventSource": "aws:dynamodb",
        "awsRegion": record["awsRegion"],
        "dynamodb": {**change, **({"ApproximateCreationDateTime": created.timestamp()} if created else {})},
    }
