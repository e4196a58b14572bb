"""The gateway as its clients see it: real sockets in front, a real boto3 client behind."""

import asyncio
import json
import os
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import repeat
from queue import Queue
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
from mypy_boto3_lambda import LambdaClient

from local.aws.gateway_server import Faults, Function, Gateway, Handler, Limits, Sources, Urls
from tests.local.aws.test_gateway import frame

pytestmark = pytest.mark.slow

T = TypeVar("T")
Event = dict[str, Any]
OK = {"statusCode": 200}
WAIT_S = 60.0

_SESSION = boto3.Session("test", "test", region_name="us-east-1")
_ONCE = Config(retries={"total_max_attempts": 1})


class Lambda:
    """A handler that records its events."""

    def __init__(self, answer: Callable[[Event], object] = lambda event: OK) -> None:
        self.events: list[Event] = []
        self._answer = answer
        self._called = threading.Condition()

    def __call__(self, event: Event, context: Any) -> object:
        with self._called:
            self.events.append(event)
            self._called.notify_all()
        return self._answer(event)

    def wait(self, count: int = 1) -> Event:
        with self._called:
            assert self._called.wait_for(lambda: len(self.events) >= count, WAIT_S)
        return self.events[count - 1]


class Line:
    """A WebSocket client for code that does not await; it reads, and so answers a close, all the time."""

    def __init__(self, phone: "Phone", ws: aiohttp.ClientWebSocketResponse) -> None:
        self._phone, self._ws = phone, ws
        self._heard: Queue[str | None] = Queue()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._ws:
            self._heard.put(message.data)
        self._heard.put(None)

    def send(self, text: str) -> None:
        self._phone.run(self._ws.send_str(text))

    def send_bytes(self, data: bytes) -> None:
        self._phone.run(self._ws.send_bytes(data))

    def receive(self) -> str:
        heard = self._heard.get(timeout=WAIT_S)
        assert heard is not None, "the connection has ended"
        return heard

    def hang_up(self, code: int, reason: str = "") -> None:
        self._phone.run(self._ws.close(code=code, message=reason.encode()))

    def ended(self) -> int | None:
        """Return the close code when the other side has ended the connection; frames before it are skipped."""
        while self._heard.get(timeout=WAIT_S) is not None:
            pass
        return self._ws.close_code


class Phone:
    """An event loop in a thread, with every line that was opened on it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._session = self.run(self._open())

    async def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    def __call__(self, url: str, headers: Mapping[str, str] | None = None) -> Line:
        return self.run(self._connect(url, headers))

    async def _connect(self, url: str, headers: Mapping[str, str] | None) -> Line:
        return Line(self, await self._session.ws_connect(url, headers=headers))

    def close(self) -> None:
        self.run(self._session.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()


@pytest.fixture
def connect() -> Iterator[Phone]:
    phone = Phone()
    yield phone
    phone.close()


@contextmanager
def management(urls: Urls) -> Iterator[ApiGatewayManagementApiClient]:
    client = _SESSION.client("apigatewaymanagementapi", endpoint_url=urls.callback, config=_ONCE)
    yield client
    client.close()


@contextmanager
def invoke_api(urls: Urls) -> Iterator[LambdaClient]:
    client = _SESSION.client("lambda", endpoint_url=urls.functions, config=_ONCE)
    yield client
    client.close()


def request(url: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, dict(headers or {}))) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def raising(event: Event) -> object:
    raise RuntimeError("boom")


def id_of(event: Event) -> str:
    return str(event["requestContext"]["connectionId"])


# Connecting


def test_connect_sees_the_handshake_and_a_message_goes_to_its_route(connect: Phone) -> None:
    first, prompt, rest = Lambda(), Lambda(), Lambda()
    gateway = Gateway({"$connect": first, "prompt": prompt, "$default": rest})
    with gateway.running() as urls:
        line = connect(urls.websocket + "?token=1%2B1", {"X-Twilio-SIGNATURE": "c2ln"})
        line.send('{"type": "prompt"}')
        line.send('{"type": "setup"}')
        message, other = prompt.wait(), rest.wait()
    event = first.events[0]
    assert event["headers"]["X-Twilio-SIGNATURE"] == "c2ln"
    assert event["queryStringParameters"] == {"token": "1+1"}
    assert event["requestContext"]["routeKey"] == "$connect"
    assert message["body"] == '{"type": "prompt"}'
    assert id_of(message) == id_of(other) == id_of(event)
    assert id_of(event).endswith("=")
    assert isinstance(message["requestContext"]["requestTimeEpoch"], int)
    assert not gateway.failures


@pytest.mark.parametrize(
    ("answer", "status"), [(lambda event: {"statusCode": 403}, 403), (raising, 502), (lambda event: None, 502)]
)
def test_connect_refuses_the_handshake(connect: Phone, answer: Callable[[Event], object], status: int) -> None:
    last = Lambda()
    gateway = Gateway({"$connect": Lambda(answer), "$disconnect": last})
    with gateway.running() as urls, pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        connect(urls.websocket)
    assert refused.value.status == status
    assert not last.events


def test_a_path_that_is_not_the_stage_is_not_the_api(connect: Phone) -> None:
    with Gateway({"$default": Lambda()}, stage="live").running() as urls:
        assert urls.websocket.endswith("/live")
        connect(urls.websocket)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            connect(urls.websocket + "/more")


def test_a_plain_get_of_the_stage_is_told_to_upgrade() -> None:
    with Gateway({"$connect": Lambda(raising)}).running() as urls:
        assert request(urls.websocket.replace("ws:", "http:", 1))[0] == 426


def test_handlers_may_be_given_once_the_urls_are_known(connect: Phone) -> None:
    gateway, late = Gateway(), Lambda()
    urls = gateway.start()
    assert request(urls.http + "/voice", b"")[0] == 404
    gateway.route({"$default": late}, {"POST /voice": Lambda()})
    connect(urls.websocket).send("hello")
    assert late.wait()["body"] == "hello"
    assert request(urls.http + "/voice", b"")[0] == 200
    gateway.close()


# The gateway's own messages


@pytest.mark.parametrize("answer", [raising, lambda event: None])
def test_a_failing_handler_leaks_the_gateways_frame(connect: Phone, answer: Callable[[Event], object]) -> None:
    handler = Lambda(answer)
    gateway = Gateway({"$default": handler})
    with gateway.running() as urls:
        line = connect(urls.websocket)
        line.send("hello")
        said = json.loads(line.receive())
        line.send("the socket stays open")
        line.receive()
    context = handler.events[0]["requestContext"]
    assert said == {
        "message": "Internal server error",
        "connectionId": context["connectionId"],
        "requestId": context["requestId"],
    }


def test_a_raised_exception_is_a_failure_on_record(connect: Phone) -> None:
    gateway = Gateway({"$default": Function(Lambda(raising), "talk")})
    with gateway.running() as urls:
        line = connect(urls.websocket)
        line.send("hello")
        said = line.receive()
    (failure,) = gateway.failures
    assert (failure.function_name, str(failure.error), failure.event["body"]) == ("talk", "boom", "hello")
    assert [(each.direction, each.payload) for each in gateway.record] == [
        ("in", "hello"),
        ("gateway-error", said),
    ]


def test_a_late_handler_leaks_a_frame_and_runs_on(connect: Phone) -> None:
    release, ended = threading.Event(), threading.Event()

    def slow(event: Event, context: Any) -> object:
        release.wait(WAIT_S)
        ended.set()
        return OK

    with Gateway({"$default": slow}, limits=Limits(integration_timeout=0.05)).running() as urls:
        line = connect(urls.websocket)
        line.send("hello")
        assert json.loads(line.receive())["message"] == "Endpoint request timed out"
        assert not ended.is_set()
        release.set()
        assert ended.wait(WAIT_S)


def test_a_function_timeout_is_an_internal_error(connect: Phone) -> None:
    release = threading.Event()
    slow = Function(lambda event, context: release.wait(WAIT_S), timeout=0.05)
    with Gateway({"$default": slow}).running() as urls:
        line = connect(urls.websocket)
        line.send("hello")
        assert json.loads(line.receive())["message"] == "Internal server error"
        release.set()


def test_no_route_and_no_default_is_forbidden(connect: Phone) -> None:
    gateway = Gateway({"prompt": Lambda()})
    with gateway.running() as urls:
        line = connect(urls.websocket)
        line.send('{"type": "setup"}')
        said = json.loads(line.receive())
        assert said["connectionId"] == gateway.connections[0]
    assert said["message"] == "Forbidden"
    assert said["requestId"]


def test_what_a_handler_returns_is_not_sent(connect: Phone) -> None:
    gateway = Gateway({"$default": Lambda(lambda event: {"statusCode": 500, "body": "said"})})
    with gateway.running() as urls, management(urls) as api:
        line = connect(urls.websocket)
        line.send("hello")
        assert gateway.wait(lambda: len(gateway.record) == 1)
        assert gateway.settled()
        api.post_to_connection(ConnectionId=gateway.connections[0], Data=b"first")
        assert line.receive() == "first"


# Concurrency


def test_fifty_messages_of_fifty_calls_run_at_once(connect: Phone) -> None:
    meeting = threading.Barrier(50)
    gateway = Gateway({"$default": lambda event, context: {"statusCode": 200 + meeting.wait(WAIT_S)}})
    with gateway.running() as urls:
        for line in [connect(urls.websocket) for _ in range(50)]:
            line.send("hello")
        assert gateway.wait(lambda: len(gateway.record) == 50)
        assert gateway.settled()
    assert not gateway.failures


def test_two_messages_of_one_call_run_at_once(connect: Phone) -> None:
    meeting = threading.Barrier(2)
    gateway = Gateway({"$default": lambda event, context: {"statusCode": 200 + meeting.wait(WAIT_S)}})
    with gateway.running() as urls:
        line = connect(urls.websocket)
        line.send("one")
        line.send("two")
        assert gateway.wait(lambda: len(gateway.record) == 2)
        assert gateway.settled()
    assert not gateway.failures


def test_concurrent_posts_reach_the_socket_as_whole_frames(connect: Phone) -> None:
    gateway = Gateway({"$default": Lambda()})
    texts = {str(number) * 5000 for number in range(8)}
    with gateway.running() as urls, management(urls) as api:
        line = connect(urls.websocket)
        (key,) = gateway.connections
        posts = [
            threading.Thread(target=api.post_to_connection, kwargs={"ConnectionId": key, "Data": text.encode()})
            for text in texts
        ]
        for post in posts:
            post.start()
        assert {line.receive() for _ in texts} == texts
        for post in posts:
            post.join(WAIT_S)


# The limits of frames and time


def test_a_binary_frame_ends_the_connection(connect: Phone) -> None:
    last, rest = Lambda(), Lambda()
    with Gateway({"$disconnect": last, "$default": rest}).running() as urls:
        line = connect(urls.websocket)
        line.send_bytes(b"\x00")
        assert line.ended() == 1003
        assert last.wait()["requestContext"]["disconnectStatusCode"] == 1003
    assert not rest.events


def test_a_frame_over_32_kb_ends_the_connection(connect: Phone) -> None:
    last, rest = Lambda(), Lambda()
    with Gateway({"$disconnect": last, "$default": rest}).running() as urls:
        line = connect(urls.websocket)
        line.send("x" * 32_768)
        rest.wait()
        line.send("x" * 32_769)
        assert line.ended() == 1009
        assert last.wait()["requestContext"]["disconnectStatusCode"] == 1009
    assert len(rest.events) == 1


@contextmanager
def raw_socket(urls: Urls) -> Iterator[socket.socket]:
    """A connection after its handshake, on which the test writes frames by hand."""
    parts = urlsplit(urls.websocket)
    upgrade = (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), WAIT_S) as raw:
        raw.sendall(upgrade.encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 101")
        yield raw


def test_a_message_of_many_frames_may_have_128_kb() -> None:
    rest = Lambda()
    with Gateway({"$default": rest}).running() as urls, raw_socket(urls) as raw:
        part = b"x" * 32_768
        raw.sendall(
            frame(part, final=False)
            + frame(part, 0, final=False) * 2
            + frame(part, 0)
            + frame(part, final=False)
            + frame(part, 0, final=False) * 3
            + frame(b"x", 0)
        )
        assert len(rest.wait()["body"]) == 131_072
        assert raw.recv(4) == b"\x88\x02" + (1009).to_bytes(2)
    assert len(rest.events) == 1


@pytest.mark.parametrize("limits", [Limits(idle_timeout=0.05), Limits(max_duration=0.05)])
def test_time_ends_a_connection_with_going_away(connect: Phone, limits: Limits) -> None:
    last = Lambda()
    with Gateway({"$disconnect": last}, limits=limits).running() as urls:
        assert connect(urls.websocket).ended() == 1001
        context = last.wait()["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1001, "Going away")


def test_an_expired_connection_ends_with_going_away(connect: Phone) -> None:
    gateway = Gateway({})
    with gateway.running() as urls:
        line = connect(urls.websocket)
        gateway.expire(gateway.connections[-1])
        assert line.ended() == 1001


def test_a_frame_starts_the_idle_time_again(connect: Phone) -> None:
    gateway, clock = Gateway({"$default": Lambda()}, limits=Limits(idle_timeout=0.6)), threading.Event()

    def lasts(line: Line) -> bool:
        with suppress(ConnectionResetError):
            for _ in range(6):
                line.send("still here")
                clock.wait(0.12)
        return bool(gateway.connections)

    with gateway.running() as urls:
        # On a busy machine a frame may come too late: then the next connection shows it.
        line = next(line for line in map(connect, repeat(urls.websocket, 5)) if lasts(line))
        assert line.ended() == 1001


def test_pings_are_answered() -> None:
    with Gateway({}).running() as urls, raw_socket(urls) as raw:
        raw.sendall(frame(b"still there?", 9))
        assert raw.recv(64) == b"\x8a\x0cstill there?"


# Endings


@pytest.mark.parametrize(("code", "reason", "told"), [(1000, "", "Connection Closed Normally"), (4001, "bye", "bye")])
def test_disconnect_is_told_how_the_client_left(connect: Phone, code: int, reason: str, told: str) -> None:
    last = Lambda()
    gateway = Gateway({"$disconnect": last})
    with gateway.running() as urls:
        line = connect(urls.websocket)
        (key,) = gateway.connections
        line.hang_up(code, reason)
        context = last.wait()["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (code, told)
    assert (context["connectionId"], context["eventType"]) == (key, "DISCONNECT")


def test_a_close_frame_without_a_code_is_1005() -> None:
    last = Lambda()
    with Gateway({"$disconnect": last}).running() as urls, raw_socket(urls) as raw:
        raw.sendall(frame(b"", 8))
        assert last.wait()["requestContext"]["disconnectStatusCode"] == 1005


def test_a_line_that_breaks_is_1006() -> None:
    last = Lambda()
    with Gateway({"$disconnect": last}).running() as urls:
        with raw_socket(urls):
            pass
        assert last.wait()["requestContext"]["disconnectStatusCode"] == 1006


def test_a_client_that_leaves_during_connect_is_disconnected() -> None:
    entered, left, last = threading.Event(), threading.Event(), Lambda()

    def slow(event: Event, context: Any) -> object:
        entered.set()
        left.wait(WAIT_S)
        return OK

    gateway = Gateway({"$connect": slow, "$disconnect": last})
    with gateway.running() as urls:
        parts = urlsplit(urls.websocket)
        with socket.create_connection((parts.hostname, parts.port), WAIT_S) as raw:
            raw.sendall(
                f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            assert entered.wait(WAIT_S)
        left.set()
        assert last.wait()["requestContext"]["disconnectStatusCode"] == 1006


def test_a_dropped_connection_ends_without_a_close_frame(connect: Phone) -> None:
    last = Lambda()
    gateway = Gateway({"$disconnect": last})
    with gateway.running() as urls:
        line = connect(urls.websocket)
        (key,) = gateway.connections
        gateway.drop(key)
        assert gateway.connections == []
        assert line.ended() == 1006
        assert last.wait()["requestContext"]["disconnectStatusCode"] == 1006
        with pytest.raises(KeyError):
            gateway.drop("nobody=")


def test_a_drop_puts_nothing_on_the_wire() -> None:
    gateway = Gateway({})
    with gateway.running() as urls, raw_socket(urls) as raw:
        gateway.drop(gateway.connections[0])
        with suppress(ConnectionResetError):  # the other way in which a system reports an aborted connection
            assert raw.recv(64) == b""


def test_closing_ends_every_connection_and_waits_for_its_handlers(connect: Phone) -> None:
    last, before = Lambda(), threading.active_count()
    gateway = Gateway({"$disconnect": last})
    urls = gateway.start()
    lines = [connect(urls.websocket) for _ in range(3)]
    closing = threading.Thread(target=gateway.close)
    closing.start()
    assert [line.ended() for line in lines] == [1001] * 3
    closing.join(WAIT_S)
    assert len(last.events) == 3
    assert threading.active_count() == before
    gateway.close()


def test_closing_does_not_wait_for_ever(connect: Phone) -> None:
    release = threading.Event()
    gateway = Gateway({"$default": lambda event, context: release.wait(WAIT_S) and OK})
    line = connect(gateway.start().websocket)
    line.send("hello")
    assert gateway.wait(lambda: len(gateway.record) == 1)
    line.hang_up(1000)
    gateway.close(timeout=0.05)
    assert not gateway.settled(0.0)
    release.set()
    assert gateway.settled()


# @connections


def test_boto3_posts_a_frame_and_describes_and_deletes_a_connection(connect: Phone) -> None:
    at = datetime(2026, 11, 20, 3, 46, 34, tzinfo=UTC)
    last = Lambda()
    gateway = Gateway({"$disconnect": last}, sources=Sources(now=at.timestamp))
    with gateway.running() as urls, management(urls) as api:
        line = connect(urls.websocket, {"User-Agent": "phone/1"})
        (key,) = gateway.connections
        api.post_to_connection(ConnectionId=key, Data='{"type": "text", "token": "café"}'.encode())
        assert line.receive() == '{"type": "text", "token": "café"}'
        seen = api.get_connection(ConnectionId=key)
        assert seen["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "phone/1"}
        assert seen["ConnectedAt"] == at
        assert abs((seen["LastActiveAt"] - at).total_seconds()) < WAIT_S
        answer = api.delete_connection(ConnectionId=key)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        assert line.ended() == 1000
        assert last.wait()["requestContext"]["disconnectStatusCode"] == 1000
    assert [each.direction for each in gateway.record] == ["out"]


def test_every_call_on_a_closed_connection_returns_410(connect: Phone) -> None:
    gateway = Gateway({"$disconnect": (last := Lambda())})
    with gateway.running() as urls, management(urls) as api:
        line = connect(urls.websocket)
        (key,) = gateway.connections
        line.hang_up(1000)
        last.wait()
        with pytest.raises(api.exceptions.GoneException):
            api.post_to_connection(ConnectionId=key, Data=b"late")
        with pytest.raises(api.exceptions.GoneException):
            api.get_connection(ConnectionId=key)
        with pytest.raises(api.exceptions.GoneException):
            api.delete_connection(ConnectionId=key)


def test_a_post_before_connect_has_returned_is_gone(connect: Phone) -> None:
    statuses: list[int] = []
    gateway = Gateway()
    with gateway.running() as urls:

        def early(event: Event, context: Any) -> object:
            statuses.append(request(f"{urls.callback}/@connections/{id_of(event)}", b"early")[0])
            return OK

        gateway.route({"$connect": early})
        connect(urls.websocket)
        (key,) = gateway.connections
        assert request(f"{urls.callback}/@connections/{key}", b"now")[0] == 200
    assert statuses == [410]


def test_a_post_over_128_kb_is_too_large(connect: Phone) -> None:
    gateway = Gateway({})
    with gateway.running() as urls, management(urls) as api:
        line = connect(urls.websocket)
        (key,) = gateway.connections
        with pytest.raises(api.exceptions.PayloadTooLargeException):
            api.post_to_connection(ConnectionId=key, Data=b"x" * 131_073)
        api.post_to_connection(ConnectionId=key, Data=b"x" * 131_072)
        assert len(line.receive()) == 131_072


# Faults


def test_a_post_can_be_made_to_fail(connect: Phone) -> None:
    answers = {b"throttled": 429, b"gone": 410}
    gateway = Gateway({}, faults=Faults(on_post=lambda key, data: answers.get(data)))
    with gateway.running() as urls, management(urls) as api:
        line = connect(urls.websocket)
        (key,) = gateway.connections
        with pytest.raises(api.exceptions.LimitExceededException):
            api.post_to_connection(ConnectionId=key, Data=b"throttled")
        with pytest.raises(api.exceptions.GoneException):
            api.post_to_connection(ConnectionId=key, Data=b"gone")
        gateway.faults.on_post = None
        api.post_to_connection(ConnectionId=key, Data=b"gone")
        assert line.receive() == "gone"


def test_a_post_can_be_made_slow(connect: Phone) -> None:
    gateway = Gateway({}, faults=Faults(post_delay=0.1))
    with gateway.running() as urls, management(urls) as api:
        line, begun = connect(urls.websocket), datetime.now(UTC)
        api.post_to_connection(ConnectionId=gateway.connections[0], Data=b"slow")
        assert (datetime.now(UTC) - begun).total_seconds() >= 0.1
        assert line.receive() == "slow"


def test_a_held_message_is_overtaken(connect: Phone) -> None:
    release, rest = threading.Event(), Lambda()
    gateway = Gateway({"$default": rest})
    gateway.faults.before_invoke = lambda event: event.get("body") == "first" and release.wait(WAIT_S)
    with gateway.running() as urls:
        line = connect(urls.websocket)
        line.send("first")
        line.send("second")
        assert rest.wait()["body"] == "second"
        release.set()
        assert rest.wait(2)["body"] == "first"


def test_a_message_can_be_delivered_twice_or_not_at_all(connect: Phone) -> None:
    heard: list[tuple[str, str]] = []

    def handler(event: Event, context: Any) -> object:
        heard.append((event.pop("body"), event["requestContext"].pop("messageId")))
        return OK

    copies = {"twice": 2, "lost": 0}
    gateway = Gateway({"$default": handler}, faults=Faults(copies=lambda event: copies.get(event["body"], 1)))
    with gateway.running() as urls:
        line = connect(urls.websocket)
        for text in ("lost", "twice", "once"):
            line.send(text)
        assert gateway.wait(lambda: len(gateway.record) == 3 and len(heard) == 3)
    assert sorted(body for body, _ in heard) == ["once", "twice", "twice"]
    assert len({key for body, key in heard if body == "twice"}) == 1
    assert not gateway.failures


def test_the_end_of_a_connection_can_be_lost(connect: Phone) -> None:
    last = Lambda()
    gateway = Gateway({"$disconnect": last}, faults=Faults(copies=lambda event: 0))
    with gateway.running() as urls:
        connect(urls.websocket).hang_up(1000)
    assert not last.events


def test_a_hook_that_raises_ends_the_connection_rather_than_hang(
    connect: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = Gateway({"$default": Lambda()}, faults=Faults(copies=lambda event: 1 // 0))
    with gateway.running() as urls:
        line = connect(urls.websocket)
        line.send("hello")
        assert line.ended() == 1011
    assert "ZeroDivisionError" in caplog.text


def test_a_handler_may_change_its_event(connect: Phone) -> None:
    def handler(event: Event, context: Any) -> None:
        event.clear()

    with Gateway({"$default": handler}).running() as urls:
        line = connect(urls.websocket)
        line.send("hello")
        assert json.loads(line.receive())["requestId"]


# The HTTP API


def test_an_http_route_gets_its_event_and_its_answer_is_sent() -> None:
    voice = Lambda(lambda event: {"statusCode": 201, "headers": {"Content-Type": "text/xml"}, "body": "<R/>"})
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "c2ln"}
    with Gateway(http={"POST /voice": voice}).running() as urls:
        assert request(urls.http + "/voice?a=%2B1", b"From=%2B15550100", form) == (201, b"<R/>")
        assert request(urls.http + "/other", b"")[0] == 404
        assert request(urls.http + "/voice")[0] == 404
    (event,) = voice.events
    assert (event["routeKey"], event["rawPath"], event["rawQueryString"]) == ("POST /voice", "/voice", "a=%2B1")
    assert event["headers"]["x-twilio-signature"] == "c2ln"
    assert event["headers"]["host"] == event["requestContext"]["domainName"] == urlsplit(urls.http).netloc
    assert (event["isBase64Encoded"], event["body"]) == (True, "RnJvbT0lMkIxNTU1MDEwMA==")


def test_an_http_handler_that_raises_is_500() -> None:
    gateway = Gateway(http={"POST /voice": Lambda(raising)})
    with gateway.running() as urls:
        status, body = request(urls.http + "/voice", b"")
    assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})
    assert len(gateway.failures) == 1


def test_an_http_handler_that_is_late_is_503() -> None:
    release = threading.Event()
    slow: Handler = lambda event, context: release.wait(WAIT_S)  # noqa: E731
    with Gateway(http={"POST /voice": slow}, limits=Limits(http_timeout=0.05)).running() as urls:
        assert request(urls.http + "/voice", b"")[0] == 503
        release.set()


# The Invoke API


def test_boto3_invokes_a_function_and_gets_its_value() -> None:
    talk = Lambda(lambda event: {"heard": event["said"]})
    with Gateway(functions={"talk": talk}).running() as urls, invoke_api(urls) as api:
        answer = api.invoke(FunctionName="talk", Payload=b'{"said": "hi"}')
        assert answer["StatusCode"] == 200
        assert json.load(answer["Payload"]) == {"heard": "hi"}
        assert "FunctionError" not in answer


def test_an_event_invocation_is_accepted_before_it_has_run() -> None:
    release = threading.Event()
    talk = Lambda(lambda event: release.wait(WAIT_S))
    gateway = Gateway(functions={"talk": talk})
    with gateway.running() as urls, invoke_api(urls) as api:
        answer = api.invoke(FunctionName="talk", InvocationType="Event", Payload=b'{"n": 1}')
        assert answer["StatusCode"] == 202
        assert talk.wait() == {"n": 1}
        assert not gateway.settled(0.0)
        release.set()
        assert gateway.settled()


def test_a_function_that_raises_is_reported_in_the_answer() -> None:
    with Gateway(functions={"talk": Lambda(raising)}).running() as urls, invoke_api(urls) as api:
        answer = api.invoke(FunctionName="talk")
        assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
        assert json.load(answer["Payload"])["errorMessage"] == "boom"


def test_an_invocation_may_be_refused() -> None:
    talk = Lambda()
    with Gateway(functions={"talk": talk}).running() as urls, invoke_api(urls) as api:
        assert api.invoke(FunctionName="talk", InvocationType="DryRun")["StatusCode"] == 204
        with pytest.raises(api.exceptions.ResourceNotFoundException):
            api.invoke(FunctionName="nobody")
        with pytest.raises(ClientError):
            api.invoke(FunctionName="talk", Payload=b"{")
    assert not talk.events


# Running


def test_a_taken_port_is_an_os_error() -> None:
    with Gateway().running() as urls:
        port = urlsplit(urls.http).port
        assert port is not None
        with pytest.raises(OSError, match=os.strerror(98)):
            Gateway(port=port).start()
