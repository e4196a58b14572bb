"""A small ConversationRelay application for the phone to call: two webhooks and a socket, in its own thread."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from aiohttp import web
from multidict import CIMultiDict

PUBLIC = "https://hotline.example"
RELAY = "wss://relay.example/prod"
TOKEN = "0123456789abcdef0123456789abcdef"
LISTENING = {
    "reportInputDuringAgentSpeech": "any",
    "events": "speaker-events tokens-played",
    "dtmfDetection": "true",
}

Socket = web.WebSocketResponse
Handle = Callable[[Socket, dict[str, Any]], Awaitable[None]]
Respond = Callable[["Webhook"], "str | web.Response"]


@dataclass(frozen=True)
class Webhook:
    """A request as it arrived."""

    path: str
    method: str
    form: dict[str, str]
    headers: CIMultiDict[str]


def connect(*, action: str | None = f"{PUBLIC}/ended", url: str = RELAY, after: str = "", **attributes: str) -> str:
    """Return the TwiML of a session."""
    given = "".join(f" {name}={quoteattr(value)}" for name, value in ({"url": url} | LISTENING | attributes).items())
    wanted = "" if action is None else f" action={quoteattr(action)}"
    return f"<Response><Connect{wanted}><ConversationRelay{given}/></Connect>{after}</Response>"


def answer(text: str, status: int, media_type: str) -> web.Response:
    """Return an answer of a webhook other than TwiML."""
    return web.Response(text=text, status=status, content_type=media_type)


async def echo(socket: Socket, message: dict[str, Any]) -> None:
    """Answer each final prompt, token by token, and each key."""
    match message:
        case {"type": "prompt", "last": True, "voicePrompt": words}:
            for token in ("You said, ", words, ". Is that", " right?"):
                await socket.send_json({"type": "text", "token": token})
            await socket.send_json({"type": "text", "token": "", "last": True})
        case {"type": "dtmf", "digit": digit}:
            await socket.send_json({"type": "text", "token": f"Key {digit}.", "last": True})
        case _:
            pass


def _hang_up(_: Webhook) -> str:
    return "<Response><Hangup/></Response>"


@dataclass
class App:
    """What the application answers, and the requests that it got."""

    voice: Respond = lambda _: connect()
    ended: Respond = _hang_up
    handle: Handle = echo
    refuse: int = 0
    webhooks: list[Webhook] = field(default_factory=list)
    handshakes: list[CIMultiDict[str]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    closes: list[int | None] = field(default_factory=list)
    port: int = 0

    @property
    def voice_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/voice"

    @property
    def connect(self) -> dict[str, str]:
        return {RELAY: f"ws://127.0.0.1:{self.port}/socket"}

    async def webhook(self, request: web.Request) -> web.Response:
        form = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        self.webhooks.append(Webhook(request.path_qs, request.method, form, CIMultiDict(request.headers)))
        answer = (self.voice if request.path == "/voice" else self.ended)(self.webhooks[-1])
        return answer if isinstance(answer, web.Response) else web.Response(text=answer, content_type="text/xml")

    async def socket(self, request: web.Request) -> web.StreamResponse:
        self.handshakes.append(CIMultiDict(request.headers))
        if self.refuse:
            return web.Response(status=self.refuse)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for frame in socket:
            self.received.append(json.loads(frame.data))
            await self.handle(socket, self.received[-1])
        self.closes.append(socket.close_code)
        return socket


@contextmanager
def serving(app: App) -> Iterator[App]:
    """Run an application until the block ends; its `port` is set meanwhile."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def main() -> None:
        site = web.Application()
        site.add_routes([web.get("/socket", app.socket), web.route("*", "/{path:.*}", app.webhook)])
        runner = web.AppRunner(site, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        app.port = runner.addresses[0][1]
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), name="application")
    thread.start()
    ready.wait()
    try:
        yield app
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
