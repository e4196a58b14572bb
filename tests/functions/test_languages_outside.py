"""Sentences outside of a session: in the language of the call, by a voice that speaks it."""

from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from functions import agents
from functions.adapters import twilio
from functions.relay import Agent, Recording, Voice
from functions.relay.agent.phrases import phrases
from functions.relay.log.events import Announced, Entry, LanguageSwitched, SessionJoined, SessionOpened
from functions.relay.log.keys import OPENING, Key, call_log, session_log
from tests.conftest import Aws
from tests.functions.events import AT, webhook

HOTEL = Agent(
    "You answer a hotel's phone.",
    {"en-US": "Hello!", "es-ES": "¡Hola!"},
    {"en-US": Voice("Google", "en-US-Neural2-A"), "es-ES": Voice("Google", "es-ES-Neural2-A")},
    voicemail="Please call us back.",
    recording=Recording({"en-US": "This call is recorded.", "es-ES": "Esta llamada queda grabada."}),
)
SPANISH = Agent("Be brief.", "¡Hola!", {"es-ES": HOTEL.voices["es-ES"]})
SORRY = phrases("es").unavailable
URLS = twilio.CallbackUrls("wss://relay.example", "https://api.example/ended", "https://api.example/recorded")
ENGLISH_TEXT, SPANISH_TEXT = "This call is recorded.", "Esta llamada queda grabada."


@pytest.fixture
def twiml(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(agents.AGENTS, "hotel", HOTEL)
    return aws.handler("twiml")


def lost(call: str) -> dict[str, str]:
    return {
        "CallSid": call,
        "CallStatus": "in-progress",
        "SessionStatus": "failed",
        "ErrorCode": "64101",
        "SessionId": "VX1",
    }


def apology(twiml: Any, call: str) -> tuple[str | None, str | None]:
    answer = twiml.handler(webhook("/relay-ended", lost(call)), None)
    say = ElementTree.fromstring(answer["body"])[0]
    return say.get("language"), say.text


def test_a_call_in_spanish_is_apologised_for_in_spanish(twiml: Any) -> None:
    call = f"CA{uuid4().hex}"
    twiml.log.append(call_log(call), Entry(Key(AT, "out"), Announced("hotel", "+15550142", "+15550100", (), "es-ES")))
    assert apology(twiml, call) == ("es-ES", SORRY)


def test_a_call_that_has_turned_to_spanish_is_too(twiml: Any) -> None:
    call, connection = f"CA{uuid4().hex}", uuid4().hex
    twiml.log.append(call_log(call), Entry(Key(AT, "in"), Announced("hotel", "+15550142", "+15550100")))
    twiml.log.append(call_log(call), Entry(Key(AT + 1, "joined"), SessionJoined(connection)))
    opened = SessionOpened("hotel", call, "+15550142", "+15550100")
    twiml.log.append(session_log(connection), Entry(OPENING, opened))
    twiml.log.append(session_log(connection), Entry(Key(AT + 2, "switch"), LanguageSwitched("es-ES")))
    assert apology(twiml, call) == ("es-ES", SORRY)


@pytest.mark.parametrize(("language", "text"), [("", ENGLISH_TEXT), ("es-ES", SPANISH_TEXT)])
def test_a_recording_is_announced_in_the_language(language: str, text: str) -> None:
    announced = Announced("hotel", "+15550142", "+15550100", (), language)
    say = ElementTree.fromstring(twilio.begin(HOTEL, URLS, announced))[0]
    assert (say.get("language"), say.text) == (language or "en-US", text)


def test_a_failed_webhook_speaks_as_the_number_called(twiml: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    spanish = {"+15550107": "hotel"}
    monkeypatch.setattr(twiml, "answering", lambda number: spanish.get(number, agents.DEFAULT))
    monkeypatch.setattr(twiml, "AGENTS", {**agents.AGENTS, "hotel": SPANISH})
    form = {"From": "+15550142", "To": "+15550107", "CallStatus": "ringing"}  # no CallSid: it fails
    say = ElementTree.fromstring(twiml.handler(webhook("/voice", form), None)["body"])[0]
    assert (say.get("language"), say.text) == ("es-ES", SORRY)
