import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay.wire.messages import (
    MOST_UNKNOWN_CHARACTERS,
    TICKET,
    Dtmf,
    End,
    Incoming,
    Info,
    Interrupt,
    Language,
    Media,
    Outgoing,
    Partial,
    Problem,
    Prompt,
    Setup,
    Text,
    Tones,
    Unknown,
    read,
    write,
)

SETUP = {
    "type": "setup",
    "sessionId": "VX5d0c2f7a9b1e4c3d8a6f0b1c2d3e4f50",
    "accountSid": "AC11112222333344445555666677778888",
    "callSid": "CA9a8b7c6d5e4f30211203f4e5d6c7b8a9",
    "parentCallSid": "",
    "from": "+15550101",
    "to": "+15550100",
    "forwardedFrom": "",
    "callerName": "",
    "direction": "inbound",
    "callType": "PSTN",
    "callStatus": "RINGING",
    "customParameters": {"tenant": "acme", "agent": "rosa"},
}


def frame(type: Any, **fields: Any) -> str:
    return json.dumps({"type": type, **fields})


class TestSetup:
    def test_tells_who_calls_whom(self) -> None:
        assert read(json.dumps(SETUP)) == Setup(
            session="VX5d0c2f7a9b1e4c3d8a6f0b1c2d3e4f50",
            call="CA9a8b7c6d5e4f30211203f4e5d6c7b8a9",
            caller="+15550101",
            called="+15550100",
            direction="inbound",
            parameters=(("agent", "rosa"), ("tenant", "acme")),
        )

    def test_tells_what_twilio_knows_of_the_call(self) -> None:
        told = {"forwardedFrom": "+15550177", "callerName": "Alma", "parentCallSid": "CA9"}
        message = read(json.dumps(SETUP | told))
        assert isinstance(message, Setup)
        assert (message.forwarded_from, message.caller_name, message.parent_call) == ("+15550177", "Alma", "CA9")

    @pytest.mark.parametrize("direction", ["outbound-api", "outbound-dial"])
    def test_on_a_call_of_ours_the_caller_is_whoever_was_called(self, direction: str) -> None:
        message = read(json.dumps(SETUP | {"from": "+15550100", "to": "+15550101", "direction": direction}))
        assert isinstance(message, Setup)
        assert (message.caller, message.called, message.direction) == ("+15550101", "+15550100", direction)

    @pytest.mark.parametrize("given", [None, {}, [], "tenant", 5])
    def test_may_have_no_parameters(self, given: Any) -> None:
        message = read(json.dumps(SETUP | {"customParameters": given}))
        assert isinstance(message, Setup)
        assert message.parameters == ()

    @pytest.mark.parametrize(
        ("value", "words"), [(5, "5"), (None, ""), (True, "true"), (1.5, "1.5"), ({"a": [1]}, '{"a":[1]}')]
    )
    def test_takes_parameters_that_are_no_texts(self, value: Any, words: str) -> None:
        message = read(json.dumps(SETUP | {"customParameters": {"x": value}}))
        assert isinstance(message, Setup)
        assert message.parameters == (("x", words),)

    def test_takes_nulls_where_others_send_numbers(self) -> None:
        assert read(frame("setup", sessionId="v2:1", **{"from": None, "to": None})) == Setup("v2:1", "", "", "")

    def test_with_nothing_in_it_is_one(self) -> None:
        assert read(frame("setup")) == Setup("", "", "", "")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (frame("prompt", voicePrompt="Hi there.", lang="en-US", last=True), Prompt("Hi there.", "en-US")),
        (frame("prompt", voicePrompt="Hi th", lang="en-US", last=False), Partial("Hi th", "en-US")),
        (frame("prompt", voicePrompt="Hi"), Prompt("Hi")),
        (frame("prompt", voicePrompt="Hi", last=None), Prompt("Hi")),
        (frame("prompt", voicePrompt="Hi", last="true"), Prompt("Hi")),
        (frame("prompt", voicePrompt="Hi", last="False"), Partial("Hi")),
        (frame("prompt", voicePrompt="Hi", lang=None, last=True), Prompt("Hi")),
        (frame("prompt", voicePrompt=42, last=True), Prompt("42")),
        (frame("prompt", voicePrompt="Grüezi 🙂 日本", last=True), Prompt("Grüezi 🙂 日本")),
        (frame("prompt", voicePrompt="", last=True), Partial("")),
        (frame("prompt", voicePrompt=" \n", last=True), Partial("")),
        (frame("prompt", voicePrompt="...", last=True), Partial("")),
        (frame("prompt", voicePrompt="\u266a \u2014?", last=True), Partial("")),
        (frame("prompt", voicePrompt=".", last=False), Partial("")),
        (frame("prompt", voicePrompt="#", last=True), Prompt("#")),
        (frame("prompt", voicePrompt="\u0939\u093e\u0901\u0964", last=True), Prompt("\u0939\u093e\u0901\u0964")),
        (frame("prompt"), Partial("")),
        (
            frame("interrupt", utteranceUntilInterrupt="Your next", durationUntilInterruptMs=912),
            Interrupt("Your next", 912),
        ),
        (frame("interrupt", utteranceUntilInterrupt="A", durationUntilInterruptMs="912"), Interrupt("A", 912)),
        (frame("interrupt", utteranceUntilInterrupt="A", durationUntilInterruptMs=912.7), Interrupt("A", 912)),
        (frame("interrupt", utteranceUntilInterrupt="A", durationUntilInterruptMs="912.7"), Interrupt("A", 912)),
        (frame("interrupt", utteranceUntilInterrupt=None, durationUntilInterruptMs=None), Interrupt("", 0)),
        (frame("interrupt", durationUntilInterruptMs="soon"), Interrupt("", 0)),
        (frame("interrupt", durationUntilInterruptMs=[1]), Interrupt("", 0)),
        ('{"type":"interrupt","durationUntilInterruptMs":1e999}', Interrupt("", 0)),
        ('{"type":"interrupt","durationUntilInterruptMs":NaN}', Interrupt("", 0)),
        ('{"type":"interrupt","durationUntilInterruptMs":' + "9" * 400 + "}", Interrupt("", 0)),
        (frame("interrupt"), Interrupt("", 0)),
        (frame("dtmf", digit="5"), Dtmf("5")),
        (frame("dtmf", digit=5), Dtmf("5")),
        (frame("dtmf", digit="#"), Dtmf("#")),
        (frame("dtmf"), Dtmf("")),
        (frame("info", name="tokensPlayed", value=" Holding."), Info("tokensPlayed", " Holding.")),
        (frame("info", name="roundTripDelayMs", value="148"), Info("roundTripDelayMs", "148")),
        (frame("info", name="configUpdated", value={"a": 1}), Info("configUpdated", '{"a":1}')),
        (frame("info", name="never heard of"), Info("never heard of", "")),
        (frame("error", description="Invalid message, code: 64107"), Problem("Invalid message, code: 64107")),
        (frame("error"), Problem("")),
        (frame("dtmf", digit="5", sequence=7, later={"field": []}), Dtmf("5")),
    ],
)  # fmt: skip
def test_a_frame_is_read_as_what_it_means(body: str, message: Incoming) -> None:
    assert read(body) == message


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '[{"type":"prompt"}]',
        '"prompt"',
        "5",
        "{",
        "hello",
        "{}",
        '{"type":null}',
        '{"type":["prompt"]}',
        '{"type":{"a":1}}',
        '{"type":"PROMPT"}',
        '{"type":"text","token":"hi"}',
        '{"type":"connected"}',
        '{"message":"Internal server error","connectionId":"a","requestId":"b"}',
        "[" * 100_000,
        '{"type":' * 100_000,
        "9" * 5000,
    ],
    ids=lambda body: body[:20],
)
def test_what_is_no_message_is_kept_by_its_beginning(body: str) -> None:
    assert read(body) == Unknown(body[:MOST_UNKNOWN_CHARACTERS])


@pytest.mark.parametrize("depth", [10, 300, 900, 1000, 1100, 3000])
def test_a_text_that_is_nested_too_deep_breaks_nothing(depth: int) -> None:
    assert isinstance(read('{"type":"dtmf","digit":' + "[" * depth + "]" * depth + "}"), Dtmf | Unknown)


@pytest.mark.parametrize(
    "body",
    [
        r'{"type":"prompt","voicePrompt":"half \ud83d of it","last":true}',
        r'{"type":"prompt","voicePrompt":["half \ud83d of it"],"last":true}',
        r'{"type":"setup","customParameters":{"half \ud83d":"a"}}',
        '{"type":"what \ud83d"}',
        "no JSON \ud83d",
    ],
    ids=range(5),
)
def test_half_a_character_can_be_stored_and_sent_on(body: str) -> None:
    texts(read(body)).encode("utf-8")


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("voicePrompt", "lang", "last", "utteranceUntilInterrupt", "durationUntilInterruptMs", "digit", "name")
FRAMES = st.fixed_dictionaries(
    {"type": st.sampled_from(["setup", "prompt", "interrupt", "dtmf", "info", "error"])},
    optional=dict.fromkeys((*FIELDS, "value", "description", "customParameters", "from", "callSid"), ANY_JSON),
)


@given(st.text(st.characters()) | ANY_JSON.map(json.dumps) | FRAMES.map(json.dumps))
@settings(max_examples=100, deadline=None)
def test_reading_never_fails_and_what_was_read_can_be_stored(body: str) -> None:
    assert isinstance(read(body), Incoming)
    texts(read(body)).encode("utf-8")


def texts(message: Incoming) -> str:
    """All texts of a message in one."""
    match message:
        case Setup():
            parameters = (text for pair in message.parameters for text in pair)
            told = (message.forwarded_from, message.caller_name, message.parent_call)
            named = (message.session, message.call, message.caller, message.called, message.direction)
            return "".join((*named, *told, *parameters))
        case Prompt(text, language):
            return text + language
        case Info(name, value):
            return name + value
        case Interrupt(text) | Partial(text) | Dtmf(text) | Problem(text) | Unknown(text):
            return text


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Text("Hi"), {"type": "text", "token": "Hi", "last": False}),
        (Text("", last=True), {"type": "text", "token": "", "last": True}),
        (Text("Ciao", language="it-IT"), {"type": "text", "token": "Ciao", "last": False, "lang": "it-IT"}),
        (Text(' "quoted"\n🙂'), {"type": "text", "token": ' "quoted"\n🙂', "last": False}),
        (End(), {"type": "end"}),
        (End('{"a":1}'), {"type": "end", "handoffData": '{"a":1}'}),
        (End(""), {"type": "end", "handoffData": ""}),
    ],
)
def test_a_message_is_written_as_twilio_validates_it(message: Outgoing, expected: dict[str, Any]) -> None:
    assert json.loads(write(message)) == expected


@given(
    st.builds(Text, st.text(st.characters()), st.booleans()) | st.builds(End, st.none() | st.text(st.characters()))
)
@settings(max_examples=50, deadline=None)
def test_every_message_can_be_put_on_the_wire(message: Outgoing) -> None:
    sent = json.loads(write(message).encode("utf-8"))
    assert sent["type"] in ("text", "end")
    if isinstance(message, Text):
        assert len(sent["token"]) == len(message.token)


WRITTEN: list[tuple[Outgoing, dict[str, object]]] = [
    (Text("Hi.", last=True), {"type": "text", "token": "Hi.", "last": True}),
    (Text("Hola.", language="es-ES"), {"type": "text", "token": "Hola.", "last": False, "lang": "es-ES"}),
    (Text("Hi.", interruptible=False), {"type": "text", "token": "Hi.", "last": False, "interruptible": False}),
    (Text("Hi.", preemptible=True), {"type": "text", "token": "Hi.", "last": False, "preemptible": True}),
    (
        Media("https://example.com/a.mp3", preemptible=True),
        {
            "type": "play",
            "source": "https://example.com/a.mp3",
            "loop": 1,
            "interruptible": True,
            "preemptible": True,
        },
    ),
    (
        Media("https://example.com/a.mp3", 2, interruptible=False),
        {"type": "play", "source": "https://example.com/a.mp3", "loop": 2, "interruptible": False},
    ),
    (Tones("ww1#"), {"type": "sendDigits", "digits": "ww1#"}),
    (Language("es-ES"), {"type": "language", "ttsLanguage": "es-ES", "transcriptionLanguage": "es-ES"}),
    (End(), {"type": "end"}),
    (End("{}"), {"type": "end", "handoffData": "{}"}),
]


@pytest.mark.parametrize(("message", "frame"), WRITTEN, ids=[str(message) for message, _ in WRITTEN])
def test_a_message_is_written_as_twilio_documents_it(message: Outgoing, frame: dict[str, object]) -> None:
    assert json.loads(write(message)) == frame


@pytest.mark.parametrize(
    ("description", "code"),
    [("Invalid message. Error code: 64101: {...}", "64101"), ("Something failed", ""), ("", "")],
)
def test_a_problem_is_named_by_its_code_alone(description: str, code: str) -> None:
    assert Problem(description).code == code


def test_a_session_may_bring_a_ticket() -> None:
    assert Setup("VX1", "CA1", "", "", parameters=((TICKET, "t1"), ("name", "Alma"))).ticket == "t1"
    assert Setup("VX1", "CA1", "", "").ticket == ""


def test_a_whatsapp_address_is_read_as_its_number() -> None:
    whatsapp = {"from": "whatsapp:+12125550142", "to": "whatsapp:+12125550100"}
    assert read(frame("setup", **whatsapp)) == Setup("", "", "+12125550142", "+12125550100")
