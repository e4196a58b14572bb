"""$default: whatever arrives, only the agent's words may reach the caller's socket."""

import json
from collections.abc import Callable
from time import time
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from functions.relay.log.events import (
    AgentSaid,
    Announced,
    AnswerEnded,
    Entry,
    ReminderSent,
    SessionJoined,
    SessionOpened,
)
from functions.relay.log.keys import OPENING, Key, announcement, call_log, session_log
from functions.relay.ports import Log
from functions.relay.wire.messages import Dtmf, Interrupt, Partial, Problem, Prompt, Setup, Unknown
from tests.conftest import Aws, LogLines
from tests.endpoint import Endpoint
from tests.fixtures.agents import DEFAULT, DESK
from tests.functions.events import AT, CALLED, CALLER, message

pytestmark = pytest.mark.slow

OK = {"statusCode": 200}
Written = Callable[[ModuleType], LogLines]

SAID = "My card is wild4242x and my name is Zoë"


@pytest.fixture(scope="module")
def default(aws: Aws) -> ModuleType:
    return aws.handler("default")


@pytest.fixture
def connection() -> str:
    return f"{uuid4().hex}="


@pytest.fixture
def call() -> str:
    return f"CA{uuid4().hex}"


def log_of(default: ModuleType) -> Log:
    log: Log = default.start.sessions().ports.log
    return log


def events(default: ModuleType, connection: str) -> list[Any]:
    return [entry.event for entry in log_of(default).read(session_log(connection))]


def setup(call: str) -> str:
    frame: dict[str, Any] = {"type": "setup", "sessionId": "VX1", "callSid": call, "from": CALLER, "to": CALLED}
    frame["customParameters"] = {"ticket": "t1"}
    return json.dumps(frame)


def prompt(text: str) -> str:
    return json.dumps({"type": "prompt", "voicePrompt": text, "lang": "en-US", "last": True})


def announce(default: ModuleType, call: str, at: int = AT) -> None:
    announced = Announced(DEFAULT, CALLER, CALLED, ticket="t1", at=at)
    log_of(default).append(call_log(call), Entry(announcement(0), announced))


def frames(line: Endpoint) -> list[Any]:
    return [json.loads(seen.body) for seen in line.seen]


# A session


def test_a_prompt_is_answered_on_the_caller_s_own_socket(aws: Aws, connection: str, call: str) -> None:
    with Endpoint() as line:
        default = aws.handler("default", AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=f"{line.url}/prod")
        announce(default, call)
        assert default.handler(message(connection, setup(call)), None) == OK
        assert default.handler(message(connection, prompt("What about booking K4T9?"), AT + 1), None) == OK
    assert {seen.path for seen in line.seen} == {f"/prod/@connections/{connection[:-1]}%3D"}
    assert {frame["type"] for frame in frames(line)} == {"text"}
    assert [frame["last"] for frame in frames(line)] == [False] * (len(line.seen) - 1) + [True]
    assert "Friday" in "".join(frame["token"] for frame in frames(line))
    kinds = [type(event) for event in events(default, connection)]
    assert kinds[:3] == [SessionOpened, Setup, Prompt]
    assert [one for one in kinds if one is not ReminderSent][-2:] == [AgentSaid, AnswerEnded]
    assert SessionJoined(connection) in [entry.event for entry in log_of(default).read(call_log(call))]


def test_the_start_of_an_environment_counts_as_waiting(aws: Aws, connection: str, call: str) -> None:
    with Endpoint() as line:
        default = aws.handler("default", AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=f"{line.url}/prod")
        said = int(time() * 1000) - 1500
        announce(default, call, said - 2000)
        default.handler(message(connection, setup(call), said - 1000), None)
        default.handler(message(connection, prompt("When?"), said), None)
    (ended,) = (event for event in events(default, connection) if isinstance(event, AnswerEnded))
    assert ended.first_words_ms > 1500


def test_a_session_without_an_announcement_is_ended(aws: Aws, connection: str, call: str) -> None:
    with Endpoint() as line:
        default = aws.handler("default", AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=line.url)
        assert default.handler(message(connection, setup(call)), None) == OK
    assert frames(line) == [{"type": "end"}]


# Bodies of all kinds

BODIES = [
    (
        json.dumps({"type": "interrupt", "utteranceUntilInterrupt": "Of", "durationUntilInterruptMs": 9}),
        Interrupt("Of", 9),
    ),
    (json.dumps({"type": "dtmf", "digit": "5"}), Dtmf("5")),
    (json.dumps({"type": "prompt", "voicePrompt": "Wai", "last": False}), Partial("Wai")),
    (json.dumps({"type": "prompt", "voicePrompt": " ", "last": True}), Partial("")),
    (json.dumps({"type": "prompt"}), Partial("")),
    (json.dumps({"type": "interrupt"}), Interrupt("")),
    (json.dumps({"type": "dtmf", "digit": None}), Dtmf("")),
    (json.dumps({"type": "error", "description": "code: 64107"}), Problem("code: 64107")),
    (json.dumps({"type": "sung", "tune": "la"}), Unknown('{"type": "sung", "tune": "la"}')),
    (json.dumps({"type": 7}), Unknown('{"type": 7}')),
    ("", Unknown("")),
    (None, Unknown("")),
    ("null", Unknown("null")),
    ("[]", Unknown("[]")),
    ("{", Unknown("{")),
    ("\x00\xff\x9f\ufffd", Unknown("\x00\xff\x9f\ufffd")),
    ("[" * 100_000, Unknown("[" * 500)),
    ("x" * 131_072, Unknown("x" * 500)),
]


@pytest.mark.parametrize(("body", "event"), BODIES, ids=range(len(BODIES)))
def test_every_frame_is_kept_and_nothing_is_said_to_it(
    default: ModuleType, connection: str, body: Any, event: object
) -> None:
    opened = Entry(OPENING, SessionOpened(DEFAULT, "CA1", CALLER, CALLED))
    log_of(default).append(session_log(connection), opened)
    assert default.handler(message(connection, body), None) == OK
    assert events(default, connection) == [opened.event, event]


def test_a_frame_has_the_gateways_time_and_message_as_key(default: ModuleType, connection: str) -> None:
    for _ in range(2):
        default.handler(message(connection, '{"type":"info","name":"agentSpeaking"}', 12345, "m1="), None)
    [entry] = log_of(default).read(session_log(connection))
    assert entry.key == Key(12345, "m1=")


# Nothing escapes


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"requestContext": None},
        {"requestContext": {"connectionId": "abc="}, "body": SAID},
        {"requestContext": {"connectionId": "abc=", "requestTimeEpoch": SAID, "messageId": "m"}},
        {"requestContext": {"requestTimeEpoch": 1, "messageId": "m"}, "body": SAID},
        {"requestContext": {"connectionId": "abc=", "requestTimeEpoch": 1, "messageId": "m"}, "body": {"text": SAID}},
        {"Records": []},
    ],
    ids=range(7),
)
def test_an_event_that_is_no_frame_is_answered_all_the_same(
    default: ModuleType, event: dict[str, Any], written: Written
) -> None:
    lines = written(default)
    assert default.handler(event, None) == OK
    assert "a frame was not handled" in lines.messages[0]
    assert SAID not in lines.text


@pytest.mark.no_cover
@pytest.mark.parametrize("frame", ["setup", "prompt", "interrupt"])
def test_frames_are_answered_without_a_table_or_a_socket(
    aws: Aws, connection: str, frame: str, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    default = aws.handler("default", HOTLINE_TABLE="nowhere")
    lines = written(default)
    bodies = {"setup": setup("CA1"), "prompt": prompt(SAID), "interrupt": json.dumps({"type": "interrupt"})}
    assert default.handler(message(connection, bodies[frame]), None) == OK
    logged = lines.text + caplog.text
    assert "DynamoDB: ResourceNotFoundException" in logged or "LogError at" in logged
    assert not any(word in logged for word in (SAID, "4242", CALLER, "CA1"))


@pytest.mark.no_cover
def test_a_table_that_fails_causes_an_apology(aws: Aws, connection: str) -> None:
    with Endpoint() as line:
        default = aws.handler("default", HOTLINE_TABLE="nowhere", AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=line.url)
        assert default.handler(message(connection, prompt("Hello?")), None) == OK
    assert frames(line) == [{"type": "text", "token": DESK.phrases.trouble, "last": True}]


# Privacy


def test_the_log_of_a_whole_call_holds_nothing_that_was_said(
    aws: Aws, call: str, written: Written, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    connection = uuid4().hex
    with Endpoint() as line:
        default = aws.handler("default", AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=line.url)
        default.logger.setLevel("DEBUG")
        announce(default, call)
        lines = written(default)
        bodies = [setup(call), prompt("I said wild thing"), '{"type":"dtmf","digit":"7"}', prompt(SAID), "zonk zonk"]
        for at, body in enumerate(bodies):
            assert default.handler(message(connection, body, AT + at), None) == OK
        default.logger.setLevel("INFO")
        spoken = "".join(frame["token"] for frame in frames(line))
    assert "wild" in spoken
    # Lines of other tests' calls may be between these.
    assert [line["message"] for line in lines.lines if line.get("connection") == connection] == [
        "opened",
        "answered",
        "dtmf",
        "answered",
        "unknown",
    ]
    assert "complete" in [line.get("how") for line in lines.lines]
    logged = lines.text + caplog.text + capfd.readouterr().out
    assert not any(word in logged.lower() for word in ("zonk", "wild", CALLER, CALLED))


# Warming


def test_warming_opens_the_way_to_the_table_and_says_nothing(aws: Aws) -> None:
    with Endpoint() as table, Endpoint() as line:
        default = aws.handler(
            "default", AWS_ENDPOINT_URL_DYNAMODB=table.url, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=line.url
        )
        assert default.handler({"warm": True}, None) == OK
        assert [seen.headers["X-Amz-Target"] for seen in table.seen] == ["DynamoDB_20120810.Query"]
        assert not line.seen


def test_warming_is_answered_while_the_table_fails(aws: Aws) -> None:
    assert aws.handler("default", HOTLINE_TABLE="nowhere").handler({"warm": True}, None) == OK


def test_a_session_that_is_refused_names_its_source(
    aws: Aws, default: ModuleType, written: Written, connection: str, call: str
) -> None:
    """The handshake was signed, so only this line says who replays a captured one."""
    event = message(connection, setup(call))
    event["requestContext"]["identity"] = {"sourceIp": "203.0.113.9"}
    lines = written(default)
    assert default.handler(event, None) == OK
    [refusal] = [line for line in lines.lines if "was refused" in line["message"]]
    assert refusal["source"] == "203.0.113.9"
