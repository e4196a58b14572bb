"""`make tunnel-run`, called through a reverse proxy in place of the tunnel, with real signatures."""

import asyncio
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from local.cli.tunnel import main
from local.phone import Phone
from tests.endpoint import refusing_url

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
TOKEN = "fedcba9876543210fedcba9876543210"
PATIENCE_S = 60.0


class Tunnel:
    """A reverse proxy that leads webhooks and the WebSocket of one port to another, as a tunnel does."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tunnel")
        self._runner = web.AppRunner(self._application(), access_log=None)
        self.port = 0

    def __enter__(self) -> "Tunnel":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    def _application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass)
        return app

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        url, headers = f"{self._target}{request.raw_path}", dict(request.headers)
        async with aiohttp.ClientSession() as session:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._pass_socket(request, session, url, headers)
            async with session.request(request.method, url, headers=headers, data=await request.read()) as answer:
                kept = {name: answer.headers[name] for name in ("Content-Type",) if name in answer.headers}
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def _pass_socket(
        self, request: web.Request, session: aiohttp.ClientSession, url: str, headers: dict[str, str]
    ) -> web.StreamResponse:
        theirs = {name: value for name, value in headers.items() if name.lower() == "x-twilio-signature"}
        try:
            inner = await session.ws_connect(url, headers=theirs)
        except aiohttp.WSServerHandshakeError as refused:
            return web.Response(status=refused.status)
        outer = web.WebSocketResponse()
        await outer.prepare(request)
        await asyncio.wait(
            [asyncio.create_task(_pump(inner, outer)), asyncio.create_task(_pump(outer, inner))],
            return_when=asyncio.FIRST_COMPLETED,
        )
        await inner.close()
        await outer.close()
        return outer


async def _pump(
    source: aiohttp.ClientWebSocketResponse | web.WebSocketResponse,
    sink: aiohttp.ClientWebSocketResponse | web.WebSocketResponse,
) -> None:
    async for message in source:
        await sink.send_str(message.data)


class Run:
    """The command, in its own process."""

    def __init__(self, url: str) -> None:
        self.shown = ""
        environment = {**os.environ, "TWILIO_AUTH_TOKEN": TOKEN, "MODEL": ""}
        command = [sys.executable, "-m", "local.cli.tunnel", url, "--port", "0"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def shows(self, pattern: str) -> re.Match[str]:
        """Wait until something like this is shown."""
        until = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.shown)):
            assert time.monotonic() < until, f"{pattern!r} was not shown:\n{self.shown}"
            assert self.process.stdout
            if select.select([self.process.stdout], [], [], 0.1)[0]:
                self.shown += os.read(self.process.stdout.fileno(), 4096).decode()
        return found

    def ends(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture(scope="module")
def public() -> str:
    """A public address that leads nowhere on this machine: all requests go through the tunnel."""
    return refusing_url().replace("http:", "https:")


@pytest.fixture(scope="module")
def run(public: str) -> Iterator[Run]:
    running = Run(public)
    yield running
    running.close()


@pytest.fixture(scope="module")
def tunnel(run: Run) -> Iterator[Tunnel]:
    with Tunnel(f"http://127.0.0.1:{run.shows(r'Ready on port ([0-9]+)')[1]}") as proxy:
        yield proxy


def phone(tunnel: Tunnel, public: str, token: str = TOKEN) -> Phone:
    """Return a phone that knows the line by its public address, and reaches it through the tunnel."""
    host = f"127.0.0.1:{tunnel.port}"
    connect = {public.replace("https:", "wss:"): f"ws://{host}"}
    return Phone(f"http://{host}/voice", token, public_url=public, connect=connect, speed=10.0)


def test_it_says_what_to_paste_and_how_to_start_a_tunnel(run: Run, public: str) -> None:
    run.shows("waiting …")
    for path in ("/voice", "/fallback", "/call-status"):
        assert re.search(rf" {public}{path} +HTTP POST", run.shown)
    assert f"wss{public.removeprefix('https')}/laptop" in run.shown
    assert "ngrok http " in run.shown
    assert TOKEN not in run.shown


def test_a_call_through_the_tunnel_is_answered(run: Run, tunnel: Tunnel, public: str) -> None:
    with phone(tunnel, public) as caller:
        call = caller.dial()
        assert "Friday" in call.say("What about booking K4T9?")
        call.hang_up()
        assert call.errors == ()
    run.shows("INFO +a session ended")


def test_a_caller_without_the_token_is_refused(run: Run, tunnel: Tunnel, public: str) -> None:
    with phone(tunnel, public, TOKEN[::-1]) as stranger:
        call = stranger.dial()
    assert (call.outcome, call.sessions) == ("busy", ())
    run.shows("WARNING +a webhook was refused")


@pytest.mark.parametrize(
    "path", ["/laptop/@connections/abc", "/2015-03-31/functions/hotline-laptop-calls/invocations"]
)
def test_the_tunnel_hides_what_only_functions_may_call(tunnel: Tunnel, path: str) -> None:
    async def ask() -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://127.0.0.1:{tunnel.port}{path}") as answer,
        ):
            return answer.status

    assert asyncio.run(ask()) == 404


def test_ctrl_c_ends_it(run: Run, tunnel: Tunnel) -> None:
    assert run.ends() == 0


@pytest.mark.parametrize("url", ["http://abc.ngrok.app", "abc.ngrok.app", "https://abc.ngrok.app/voice", "https://"])
def test_an_address_that_twilio_could_not_call_is_refused(url: str) -> None:
    with pytest.raises(SystemExit):
        main([url])


def test_text_that_is_no_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "secret")
    assert main(["https://abc.ngrok.app"]) == 2


def test_a_real_model_without_its_key_is_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    assert main(["https://abc.ngrok.app", "--model", "claude"]) == 2
    assert "ANTHROPIC_API_KEY" in capsys.readouterr().out
