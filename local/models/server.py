"""A model service on a port of this machine: it answers by script, and records what was asked and who hung up."""

import json
import select
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self

from local.models.steps import Drop, Finish, Json, Pause, Refuse, Stall, Step, Text
from local.models.wire import Wire, Writer


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A request as it arrived. `left` is set when the client closes before the answer's end.

    Requests with the same `connection` came over the same connection.
    """

    path: str
    headers: Mapping[str, str]
    body: Any
    connection: int
    left: Event = field(default_factory=Event)


YES: tuple[Step, ...] = (Text("Yes."), Finish())


class ModelServer:
    """Answers each request with the next script, or "Yes." without any. The last script repeats.

    A request that the service would refuse is refused: it uses no script, and `refusals` has the reason. `first` and
    `between` are seconds before the first piece of text and before each further one.
    """

    wire: Wire

    def __init__(self, first: float = 0.0, between: float = 0.0) -> None:
        self.first, self.between = first, between
        self.requests: list[ModelRequest] = []
        self.refusals: list[Refuse] = []
        self.stopping = Event()
        self._scripts: list[tuple[Step, ...]] = []
        self._next = 0
        self._lock = Lock()
        self._http = _Http(self)
        self._thread = Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="model server", daemon=True
        )

    @property
    def url(self) -> str:
        """The URL of the service."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def script(self, *steps: Step) -> None:
        """Answer the next request with these steps."""
        with self._lock:
            self._next = min(self._next, len(self._scripts))
            self._scripts.append(steps)

    def forget(self) -> None:
        """Drop the scripts and the recorded requests: another test begins."""
        with self._lock:
            self._scripts, self._next, self.requests, self.refusals = [], 0, [], []

    def used_up(self) -> bool:
        """Whether each script has answered a request."""
        with self._lock:
            return self._next >= len(self._scripts)

    def wire_of(self, request: ModelRequest) -> Wire:
        """Return what writes the answer to a request. A service with two wires chooses by the path."""
        return self.wire

    def answer(self, request: ModelRequest, size: int) -> tuple[Step, ...]:
        """Return the steps of the answer to a request of this size, or its refusal."""
        refusal = self.wire_of(request).check(request.path, request.body, size)
        if refusal is None:
            return self.take(request)
        with self._lock:
            self.requests.append(request)
            self.refusals.append(refusal)
        return (refusal,)

    def take(self, request: ModelRequest) -> tuple[Step, ...]:
        """Record a request and return the steps of its answer."""
        with self._lock:
            self.requests.append(request)
            steps = self._scripts[min(self._next, len(self._scripts) - 1)] if self._scripts else YES
            self._next += 1
            return steps

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._http.failures:
            raise self._http.failures[0]

    def stop(self) -> None:
        """Close all connections and stop listening; a second call does nothing."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, model: ModelServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.model = model
        self.failures: list[BaseException] = []
        self._sockets: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._sockets.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close the connections that clients keep open, so that the threads that wait for their next request end."""
        for connection in list(self._sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.failures.append(error)


class _LeftError(Exception):
    """The client closed before the end."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = ModelRequest(self.path, dict(self.headers.items()), json.loads(body), self.client_address[1])
        steps = self.server.model.answer(request, len(body))
        try:
            self._answer(steps, self.server.model.wire_of(request))
        except (_LeftError, OSError):
            self.close_connection = True
            if not self.server.model.stopping.is_set():
                request.left.set()

    def _answer(self, steps: tuple[Step, ...], wire: Wire) -> None:
        while steps and isinstance(steps[0], Pause | Stall):
            self._wait(steps[0].seconds if isinstance(steps[0], Pause) else None)
            steps = steps[1:]
        match steps:
            case (Refuse() as refusal, *_):
                self._refuse(refusal, wire)
            case (Json(content), *_):
                self._whole(200, {"Content-Type": "application/json"}, content)
            case (Drop(), *_):
                self.close_connection = True
            case _:
                self._stream(steps, wire)

    def _stream(self, steps: tuple[Step, ...], wire: Wire) -> None:
        self.send_response(200)
        self.send_header("Content-Type", wire.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._send(wire.begin(next((step for step in steps if isinstance(step, Finish)), Finish())))
        self._follow(steps, Writer(wire))
        if not self.close_connection:
            self._send(b"")

    def _follow(self, steps: tuple[Step, ...], writer: Writer) -> None:
        delay = self.server.model.first
        for step in steps:
            match step:
                case Pause(seconds):
                    self._wait(seconds)
                case Stall():
                    self._wait(None)
                case Drop():
                    self.close_connection = True
                    return
                case Refuse() | Json():
                    raise AssertionError("A stream that has begun cannot be refused; use Fail.")
                case _:
                    if isinstance(step, Text):
                        self._wait(delay)
                        delay = self.server.model.between
                    for data in writer.write(step):
                        self._send(data)

    def _refuse(self, step: Refuse, wire: Wire) -> None:
        headers, content = wire.refuse(step)
        self._whole(step.status, {**headers, **dict(step.headers)}, content)

    def _whole(self, status: int, headers: Mapping[str, str], content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _send(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _wait(self, seconds: float | None) -> None:
        """Wait for these seconds, or forever, but only while the client stays."""
        if seconds == 0:
            return
        readable, _, _ = select.select([self.connection], [], [], seconds)
        if readable:
            raise _LeftError

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""
