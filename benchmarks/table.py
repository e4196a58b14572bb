"""Runs a table in another process, on a port of this machine, with the two calls of DynamoDB that Hotline makes.

moto would be measured too: it needs ten milliseconds or more for a query that DynamoDB answers in three. (The
contract of the log is tested with moto.) `python -m benchmarks.table` prints its URL. `POST /delay` sets the seconds
that each call takes here, this process's own work included. `POST /calls` returns the calls since the last such
request, as [began, ended, what, items, bytes]: the times by the machine's clock, and how much DynamoDB would have
read, before any filter. As in DynamoDB, the length of a log does not change the cost of a call.
"""

import json
import re
import time
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

Item = dict[str, dict[str, str]]

ALL = 1_000_000
"""The most items that a query without a limit returns."""


@dataclass(slots=True)
class _Log:
    """Items by key, and the keys in order."""

    items: dict[str, Item] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    def put(self, item: Item) -> bool:
        """Put an item, unless there is one with its key."""
        key = item["key"]["S"]
        if key in self.items:
            return False
        self.items[key] = item
        insort(self.keys, key)
        return True

    def between(self, after: str, before: str | None, limit: int, newest: bool) -> list[Item]:
        """Return at most this many items between two keys, the newest or the oldest of them, in that order."""
        first = bisect_right(self.keys, after)
        last = len(self.keys) if before is None else bisect_left(self.keys, before)
        keys = (
            self.keys[max(first, last - limit) : last][::-1]
            if newest
            else self.keys[first : min(first + limit, last)]
        )
        return [self.items[key] for key in keys]


class Table:
    """Items by log and key, the delay on each call, and the times of the calls."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.calls: list[tuple[float, float, str, int, int]] = []
        self._logs: dict[str, _Log] = defaultdict(_Log)
        self._lock = Lock()

    def answer(self, call: str, given: dict[str, Any]) -> tuple[int, Any, list[Item]]:
        """Return the status and the body of one call, and the items that were read for it."""
        with self._lock:
            match call:
                case "PutItem":
                    return *self._put(given["Item"]), []
                case "Query":
                    return self._query(given)
                case _:
                    return 200, {}, []

    def _put(self, item: Item) -> tuple[int, Any]:
        if self._logs[item["log"]["S"]].put(item):
            return 200, {}
        return 400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}

    def _query(self, given: dict[str, Any]) -> tuple[int, Any, list[Item]]:
        values = {name: value["S"] for name, value in given["ExpressionAttributeValues"].items() if "S" in value}
        kinds = {values[name] for name in re.findall(r":kind\d+", given.get("FilterExpression", ""))}
        limit, newest = given.get("Limit", ALL), not given.get("ScanIndexForward", True)
        start = given["ExclusiveStartKey"]["key"]["S"] if "ExclusiveStartKey" in given else None
        after, before = (values.get(":key", ""), start) if newest else (start or values.get(":key", ""), None)
        items = self._logs[values[":log"]].between(after, before, limit, newest)
        found = [
            {"key": item["key"], "event": item["event"]} for item in items if not kinds or item["kind"]["S"] in kinds
        ]
        last = {"LastEvaluatedKey": {"log": items[-1]["log"], "key": items[-1]["key"]}} if len(items) == limit else {}
        return 200, {"Items": found, "Count": len(found), "ScannedCount": len(items), **last}, items


STREAM: dict[str, Any] = {
    "DescribeTable": {"Table": {"LatestStreamArn": "arn:aws:dynamodb:eu-central-1:123456789012:table/t/stream/1"}},
    "DescribeStream": {"StreamDescription": {"Shards": [{"ShardId": "shardId-00000000000000000001"}]}},
    "GetShardIterator": {"ShardIterator": "newest"},
    "GetRecords": {"Records": [], "NextShardIterator": "newest"},
}
"""The answers about the table's stream, in which nothing ever comes: what follows a call is not measured."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    table = Table()

    def parse_request(self) -> bool:
        """Note when the request came: the work from here on is part of the delay."""
        self.began = time.monotonic()
        return super().parse_request()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        match self.path:
            case "/delay":
                self.table.delay = float(body)
                self._send(200, None)
            case "/calls":
                calls, self.table.calls = self.table.calls, []
                self._send(200, calls)
            case _:
                call = self.headers["X-Amz-Target"].rpartition(".")[2]
                given = json.loads(body)
                if call in STREAM:
                    self._send(200, STREAM[call])
                    return
                time.sleep(max(self.table.delay - (time.monotonic() - self.began), 0))
                status, answer, read = self.table.answer(call, given)
                size = sum(_size(item) for item in read)
                self.table.calls.append((self.began, time.monotonic(), _what(given), len(read), size))
                self._send(status, answer)

    def _send(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: a line for each call would be measured too."""


def _what(given: dict[str, Any]) -> str:
    """Return the kind of a call: `put` and the event's kind, `read` or `later`."""
    if "Item" in given:
        return f"put {given['Item']['kind']['S']}"
    return "later" if ":key" in given.get("ExpressionAttributeValues", {}) else "read"


def _size(item: Item) -> int:
    """Return about how many bytes DynamoDB counts for an item: its names and its values."""
    return sum(len(name) + len(text) for name, value in item.items() for text in value.values())


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
