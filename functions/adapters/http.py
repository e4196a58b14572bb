"""Streams an HTTP response with timeouts for a phone call. The adapters without an SDK share it.

It runs on urllib3, which boto3 ships, so it adds nothing to a cold start.
"""

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from functions.adapters.connections import POOLS
from functions.relay.wire.model import FailureKind

CONNECT_S = 1.0
"""Seconds to connect, for one attempt."""

READ_S = 6.0
"""Seconds without a byte after which a response counts as stalled."""

READ_BYTES = 16_384
"""Most bytes of one read, which returns less if less has arrived."""

ERROR_BYTES = 65_536
"""Most bytes that are read of an error's body."""

_FAILURE_KINDS: dict[int, FailureKind] = {408: "stalled", 429: "throttled", 503: "overloaded", 504: "stalled"}
"""Kinds of failure by HTTP status."""


class StatusError(Exception):
    """An HTTP response with another status than 200. `body` is its JSON, or None if it has none."""

    def __init__(self, status: int, headers: Mapping[str, str], body: Any) -> None:
        super().__init__(f"status {status}")
        self.status, self.headers, self.body = status, headers, body


class StreamError(Exception):
    """An error that the service reports inside its stream. `code` is the service's name for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pool(read_s: float = READ_S) -> urllib3.PoolManager:
    """Return a pool that never repeats a request by itself. Another task can cancel what waits for a response."""
    timeout = urllib3.Timeout(connect=CONNECT_S, read=read_s)
    made = urllib3.PoolManager(maxsize=4, retries=False, timeout=timeout)
    made.pool_classes_by_scheme = POOLS
    return made


@contextmanager
def posted(
    pool: urllib3.PoolManager, url: str, headers: Mapping[str, str], body: Any
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Post JSON and yield the response before its body is read.

    If the body is not read to its end, its connection is closed. Raises StatusError, HTTPError,
    ValueError, CancelledError.
    """
    response = _open(pool, url, headers, json.dumps(body).encode())
    whole = False
    try:
        yield response
        whole = True
    finally:
        # A connection that still holds a part of this response would spoil the next one.
        response.release_conn() if whole else response.close()


def failure_kind(status: int) -> FailureKind:
    """Return the kind of failure of a model's HTTP status."""
    return _FAILURE_KINDS.get(status) or ("broken" if status >= 500 else "refused")


def timed_out(error: Exception) -> bool:
    """Return whether the other side was too slow, rather than unreachable."""
    return isinstance(error, ReadTimeoutError | ConnectTimeoutError) and not isinstance(error, NewConnectionError)


def lines(response: urllib3.BaseHTTPResponse) -> Generator[str, None, None]:
    """Yield the lines of a response as they arrive. Raises HTTPError, and ValueError for bytes that are not text."""
    rest = b""
    while piece := response.read1(READ_BYTES):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.rstrip(b"\r").decode() for line in whole)
    if rest:
        yield rest.decode()


def server_sent(lines: Iterable[str]) -> Iterator[str]:
    """Yield the data of each event of a `text/event-stream`.

    Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    """
    data: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []


def _open(pool: urllib3.PoolManager, url: str, headers: Mapping[str, str], body: bytes) -> urllib3.BaseHTTPResponse:
    """Send the request, with one retry at once: an open connection may have died while Lambda was frozen."""
    try:
        return _once(pool, url, headers, body)
    except StatusError as error:
        if error.status < 500 or error.status == 504:
            raise
    except HTTPError as error:
        if timed_out(error):
            raise
    return _once(pool, url, headers, body)


def _once(pool: urllib3.PoolManager, url: str, headers: Mapping[str, str], body: bytes) -> urllib3.BaseHTTPResponse:
    sent = {"Content-Type": "application/json", **headers}
    response = pool.request("POST", url, body=body, headers=sent, preload_content=False, redirect=False)
    if response.status == 200:
        return response
    try:
        raise StatusError(response.status, dict(response.headers), _json(response.read(ERROR_BYTES)))
    finally:
        response.close()


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
