"""API Gateway, the queue of reminders and the secrets, on one port in front of Lambda environments.

It shares the events' shapes with the gateway of `make run`, and nothing that runs: a fault of one shows in the other.
"""

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import WSMsgType, web

from benchmarks.gateway.events import frame_kind, reminder_event, reminder_kind
from benchmarks.gateway.functions import Functions
from local.aws.gateway import connect_status, error_frame, http_response, message_error
from local.aws.gateway_events import (
    Connection,
    HttpRequest,
    Sources,
    connect_event,
    disconnect_event,
    http_event,
    message_event,
    milliseconds,
)
from local.aws.gateway_http import client_of, to_aiohttp
from local.aws.gateway_integration import PutItem

T = TypeVar("T")

STAGE = "bench"
SOURCES = Sources()


@dataclass(frozen=True, slots=True)
class Passed:
    """A frame that passed: when, by the clock of this machine, its direction (`in` or `out`), and its text."""

    at: float
    direction: str
    text: str


class Gateway:
    """The gateway of one deployment. `names` are the functions' modules: `twiml`, `default` and so on.

    `notes` puts the notes of the line into the table; without it they invoke `default`, like all other frames.
    """

    def __init__(self, secrets: Mapping[str, str], reminders: str) -> None:
        self.functions: Functions
        self.notes: PutItem | None = None
        self.frames: list[Passed] = []
        self.errors: list[str] = []
        """The texts of the frames that the gateway itself sent because a function had failed."""

        self.put = 0
        """The notes that went into the table without a function."""

        self.reminded: list[float] = []
        """When each reminder was sent, by the clock of this machine."""

        self.due = 0
        """The reminders that are still to come."""

        self.post_delay_s = 0.0
        """How long a post takes: half before its frame is sent, half after."""

        self._secrets, self._reminders = secrets, reminders
        self._over = False
        self._sockets: dict[str, web.WebSocketResponse] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve a free port until the block ends; yield the URL. Set `functions` in the block, before a call."""
        thread = threading.Thread(target=asyncio.run, args=(self._serve(),), name="bench gateway")
        thread.start()
        loop, stop, port = self._ready.result()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the gateway's thread, and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._ready.result()[0]).result()

    async def settled(self) -> None:
        """Return when no function runs."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _serve(self) -> None:
        app = web.Application(client_max_size=2**20)
        app.router.add_get(f"/{STAGE}", self._socket)
        app.router.add_post(f"/{STAGE}/@connections/{{id}}", self._post)
        app.router.add_post("/2015-03-31/functions/{name}/invocations", self._function)
        app.router.add_post("/", self._service)
        app.router.add_post("/{path:.+}", self._webhook)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        stop = asyncio.Event()
        self._ready.set_result((asyncio.get_running_loop(), stop, runner.addresses[0][1]))
        await stop.wait()
        self._over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await runner.cleanup()
        await self.functions.stop()

    # What Twilio calls

    async def _webhook(self, request: web.Request) -> web.Response:
        call = HttpRequest("POST", request.path, client_of(request), await request.read())
        event = http_event(call, SOURCES, f"POST {request.path}")
        return to_aiohttp(http_response(await self.functions.invoke("twiml", event, request.path)))

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        connection = Connection(SOURCES.new_id(), milliseconds(time.time()), STAGE, client_of(request))
        outcome = await self.functions.invoke("connect", connect_event(connection, SOURCES), "connect")
        if (status := connect_status(outcome)) != 200:
            return web.Response(status=status)
        self._sockets[connection.connection_id] = ws = web.WebSocketResponse(compress=False)
        with suppress(ConnectionError):  # the caller may have left during the handshake
            await ws.prepare(request)
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    self._spawn(self._frame(connection, message.data))
        del self._sockets[connection.connection_id]
        event = disconnect_event(connection, SOURCES, ws.close_code or 1006, "")
        self._spawn(self.functions.invoke("disconnect", event, "disconnect"))
        return ws

    async def _frame(self, connection: Connection, body: str) -> None:
        self.frames.append(Passed(time.monotonic(), "in", body))
        is_note = self.notes is not None and json.loads(body).get("type") == "info"
        event = message_event(connection, SOURCES, "info" if is_note else "$default", body)
        if self.notes is not None and is_note:
            self.put += 1
            await asyncio.to_thread(self.notes, event, None)
            return
        outcome = await self.functions.invoke("default", event, frame_kind(body))
        if (message := message_error(outcome)) is not None:
            self.errors.append(message)
            text = error_frame(message, connection.connection_id, event["requestContext"]["requestId"])
            await self._send(connection.connection_id, text)

    # What the functions call

    async def _post(self, request: web.Request) -> web.Response:
        text = (await request.read()).decode()
        await asyncio.sleep(self.post_delay_s / 2)
        sent = await self._send(request.match_info["id"], text)
        await asyncio.sleep(self.post_delay_s / 2)
        return web.Response(status=200 if sent else 410)

    async def _send(self, connection_id: str, text: str) -> bool:
        ws = self._sockets.get(connection_id)
        if ws is None or ws.closed:
            return False
        self.frames.append(Passed(time.monotonic(), "out", text))
        await ws.send_str(text)
        return True

    async def _function(self, request: web.Request) -> web.Response:
        event = json.loads(await request.read())
        self._spawn(self.functions.invoke(request.match_info["name"], event, "warm" if "warm" in event else "invoke"))
        return web.Response(status=202)

    async def _service(self, request: web.Request) -> web.Response:
        given = json.loads(await request.read())
        match request.headers.get("X-Amz-Target", "").split("."):
            case ["AmazonSQS", "SendMessage"]:
                self._remind(given["MessageBody"], given.get("DelaySeconds", 0))
                digest = hashlib.md5(given["MessageBody"].encode(), usedforsecurity=False).hexdigest()
                return web.json_response({"MessageId": SOURCES.new_id(), "MD5OfMessageBody": digest})
            case ["AmazonSSM", "GetParameter"] if secret := self._secrets.get(given["Name"].rpartition("/")[2]):
                parameter = {"Name": given["Name"], "Type": "SecureString", "Value": secret, "Version": 1}
                return web.json_response({"Parameter": parameter})
            case _:
                return web.json_response({"__type": "ParameterNotFound"}, status=400)

    def _remind(self, body: str, delay_s: int) -> None:
        self.due += 1
        self.reminded.append(time.monotonic())
        asyncio.get_running_loop().call_later(delay_s, self._return, body)

    def _return(self, body: str) -> None:
        if self._over:
            return
        self.due -= 1
        event = reminder_event(body, SOURCES.new_id())
        self._spawn(self.functions.invoke(self._reminders, event, reminder_kind(body)))

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
