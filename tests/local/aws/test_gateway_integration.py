"""The gateway puts the notes of the line by itself. The template that the stack deploys runs in a Velocity engine."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.adapters.dynamodb import DynamoLog, client
from functions.relay.log.events import Entry
from functions.relay.log.keys import Key, session_log
from functions.relay.log.table_item import DAY_S, item, note_template
from functions.relay.wire.messages import MOST_TEXT_CHARACTERS, Info, Unknown
from local.aws.gateway_integration import PutItem
from tests.conftest import TABLE, Aws
from tests.endpoint import at, refusing_url

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT, ID = 1_790_000_000_123, "abc-_="
TEMPLATE = note_template(TABLE, 30)

VALUES = [
    'He said "no".',
    'back\\slash, \\" and \\u0022',
    "new\nline, \r\n and \t tab",
    "#set($expires = 1)#if(true)x#end #foreach($a in [1..9])x#end ##",
    "$context.connectionId ${util.base64Encode('x')} $!input",
    '"},"key":{"S":"0#x#0001"},"log":{"S":"call/CA1"},"event":{"S":"{}"',
    "Grüße, 你好, مرحبا, नमस्ते, 😀, \u2028\u2029, \x00",
    "".join(map(chr, range(0x20))) + "\x7f\x85",
    "".join(chr(code) for code in range(0xA0, 0x20000, 37) if not 0xD800 <= code < 0xE000),
    "x" * 32_000,
    '"' * 16_000,
    "",
]
FRAMES = [
    "",
    "no JSON",
    "[]",
    '{"type":"info","name":',
    '{"type":"info","type":"setup","callSid":"CA1"}',
    '{"type":"dtmf","digit":"1"}',
    '"$util.escapeJavaScript"',
]


POSING = [
    '{"type":"info","log":{"S":"call/CA1"},"key":{"S":"0#x#0001"},"kind":{"S":"SessionOpened"},"expires":{"N":"0"}}',
    '{"type":"info","TableName":"another","Item":{},"ConditionExpression":"attribute_not_exists(kind)"}',
    '{"type":"info"}","S":"x',
    'eyJ0eXBlIjoiaW5mbyJ9"}, "kind": {"S": "Closed"}, "more": {"S": "',
]
"""Frames with keys of the table, or of the request that puts an item."""

MUTANTS = {
    "the text as it is": TEMPLATE.replace("$util.base64Encode($input.body)", "$input.body"),
    "a string as it is": TEMPLATE.replace('"B": "$util.base64Encode($input.body)"', '"S": "$input.body"'),
    "in quotes of its own": TEMPLATE.replace('"$util.base64Encode($input.body)"', "$input.body"),
    "no expiry": TEMPLATE.replace("$expires", "$input.body"),
    "a key of the frame": TEMPLATE.replace("$context.messageId", "$input.body"),
    "a log of the frame": TEMPLATE.replace("$context.connectionId", "$input.body"),
    "a bare sign": TEMPLATE.replace("${number_sign}", "##"),
}
"""The template with one escape removed, or with the frame in another place."""


def event(body: str, connection: str = "c=") -> dict[str, Any]:
    context = {"connectionId": connection, "requestTimeEpoch": AT, "messageId": ID, "routeKey": "info"}
    return {"requestContext": context, "body": body, "isBase64Encoded": False}


def info(value: str) -> str:
    return json.dumps({"type": "info", "name": "tokensPlayed", "value": value}, ensure_ascii=False)


def rendered(body: str) -> Any:
    return PutItem(TEMPLATE, None).render(event(body))  # type: ignore[arg-type]


@pytest.fixture
def table(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    at(monkeypatch, "DYNAMODB", aws.url)
    made = client()
    yield made
    made.close()


def put_of(body: str) -> Any:
    """Return the only request that a frame may cause."""
    expires = str(AT // 1000 + 30 * DAY_S)
    whole: Any = item("session/c=", str(Key(AT, ID)), "Info", {"B": ""}, expires)
    whole["event"] = {"B": body.encode()}
    return {"TableName": TABLE, "Item": whole}


BODIES = [*map(info, VALUES), *FRAMES, *POSING]


@pytest.mark.parametrize("body", BODIES)
def test_a_frame_writes_its_own_text_and_nothing_else(body: str) -> None:
    assert rendered(body) == put_of(body)


@pytest.mark.parametrize("template", MUTANTS.values(), ids=MUTANTS)
def test_a_template_without_an_escape_is_caught(template: str) -> None:
    assert template != TEMPLATE
    assert not all(puts_its_own_text(template, body) for body in BODIES)


def puts_its_own_text(template: str, body: str) -> bool:
    try:
        request = PutItem(template, None).render(event(body))  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - a mutant may render anything
        return False
    return bool(request == put_of(body))


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_escapes(body: str) -> None:
    request = rendered(body)
    assert sorted(request["Item"]) == ["event", "expires", "key", "kind", "log"]
    assert request["Item"]["event"]["B"].decode() == body
    assert request["Item"]["key"] == {"S": str(Key(AT, ID))}


@pytest.mark.parametrize("value", VALUES)
def test_a_note_is_read_as_its_frame_is(table: "DynamoDBClient", value: str) -> None:
    connection = uuid4().hex
    assert PutItem(TEMPLATE, table)(event(info(value), connection), None) == {"statusCode": 200}
    log = DynamoLog(table, TABLE, days=30, clock=lambda: AT / 1000)
    note = Entry(Key(AT, ID), Info("tokensPlayed", value[:MOST_TEXT_CHARACTERS]))
    assert log.read(session_log(connection)) == (note,)
    assert log.later(session_log(connection), Key(0, ""), (Info,)) == (note,)


@pytest.mark.parametrize("body", FRAMES[1:])
def test_a_frame_that_is_no_note_is_ignored(
    table: "DynamoDBClient", caplog: pytest.LogCaptureFixture, body: str
) -> None:
    connection = uuid4().hex
    PutItem(TEMPLATE, table)(event(body, connection), None)
    log = DynamoLog(table, TABLE, days=30, clock=lambda: AT / 1000)
    assert [entry.event for entry in log.read(session_log(connection))] == [Unknown("")]
    assert "a note of the line could not be read" in caplog.text


def test_a_note_that_comes_twice_is_one(table: "DynamoDBClient") -> None:
    connection = uuid4().hex
    for _ in range(2):
        PutItem(TEMPLATE, table)(event(info("Hello"), connection), None)
    assert len(DynamoLog(table, TABLE, 30, clock=lambda: AT / 1000).read(session_log(connection))) == 1


def test_a_note_expires_as_other_entries_do(table: "DynamoDBClient") -> None:
    connection = uuid4().hex
    PutItem(TEMPLATE, table)(event(info("Hello"), connection), None)

    def days_later(days: float) -> DynamoLog:
        return DynamoLog(table, TABLE, 30, clock=lambda: AT // 1000 + days * DAY_S)

    assert days_later(29.99).read(session_log(connection))
    assert days_later(30).read(session_log(connection)) == ()


def test_a_refused_put_is_no_error_of_the_gateway(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    at(monkeypatch, "DYNAMODB", refusing_url())
    made = client()
    assert PutItem(TEMPLATE, made)(event(info("Hello")), None) == {"statusCode": 400}
    assert "DynamoDB refused the item of a route" in caplog.text
    made.close()
