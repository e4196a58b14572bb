"""API Gateway and Lambda's Invoke API on a port of this machine, in front of handlers that run in this process.

gateway = Gateway()
urls = gateway.start()                      # the port is bound: set AWS_ENDPOINT_URL_* now,
gateway.route(websocket={...}, http={...})  # then import the modules that read them
...
gateway.close()
"""

import asyncio
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from local.aws.gateway import (
    Event,
    Limits,
    function_name,
    http_response,
    http_route,
    message_response,
    service_error,
)
from local.aws.gateway_connections import ConnectionsApi
from local.aws.gateway_events import HttpRequest, Sources, http_event
from local.aws.gateway_http import client_of, to_aiohttp
from local.aws.gateway_invoke import (
    Failure,
    Function,
    Handler,
    Invoker,
    Journal,
    Record,
    as_functions,
    invocation_payload,
)
from local.aws.gateway_socket import Faults, Settings
from local.aws.gateway_sockets import CLOSE_WAIT_S, WebSocketApi
from local.guard import Guard, only_ours

__all__ = ["Failure", "Faults", "Function", "Gateway", "Handler", "Limits", "Record", "Sources", "Urls"]

logger = logging.getLogger("hotline.gateway")

Handlers = Mapping[str, Handler | Function]

_MAX_BODY_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Urls:
    """The URLs of a running gateway.

    `callback` is for AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI, `functions` for AWS_ENDPOINT_URL_LAMBDA.
    """

    http: str
    websocket: str
    callback: str
    functions: str


class _HttpApi:
    """The HTTP API and Lambda's Invoke API. All methods run in the loop's thread."""

    def __init__(self, settings: Settings, invoker: Invoker) -> None:
        self.routes: dict[str, Function] = {}
        self.functions: dict[str, Function] = {}
        self._settings, self._invoker = settings, invoker

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/{path:.*}", self._http)

    def add_function_routes(self, router: web.UrlDispatcher, key: str) -> None:
        router.add_post(f"/{key}/2015-03-31/functions/{{name}}/invocations", self._function)

    async def _http(self, request: web.Request) -> web.Response:
        path = request.raw_path.partition("?")[0]
        if (route := http_route(request.method, path, self.routes)) is None:
            return to_aiohttp(message_response(404, "Not Found"))
        protocol = f"HTTP/{request.version.major}.{request.version.minor}"
        call = HttpRequest(request.method, path, client_of(request), await request.read(), protocol)
        event = http_event(call, self._settings.sources, route)
        patience = self._settings.limits.http_timeout
        return to_aiohttp(http_response(await self._invoker.outcome(self.routes[route], event, patience)))

    async def _function(self, request: web.Request) -> web.Response:
        function = self.functions.get(function_name(request.match_info["name"]))
        if function is None:
            return to_aiohttp(service_error(404))
        try:
            event = json.loads(await request.read() or b"{}")
        except ValueError:
            return to_aiohttp(service_error(400))
        return await self._invoked(function, event, request.headers.get("X-Amz-Invocation-Type", ""))

    async def _invoked(self, function: Function, event: Event, kind: str) -> web.Response:
        if kind == "DryRun":
            return web.Response(status=204)
        outcome = self._invoker.outcome(function, event, function.timeout)
        if kind == "Event":
            self._invoker.spawn(outcome)
            return web.Response(status=202)
        body, error = invocation_payload(await outcome)
        headers = {"X-Amz-Executed-Version": "$LATEST"} | ({"X-Amz-Function-Error": error} if error else {})
        return web.Response(body=body, headers=headers, content_type="application/json")


class Gateway:
    """One stage of a WebSocket API, one HTTP API and the functions behind them. Any thread may call its methods.

    Handlers are given by route key (`$connect`, `prompt`, `POST /voice`) or, in `functions`, by name; a `Function`
    instead of a handler also sets name, timeout and memory. A gateway starts once.

    The functions themselves call `@connections` and Invoke. Their URLs hold a key that is new in each run, since the
    gateway checks no credentials. With `apart` these two also have their own port, to which no tunnel leads.
    """

    def __init__(
        self,
        websocket: Handlers | None = None,
        http: Handlers | None = None,
        functions: Handlers | None = None,
        *,
        stage: str = "prod",
        limits: Limits | None = None,
        faults: Faults | None = None,
        sources: Sources | None = None,
        selection: str = "$request.body.type",
        host: str = "127.0.0.1",
        port: int = 0,
        apart: bool = False,
    ) -> None:
        given = limits or Limits(), sources or Sources(), faults or Faults()
        self._settings = Settings(stage, *given, selection)
        self._journal = Journal()
        self._invoker = Invoker(self._journal)
        self._sockets = WebSocketApi(self._settings, self._invoker)
        self._connections = ConnectionsApi(self._settings, self._sockets.sockets)
        self._http = _HttpApi(self._settings, self._invoker)
        self._address, self._apart, self._guard = (host, port), apart, Guard()
        self._closing_time = 0.0
        self._thread: threading.Thread | None = None
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self.route(websocket, http, functions)

    def route(
        self,
        websocket: Handlers | None = None,
        http: Handlers | None = None,
        functions: Handlers | None = None,
    ) -> None:
        """Add or replace handlers, before or after `start`."""
        # Make new dictionaries: the loop's thread may be reading the old ones.
        self._sockets.routes = self._sockets.routes | as_functions(websocket or {})
        self._http.routes = self._http.routes | as_functions(http or {})
        self._http.functions = self._http.functions | as_functions(functions or {})

    def start(self) -> Urls:
        """Bind the port and serve it. Raises OSError if the port is taken."""
        outer = socket.create_server(self._address, backlog=1024)
        inner = socket.create_server((self._address[0], 0), backlog=1024) if self._apart else outer
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._serve(outer, inner),), name="gateway", daemon=True
        )
        self._thread.start()
        self._ready.result()
        (host, port), stage = outer.getsockname()[:2], self._settings.stage
        functions = self._guard.url("http://{}:{}".format(*inner.getsockname()[:2]))
        return Urls(f"http://{host}:{port}", f"ws://{host}:{port}/{stage}", f"{functions}/{stage}", functions)

    async def _serve(self, outer: socket.socket, inner: socket.socket) -> None:
        runners = [web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_WAIT_S) for app in self._applications()]
        for runner, listener in zip(runners, (outer, inner), strict=False):
            await runner.setup()
            await web.SockSite(runner, listener).start()
        stop = asyncio.Event()
        self._ready.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        # The port stays open while handlers end: they may still post, and get 410.
        await self._sockets.drain()
        await self._invoker.drain(self._closing_time)
        for runner in runners:
            await runner.cleanup()

    def _applications(self) -> list[web.Application]:
        """Return the app that serves callers, and the app that serves the functions if that has its own port.

        Only callers through a tunnel use a name other than this machine's: Twilio's signature proves them.
        """
        inner = web.Application(client_max_size=_MAX_BODY_BYTES, middlewares=[only_ours])
        outer = web.Application(client_max_size=_MAX_BODY_BYTES) if self._apart else inner
        self._connections.add_routes(inner.router, self._guard.key)
        self._http.add_function_routes(inner.router, self._guard.key)
        self._sockets.add_routes(outer.router)
        self._http.add_routes(outer.router)
        return [outer, inner] if self._apart else [outer]

    def close(self, timeout: float = 5.0) -> None:
        """End every connection, wait `timeout` seconds at most for running handlers, free the port."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        loop, stop = self._ready.result()
        self._closing_time = timeout
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        if not self._invoker.stop(CLOSE_WAIT_S):
            logger.warning("A handler was still running when the gateway closed")

    @contextmanager
    def running(self) -> Iterator[Urls]:
        """Start, and close when the block ends."""
        urls = self.start()
        try:
            yield urls
        finally:
            self.close()

    @property
    def faults(self) -> Faults:
        """The faults to cause: assign its fields at any time."""
        return self._settings.faults

    @property
    def record(self) -> list[Record]:
        """Every frame so far, in the order in which it passed."""
        return list(self._journal.records)

    @property
    def failures(self) -> list[Failure]:
        """Every invocation so far that raised or ran out of time."""
        return list(self._journal.failures)

    @property
    def connections(self) -> list[str]:
        """The ids of the open connections, the oldest first."""
        return self._sockets.open()

    def listen(self, listener: Callable[[Record], object]) -> None:
        """Call `listener` with each later frame as it passes, in the gateway's own thread: it must not block."""
        self._journal.listeners.append(listener)

    def wait(self, holds: Callable[[], bool], timeout: float = 60.0) -> bool:
        """Wait until `holds()`, called after every frame and end of an invocation; return False after `timeout`."""
        return self._journal.wait(holds, timeout)

    def settled(self, timeout: float = 60.0) -> bool:
        """Wait until no handler is running; return False if one still was after `timeout` seconds."""
        return self._journal.wait(lambda: self._journal.running == 0, timeout)

    def drop(self, connection_id: str) -> None:
        """Cut a connection as a failing network does: the client sees 1006. Raises KeyError if it is not open."""
        loop, _ = self._ready.result()
        asyncio.run_coroutine_threadsafe(self._sockets.drop(connection_id), loop).result()

    def expire(self, connection_id: str) -> None:
        """End a connection as its time limits do: the client sees 1001. Raises KeyError if it is not open."""
        loop, _ = self._ready.result()
        asyncio.run_coroutine_threadsafe(self._sockets.expire(connection_id), loop).result()
