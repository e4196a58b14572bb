"""The rules of API Gateway, each as a function of plain values."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.aws.gateway import (
    Deadline,
    FrameMeter,
    Limits,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    connect_status,
    error_frame,
    function_name,
    http_response,
    http_route,
    message_error,
    post_status,
    select_route,
    service_error,
)

ROUTES = {"$connect", "$disconnect", "$default", "prompt", "7", "true"}
LATE = TimedOut(Deadline.INTEGRATION)
KILLED = TimedOut(Deadline.FUNCTION)
CRASHED = Raised(RuntimeError("no"))


def frame(payload: bytes, opcode: int = 1, final: bool = True) -> bytes:
    """A client's frame with an all-zero mask, so that the payload is as given."""
    match len(payload):
        case size if size < 126:
            head = bytes([0x80 | size])
        case size if size < 65536:
            head = bytes([0x80 | 126]) + size.to_bytes(2)
        case size:
            head = bytes([0x80 | 127]) + size.to_bytes(8)
    return bytes([(0x80 if final else 0) | opcode]) + head + bytes(4) + payload


@pytest.mark.parametrize(
    ("body", "route"),
    [
        ('{"type": "prompt"}', "prompt"),
        ('{"type": "setup"}', "$default"),
        ('{"type": 7}', "7"),
        ('{"type": true}', "true"),
        ('{"type": null}', "$default"),
        ('{"type": {"a": 1}}', "$default"),
        ('{"kind": "prompt"}', "$default"),
        ('["prompt"]', "$default"),
        ("prompt", "$default"),
        ("", "$default"),
        ('{"type": "$connect"}', "$default"),
        ('{"type": "$disconnect"}', "$default"),
        ("[" * 30_000, "$default"),
    ],
    ids=lambda value: value[:30],
)
def test_a_message_takes_the_route_of_its_type_or_the_default(body: str, route: str) -> None:
    assert select_route(body, ROUTES) == route


@pytest.mark.parametrize("body", ['{"type": "setup"}', "prompt", '{"type": "$connect"}'])
def test_without_a_default_nothing_else_matches(body: str) -> None:
    assert select_route(body, {"$connect", "$disconnect", "prompt"}) is None


def test_the_selection_expression_may_name_another_path() -> None:
    body = '{"event": {"name": "prompt"}}'
    assert select_route(body, ROUTES, "$request.body.event.name") == "prompt"
    assert select_route(body, ROUTES, "$request.body.event.kind") == "$default"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Returned({"statusCode": 200}), 200),
        (Returned({"statusCode": 204}), 204),
        (Returned({"statusCode": 401}), 401),
        (Returned({"statusCode": 503}), 503),
        (Returned(None), 502),
        (Returned({}), 502),
        (Returned({"statusCode": True}), 502),
        (CRASHED, 502),
        (KILLED, 502),
        (LATE, 504),
    ],
)
def test_the_handshake_is_answered_with_what_connect_decided(outcome: Outcome, status: int) -> None:
    assert connect_status(outcome) == status


@pytest.mark.parametrize("status", [200, 201, 301, 401, 501])
def test_what_a_one_way_route_returns_is_never_sent(status: int) -> None:
    assert message_error(Returned({"statusCode": status, "body": "said"})) is None


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (CRASHED, "Internal server error"),
        (KILLED, "Internal server error"),
        (Returned(None), "Internal server error"),
        (Returned("ok"), "Internal server error"),
        (LATE, "Endpoint request timed out"),
    ],
)
def test_a_failed_invocation_puts_the_gateways_words_into_the_socket(outcome: Outcome, message: str) -> None:
    assert message_error(outcome) == message


def test_an_error_frame_names_connection_and_request() -> None:
    assert json.loads(error_frame("Forbidden", "conn=", "req=")) == {
        "message": "Forbidden",
        "connectionId": "conn=",
        "requestId": "req=",
    }


@pytest.mark.parametrize(
    ("known", "size", "status"),
    [(True, 131_072, 200), (True, 131_073, 413), (False, 1, 410), (False, 131_073, 413)],
)
def test_an_open_connection_takes_posts_of_up_to_128_kb(known: bool, size: int, status: int) -> None:
    assert post_status(known, size, Limits()) == status


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, "ForbiddenException"),
        (410, "GoneException"),
        (413, "PayloadTooLargeException"),
        (429, "LimitExceededException"),
        (500, "InternalServerErrorException"),
    ],
)
def test_an_aws_error_names_its_exception_in_a_header(status: int, kind: str) -> None:
    answer = service_error(status)
    assert answer.status == status
    assert dict(answer.headers)["x-amzn-ErrorType"] == kind


def test_a_proxy_response_becomes_status_headers_cookies_and_body() -> None:
    value = {"statusCode": 201, "headers": {"X-A": "1"}, "cookies": ["a=1", "b=2"], "body": "caf\u00e9"}
    answer = http_response(Returned(value))
    assert (answer.status, answer.body) == (201, "caf\u00e9".encode())
    assert answer.headers == (
        ("X-A", "1"),
        ("Content-Type", "text/plain;charset=UTF-8"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    )


def test_a_content_type_of_the_handlers_own_stays_in_any_case() -> None:
    answer = http_response(Returned({"statusCode": 200, "headers": {"content-type": "text/xml"}}))
    assert answer.headers == (("content-type", "text/xml"),)


def test_a_base64_body_is_decoded() -> None:
    value = {"statusCode": 200, "body": "AP8=", "isBase64Encoded": True}
    assert http_response(Returned(value)).body == b"\x00\xff"


def test_a_value_without_a_status_is_sent_as_json() -> None:
    answer = http_response(Returned({"hello": ["world"]}))
    assert (answer.status, json.loads(answer.body)) == (200, {"hello": ["world"]})
    assert dict(answer.headers)["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "outcome",
    [
        CRASHED,
        KILLED,
        Returned({"statusCode": "200"}),
        Returned({"statusCode": 200, "body": {"not": "text"}}),
        Returned({"statusCode": 200, "body": "?", "isBase64Encoded": True}),
        Returned({"statusCode": 200, "headers": ["not", "a", "map"]}),
        Returned(object()),
    ],
)
def test_anything_else_is_an_internal_server_error(outcome: Outcome) -> None:
    answer = http_response(outcome)
    assert (answer.status, json.loads(answer.body)) == (500, {"message": "Internal Server Error"})


def test_an_http_integration_that_is_late_is_503() -> None:
    answer = http_response(LATE)
    assert (answer.status, json.loads(answer.body)) == (503, {"message": "Service Unavailable"})


@pytest.mark.parametrize(
    ("routes", "route"),
    [
        ({"POST /voice", "ANY /voice", "$default"}, "POST /voice"),
        ({"ANY /voice", "$default"}, "ANY /voice"),
        ({"GET /voice", "$default"}, "$default"),
        ({"GET /voice", "POST /other"}, None),
    ],
)
def test_the_most_specific_http_route_wins(routes: set[str], route: str | None) -> None:
    assert http_route("POST", "/voice", routes) == route


@pytest.mark.parametrize(
    "reference",
    ["talk", "talk:live", "123456789012:function:talk", "arn:aws:lambda:us-east-1:123456789012:function:talk:7"],
)
def test_a_function_goes_by_any_of_its_names(reference: str) -> None:
    assert function_name(reference) == "talk"


def test_the_limits_are_those_of_aws() -> None:
    assert Limits() == Limits(29.0, 30.0, 600.0, 7200.0, 32_768, 131_072, 131_072)


@pytest.mark.parametrize(
    ("stream", "exceeded"),
    [
        (frame(b"x" * 32_768), False),
        (frame(b"x" * 32_769), True),
        (frame(b"x" * 65_536), True),
        (frame(b"x" * 32_768, final=False) * 4, False),
        (frame(b"x" * 32_768, final=False) * 4 + frame(b"x", opcode=0), True),
        (frame(b"x" * 32_768) * 5, False),
        (frame(b"x" * 32_768, final=False) * 4 + frame(b"ping", opcode=9), False),
    ],
)
def test_a_frame_has_32_kb_and_a_message_128(stream: bytes, exceeded: bool) -> None:
    meter = FrameMeter(Limits())
    meter.feed(stream)
    assert meter.exceeded is exceeded


@given(
    sizes=st.lists(st.integers(0, 300), max_size=8),
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=20),
    limit=st.integers(0, 300),
)
def test_the_meter_sees_the_same_whatever_the_chunks(sizes: list[int], cuts: list[int], limit: int) -> None:
    meter = FrameMeter(Limits(max_frame=limit))
    stream, turn = b"".join(frame(b"\xff" * size) for size in sizes), 0
    while stream:
        cut = cuts[turn % len(cuts)]
        meter.feed(stream[:cut])
        stream, turn = stream[cut:], turn + 1
    assert meter.exceeded is any(size > limit for size in sizes)
