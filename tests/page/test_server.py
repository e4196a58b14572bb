"""The page's server: only for this machine, and its messages on the socket."""

import asyncio
import http.client
import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from functions.relay.log.events import Announced
from functions.relay.log.keys import call_log
from functions.relay.ports import LogError
from local.page.controller import Order, OrderError
from local.page.observations import Tape
from local.page.server import Server
from local.page.view import Setting
from tests.page.tapes import kept, opening

WAIT_S = 60.0


class Shown:
    """What a page shows, made by hand."""

    def __init__(self) -> None:
        self.tape, self.setting = Tape(), Setting()
        self.orders: list[Order] = []
        self.refusing: Exception | None = None
        self.told: dict[str, Any] = {"mode": "phone"}

    def state(self) -> dict[str, Any]:
        return self.told

    def do(self, order: Order) -> None:
        self.orders.append(order)
        if self.refusing:
            raise self.refusing

    def log(self, call: str) -> str:
        if call == "CA2":
            raise LogError("DynamoDB: gone")
        return f'{{"log": "{call}"}}\n'


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def served(shown: Shown) -> Iterator[Server]:
    with Server(shown).running() as one:
        yield one


def get(served: Server, path: str = "/", **headers: str) -> http.client.HTTPResponse:
    """Send a request with exactly these headers, and its own Host unless another is given."""
    place = urlsplit(served.url)
    connection = http.client.HTTPConnection(str(place.hostname), int(place.port or 0), timeout=WAIT_S)
    connection.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def talking(served: Server, work: Callable[[aiohttp.ClientWebSocketResponse], Coroutine[Any, Any, None]]) -> None:
    """Do something on a socket that a page has opened."""

    async def run() -> None:
        url, origin = f"{served.url}socket?key={key_of(served)}", served.url.rstrip("/")
        async with aiohttp.ClientSession() as session, session.ws_connect(url, origin=origin) as ws:
            async with asyncio.timeout(WAIT_S):
                await work(ws)

    asyncio.run(run())


def key_of(served: Server) -> str:
    """Return the key that is in the page."""
    found = re.search(r'<meta name="key" content="([\w-]+)">', get(served).body.decode())  # type: ignore[attr-defined]
    assert found
    return found[1]


def port_of(served: Server) -> int:
    return int(urlsplit(served.url).port or 0)


class TestWhoIsServed:
    def test_the_page_is_served_by_either_name_of_this_machine(self, served: Server) -> None:
        port = port_of(served)
        assert get(served).status == 200
        assert get(served, Host=f"localhost:{port}", Origin=f"http://localhost:{port}").status == 200

    @pytest.mark.parametrize("path", ["/", "/socket", "/static/app.js", "/log/CA1"])
    @pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1", "http://127.0.0.1:1", "null"])
    def test_a_page_of_another_site_gets_403(self, served: Server, path: str, origin: str) -> None:
        assert get(served, path, Origin=origin).status == 403

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1.evil.example:{port}", "[::1]:{port}"])
    def test_a_request_by_another_host_name_gets_403(self, served: Server, host: str) -> None:
        assert get(served, Host=host.format(port=port_of(served))).status == 403

    def test_the_server_listens_on_this_machine_alone(self, served: Server) -> None:
        assert urlsplit(served.url).hostname == "127.0.0.1"

    def test_a_socket_of_another_site_gets_403(self, served: Server) -> None:
        async def run() -> None:
            async with aiohttp.ClientSession() as session:
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await session.ws_connect(f"{served.url}socket", origin="https://evil.example")
                assert refused.value.status == 403

        asyncio.run(run())

    @pytest.mark.parametrize("path", ["/socket", "/socket?key=", "/socket?key=guessed", "/log/CA1", "/log/CA1?key=x"])
    def test_a_program_without_the_key_of_the_run_gets_403(self, served: Server, path: str) -> None:
        assert get(served, path).status == 403

    def test_each_run_has_its_own_key(self, served: Server, shown: Shown) -> None:
        with Server(shown).running() as other:
            assert key_of(served) != key_of(other)

    def test_no_file_outside_the_folder_is_served(self, served: Server) -> None:
        assert get(served, "/static/../server.py").status in (403, 404)
        assert get(served, "/static/%2e%2e/server.py").status in (403, 404)

    def test_the_page_has_headers_that_let_nothing_else_in(self, served: Server) -> None:
        answer = get(served)
        assert "default-src 'self'" in str(answer.getheader("Content-Security-Policy"))
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Cache-Control") == "no-store"


class TestTheSocket:
    def test_tells_everything_once_and_then_what_changes(self, served: Server, shown: Shown) -> None:
        async def work(ws: aiohttp.ClientWebSocketResponse) -> None:
            first = (await ws.receive_json())["changes"]
            assert first["call"] is None
            assert first["desk"] == {"mode": "phone"}
            for observation in opening():
                shown.tape.add(observation)
            told: dict[str, Any] = {}
            while not told.get("history"):
                told |= (await ws.receive_json())["changes"]
            assert told["call"]["sid"] == "CA1"
            assert "desk" not in told

        talking(served, work)

    def test_takes_orders_one_after_another(self, served: Server, shown: Shown) -> None:
        async def work(ws: aiohttp.ClientWebSocketResponse) -> None:
            for number in range(20):
                await ws.send_json({"do": "say", "text": str(number)})
            while len(shown.orders) < 20:
                await asyncio.sleep(0.01)

        talking(served, work)
        assert [order["text"] for order in shown.orders] == [str(number) for number in range(20)]

    @pytest.mark.parametrize(
        ("error", "words"),
        [(OrderError("there is no call"), "There is no call"), (ValueError("x"), "That failed: ValueError.")],
    )
    def test_says_why_something_could_not_be_done(
        self, served: Server, shown: Shown, error: Exception, words: str
    ) -> None:
        async def work(ws: aiohttp.ClientWebSocketResponse) -> None:
            await ws.send_json({"do": "say", "text": "Hello"})
            while "note" not in (told := await ws.receive_json()):
                continue
            assert told["note"].startswith(words)

        shown.refusing = error
        talking(served, work)

    @pytest.mark.parametrize("text", ["no JSON", "[1]", "3", '{"do": "nonsense"}'])
    def test_survives_whatever_is_sent(self, served: Server, shown: Shown, text: str) -> None:
        async def work(ws: aiohttp.ClientWebSocketResponse) -> None:
            await ws.send_str(text)
            await ws.send_json({"do": "after"})
            while {"do": "after"} not in shown.orders:
                await asyncio.sleep(0.01)

        talking(served, work)

    def test_shows_the_chosen_moment_until_another_call_begins(self, served: Server, shown: Shown) -> None:
        async def work(ws: aiohttp.ClientWebSocketResponse) -> None:
            told: dict[str, Any] = {}
            await ws.send_json({"do": "show", "step": 2})
            while told.get("step") != 2:
                told |= (await ws.receive_json())["changes"]
            assert told["call"]["last"] == 10
            for observation in opening("Again!", "two", 9000):
                shown.tape.add(observation)
            await ws.send_json({"do": "show", "step": None})
            while told["step"] is not None:
                told |= (await ws.receive_json())["changes"]
            assert told["call"]["last"] > 9000

        for observation in opening():
            shown.tape.add(observation)
        talking(served, work)

    def test_shows_any_call_of_the_run(self, served: Server, shown: Shown) -> None:
        async def work(ws: aiohttp.ClientWebSocketResponse) -> None:
            told: dict[str, Any] = {}
            while not told.get("calls"):
                told |= (await ws.receive_json())["changes"]
            assert [one["sid"] for one in told["calls"]] == ["CA1", "CA2"]
            await ws.send_json({"do": "choose", "call": "CA1"})
            while told["call"] is None or told["call"]["sid"] != "CA1":
                told |= (await ws.receive_json())["changes"]
            shown.tape.add(kept(9000, Announced("rosa", "+15550142", "+15550100"), log=call_log("CA3")))
            while told["call"]["sid"] != "CA3":
                told |= (await ws.receive_json())["changes"]

        for observation in opening():
            shown.tape.add(observation)
        shown.tape.add(kept(5000, Announced("rosa", "+15550142", "+15550100"), log=call_log("CA2")))
        talking(served, work)

    def test_an_open_page_is_counted(self, served: Server) -> None:
        async def work(ws: aiohttp.ClientWebSocketResponse) -> None:
            await ws.receive_json()
            assert served.pages == 1

        assert served.pages == 0
        talking(served, work)


def test_a_log_is_given_as_a_file(served: Server) -> None:
    answer = get(served, f"/log/CA1?key={key_of(served)}")
    assert answer.body == b'{"log": "CA1"}\n'  # type: ignore[attr-defined]
    assert answer.getheader("Content-Disposition") == 'attachment; filename="CA1.jsonl"'


def test_a_table_that_fails_is_reported(served: Server) -> None:
    answer = get(served, f"/log/CA2?key={key_of(served)}")
    assert answer.status == 503
    assert b"DynamoDB: gone" in answer.body  # type: ignore[attr-defined]


def test_a_port_that_is_taken_is_left_for_another(shown: Shown, served: Server) -> None:
    with Server(shown, port_of(served)).running() as other:
        assert port_of(other) != port_of(served)
        assert get(other).status == 200
