"""Frames that Twilio never sends, on another socket during a call and in the middle of a call: the call goes on."""

import json
import re
import secrets
import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import pytest

from functions.relay.wire.messages import MOST_TEXT_CHARACTERS, Prompt, read
from local.aws.gateway_server import Gateway
from local.dev_stack import DevStack
from local.environment import PUBLIC_URL, RELAY_URL, TOKEN
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text
from local.phone import Phone
from local.phone.forms import Identity, Signer, sid
from tests.endpoint import WAIT_S
from tests.fuzz.strategies import WORST_TEXTS

pytestmark = pytest.mark.slow

FRAME = 32 * 1024
TEXT, BINARY, CLOSE = 1, 2, 8
PRIVATE = "zebra crossing"
SIGN = Signer(TOKEN)


class Wire:
    """Twilio's end of one socket, written by hand: it sends exactly what it is given."""

    def __init__(self, gateway: Gateway, url: str) -> None:
        parts, before = urlsplit(url), set(gateway.connections)
        self._gateway, self._sent = gateway, 0
        self._socket = socket.create_connection((parts.hostname, parts.port), WAIT_S)
        self._socket.sendall(
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            f"X-Twilio-Signature: {SIGN(RELAY_URL, {})}\r\n\r\n".encode()
        )
        self._in = self._socket.makefile("rb")
        assert self._in.readline().split()[1] == b"101"
        while self._in.readline().strip():
            continue
        [self.connection] = set(gateway.connections) - before

    def send(self, frame: Any) -> None:
        """Send a text, or a value as JSON, in as many frames as API Gateway wants, and wait until it is handled."""
        data = (frame if isinstance(frame, str) else json.dumps(frame)).encode("utf-8")
        parts = [data[start : start + FRAME] for start in range(0, len(data), FRAME)] or [b""]
        for number, part in enumerate(parts):
            self._write(TEXT if number == 0 else 0, part, final=number == len(parts) - 1)
        self._sent += 1
        assert self._gateway.wait(lambda: self._arrived() == self._sent, WAIT_S)

    def handled(self) -> Self:
        """Wait until everything that was sent has been handled."""
        assert self._gateway.settled(WAIT_S)
        return self

    def send_binary(self, data: bytes) -> None:
        self._write(BINARY, data, final=True)

    def hears(self) -> str:
        """Return what the agent says next, to the end of its talk cycle."""
        words = ""
        while True:
            opcode, data = self._read()
            assert opcode == TEXT, (opcode, data, words)
            message = json.loads(data)
            assert message["type"] == "text", message
            words += str(message["token"])
            if message["last"]:
                # A space comes first if the answer before was perhaps not closed: otherwise two words would be
                # joined.
                return words.strip()

    def asks(self, text: str) -> str:
        """Say something and return the answer."""
        self.send({"type": "prompt", "voicePrompt": text, "lang": "en-US", "last": True})
        return self.hears()

    def ended(self) -> int:
        """Return the code with which the gateway closes."""
        opcode, data = self._read()
        assert opcode == CLOSE, (opcode, data)
        return int.from_bytes(data[:2])

    @property
    def got(self) -> list[Any]:
        """Everything that was sent to this socket so far."""
        return [
            json.loads(one.payload)
            for one in self._gateway.record
            if one.connection_id == self.connection and one.direction != "in"
        ]

    def close(self) -> None:
        self._in.close()
        self._socket.close()

    def _arrived(self) -> int:
        return sum(one.connection_id == self.connection and one.direction == "in" for one in self._gateway.record)

    def _write(self, opcode: int, data: bytes, *, final: bool) -> None:
        mask = secrets.token_bytes(4)
        length = len(data).to_bytes(1) if len(data) < 126 else b"\x7e" + len(data).to_bytes(2)
        head = bytes([opcode | (0x80 if final else 0), length[0] | 0x80]) + length[1:]
        whole = (mask * (len(data) // 4 + 1))[: len(data)]
        masked = (int.from_bytes(data) ^ int.from_bytes(whole)).to_bytes(len(data)) if data else b""
        self._socket.sendall(head + mask + masked)

    def _read(self) -> tuple[int, bytes]:
        head = self._in.read(2)
        length = head[1]
        if length >= 126:
            length = int.from_bytes(self._in.read(2 if length == 126 else 8))
        return head[0] & 0x0F, self._in.read(length)


class Caller:
    """The caller, and the webhook that announces the call."""

    def __init__(self, line: DevStack) -> None:
        self._url = line.urls.http
        self._identity = Identity("+15550163", "+15550100", "AC" + "0" * 32)
        self.setup: dict[str, Any] = self._identity.setup(sid("VX"), {"agent": "front_desk"}, first=True)

    def rings(self) -> Self:
        form = self._identity.voice_form()
        headers = {"X-Twilio-Signature": SIGN(f"{PUBLIC_URL}/voice", form) or ""}
        request = urllib.request.Request(f"{self._url}/voice", urlencode(form).encode(), headers)
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
            [ticket] = re.findall(r'name="ticket" value="([^"]+)"', answer.read().decode())
        self.setup["customParameters"]["ticket"] = ticket
        return self


Opened = Callable[[], Wire]


@pytest.fixture
def opened(line: DevStack) -> Iterator[Opened]:
    """Open sockets as Twilio does; they are closed at the end."""
    wires: list[Wire] = []

    def one() -> Wire:
        wires.append(Wire(line.gateway, line.urls.websocket))
        return wires[-1]

    yield one
    for wire in wires:
        wire.close()
    assert line.gateway.wait(lambda: not any(wire.connection in line.gateway.connections for wire in wires), WAIT_S)


@pytest.fixture
def news(logged: Callable[[], str]) -> Callable[[], str]:
    """What the handlers have logged since the test began."""
    before = len(logged())
    return lambda: logged()[before:]


@contextmanager
def going_on(phone: Phone, model: BedrockServer) -> Iterator[None]:
    """Run a call while something else happens: the call hears nothing of it, and its memory is its own."""
    model.script(Text("For four people."), Finish())
    call = phone.dial()
    assert call.say("How many are we?") == "For four people."
    heard = call.heard
    yield
    assert call.heard == heard
    assert call.say("And when?")
    assert lines_of(model.requests[-1].body) == [
        "user: (The call begins.)",
        "assistant: Rosa's, good evening! How can I help?",
        "user: How many are we?",
        "assistant: For four people.",
        "user: And when?",
    ]
    assert call.errors == ()
    assert len(call.sessions) == 1


GARBAGE = [
    "",
    "null",
    "[]",
    '[{"type":"setup"}]',
    "hello",
    "{",
    '{"type":null}',
    '{"type":["prompt"],"voicePrompt":"x"}',
    '{"type":"$connect"}',
    '{"type":"$disconnect"}',
    '{"type":"text","token":"hi","last":true}',
    '{"type":"sung","tune":"la"}',
    '{"type":"dtmf","digit":' * 900,
    "[" * 30_000,
    "\x00",
    "x" * 131_072,
    "\u202e\U0001f469\u200d\U0001f469",
]


def test_garbage_on_a_socket_is_kept_and_said_nothing_to(
    phone: Phone, model: BedrockServer, opened: Opened, news: Callable[[], str]
) -> None:
    with going_on(phone, model):
        wire = opened()
        for body in GARBAGE:
            wire.send(body)
        assert wire.handled().got == []
    assert news().count("a frame held an unknown message") == len(GARBAGE)


def test_garbage_in_the_middle_of_a_call_does_not_end_it(
    line: DevStack, model: BedrockServer, opened: Opened
) -> None:
    model.script(Text("On Friday."), Finish())
    model.script(Text("For four."), Finish())
    wire = opened()
    wire.send(Caller(line).rings().setup)
    for body in GARBAGE:
        wire.send(body)
    assert wire.asks("When?") == "On Friday."
    for body in GARBAGE:
        wire.send(body)
    assert wire.asks("For how many?") == "For four."
    assert [one["type"] for one in wire.handled().got] == ["text"] * len(wire.got)


def test_words_that_come_before_setup_are_answered(line: DevStack, model: BedrockServer, opened: Opened) -> None:
    model.script(Text("On Friday."), Finish())
    caller, wire = Caller(line).rings(), opened()
    wire.send({"type": "interrupt", "utteranceUntilInterrupt": "", "durationUntilInterruptMs": 0})
    wire.send({"type": "dtmf", "digit": "5"})
    wire.send({"type": "prompt", "voicePrompt": "When is it?", "lang": "en-US", "last": True})
    wire.send(caller.setup)
    assert wire.hears() == "On Friday."
    assert lines_of(model.requests[-1].body)[-1] == "user: When is it?"


def test_a_second_setup_changes_nothing_whatever_call_it_names(
    line: DevStack, phone: Phone, model: BedrockServer, opened: Opened, news: Callable[[], str]
) -> None:
    model.script(Text("On Friday."), Finish())
    caller, other, wire = Caller(line).rings(), Caller(line).rings(), opened()
    wire.send(caller.setup)
    assert wire.handled().asks("When?") == "On Friday."
    with going_on(phone, model):
        for setup in (caller.setup, other.setup, Caller(line).setup):
            wire.send(setup)
            wire.handled()
    assert wire.asks("For how many?")
    told = lines_of(model.requests[-1].body)
    assert [one for one in told if "user" in one] == [
        "user: (The call begins.)",
        "user: When?",
        "user: For how many?",
    ]
    assert {one["type"] for one in wire.got} == {"text"}
    assert news().count("a setup was ignored") == 3


def test_a_session_that_no_webhook_announced_is_ended_at_once(
    line: DevStack, phone: Phone, model: BedrockServer, opened: Opened, news: Callable[[], str]
) -> None:
    with going_on(phone, model):
        wire = opened()
        wire.send(Caller(line).setup)
        wire.handled()
        wire.send({"type": "prompt", "voicePrompt": PRIVATE, "lang": "en-US", "last": True})
        assert wire.handled().got == [{"type": "end"}]
    assert "it brought no unused ticket of its call" in news()
    assert PRIVATE not in news()
    assert not any(PRIVATE in str(asked.body) for asked in model.requests)


def test_frames_replayed_on_another_socket_do_not_join_two_calls(
    line: DevStack, phone: Phone, model: BedrockServer, opened: Opened
) -> None:
    model.script(Text("I heard that."), Finish())
    call, wire = phone.dial(caller="+15550142"), opened()
    assert call.say(PRIVATE) == "I heard that."
    wire.send(Caller(line).rings().setup)
    wire.handled()
    replayed = [frame.data for frame in call.frames if frame.sender == "twilio" and "voicePrompt" not in frame.data]
    assert any('"setup"' in frame for frame in replayed)
    for frame in replayed:
        wire.send(frame)
        wire.handled()
    assert wire.asks("What was said before?")
    assert PRIVATE not in str(model.requests[-1].body)
    heard = call.heard
    assert call.say("And now?")
    assert lines_of(model.requests[-1].body)[-3:] == [
        f"user: {PRIVATE}",
        "assistant: I heard that.",
        "user: And now?",
    ]
    assert call.heard.startswith(heard)
    assert call.errors == ()


def test_words_of_100_kb_are_bounded_and_answered(
    line: DevStack, phone: Phone, model: BedrockServer, opened: Opened
) -> None:
    with going_on(phone, model):
        wire = opened()
        wire.send(Caller(line).rings().setup)
        assert wire.handled().asks("Wild " * 20_000)
        told = lines_of(model.requests[-1].body)[-1]
        assert len(told) <= len("user: ") + MOST_TEXT_CHARACTERS
        assert wire.asks("And now?")


def test_unicode_at_its_worst_is_answered_or_silence(
    line: DevStack, model: BedrockServer, opened: Opened, news: Callable[[], str]
) -> None:
    wire = opened()
    wire.send(Caller(line).rings().setup)
    wire.handled()
    for text in WORST_TEXTS:
        frame = {"type": "prompt", "voicePrompt": text, "lang": "en-US", "last": True}
        whole, before = isinstance(read(json.dumps(frame)), Prompt), len(model.requests)
        wire.send(frame)
        if whole:
            assert wire.hears() == "Yes."
        wire.handled()
        assert len(model.requests) == before + whole
    assert wire.asks("Still there?") == "Yes."
    assert not any(level in news() for level in ("ERROR", "CRITICAL"))


def test_a_caller_who_speaks_in_signs_is_answered_in_them(phone: Phone, model: BedrockServer) -> None:
    said = "שלום \u202eabc\u202c e\u0301\u0301 \U0001f469\u200d\U0001f467 \u0000."
    model.script(Text("שָׁלוֹם, e\u0301."), Finish())
    call = phone.dial()
    assert call.say(said) == "שָׁלוֹם, e\u0301."
    heard = "שלום  abc  e\u0301\u0301 \U0001f469\u200d\U0001f467  ."
    assert lines_of(model.requests[-1].body)[-1] == f"user: {heard}", "without control characters"
    assert call.errors == ()


def test_a_binary_frame_ends_its_own_socket_only(
    line: DevStack, phone: Phone, model: BedrockServer, opened: Opened
) -> None:
    with going_on(phone, model):
        wire = opened()
        wire.send(Caller(line).rings().setup)
        wire.handled().send_binary(b'{"type":"dtmf","digit":"5"}')
        assert wire.ended() == 1003
        assert wire.handled().got == []
