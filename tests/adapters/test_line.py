"""The line with a service that speaks the wire of `@connections`. The client is the one that Lambda uses."""

import logging
import time
from collections.abc import Iterator

import pytest

from functions.adapters.line import MOST_TRIES, GatewayLine, client
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Outgoing, Text, write
from tests.endpoint import Endpoint, HangUp, Reply, Stall, Step, at, error, refusing_url

pytestmark = pytest.mark.slow

CONNECTION = "Ab-_9x+/Q1c="
HELLO = Text("Hello", last=True)
GONE = error(410, "GoneException")


@pytest.fixture
def closing() -> Iterator[list[GatewayLine]]:
    lines: list[GatewayLine] = []
    yield lines
    for line in lines:
        line._client.close()


@pytest.fixture
def line_to(monkeypatch: pytest.MonkeyPatch, closing: list[GatewayLine]) -> "LineTo":
    return LineTo(monkeypatch, closing)


class LineTo:
    """Makes lines to a callback URL; they are closed when the test ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, closing: list[GatewayLine]) -> None:
        self._monkeypatch, self._closing = monkeypatch, closing

    def __call__(self, url: str) -> GatewayLine:
        at(self._monkeypatch, "APIGATEWAYMANAGEMENTAPI", url)
        line = GatewayLine(client())
        self._closing.append(line)
        return line


@pytest.mark.parametrize(
    "message",
    [HELLO, Text(' Zoë: 🍕 \u2028 "x" \\', language="de-DE"), Text(""), End(), End('{"to":"+15550100"}')],
    ids=["words", "unicode", "nothing", "end", "end with data"],
)
def test_the_caller_s_socket_gets_exactly_the_frame_of_the_message(line_to: LineTo, message: Outgoing) -> None:
    with Endpoint() as gateway:
        assert line_to(gateway.url).send("abc", message) is Sent.DELIVERED
        [seen] = gateway.seen
    assert seen.method == "POST"
    assert seen.body == write(message).encode()


def test_a_post_encodes_the_connection_id_and_keeps_the_stage(line_to: LineTo) -> None:
    with Endpoint() as gateway:
        line_to(gateway.url + "/prod").send(CONNECTION, HELLO)
        assert [seen.path for seen in gateway.seen] == ["/prod/@connections/Ab-_9x%2B%2FQ1c%3D"]


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (GONE, Sent.GONE),
        (Reply(410), Sent.GONE),
        (error(403, "ForbiddenException"), Sent.GONE),
        (error(429, "LimitExceededException"), Sent.BUSY),
        (error(429, "TooManyRequestsException"), Sent.BUSY),
        (Reply(429, b'{"message":"Too Many Requests"}'), Sent.BUSY),
        (error(413, "PayloadTooLargeException"), Sent.LOST),
        (error(500, "InternalServerError"), Sent.LOST),
        (Reply(500), Sent.LOST),
        (Reply(502, b"<html>Bad gateway</html>"), Sent.LOST),
        (Reply(504, b'{"message":"Endpoint request timed out"}'), Sent.LOST),
    ],
    ids=lambda value: value.name if isinstance(value, Sent) else f"{value.status} {value.headers} {value.body!r}",
)
def test_a_gateway_answer_decides_a_message_without_a_repeat(line_to: LineTo, answer: Step, fate: Sent) -> None:
    with Endpoint(answer) as gateway:
        assert line_to(gateway.url).send(CONNECTION, HELLO) is fate
        assert len(gateway.seen) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (error(403, "ForbiddenException"), "API Gateway: ForbiddenException"),
        (error(500, "InternalServerError"), "API Gateway: InternalServerError"),
        (error(413, "PayloadTooLargeException"), "API Gateway: PayloadTooLargeException"),
    ],
)
def test_a_post_that_fails_is_reported(
    line_to: LineTo, caplog: pytest.LogCaptureFixture, answer: Step, why: str
) -> None:
    with Endpoint(answer) as gateway:
        line_to(gateway.url).send("abc", HELLO)
    [line] = caplog.records
    assert line.getMessage() == f"a message was not sent to the caller: {why}"
    assert (line.__dict__["fault"], line.levelno) == ("line", logging.WARNING)


def test_an_api_that_is_not_reached_is_reported(line_to: LineTo, caplog: pytest.LogCaptureFixture) -> None:
    line_to(refusing_url()).send("abc", HELLO)
    assert caplog.messages == ["a message was not sent to the caller: the API was not reached"]


@pytest.mark.parametrize("answer", [GONE, error(429, "LimitExceededException")])
def test_a_closed_or_busy_socket_is_no_fault(line_to: LineTo, caplog: pytest.LogCaptureFixture, answer: Step) -> None:
    with Endpoint(answer) as gateway:
        line_to(gateway.url).send("abc", HELLO)
    assert caplog.messages == []


def test_a_line_that_was_refused_once_serves_the_next_message(line_to: LineTo) -> None:
    with Endpoint(error(429, "LimitExceededException"), Reply()) as gateway:
        line = line_to(gateway.url)
        assert [line.send(CONNECTION, HELLO), line.send(CONNECTION, HELLO)] == [Sent.BUSY, Sent.DELIVERED]


def test_a_message_whose_answer_stalls_is_lost_and_never_sent_twice(line_to: LineTo) -> None:
    with Endpoint(Stall(), Reply()) as gateway:
        line, began = line_to(gateway.url), time.monotonic()
        assert line.send(CONNECTION, HELLO) is Sent.LOST
        assert time.monotonic() - began < 30
        assert len(gateway.seen) == 1


def test_a_message_that_met_a_dead_connection_is_sent_once_more(line_to: LineTo) -> None:
    with Endpoint(Reply(), HangUp(), Reply()) as gateway:
        line = line_to(gateway.url)
        assert [line.send(CONNECTION, HELLO), line.send(CONNECTION, Text("again"))] == [Sent.DELIVERED] * 2
        assert [seen.body for seen in gateway.seen[1:]] == [write(Text("again")).encode()] * 2


def test_a_line_that_always_hangs_up_is_busy_after_a_few_tries(line_to: LineTo) -> None:
    with Endpoint(HangUp()) as gateway:
        assert line_to(gateway.url).send(CONNECTION, HELLO) is Sent.BUSY
        assert len(gateway.seen) == MOST_TRIES


def test_a_gateway_that_cannot_be_reached_is_busy(line_to: LineTo) -> None:
    assert line_to(refusing_url()).send(CONNECTION, HELLO) is Sent.BUSY
