"""Serves the page, on this machine and to nobody else.

Each open page has a WebSocket: it is told what changes, and says what is to be done. Whatever another site in the
browser asks for is refused by its Origin, and a name that only pretends to be this machine by its Host.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from functions.relay.ports import LogError
from local.page.pages import Page, Shown
from local.phone.background import Background

logger = logging.getLogger("hotline.page")

HERE = "127.0.0.1"
STATIC = Path(__file__).parent / "static"

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


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
            self._listener.close()  # which nobody has taken if this ended at once
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
        page = Page(ws, self._shown, self._orders)
        try:
            await page.take()
        finally:
            self._sockets.discard(ws)
            await page.leave()
        return ws


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HERE, port))
    except OSError:
        return socket.create_server((HERE, 0))


def _ended(error: BaseException | None) -> None:
    if error:
        logger.error("The page is not served any more", exc_info=error)
