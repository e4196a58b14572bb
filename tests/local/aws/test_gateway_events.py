"""The events for handlers, compared in full with those of API Gateway."""

import base64
from itertools import count

import pytest

from local.aws.gateway_events import (
    Client,
    Connection,
    HttpRequest,
    Sources,
    connect_event,
    disconnect_event,
    http_event,
    message_event,
    new_id,
    request_time,
)

AT = 1_795_146_394.5
HEADERS = (
    ("Host", "call.example:8080"),
    ("User-Agent", "test/1"),
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("X-Twilio-Signature", "c2ln"),
    ("x-odd-CASE", "1"),
    ("x-odd-CASE", "2"),
)
CLIENT = Client("203.0.113.9", HEADERS)
CONNECTION = Connection("conn=", 1_795_146_390_001, "prod", CLIENT)


def sources() -> Sources:
    numbers = count(1)
    return Sources(now=lambda: AT, new_id=lambda: f"id{next(numbers)}=")


def context(**changes: object) -> dict[str, object]:
    return {
        "extendedRequestId": "id1=",
        "requestTime": "20/Nov/2026:03:46:34 +0000",
        "messageDirection": "IN",
        "stage": "prod",
        "connectedAt": 1_795_146_390_001,
        "requestTimeEpoch": 1_795_146_394_500,
        "identity": {"sourceIp": "203.0.113.9", "userAgent": "test/1"},
        "requestId": "id1=",
        "domainName": "call.example:8080",
        "connectionId": "conn=",
        "apiId": "local",
    } | changes


def test_connect_carries_the_headers_as_they_were_sent() -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    plain = {"Host": "call.example:8080", "User-Agent": "test/1", "X-Twilio-Signature": "c2ln", **forwarded}
    assert connect_event(CONNECTION, sources()) == {
        "headers": {**plain, "x-odd-CASE": "2"},
        "multiValueHeaders": {
            **{name: [value] for name, value in plain.items()},
            "x-odd-CASE": ["1", "2"],
        },
        "requestContext": context(routeKey="$connect", eventType="CONNECT"),
        "isBase64Encoded": False,
    }


def test_connect_carries_the_query_when_there_is_one() -> None:
    client = Client("203.0.113.9", HEADERS, "a=1&a=2%203&b=")
    event = connect_event(Connection("conn=", 1, "prod", client), sources())
    assert event["queryStringParameters"] == {"a": "2 3", "b": ""}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2 3"], "b": [""]}


def test_a_proxy_in_front_keeps_its_own_word_on_the_scheme() -> None:
    client = Client("203.0.113.9", (("x-forwarded-proto", "https"),))
    headers = connect_event(Connection("conn=", 1, "prod", client), sources())["headers"]
    assert headers == {"x-forwarded-proto": "https", "X-Forwarded-For": "203.0.113.9"}


def test_a_message_has_a_body_and_neither_headers_nor_query() -> None:
    assert message_event(CONNECTION, sources(), "prompt", '{"type": "prompt"}') == {
        "requestContext": context(routeKey="prompt", eventType="MESSAGE", messageId="id2="),
        "body": '{"type": "prompt"}',
        "isBase64Encoded": False,
    }


def test_disconnect_tells_code_and_reason() -> None:
    headers = {"Host": "call.example:8080", "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    assert disconnect_event(CONNECTION, sources(), 4001, "done") == {
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": context(
            routeKey="$disconnect",
            eventType="DISCONNECT",
            disconnectStatusCode=4001,
            disconnectReason="done",
        ),
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1000, "Connection Closed Normally"),
        (1001, "Going away"),
        (1005, "Client-side close frame status not set"),
        (1006, ""),
    ],
)
def test_an_ending_without_a_reason_gets_the_gateways(code: int, reason: str) -> None:
    event = disconnect_event(CONNECTION, sources(), code, "")
    assert event["requestContext"]["disconnectReason"] == reason


def test_a_client_without_user_agent_has_none_in_its_identity() -> None:
    connection = Connection("conn=", 1, "prod", Client("203.0.113.9", ()))
    event = message_event(connection, sources(), "$default", "")
    assert event["requestContext"]["identity"] == {"sourceIp": "203.0.113.9"}


def http(body: bytes = b"", content_type: str = "", query: str = "") -> HttpRequest:
    headers = (*HEADERS[:2], ("Content-Type", content_type), ("Cookie", "a=1; b=2"))
    return HttpRequest("POST", "/voice", Client("203.0.113.9", headers, query), body)


def test_an_http_event_is_payload_version_2() -> None:
    assert http_event(http(b"hi", "text/plain", "a=1&a=2"), sources(), "POST /voice") == {
        "version": "2.0",
        "routeKey": "POST /voice",
        "rawPath": "/voice",
        "rawQueryString": "a=1&a=2",
        "cookies": ["a=1", "b=2"],
        "headers": {
            "host": "call.example:8080",
            "user-agent": "test/1",
            "content-type": "text/plain",
            "x-forwarded-for": "203.0.113.9",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"a": "1,2"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "call.example:8080",
            "domainPrefix": "call",
            "http": {
                "method": "POST",
                "path": "/voice",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9",
                "userAgent": "test/1",
            },
            "requestId": "id1=",
            "routeKey": "POST /voice",
            "stage": "$default",
            "time": "20/Nov/2026:03:46:34 +0000",
            "timeEpoch": 1_795_146_394_500,
        },
        "body": "hi",
        "isBase64Encoded": False,
    }


def test_a_form_arrives_in_base64() -> None:
    event = http_event(http(b"From=%2B15550100", "application/x-www-form-urlencoded"), sources(), "POST /voice")
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"From=%2B15550100"


@pytest.mark.parametrize("media", ["text/xml; charset=utf-8", "application/json", "Application/JSON"])
def test_text_arrives_as_text(media: str) -> None:
    event = http_event(http(b"{}", media), sources(), "POST /voice")
    assert (event["body"], event["isBase64Encoded"]) == ("{}", False)


def test_no_body_and_no_query_leave_no_keys() -> None:
    event = http_event(http(), sources(), "POST /voice")
    assert event.keys() & {"body", "queryStringParameters"} == set()
    assert event["isBase64Encoded"] is False


def test_an_id_is_15_url_safe_characters_and_an_equals_sign() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(each) == 16 and each.endswith("=") and "/" not in each for each in ids)


def test_a_time_of_day_has_two_digits_everywhere() -> None:
    assert request_time(0) == "01/Jan/1970:00:00:00 +0000"
