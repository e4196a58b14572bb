"""Each function survives any input and logs it in one line, and loses nothing that came before or after."""

import base64
import copy
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from functions.live.reminders import AnswerReminder
from functions.relay.call.call import fold
from functions.relay.log.events import Announced, Closed, Connected, Entry, SessionEnded, SessionOpened
from functions.relay.log.keys import OPENING, Key, announcement, call_log, session_log
from functions.relay.ports import Log
from functions.relay.text.redaction import without_rows
from functions.relay.wire.messages import MOST_TEXT_CHARACTERS, Info, Prompt, Unknown, read
from tests.conftest import PUBLIC_URL, RELAY_URL, Aws, LogLines
from tests.endpoint import Endpoint, Forward
from tests.fixtures.agents import DEFAULT, DESK
from tests.functions.events import (
    AT,
    CALLED,
    CALLER,
    SIGNATURE,
    disconnected,
    handshake,
    message,
    signature,
    signed_handshake,
    webhook,
)

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]  # each case runs the same lines

OK = {"statusCode": 200}
PRIVATE = "zebra4242"
"""A word of the caller, wherever a text might be quoted."""

WRONG: tuple[Any, ...] = (None, True, -1.5, PRIVATE, [PRIVATE], {}, {PRIVATE: PRIVATE})
GONE = object()

Written = Callable[[ModuleType], LogLines]
Event = dict[str, Any]


def broken(event: Event) -> dict[str, list[Event]]:
    """Every node of an event by its path, with the events in which it is missing or of another type."""
    return {".".join(path): [_put(event, path, value) for value in _wrong(event, path)] for path in _paths(event)}


def _paths(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if path:
        yield path
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from _paths(inner, (*path, name))


def _wrong(event: Event, path: tuple[str, ...]) -> list[Any]:
    standing: Any = event
    for name in path:
        standing = standing[name]
    return [GONE, *(value for value in WRONG if type(value) is not type(standing))]


def _put(event: Event, path: tuple[str, ...], value: Any) -> Event:
    changed = copy.deepcopy(event)
    node: Any = changed
    for name in path[:-1]:
        node = node[name]
    if value is GONE:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return changed


LIBRARIES = ("botocore", "urllib3")
"""Libraries whose warnings depend on how busy the machine is."""


class Told:
    """The operator's log of one event: our lines of warning and above, and everything that was written."""

    def __init__(self, lines: LogLines, caplog: pytest.LogCaptureFixture) -> None:
        self._lines, self._caplog, self._seen = lines, caplog, 0

    def news(self) -> list[str]:
        """Return the lines since the last call of this method."""
        ours = [one for one in self._caplog.records if not one.name.startswith(LIBRARIES)]
        told = [one.getMessage() for one in ours if one.levelno >= logging.WARNING]
        news, self._seen = told[self._seen :], len(told)
        return news

    @property
    def everything(self) -> str:
        return self._lines.text + self._caplog.text


@pytest.fixture
def told(written: Written, caplog: pytest.LogCaptureFixture) -> Callable[[ModuleType], Told]:
    return lambda module: Told(written(module), caplog)


@pytest.fixture
def connection() -> str:
    return f"{uuid4().hex}="


@pytest.fixture
def call() -> str:
    return f"CA{uuid4().hex}"


# $default

FRAME = message("c=", json.dumps({"type": "info", "name": "noise", "value": "2"}), id="m=")


@pytest.fixture(scope="module")
def default(aws: Aws) -> ModuleType:
    return aws.handler("default")


def log_of(module: ModuleType) -> Log:
    log: Log = module.start.sessions().ports.log
    return log


def kept(module: ModuleType, connection: str) -> list[Any]:
    return [entry.event for entry in log_of(module).read(session_log(connection))]


def note(value: str, connection: str, at: int) -> Event:
    return message(connection, json.dumps({"type": "info", "name": "noise", "value": value}), at)


def of(event: Event, connection: str) -> Event:
    """Return the event as a new one of this connection, except for what is broken about it."""
    changed = copy.deepcopy(event)
    context = changed.get("requestContext")
    if isinstance(context, dict):
        context |= {"connectionId": connection} if context.get("connectionId") == "c=" else {}
        context |= {"messageId": uuid4().hex} if context.get("messageId") == "m=" else {}
    return changed


@pytest.mark.parametrize("path", broken(FRAME))
def test_a_frame_with_a_broken_field_does_not_harm_the_others(
    default: ModuleType, connection: str, path: str, told: Callable[[ModuleType], Told]
) -> None:
    operator = told(default)
    assert default.handler(note("1", connection, AT - 1), None) == OK
    kept_before = 1
    for event in broken(FRAME)[path]:
        assert default.handler(of(event, connection), None) == OK
        grown = len(kept(default, connection)) - kept_before
        kept_before += grown
        lines = operator.news()
        assert len(lines) <= 1
        assert grown or lines, event
    assert default.handler(note("3", connection, AT + 1), None) == OK
    events = kept(default, connection)
    assert (Info("noise", "1") in events, events[-1]) == (True, Info("noise", "3"))
    assert PRIVATE not in operator.everything


NO_FRAMES: list[Any] = [
    None,
    [],
    [FRAME],
    "text",
    PRIVATE,
    7,
    True,
    {},
    {"Records": []},
    {"requestContext": [PRIVATE]},
]


@pytest.mark.parametrize("event", NO_FRAMES, ids=range(len(NO_FRAMES)))
def test_an_event_of_no_socket_is_logged_in_one_line(
    default: ModuleType, event: Any, told: Callable[[ModuleType], Told]
) -> None:
    operator = told(default)
    assert default.handler(event, None) == OK
    [line] = operator.news()
    assert "a frame was not handled" in line
    assert PRIVATE not in operator.everything


BODIES = {
    "no JSON": f"hello {PRIVATE}",
    "half of it": '{"type":"prompt","voicePrompt":"' + PRIVATE,
    "an array": json.dumps([{"type": "prompt", "voicePrompt": PRIVATE}]),
    "a text": json.dumps(PRIVATE),
    "a number": "9" * 5_000,
    "an unknown type": json.dumps({"type": PRIVATE, "voicePrompt": PRIVATE}),
    "no type": json.dumps({"voicePrompt": PRIVATE, "last": True}),
    "a type that is no text": json.dumps({"type": {"type": "prompt"}, "voicePrompt": PRIVATE}),
    "nested as deep as it goes": '{"type":"dtmf","digit":' * 5_000,
    "arrays as deep as they go": "[" * 131_072,
    "128 KB": "x" * 131_072,
    "NUL": "\x00" * 100,
    "the gateway's own": json.dumps({"message": "Internal server error", "connectionId": "a", "requestId": "b"}),
    "what we send": json.dumps({"type": "text", "token": PRIVATE, "last": True}),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_of_a_frame_that_is_no_message_the_beginning_is_kept(
    default: ModuleType, connection: str, body: str, told: Callable[[ModuleType], Told]
) -> None:
    operator = told(default)
    assert default.handler(message(connection, body), None) == OK
    assert kept(default, connection) == [Unknown(without_rows(body[:500], "en-US"))]
    [line] = operator.news()
    assert "a frame held an unknown message" in line
    assert PRIVATE not in operator.everything


# $default, during a call

SETUP = {"type": "setup", "sessionId": "VX1", "from": CALLER, "to": CALLED, "customParameters": {"ticket": "t1"}}
PROMPT = {"type": "prompt", "voicePrompt": "What about booking K4T9?", "lang": "en-US", "last": True}
OTHERS = (
    {"type": "prompt", "voicePrompt": "Wha", "lang": "en-US", "last": False},
    {"type": "interrupt", "utteranceUntilInterrupt": "Rosa's", "durationUntilInterruptMs": 912},
    {"type": "dtmf", "digit": "5"},
    {"type": "info", "name": "tokensPlayed", "value": "Rosa's,"},
    {"type": "error", "description": "Invalid message received, code: 64107, {}"},
)


class Conversation:
    """A call that goes on. The test controls its line."""

    def __init__(self, default: ModuleType, line: Endpoint) -> None:
        self.default, self.line = default, line
        self.call, self.connection = f"CA{uuid4().hex}", f"{uuid4().hex}="
        self._at = AT
        announced = Announced(DEFAULT, CALLER, CALLED, ticket="t1", at=AT)
        log_of(default).append(call_log(self.call), Entry(announcement(0), announced))

    def receives(self, frame: Any, at: int = 0) -> None:
        self._at += 1
        body = frame if isinstance(frame, str) else json.dumps(frame)
        assert self.default.handler(message(self.connection, body, at or self._at), None) == OK

    def hears(self, frame: Any, at: int = 0) -> str:
        """Return what is sent to the caller because of a frame. Only words and ends may reach the socket."""
        before = len(self.line.seen)
        self.receives(frame, at)
        sent = [json.loads(seen.body) for seen in self.line.seen[before:]]
        assert {one["type"] for one in sent} <= {"text", "end"}
        assert [one["last"] for one in sent if one["type"] == "text"][-1:] in ([], [True])
        return "".join(one.get("token", "[end]") for one in sent)

    @property
    def events(self) -> list[Any]:
        return kept(self.default, self.connection)


@pytest.fixture(scope="module")
def talking(aws: Aws) -> Iterator[Callable[[], Conversation]]:
    with Endpoint() as line:
        default = aws.handler("default", AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=line.url)
        yield lambda: Conversation(default, line)


@pytest.mark.parametrize("frame", OTHERS, ids=[f"{one['type']} {len(one)}" for one in OTHERS])
def test_a_call_survives_anything_in_the_fields_of_a_message(
    talking: Callable[[], Conversation], frame: Event
) -> None:
    conversation = talking()
    conversation.receives({**SETUP, "callSid": conversation.call})
    frames = [one for events in broken(frame).values() for one in events]
    for one in frames:
        whole = isinstance(read(json.dumps(one)), Prompt)
        assert bool(conversation.hears(one)) == whole
    assert "Friday" in conversation.hears(PROMPT)
    assert len([event for event in conversation.events if not isinstance(event, SessionOpened)]) > len(frames)


def test_a_call_is_set_up_with_anything_in_the_other_fields_of_setup(talking: Callable[[], Conversation]) -> None:
    parameters = {"agent": DEFAULT, "ticket": "t1"}
    setup = {**SETUP, "customParameters": parameters, "forwardedFrom": "", "callType": "PSTN"}
    needed = {"type", "customParameters", "customParameters.ticket"}
    paths = [path for path in broken(setup) if path not in needed]
    for path in paths:
        for odd in broken(setup)[path][:6]:
            conversation = talking()
            assert conversation.hears({**odd, "callSid": conversation.call}) == ""
            assert any(isinstance(event, SessionOpened) for event in conversation.events), odd
    assert "Friday" in conversation.hears(PROMPT)


@pytest.mark.parametrize("sid", [None, 7, [], {}, "", "CA" * 50_000, "\x00", "CA#1"], ids=range(8))
def test_a_setup_that_names_no_call_is_refused_and_logged(
    talking: Callable[[], Conversation], sid: Any, told: Callable[[ModuleType], Told]
) -> None:
    conversation = talking()
    operator = told(conversation.default)
    assert conversation.hears({**SETUP, "callSid": sid}) == "[end]"
    assert operator.news() == ["a session was refused: it brought no unused ticket of its call"]
    assert conversation.hears(PROMPT) == ""


def test_words_before_setup_are_answered_with_those_after_it(
    talking: Callable[[], Conversation],
) -> None:
    conversation = talking()
    early = Key(AT - 5, "early")
    log_of(conversation.default).append(session_log(conversation.connection), Entry(early, Prompt("It is booking")))
    conversation.receives({**SETUP, "callSid": conversation.call})
    assert "Friday" in conversation.hears({**PROMPT, "voicePrompt": "K4T9."})
    call = fold(log_of(conversation.default).read(session_log(conversation.connection)))
    assert [turn.caller for turn in call.turns] == ["", "It is booking", "K4T9."]


def test_a_second_setup_does_not_change_the_call(
    talking: Callable[[], Conversation], told: Callable[[ModuleType], Told]
) -> None:
    one, other = talking(), talking()
    operator = told(one.default)
    for conversation in (one, other):
        conversation.receives({**SETUP, "callSid": conversation.call})
    other.hears({**PROMPT, "voicePrompt": PRIVATE})
    one.hears(PROMPT)
    before = fold(log_of(one.default).read(session_log(one.connection)))
    assert operator.news() == []
    for again in ({**SETUP, "callSid": one.call}, {**SETUP, "callSid": other.call}, {**SETUP, "callSid": "CA0"}):
        assert one.hears(again) == ""
        assert operator.news() == ["a setup was ignored: its session was open or refused already"]
    assert fold(log_of(one.default).read(session_log(one.connection))) == before
    assert log_of(one.default).read(session_log(one.connection))[0].key == OPENING
    joined = log_of(one.default).read(call_log(other.call))
    assert one.connection not in str(joined)


def test_very_long_words_are_cut_before_they_are_kept(
    talking: Callable[[], Conversation],
) -> None:
    conversation = talking()
    conversation.receives({**SETUP, "callSid": conversation.call})
    assert conversation.hears({**PROMPT, "voicePrompt": "K4T9 " * 25_000})
    [prompt] = [event for event in conversation.events if isinstance(event, Prompt)]
    assert len(prompt.text) == MOST_TEXT_CHARACTERS
    assert "Friday" in conversation.hears(PROMPT)


# $connect

HANDSHAKE = signed_handshake("c=")


@pytest.fixture(scope="module")
def connect(aws: Aws) -> ModuleType:
    return aws.handler("connect")


@pytest.mark.parametrize("path", broken(HANDSHAKE))
def test_a_handshake_with_a_broken_field_is_accepted_or_logged(
    connect: ModuleType, connection: str, path: str, told: Callable[[ModuleType], Told]
) -> None:
    operator = told(connect)
    for event in broken(HANDSHAKE)[path]:
        answer = connect.handler(of(event, connection), None)
        lines = operator.news()
        assert answer["statusCode"] == 200 or (answer["statusCode"] in (403, 500) and lines)
        noted = connect.log.read(session_log(connection))
        assert noted or lines, event
    assert PRIVATE not in operator.everything
    good = f"{uuid4().hex}="
    assert connect.handler(signed_handshake(good), None) == OK
    assert [entry.event for entry in connect.log.read(session_log(good))] == [Connected()]


@pytest.mark.parametrize("event", [None, [], "text", 7, {}], ids=repr)
def test_what_is_no_handshake_is_refused(connect: ModuleType, event: Any, told: Callable[[ModuleType], Told]) -> None:
    operator = told(connect)
    assert connect.handler(event, None)["statusCode"] in (403, 500)
    assert len(operator.news()) == 1


# $disconnect

DISCONNECTED = disconnected("c=")


@pytest.fixture(scope="module")
def disconnect(aws: Aws) -> ModuleType:
    return aws.handler("disconnect")


@pytest.mark.parametrize("path", broken(DISCONNECTED))
def test_a_socket_end_with_a_broken_field_is_kept_or_logged(
    disconnect: ModuleType, path: str, told: Callable[[ModuleType], Told]
) -> None:
    operator = told(disconnect)
    for event in broken(DISCONNECTED)[path]:
        connection = f"{uuid4().hex}="
        assert disconnect.handler(of(event, connection), None) == OK
        ends = [entry.event for entry in disconnect.log.read(session_log(connection))]
        lines = operator.news()
        assert len(ends) + len(lines) == 1, event
        assert not ends or isinstance(ends[0], Closed)
        assert ends or "disconnect" not in path
    assert PRIVATE not in operator.everything


@pytest.mark.parametrize("event", [None, [], "text", 7, {}], ids=repr)
def test_an_event_that_is_no_socket_end_is_logged(
    disconnect: ModuleType, event: Any, told: Callable[[ModuleType], Told]
) -> None:
    operator = told(disconnect)
    assert disconnect.handler(event, None) == OK
    assert len(operator.news()) == 1


# Reminders


def record(body: Any, id: str = "m1") -> Event:
    return {"messageId": id, "receiptHandle": "r", "body": body, "attributes": {}, "eventSource": "aws:sqs"}


NOTES: dict[str, Any] = {
    "no JSON": PRIVATE,
    "nothing": "",
    "an object": json.dumps({PRIVATE: PRIVATE}),
    "too few": json.dumps([PRIVATE]),
    "wrong types": json.dumps([7, "1#a#1", "0"]),
    "no key": json.dumps(["c=", PRIVATE, 0, 0]),
    "as deep as it goes": "[" * 100_000,
    "of no session": json.dumps([PRIVATE, "1#a#1", 0, 0]),
}


@pytest.mark.parametrize("odd", NOTES.values(), ids=NOTES)
def test_an_unreadable_reminder_does_not_stop_the_next_one(
    aws: Aws, odd: str, told: Callable[[ModuleType], Told], connection: str
) -> None:
    with Endpoint() as line:
        silence = aws.handler("reminders", AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=line.url)
        operator = told(silence)
        owed = Key(AT, "p1")
        opened = SessionOpened(DEFAULT, "CA1", CALLER, CALLED)
        for entry in (Entry(OPENING, opened), Entry(owed, Prompt("What about booking K4T9?"))):
            log_of(silence).append(session_log(connection), entry)
        assert (
            silence.handler({"Records": [record(odd), record(AnswerReminder(connection, owed).write())]}, None)
            is None
        )
        spoken = "".join(json.loads(seen.body)["token"] for seen in line.seen)
    assert "Friday" in spoken
    expected = [] if odd == NOTES["of no session"] else ["a reminder was not checked"]
    lines = [line for line in operator.news() if "taken over" not in line]
    assert [line.partition(":")[0] for line in lines] == expected
    assert PRIVATE not in operator.everything


REMINDER = {"Records": [record(AnswerReminder("c=", Key(AT, "p1")).write())]}
NO_REMINDERS: list[Any] = [
    None, [], PRIVATE, 7, {}, {"Records": None}, {"Records": PRIVATE}, {"Records": {}},
    {"Records": [None, PRIVATE, {}]},
    *({"Records": [one]} for events in broken(record("x")).values() for one in events if one.get("body") != "x"),
]  # fmt: skip


@pytest.fixture(scope="module")
def silence(aws: Aws) -> ModuleType:
    return aws.handler("reminders")


def test_an_event_without_a_reminder_is_logged_in_one_line(
    silence: ModuleType, told: Callable[[ModuleType], Told]
) -> None:
    operator = told(silence)
    for event in NO_REMINDERS:
        assert silence.handler(event, None) is None
        assert len(operator.news()) == 1, event
    assert silence.handler(REMINDER, None) is None
    assert operator.news() == []
    assert PRIVATE not in operator.everything


# Webhooks


@pytest.fixture(scope="module")
def twiml(aws: Aws) -> ModuleType:
    return aws.handler("twiml")


def ringing(call: str, **more: str) -> dict[str, str]:
    return {"CallSid": call, "From": CALLER, "To": CALLED, "CallStatus": "ringing", "CallerName": PRIVATE, **more}


def ended(call: str, **more: str) -> dict[str, str]:
    form = {"CallSid": call, "SessionId": "VX1", "SessionStatus": "ended", "CallStatus": "in-progress"}
    return {**form, "From": CALLER, "To": CALLED, "CallerName": PRIVATE, **more}


def verbs(answer: Mapping[str, Any]) -> list[str]:
    """Return the verbs of an answer that Twilio accepts; a refusal has none."""
    if answer == {"statusCode": 403}:
        return []
    assert (answer["statusCode"], answer["headers"]) == (200, {"content-type": "text/xml"})
    response = ElementTree.fromstring(answer["body"])
    assert response.tag == "Response"
    return [verb.tag for verb in response]


WEBHOOKS = {"/voice": webhook("/voice", ringing("CA1")), "/relay-ended": webhook("/relay-ended", ended("CA1"))}
GOOD: dict[str, list[str]] = {"/voice": ["Connect"], "/relay-ended": ["Hangup"]}


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, event in WEBHOOKS.items() for field in broken(event)], ids=str
)
def test_a_webhook_with_a_broken_field_is_answered_or_refused(
    twiml: ModuleType, path: str, field: str, told: Callable[[ModuleType], Told]
) -> None:
    operator = told(twiml)
    for event in broken(WEBHOOKS[path])[field]:
        said = verbs(twiml.handler(event, None))
        lines = operator.news()
        assert said in ([], GOOD[path], ["Say", "Hangup"])
        assert (said == GOOD[path]) == (lines == []), event
    assert verbs(twiml.handler(WEBHOOKS[path], None)) == GOOD[path]
    assert not any(word in operator.everything for word in (PRIVATE, CALLER, CALLED, "CA1"))


ODD_VALUES = (None, "", " ", "\x00", "\u202e\u200f", "e\u0301" * 99, "&<>'\"", "Ω" * 3_000, "x" * 500_000)
FIELDS = sorted({*ringing(""), *ended(""), "ErrorCode", "HandoffData"})


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("path", WEBHOOKS)
def test_a_signed_form_is_always_answered_in_valid_twiml(
    twiml: ModuleType, path: str, field: str, told: Callable[[ModuleType], Told]
) -> None:
    operator = told(twiml)
    form = ringing(f"CA{uuid4().hex}") if path == "/voice" else ended(f"CA{uuid4().hex}", SessionStatus="failed")
    for value in ODD_VALUES:
        odd = {**form, field: value} if value is not None else {**form}
        if value is None:
            odd.pop(field, None)
        said = verbs(twiml.handler(webhook(path, odd), None))
        lines = operator.news()
        assert said in (["Connect"], ["Hangup"], ["Say", "Hangup"], ["Dial"])
        # The apology after too many lost sessions is no fault; every other apology is logged.
        assert said != ["Say", "Hangup"] or lines or path == "/relay-ended"
    assert PRIVATE not in operator.everything


@pytest.mark.parametrize("field", ["CallSid", "SessionId"])
@pytest.mark.parametrize("empty", [True, False], ids=["empty", "missing"])
def test_a_form_without_a_call_gets_an_apology_and_is_not_kept(
    aws: Aws, field: str, empty: bool, told: Callable[[ModuleType], Told]
) -> None:
    with Endpoint(Forward(aws.url)) as table:
        twiml = aws.handler("twiml", AWS_ENDPOINT_URL_DYNAMODB=table.url)
        operator = told(twiml)
        form = ended("CA1")
        form.pop(field)
        form |= {field: ""} if empty else {}
        paths = ["/voice", "/relay-ended"] if field == "CallSid" else ["/relay-ended"]
        for path in paths:
            assert verbs(twiml.handler(webhook(path, form), None)) == ["Say", "Hangup"]
            assert len(operator.news()) == 1
        assert not table.seen


# Strangers

FORM = ringing("CA0123")
OTHER = ended("CA0123", SessionStatus="failed", ErrorCode="64105")
VOICE, ACTION = f"{PUBLIC_URL}/voice", f"{PUBLIC_URL}/relay-ended"


def with_headers(event: Event, **headers: str) -> Event:
    kept = {name: value for name, value in event["headers"].items() if name != SIGNATURE.lower()}
    return {**event, "headers": {**kept, **{name.replace("_", "-"): value for name, value in headers.items()}}}


def with_form(event: Event, form: Mapping[str, str]) -> Event:
    return {**event, "body": base64.b64encode(urlencode(form).encode()).decode()}


def forged_webhooks() -> dict[str, Event]:
    good = webhook("/voice", FORM)
    genuine, forged = signature(VOICE, FORM), signature(VOICE, FORM, token="f" * 32)
    changed = {f"changed {name}": with_form(good, {**FORM, name: FORM[name] + "1"}) for name in FORM}
    return changed | {
        "unsigned": with_headers(good),
        "without headers": {name: value for name, value in good.items() if name != "headers"},
        "no headers": {**good, "headers": None},
        "another token": with_headers(good, x_twilio_signature=forged),
        "another host": with_headers(good, x_twilio_signature=signature(VOICE.replace("api.", "evil."), FORM)),
        "another scheme": with_headers(good, x_twilio_signature=signature(VOICE.replace("https", "http"), FORM)),
        "another path": with_headers(good, x_twilio_signature=signature(ACTION, FORM)),
        "no form signed": with_headers(good, x_twilio_signature=signature(VOICE)),
        "another call's form": with_headers(good, x_twilio_signature=signature(VOICE, {**FORM, "CallSid": "CA9"})),
        "the handshake's": with_headers(good, x_twilio_signature=signature(RELAY_URL)),
        "a header that never has this case": with_headers(good, **{"X_Twilio_Signature": genuine}),
        "two, the first forged": with_headers(good, x_twilio_signature=f"{forged},{genuine}"),
        "two, the second forged": with_headers(good, x_twilio_signature=f"{genuine},{forged}"),
        "twice the same": with_headers(good, x_twilio_signature=f"{genuine},{genuine}"),
        "a space more": with_headers(good, x_twilio_signature=f" {genuine}"),
        "half of it": with_headers(good, x_twilio_signature=genuine[:14]),
        "no ASCII": with_headers(good, x_twilio_signature="ö" * 28),
        "a field more": with_form(good, {**FORM, "AnsweredBy": "human"}),
        "a field less": with_form(good, {name: value for name, value in FORM.items() if name != "CallStatus"}),
        "its path changed": {**good, "rawPath": "/relay-ended"},
        "a query added": {**good, "rawQueryString": "a=1"},
        "replayed as another call's callback": with_form(webhook("/relay-ended", OTHER), {**OTHER, "CallSid": "CA9"}),
        "replayed with another session": with_form(webhook("/relay-ended", OTHER), {**OTHER, "SessionId": "VX9"}),
        "replayed with another end": with_form(webhook("/relay-ended", OTHER), {**OTHER, "SessionStatus": "ended"}),
    }  # fmt: skip


@pytest.fixture(scope="module")
def table(aws: Aws) -> Iterator[Endpoint]:
    with Endpoint(Forward(aws.url)) as requests:
        yield requests


@pytest.fixture(scope="module")
def watched(aws: Aws, table: Endpoint) -> Mapping[str, ModuleType]:
    """The functions that strangers can reach, and a table that records its requests."""
    return {name: aws.handler(name, AWS_ENDPOINT_URL_DYNAMODB=table.url) for name in ("twiml", "connect")}


@pytest.mark.parametrize("event", forged_webhooks().values(), ids=forged_webhooks())
def test_a_forged_webhook_is_refused_without_a_question_to_the_table(
    watched: Mapping[str, ModuleType], table: Endpoint, event: Event, told: Callable[[ModuleType], Told]
) -> None:
    operator, asked = told(watched["twiml"]), len(table.seen)
    assert watched["twiml"].handler(event, None) == {"statusCode": 403}
    assert len(table.seen) == asked
    [line] = operator.news()
    assert "Twilio has not signed it" in line
    assert PRIVATE not in operator.everything


FORGED_HANDSHAKES = {
    "unsigned": handshake("c=", {}),
    "another token": handshake("c=", {SIGNATURE: signature(RELAY_URL, token="f" * 32)}),
    "another stage": handshake("c=", {SIGNATURE: signature(RELAY_URL.replace("prod", "dev"))}),
    "another scheme": handshake("c=", {SIGNATURE: signature(RELAY_URL.replace("wss", "https"))}),
    "a form signed with it": handshake("c=", {SIGNATURE: signature(RELAY_URL, FORM)}),
    "a webhook's": handshake("c=", {SIGNATURE: signature(VOICE, FORM)}),
    "another query": handshake("c=", {SIGNATURE: signature(f"{RELAY_URL}?cid=1")}, "cid=2"),
    "another header": handshake("c=", {"X-Signature": signature(RELAY_URL)}),
    "two of them": handshake("c=", {SIGNATURE: f"{signature(RELAY_URL)},{signature(RELAY_URL)}"}),
    "in the query": handshake("c=", {}, urlencode({SIGNATURE: signature(RELAY_URL)})),
}


@pytest.mark.parametrize("event", FORGED_HANDSHAKES.values(), ids=FORGED_HANDSHAKES)
def test_a_forged_handshake_is_refused_before_the_table_is_read(
    watched: Mapping[str, ModuleType], table: Endpoint, event: Event, told: Callable[[ModuleType], Told]
) -> None:
    operator, asked = told(watched["connect"]), len(table.seen)
    assert watched["connect"].handler(event, None) == {"statusCode": 403}
    assert len(table.seen) == asked
    assert len(operator.news()) == 1


def test_genuine_ones_do_ask_the_table(watched: Mapping[str, ModuleType], table: Endpoint, call: str) -> None:
    asked = len(table.seen)
    assert verbs(watched["twiml"].handler(webhook("/voice", ringing(call)), None)) == ["Connect"]
    assert watched["connect"].handler(signed_handshake(f"{uuid4().hex}="), None) == OK
    # The announcement and whose call it is; then the handshake.
    assert len(table.seen) == asked + 3


def delivered_again(event: Event) -> Event:
    """Return the same request, byte for byte, as the gateway passes it on when it arrives again."""
    context = {**event["requestContext"], "requestId": uuid4().hex, "timeEpoch": AT + 60_000}
    return {**event, "requestContext": context}


@pytest.mark.parametrize("path", WEBHOOKS)
def test_a_replayed_webhook_gets_the_same_answer_and_counts_once(twiml: ModuleType, call: str, path: str) -> None:
    lost = ended(call, SessionStatus="failed", ErrorCode="64105")
    twiml.handler(webhook("/voice", ringing(call)), None)
    event = webhook(path, ringing(call) if path == "/voice" else lost)
    first = twiml.handler(event, None)
    assert all(twiml.handler(delivered_again(event), None) == first for _ in range(5))
    events = [entry.event for entry in twiml.log.read(call_log(call))]
    tickets = [event.ticket for event in events if isinstance(event, Announced)]
    assert len(set(tickets)) == len(tickets) == (1 if path == "/voice" else 2)
    assert {event.session for event in events if isinstance(event, SessionEnded)} <= {"VX1"}
    others = ended(call, SessionId="VX2", SessionStatus="failed", ErrorCode="64105")
    assert verbs(twiml.handler(webhook("/relay-ended", others), None)) == ["Connect"]


def test_an_apology_is_in_the_agent_s_own_language(twiml: ModuleType) -> None:
    answer = twiml.handler(webhook("/voice", {"From": CALLER}), None)
    assert ElementTree.fromstring(answer["body"])[0].text == DESK.phrases.unavailable
