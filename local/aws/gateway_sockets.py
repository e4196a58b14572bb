"""The WebSocket API on real sockets: handshakes, frames and endings.

Nothing keeps invocations in order: two frames of one client are two invocations that run at the same time, as in AWS.
"""

import asyncio
import copy
import logging
from collections.abc import Coroutine
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
    Outcome,
    connect_status,
    error_frame,
    message_error,
    message_response,
    select_route,
)
from local.aws.gateway_events import (
    Connection,
    connect_event,
    disconnect_event,
    message_event,
    milliseconds,
)
from local.aws.gateway_http import client_of, to_aiohttp
from local.aws.gateway_invoke import Function, Invoker
from local.aws.gateway_socket import Settings, Socket

logger = logging.getLogger("hotline.gateway")

CLOSE_WAIT_S = 0.5
"""Seconds in which a client must answer a close frame."""


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

    async def drain(self) -> None:
        """Refuse new connections, end every open one and wait until its $disconnect has started."""
        self._closing = True
        for each in self.sockets.values():
            each.finish(GOING_AWAY, "Going away")
        if over := [asyncio.ensure_future(each.over.wait()) for each in self.sockets.values()]:
            await asyncio.wait(over, timeout=2 * CLOSE_WAIT_S)

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
        ws = web.WebSocketResponse(compress=False, max_msg_size=8 * self._limits.max_message, timeout=CLOSE_WAIT_S)
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
        sock = Socket(connection, ws, meter, transport, loop.create_future(), loop.time(), self._journal)
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
        await sock.send("gateway-error", error_frame(message, sock.connection.connection_id, request_id))

    def _disconnected(self, connection: Connection, code: int, reason: str) -> None:
        if (function := self.routes.get("$disconnect")) is None:
            return
        event = disconnect_event(connection, self._sources, code, reason)
        for each in self._copies(event):
            self._invoker.start(function, each, self._faults.before_invoke)
