"""Serves the page, on this machine and to nobody else.

Each open page has a WebSocket: it is told what changes, and says what is to be done. Whatever another site in the
browser asks for is refused by its Origin, and a name that only pretends to be this machine by its Host.
"""

import asyncio
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from functions.relay.ports import LogError
from local.page.desk import Order, OrderError
from local.page.sights import Tape
from local.page.view import Setting, View, changes, view
from local.phone import CallError
from local.phone.background import Background

logger = logging.getLogger("hotline.page")

HERE = "127.0.0.1"
STATIC = Path(__file__).parent / "static"
PAUSE = 0.04
"""Seconds between two messages to a page, so that what happens at once is told at once."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Shown(Protocol):
    """What a page shows: a desk, or a call that is replayed."""

    @property
    def tape(self) -> Tape:
        """What was seen."""

    @property
    def setting(self) -> Setting:
        """What the view needs to know beside it."""

    def state(self) -> Mapping[str, Any]:
        """Return what stands beside the view."""

    def do(self, order: Order) -> None:
        """Do what the page asks for. Raises OrderError, CallError."""

    def log(self, call: str) -> str:
        """Return a call's log as a file. Raises LogError."""


class Server:
    """The page's HTTP server; `pages` counts those that are open."""

    def __init__(self, shown: Shown, port: int = 0) -> None:
        """Bind a port, any free one if that is taken."""
        self._shown = shown
        self._listener = _listener(port)
        self._port = self._listener.getsockname()[1]
        self._sockets: set[web.WebSocketResponse] = set()
        self._orders = ThreadPoolExecutor(1, "orders")

    @property
    def url(self) -> str:
        """Where the page is found."""
        return f"http://{HERE}:{self._port}/"

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return len(self._sockets)

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Serve until the end of the block."""
        background = Background("page")
        background.start(self._serve(), _ended)
        try:
            yield self
        finally:
            background.close()
            self._orders.shutdown(wait=False, cancel_futures=True)

    async def _serve(self) -> None:
        app = web.Application(middlewares=[self._guarded])
        app.router.add_get("/", self._index)
        app.router.add_get("/socket", self._socket)
        app.router.add_get("/log/{call}", self._log)
        app.router.add_static("/static", STATIC)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.SockSite(runner, self._listener).start()
            await asyncio.Event().wait()
        finally:
            for ws in list(self._sockets):
                await ws.close(code=1001)
            await runner.cleanup()

    @property
    def _guarded(self) -> Any:
        hosts = {f"{name}:{self._port}" for name in (HERE, "localhost")}
        origins = {f"http://{host}" for host in hosts}

        @web.middleware
        async def guard(request: web.Request, handler: Handle) -> web.StreamResponse:
            if request.headers.get("Host") not in hosts or request.headers.get("Origin", "") not in {*origins, ""}:
                return web.Response(status=403, text="This page answers to itself only.")
            response = await handler(request)
            if not response.prepared:
                response.headers.update(HEADERS)
            return response

        return guard

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _log(self, request: web.Request) -> web.StreamResponse:
        call = request.match_info["call"]
        try:
            text = await asyncio.to_thread(self._shown.log, call)
        except LogError as error:
            return web.Response(status=503, text=f"The table could not be read: {error}")
        name = f'attachment; filename="{"".join(filter(str.isalnum, call))}.jsonl"'
        return web.Response(text=text, content_type="application/jsonl", headers={"Content-Disposition": name})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse(timeout=0.5)
        await ws.prepare(request)
        self._sockets.add(ws)
        page = _Page(ws, self._shown, self._orders)
        showing = asyncio.create_task(page.show())
        with closing(page):
            try:
                await page.take()
            finally:
                self._sockets.discard(ws)
                showing.cancel()
                with suppress(asyncio.CancelledError):
                    await showing
        return ws


class _Page:
    """One open page: what it knows, and the moment of the call that it looks at."""

    def __init__(self, ws: web.WebSocketResponse, shown: Shown, orders: ThreadPoolExecutor) -> None:
        self._ws, self._shown, self._orders = ws, shown, orders
        self._known: View = {}
        self._step: int | None = None
        self._call = ""
        self._changed = asyncio.Event()
        self._changed.set()
        loop = asyncio.get_running_loop()
        self.close = shown.tape.listen(lambda: loop.call_soon_threadsafe(self._changed.set))

    async def show(self) -> None:
        """Tell the page what changes, for as long as it is open."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self._tell_changes()
                await asyncio.sleep(PAUSE)
        except ConnectionError:
            pass
        except Exception:
            logger.exception("The page could not be shown what goes on")
            await self._ws.close(code=1011)

    async def _tell_changes(self) -> None:
        now = self._now()
        if told := changes(self._known, now):
            await self._ws.send_json({"changes": told})
        self._known = now

    def _now(self) -> View:
        sights = self._shown.tape.call()
        now = view(sights, self._shown.setting, self._step)
        call = now["call"]["sid"] if now["call"] else ""
        if call != self._call:
            self._call, self._step = call, None
        return {**now, "desk": self._shown.state()}

    async def take(self) -> None:
        """Do what the page asks for, one thing after another, until it is closed."""
        async for message in self._ws:
            if message.type is WSMsgType.TEXT:
                await self._do(_order(message.data))

    async def _do(self, order: Order) -> None:
        match order:
            case {"do": "show", "step": int() | None as step}:
                self._step = step
                self._changed.set()
            case _:
                work = asyncio.get_running_loop().run_in_executor(self._orders, self._shown.do, order)
                work.add_done_callback(lambda done: asyncio.ensure_future(self._tell(done)))

    async def _tell(self, done: "asyncio.Future[None]") -> None:
        """Tell the page why something could not be done."""
        if done.cancelled() or self._ws.closed:
            return
        match done.exception():
            case None:
                return
            case OrderError() | CallError() as error:
                text = str(error).partition("\n")[0]
            case error:
                logger.error("The page's order failed", exc_info=error)
                text = f"That failed: {type(error).__name__}. The terminal says more."
        with suppress(ConnectionError):
            await self._ws.send_json({"note": text[:1].upper() + text[1:]})


def _order(text: str) -> Order:
    try:
        order = json.loads(text)
    except ValueError:
        return {}
    return order if isinstance(order, dict) else {}


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HERE, port))
    except OSError:
        return socket.create_server((HERE, 0))


def _ended(error: BaseException | None) -> None:
    if error:
        logger.error("The page is not served any more", exc_info=error)
