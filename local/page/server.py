"""Serves the page, only to this machine.

Each open page has a WebSocket: the server sends it what changes, and the page sends its orders. The guard refuses
other sites in the browser. The socket and the logs also need a key, which is part of the page and new in each run.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from functions.relay.ports import LogError
from local.guard import REFUSED, Guard, only_ours
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

KEY = "KEY_OF_THIS_RUN"
"""The text in index.html that the key replaces."""

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """The page's HTTP server. `pages` counts the open pages."""

    def __init__(self, shown: Shown, port: int = 0) -> None:
        """Bind a port; a free one if that port is taken."""
        self._shown = shown
        self._listener = _listener(port)
        self._port = self._listener.getsockname()[1]
        self._guard = Guard()
        self._sockets: set[web.WebSocketResponse] = set()
        self._orders = ThreadPoolExecutor(1, "orders")

    @property
    def url(self) -> str:
        """The URL of the page."""
        return f"http://{HERE}:{self._port}/"

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return len(self._sockets)

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Serve until the block ends."""
        background = Background("page")
        background.start(self._serve(), _ended)
        try:
            yield self
        finally:
            background.close()
            self._listener.close()  # if the server never started, it did not take the listener
            self._orders.shutdown(wait=False, cancel_futures=True)

    async def _serve(self) -> None:
        app = web.Application(middlewares=[_with_headers, only_ours])
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

    async def _index(self, _: web.Request) -> web.StreamResponse:
        text = (STATIC / "index.html").read_text(encoding="utf-8").replace(KEY, self._guard.key)
        return web.Response(text=text, content_type="text/html")

    def _refuse_strangers(self, request: web.Request) -> None:
        if not self._guard.knows(request.query.get("key", "")):
            raise web.HTTPForbidden(text=REFUSED)

    async def _log(self, request: web.Request) -> web.StreamResponse:
        self._refuse_strangers(request)
        call = request.match_info["call"]
        try:
            text = await asyncio.to_thread(self._shown.log, call)
        except LogError as error:
            return web.Response(status=503, text=f"The table could not be read: {error}")
        name = f'attachment; filename="{"".join(filter(str.isalnum, call))}.jsonl"'
        return web.Response(text=text, content_type="application/jsonl", headers={"Content-Disposition": name})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self._refuse_strangers(request)
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


@web.middleware
async def _with_headers(request: web.Request, handler: Handle) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as refusal:
        refusal.headers.update(HEADERS)
        raise
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HERE, port))
    except OSError:
        return socket.create_server((HERE, 0))


def _ended(error: BaseException | None) -> None:
    if error:
        logger.error("The server of the page has stopped", exc_info=error)
