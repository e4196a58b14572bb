"""An HTTP service on a port of this machine that gives set answers and records the requests."""

import select
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any, Self

import pytest

from tests.ports import free_port

WAIT_S = 60.0
"""Seconds after which something that has not happened will not happen."""

AWS_KEYS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived; the path is as it was on the wire."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HangUp:
    """The connection ends instead of an answer."""


@dataclass(frozen=True, slots=True)
class Stall:
    """No answer until the client gives up."""


@dataclass(frozen=True, slots=True)
class Endless:
    """An answer whose body begins and does not end until the client gives up."""


@dataclass(frozen=True, slots=True)
class Forward:
    """The answer of another service. `lost`: the service has done it, but its answer is lost on the way back."""

    to: str
    lost: bool = False


Step = Reply | HangUp | Stall | Endless | Forward


def error(status: int, code: str, message: str = "No.") -> Reply:
    """Return an error as the AWS services that speak REST and JSON write it."""
    return Reply(status, f'{{"message":"{message}"}}'.encode(), {"x-amzn-ErrorType": code})


class Endpoint:
    """Answers each request with the next step. The last step repeats."""

    def __init__(self, *steps: Step) -> None:
        self.seen: list[Seen] = []
        self._steps = steps or (Reply(),)
        self._changed = Condition()
        self._http = _Http(self)
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="endpoint")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def take(self, seen: Seen) -> Step:
        with self._changed:
            self.seen.append(seen)
            self._changed.notify_all()
            return self._steps[min(len(self.seen), len(self._steps)) - 1]

    def wait_for(self, requests: int) -> None:
        """Wait until so many requests have come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.seen) >= requests, WAIT_S), f"{len(self.seen)} requests"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()
        self._thread.join()
        if self._http.failures:
            raise self._http.failures[0]


def refusing_url() -> str:
    """Return the URL of a port on which nothing listens."""
    return f"http://127.0.0.1:{free_port()}"


def at(monkeypatch: pytest.MonkeyPatch, service: str, url: str) -> None:
    """Let clients that are made from now on find a service there, as a stack does."""
    for name, value in {**AWS_KEYS, f"AWS_ENDPOINT_URL_{service}": url}.items():
        monkeypatch.setenv(name, value)


class _Http(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = endpoint
        self.failures: list[BaseException] = []
        self._sockets: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._sockets.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for connection in list(self._sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.failures.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        step = self.server.endpoint.take(Seen(self.command, self.path, dict(self.headers.items()), body))
        match step:
            case Reply():
                self._send(step)
            case HangUp():
                self.close_connection = True
            case Stall() | Endless():
                if isinstance(step, Endless):
                    self.send_response_only(200)
                    self.end_headers()
                select.select([self.connection], [], [])
                self.close_connection = True
            case Forward(to, lost):
                reply = self._forward(to, body)
                self.close_connection = lost
                if not lost:
                    self._send(reply)

    def _forward(self, to: str, body: bytes) -> Reply:
        request = urllib.request.Request(to + self.path, body, dict(self.headers.items()), method=self.command)
        try:
            with urllib.request.urlopen(request) as answer:
                return Reply(answer.status, answer.read(), dict(answer.headers.items()))
        except urllib.error.HTTPError as refused:
            with refused:
                return Reply(refused.code, refused.read(), dict(refused.headers.items()))

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""
