"""$connect: who may open a socket."""

from collections.abc import Callable
from types import ModuleType
from uuid import uuid4

import pytest

from functions.relay.log.events import Connected
from functions.relay.log.keys import session_log
from tests.conftest import PUBLIC_URL, RELAY_URL, SECRETS, TOKEN, Aws, LogLines
from tests.endpoint import Endpoint, Forward
from tests.functions.events import SIGNATURE, handshake, signature, signed_handshake


@pytest.fixture(scope="module")
def connect(aws: Aws) -> ModuleType:
    return aws.handler("connect")


@pytest.fixture
def connection() -> str:
    return f"{uuid4().hex}="


def test_twilio_s_handshake_opens_the_socket_and_begins_its_log(connect: ModuleType, connection: str) -> None:
    event = signed_handshake(connection)
    assert connect.handler(event, None) == {"statusCode": 200}
    [entry] = connect.log.read(session_log(connection))
    assert entry.event == Connected()
    assert (entry.key.at, entry.key.message) == (
        event["requestContext"]["requestTimeEpoch"],
        event["requestContext"]["requestId"],
    )


@pytest.mark.parametrize("query", ["", "cid=abc", "a=1&b=%C3%B6%20x"])
@pytest.mark.parametrize("whole", [True, False], ids=["signed with its query", "signed without"])
def test_the_url_may_be_signed_with_its_query_or_without(
    connect: ModuleType, connection: str, query: str, whole: bool
) -> None:
    url = f"{RELAY_URL}?{query.replace('%20', '+')}" if whole and query else RELAY_URL
    assert connect.handler(signed_handshake(connection, url, query), None) == {"statusCode": 200}


@pytest.mark.parametrize("name", [SIGNATURE, SIGNATURE.lower(), SIGNATURE.upper()])
def test_the_case_of_the_header_s_name_does_not_matter(connect: ModuleType, connection: str, name: str) -> None:
    assert connect.handler(handshake(connection, {name: signature(RELAY_URL)}), None) == {"statusCode": 200}


def test_a_handshake_delivered_twice_opens_one_session(connect: ModuleType, connection: str) -> None:
    event = signed_handshake(connection)
    assert [connect.handler(event, None), connect.handler(event, None)] == [{"statusCode": 200}] * 2
    assert len(connect.log.read(session_log(connection))) == 1


FORGED = {
    "unsigned": {},
    "empty": {SIGNATURE: ""},
    "no base64": {SIGNATURE: "ö" * 28},
    "another scheme": {SIGNATURE: signature(RELAY_URL.replace("wss", "https"))},
    "another path": {SIGNATURE: signature(RELAY_URL + "/")},
    "a webhook's": {SIGNATURE: signature(f"{PUBLIC_URL}/voice")},
    "another account's": {SIGNATURE: signature(RELAY_URL, token="f" * 32)},
    "another query": {SIGNATURE: signature(RELAY_URL + "?cid=2")},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED.keys())
def test_strangers_are_refused_before_the_table_is_touched(aws: Aws, headers: dict[str, str]) -> None:
    with Endpoint(Forward(aws.url)) as table:
        connect = aws.handler("connect", AWS_ENDPOINT_URL_DYNAMODB=table.url)
        assert connect.handler(handshake("abc=", headers, "cid=1"), None) == {"statusCode": 403}
        assert not table.seen
        assert connect.handler(signed_handshake(uuid4().hex), None) == {"statusCode": 200}
        assert len(table.seen) == 1


def test_while_a_token_is_rotated_both_open_the_socket(aws: Aws, connection: str) -> None:
    following = "f" * 32
    aws.secret("rotated/twilio-auth-token", f"{TOKEN},{following}")
    connect = aws.handler("connect", HOTLINE_SECRETS=f"{SECRETS}/rotated")
    for token, status in ((TOKEN, 200), (following, 200), ("e" * 32, 403)):
        headers = {SIGNATURE: signature(RELAY_URL, token=token)}
        assert connect.handler(handshake(connection, headers), None) == {"statusCode": status}


def test_a_refusal_names_its_source(connect: ModuleType, written: Callable[[ModuleType], LogLines]) -> None:
    lines, event = written(connect), handshake("abc=", {})
    event["requestContext"]["identity"] = {"sourceIp": "203.0.113.9"}
    connect.handler(event, None)
    [refusal] = [line for line in lines.lines if "refused" in line.get("message", "")]
    assert refusal["source"] == "203.0.113.9"


def test_a_handshake_without_any_headers_is_refused(connect: ModuleType) -> None:
    event = handshake("abc=", {}) | {"headers": None}
    assert connect.handler(event, None) == {"statusCode": 403}


def test_no_handshake_is_accepted_while_the_secret_is_missing(
    aws: Aws, written: Callable[[ModuleType], LogLines], connection: str
) -> None:
    connect = aws.handler("connect", HOTLINE_SECRETS="/hotline/nowhere")
    lines = written(connect)
    assert connect.handler(signed_handshake(connection), None) == {"statusCode": 500}
    assert connect.log.read(session_log(connection)) == ()
    assert "a handshake could not be checked" in lines.messages[0]


def test_a_refusal_tells_the_operator_which_url_was_expected(
    connect: ModuleType, written: Callable[[ModuleType], LogLines]
) -> None:
    lines = written(connect)
    connect.handler(handshake("abc=", {SIGNATURE: "forged-words"}), None)
    assert RELAY_URL in lines.text
    assert "forged-words" not in lines.text


def test_a_call_goes_on_while_the_table_fails(
    aws: Aws, connection: str, written: Callable[[ModuleType], LogLines]
) -> None:
    connect = aws.handler("connect", HOTLINE_TABLE="nowhere")
    lines = written(connect)
    assert connect.handler(signed_handshake(connection), None) == {"statusCode": 200}
    assert lines.messages == ["a handshake was not logged: DynamoDB: ResourceNotFoundException"]
