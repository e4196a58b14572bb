"""The WebSocket API on real sockets: handshakes, frames, endings, and the @connections API that posts to them.

Nothing keeps invocations in order: two frames of one client are two invocations that run at the same time, as in AWS.
"""

import asyncio
import copy
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from local.aws.gateway import (
    BINARY_REFUSED,
    BROKEN,
    GOING_AWAY,
    LOST,
    NO_CODE,
    TOO_BIG,
    Event,
    FrameMeter,
    Limits,
    Outcome,
    Response,
    connect_status,
    error_frame,
    message_error,
    message_response,
    post_status,
    select_route,
    service_error,
)
from local.aws.gateway_events import (
    Client,
    Connection,
    Sources,
    connect_event,
    disconnect_event,
    identity,
    message_event,
    milliseconds,
)
from local.aws.gateway_invoke import Direction, Function, Invoker

logger = logging.getLogger("hotline.gateway")

CLOSE_WAIT = 0.5  # seconds in which a client must answer a close frame


@dataclass(slots=True)
class Faults:
    """The faults that a test causes; by default none.

    `on_post(connection_id, data)` returns an HTTP status (410, 429) with which a post is answered instead of being
    sent. `post_delay` is how long a post takes, in seconds: half before its frame is sent, half after.
    `before_invoke(event)` runs before a WebSocket handler, in that handler's thread: block to hold it back.
    `copies(event)` is how often a message or $disconnect is delivered: 2 is twice, 0 is never. `on_post` and `copies`
    run in the gateway's own thread: they must not block.
    """

    on_post: Callable[[str, bytes], int | None] | None = None
    post_delay: float = 0.0
    before_invoke: Callable[[Event], object] | None = None
    copies: Callable[[Event], int] | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What does not change while a gateway runs. `selection` is the route selection expression."""

    stage: str
    limits: Limits
    sources: Sources
    faults: Faults
    selection: str = "$request.body.type"


@dataclass(slots=True, eq=False)
class Socket:
    """An open WebSocket. The first to end it resolves `end` with the close code and the reason."""

    connection: Connection
    ws: web.WebSocketResponse
    meter: FrameMeter
    transport: asyncio.Transport
    end: asyncio.Future[tuple[int, str]]
    active_at: float
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self) -> None:
        """Start the idle time again."""
        self.active_at = self.end.get_loop().time()

    def finish(self, code: int, reason: str = "") -> None:
        """End the connection, unless it has ended. From now on a post to it is answered with 410."""
        if not self.end.done():
            self.end.set_result((code, reason))


class _Metered(asyncio.Protocol):
    """Shows the meter every byte on its way to aiohttp, which never reports the size of a frame."""

    def __init__(self, inner: asyncio.Protocol, meter: FrameMeter) -> None:
        self._inner, self._meter = inner, meter

    def data_received(self, data: bytes) -> None:
        self._meter.feed(data)
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


class WebSocketApi:
    """Every connection of the stage. All methods run in the loop's thread."""

    def __init__(self, settings: Settings, invoker: Invoker) -> None:
        self.routes: dict[str, Function] = {}
        self.sockets: dict[str, Socket] = {}
        self._settings, self._invoker, self._journal = settings, invoker, invoker.journal
        self._limits, self._sources, self._faults = settings.limits, settings.sources, settings.faults
        self._closing = False

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve callers at `/{stage}`."""
        stage = f"/{self._settings.stage}"
        router.add_get(stage, self._handshake)
        router.add_get(f"{stage}/", self._handshake)

    def add_callback_routes(self, router: web.UrlDispatcher, key: str) -> None:
        """Serve functions at `/{key}/{stage}/@connections/{id}`."""
        connection = f"/{key}/{self._settings.stage}/@connections/{{connection_id}}"
        router.add_post(connection, self._post)
        router.add_get(connection, self._describe)
        router.add_delete(connection, self._delete)

    async def drain(self) -> None:
        """Refuse new connections, end every open one and wait until its $disconnect has started."""
        self._closing = True
        for each in self.sockets.values():
            each.finish(GOING_AWAY, "Going away")
        if over := [asyncio.ensure_future(each.over.wait()) for each in self.sockets.values()]:
            await asyncio.wait(over, timeout=2 * CLOSE_WAIT)

    def open(self) -> list[str]:
        """The ids of the connections that have not ended, the oldest first."""
        return [key for key, sock in self.sockets.copy().items() if not sock.end.done()]

    async def drop(self, connection_id: str) -> None:
        """Cut the line without a close frame: the client sees 1006. Raises KeyError if it is not open."""
        sock = self.sockets[connection_id]
        sock.finish(LOST)
        sock.transport.abort()

    async def expire(self, connection_id: str) -> None:
        """Close a connection that was idle or open for too long. Raises KeyError if it is not open."""
        self.sockets[connection_id].finish(GOING_AWAY, "Going away")

    # The WebSocket API

    async def _handshake(self, request: web.Request) -> web.StreamResponse:
        if not web.WebSocketResponse().can_prepare(request):
            return to_aiohttp(message_response(426, "Upgrade Required"))
        if self._closing:
            return to_aiohttp(message_response(503, "Service Unavailable"))
        status, connection = await self._connect(request)
        if not 200 <= status < 300:
            return web.Response(status=status)
        return await self._converse(request, connection)

    async def _connect(self, request: web.Request) -> tuple[int, Connection]:
        sources = self._sources
        connected_at = milliseconds(sources.now())
        connection = Connection(sources.new_id(), connected_at, self._settings.stage, client_of(request))
        if (function := self.routes.get("$connect")) is None:
            return 200, connection
        event = connect_event(connection, sources)
        patience, before = self._limits.integration_timeout, self._faults.before_invoke
        outcome = await self._invoker.outcome(function, event, patience, before)
        return connect_status(outcome), connection

    async def _converse(self, request: web.Request, connection: Connection) -> web.StreamResponse:
        ws = web.WebSocketResponse(compress=False, max_msg_size=8 * self._limits.max_message, timeout=CLOSE_WAIT)
        try:
            # Add it before the client can learn of it: the client may act as soon as it has read the 101.
            sock = self._admit(request, connection, ws)
            await ws.prepare(request)
        except ConnectionError:  # the client left while $connect, which accepted it, was running
            code, reason = LOST, ""
        else:
            code, reason = await self._until_end(sock)
        self._disconnected(connection, code, reason)
        if over := self.sockets.pop(connection.connection_id, None):
            over.over.set()
        return ws

    def _admit(self, request: web.Request, connection: Connection, ws: web.WebSocketResponse) -> Socket:
        loop, transport, meter = asyncio.get_running_loop(), request.transport, FrameMeter(self._limits)
        if not isinstance(transport, asyncio.Transport):
            raise ConnectionResetError
        transport.set_protocol(_Metered(request.protocol, meter))
        sock = Socket(connection, ws, meter, transport, loop.create_future(), loop.time())
        self.sockets[connection.connection_id] = sock
        return sock

    async def _until_end(self, sock: Socket) -> tuple[int, str]:
        work = [asyncio.create_task(each) for each in (self._read(sock), self._end_when_due(sock))]
        code, reason = await sock.end
        for task in work:
            task.cancel()
        await asyncio.wait(work)
        # Close only now: closing during a read would cut the line before the client can answer.
        await sock.ws.close(code=code, message=reason.encode())
        return code, reason

    async def _end_when_due(self, sock: Socket) -> None:
        now, limits = sock.end.get_loop().time, self._limits
        last = now() + limits.max_duration
        while (left := min(last, sock.active_at + limits.idle_timeout) - now()) > 0:
            await asyncio.sleep(left)
        sock.finish(GOING_AWAY, "Going away")

    async def _read(self, sock: Socket) -> None:
        try:
            while (ending := self._take(sock, await sock.ws.receive())) is None:
                pass
        except Exception:
            logger.exception("The gateway failed on a frame, perhaps in a hook of its faults")
            ending = BROKEN, ""
        sock.finish(*ending)

    def _take(self, sock: Socket, message: WSMessage) -> tuple[int, str] | None:
        if sock.meter.exceeded:
            return TOO_BIG, ""
        match message.type:
            case WSMsgType.TEXT:
                self._message(sock, message.data)
                return None
            case WSMsgType.BINARY:
                return BINARY_REFUSED, ""
            case WSMsgType.CLOSE:
                return message.data or NO_CODE, message.extra or ""
            case _:
                return sock.ws.close_code or LOST, ""

    def _message(self, sock: Socket, body: str) -> None:
        sock.touch()
        self._journal.count(+1)  # code that has seen the frame must not find that nothing runs
        self._journal.frame("in", sock.connection.connection_id, body)
        self._dispatch(sock, body)
        self._journal.count(-1)

    def _dispatch(self, sock: Socket, body: str) -> None:
        route = select_route(body, self.routes, self._settings.selection)
        if route is None:
            self._invoker.spawn(self._tell(sock, "Forbidden", self._sources.new_id()))
            return
        event = message_event(sock.connection, self._sources, route, body)
        for each in self._copies(event):
            self._deliver(sock, self.routes[route], each)

    def _copies(self, event: Event) -> list[Event]:
        if self._faults.copies is None:
            return [event]
        return [copy.deepcopy(event) for _ in range(self._faults.copies(event))]

    def _deliver(self, sock: Socket, function: Function, event: Event) -> None:
        request_id = event["requestContext"]["requestId"]  # read now: from here on the event belongs to the handler
        future = self._invoker.start(function, event, self._faults.before_invoke)
        outcome = self._invoker.within(function, event, future, self._limits.integration_timeout)
        self._invoker.spawn(self._report(sock, request_id, outcome))

    async def _report(self, sock: Socket, request_id: str, pending: Coroutine[Any, Any, Outcome]) -> None:
        if (message := message_error(await pending)) is not None:
            await self._tell(sock, message, request_id)

    async def _tell(self, sock: Socket, message: str, request_id: str) -> None:
        await self._send(sock, "gateway-error", error_frame(message, sock.connection.connection_id, request_id))

    async def _send(self, sock: Socket, direction: Direction, text: str) -> bool:
        if sock.end.done() or sock.transport.is_closing():
            return False
        sock.touch()
        # Record it before it is sent: a client that has read a frame must find it in the record.
        self._journal.frame(direction, sock.connection.connection_id, text)
        try:
            await sock.ws.send_str(text)
        except ConnectionError:
            return False
        return True

    def _disconnected(self, connection: Connection, code: int, reason: str) -> None:
        if (function := self.routes.get("$disconnect")) is None:
            return
        event = disconnect_event(connection, self._sources, code, reason)
        for each in self._copies(event):
            self._invoker.start(function, each, self._faults.before_invoke)

    # The @connections API

    async def _post(self, request: web.Request) -> web.Response:
        connection_id, data = request.match_info["connection_id"], await request.read()
        if self._faults.on_post and (status := self._faults.on_post(connection_id, data)) is not None:
            return to_aiohttp(service_error(status))
        if pause := self._faults.post_delay / 2:
            await asyncio.sleep(pause)
        status = await self._forward(connection_id, data)
        if pause:
            await asyncio.sleep(pause)
        return web.Response() if status == 200 else to_aiohttp(service_error(status))

    async def _forward(self, connection_id: str, data: bytes) -> int:
        sock = self._find(connection_id)
        status, text = post_status(sock is not None, len(data), self._limits), data.decode("utf-8", "replace")
        if sock is None or status != 200:
            return status
        return 200 if await self._send(sock, "out", text) else 410

    async def _describe(self, request: web.Request) -> web.Response:
        if (sock := self._find(request.match_info["connection_id"])) is None:
            return to_aiohttp(service_error(410))
        idle = asyncio.get_running_loop().time() - sock.active_at
        return web.json_response(
            {
                "connectedAt": _iso(sock.connection.connected_at / 1000),
                "identity": {"userAgent": "", **identity(sock.connection.client)},
                "lastActiveAt": _iso(self._sources.now() - idle),
            }
        )

    async def _delete(self, request: web.Request) -> web.Response:
        if (sock := self._find(request.match_info["connection_id"])) is None:
            return to_aiohttp(service_error(410))
        sock.finish(1000)
        return web.Response(status=204)

    def _find(self, connection_id: str) -> Socket | None:
        sock = self.sockets.get(connection_id)
        return None if sock is None or sock.end.done() else sock


def client_of(request: web.Request) -> Client:
    """Return who sent the request, with headers byte for byte as sent: aiohttp changes the names that it knows."""
    headers = [(name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in request.raw_headers]
    query = request.raw_path.partition("?")[2]
    return Client(request.remote or "127.0.0.1", headers, query, request.scheme)


def to_aiohttp(response: Response) -> web.Response:
    """Return the response as aiohttp's; it counts Content-Length itself."""
    answer = web.Response(status=response.status, body=response.body)
    for name, value in response.headers:
        if name.lower() == "content-type":
            answer.headers[name] = value
        elif name.lower() != "content-length":
            answer.headers.add(name, value)
    return answer


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
