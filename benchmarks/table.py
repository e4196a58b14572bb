"""A table on a port of this machine, in a process of its own: the two calls of DynamoDB that Hotline makes.

moto would be measured with it, and needs ten milliseconds and more for a query that DynamoDB answers in three; the
contract of the log is tested on moto. `python -m benchmarks.table` prints its URL; `POST /delay` sets the seconds put
on each call, `POST /calls` returns the calls since it was last asked, as [began, ended, what] by the machine's clock.
"""

import json
import re
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

Item = dict[str, dict[str, str]]


class Table:
    """Items by log and key, the delay on each call, and the times of the calls."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.calls: list[tuple[float, float, str]] = []
        self._logs: dict[str, dict[str, Item]] = defaultdict(dict)
        self._lock = Lock()

    def answer(self, call: str, given: dict[str, Any]) -> tuple[int, Any]:
        """Return the status and the body of one call."""
        with self._lock:
            match call:
                case "PutItem":
                    return self._put(given["Item"])
                case "Query":
                    return 200, self._query(given)
                case _:
                    return 200, {}

    def _put(self, item: Item) -> tuple[int, Any]:
        log = self._logs[item["log"]["S"]]
        if item["key"]["S"] in log:
            return 400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}
        log[item["key"]["S"]] = item
        return 200, {}

    def _query(self, given: dict[str, Any]) -> Any:
        values = {name: value["S"] for name, value in given["ExpressionAttributeValues"].items() if "S" in value}
        kinds = {values[name] for name in re.findall(r":kind\d+", given.get("FilterExpression", ""))}
        log = self._logs[values[":log"]]
        keys = [key for key in sorted(log) if key > values.get(":key", "")]
        keys = keys if given.get("ScanIndexForward", True) else keys[::-1]
        if start := given.get("ExclusiveStartKey"):
            keys = keys[keys.index(start["key"]["S"]) + 1 :]
        items = [log[key] for key in keys[: given.get("Limit", len(keys))]]
        chosen = [item for item in items if not kinds or item["kind"]["S"] in kinds]
        found = [{"key": item["key"], "event": item["event"]} for item in chosen]
        more = (
            {"LastEvaluatedKey": {"log": items[-1]["log"], "key": items[-1]["key"]}} if len(items) < len(keys) else {}
        )
        return {"Items": found, "Count": len(found), **more}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    table = Table()

    def do_POST(self) -> None:
        began = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        match self.path:
            case "/delay":
                self.table.delay = float(body)
                self._send(200, None)
            case "/calls":
                calls, self.table.calls = self.table.calls, []
                self._send(200, calls)
            case _:
                time.sleep(self.table.delay)
                call = self.headers["X-Amz-Target"].rpartition(".")[2]
                given = json.loads(body)
                status, answer = self.table.answer(call, given)
                self.table.calls.append((began, time.monotonic(), _what(given)))
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
        """Keep quiet: a line a call would be measured too."""


def _what(given: dict[str, Any]) -> str:
    """Return which of Hotline's calls this is: `put` and the event's kind, `read` or `later`."""
    if "Item" in given:
        return f"put {given['Item']['kind']['S']}"
    return "later" if ":key" in given.get("ExpressionAttributeValues", {}) else "read"


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
