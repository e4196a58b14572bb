"""Streams an HTTP answer with the patience of a phone call: what the adapters without an SDK share.

It runs on urllib3, which boto3 ships, so it adds nothing to a cold start.
"""

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

CONNECT_S = 1.0
"""Seconds to connect, for one attempt."""

READ_S = 6.0
"""Seconds without a byte after which an answer counts as stalled."""

PIECE = 16_384
"""Bytes read at most at once; less is returned as soon as it is there."""

ERROR_SIZE = 65_536
"""Bytes read of an error's body."""


class StatusError(Exception):
    """An HTTP answer that is not 200; `body` is its JSON, None where there is none."""

    def __init__(self, status: int, headers: Mapping[str, str], body: Any) -> None:
        super().__init__(f"status {status}")
        self.status, self.headers, self.body = status, headers, body


class StreamError(Exception):
    """An error that the service reports inside its stream; `code` is the service's name for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pool(read_s: float = READ_S) -> urllib3.PoolManager:
    """Return a pool of connections that never repeats a request by itself."""
    return urllib3.PoolManager(maxsize=4, retries=False, timeout=urllib3.Timeout(connect=CONNECT_S, read=read_s))


@contextmanager
def posted(
    pool: urllib3.PoolManager, url: str, headers: Mapping[str, str], body: Any
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Post JSON and give the answer, whose body is still to come.

    A body that was not read to its end closes its connection. Raises StatusError, HTTPError, ValueError.
    """
    response = _open(pool, url, headers, json.dumps(body).encode())
    whole = False
    try:
        yield response
        whole = True
    finally:
        # A connection that is given back with a part of an answer in it would spoil the next one.
        response.release_conn() if whole else response.close()


def timed_out(error: Exception) -> bool:
    """Return whether the other side was too slow, rather than unreachable."""
    return isinstance(error, ReadTimeoutError | ConnectTimeoutError) and not isinstance(error, NewConnectionError)


def lines(response: urllib3.BaseHTTPResponse) -> Generator[str, None, None]:
    """Yield the lines of an answer as they arrive. Raises HTTPError, and ValueError for what is no text."""
    rest = b""
    while piece := response.read1(PIECE):
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
    """Ask once more at once if it may help: a connection kept open may have died while Lambda was frozen."""
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
        raise StatusError(response.status, dict(response.headers), _json(response.read(ERROR_SIZE)))
    finally:
        response.close()


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
