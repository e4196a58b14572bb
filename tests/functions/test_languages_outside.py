"""Sentences outside of a session: in the language of the call, by a voice that speaks it."""

from dataclasses import replace
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from functions import agents
from functions.adapters import twilio
from functions.relay import Agent, Menu, Option, PassTo, Recording, Voice
from functions.relay.agent.phrases import phrases
from functions.relay.log.events import Announced, Entry, LanguageSwitched, Placed, SessionJoined, SessionOpened
from functions.relay.log.keys import OPENING, Key, call_log, callee_log, session_log
from functions.webhooks.unanswered import unanswered
from tests.conftest import Aws
from tests.functions.events import AT, webhook
from tests.numbers import new_number

pytestmark = pytest.mark.slow

HOTEL = Agent(
    "You answer a hotel's phone.",
    {"en-US": "Hello!", "es-ES": "¡Hola!"},
    {"en-US": Voice("Google", "en-US-Neural2-A"), "es-ES": Voice("Google", "es-ES-Neural2-A")},
    voicemail="Please call us back.",
    recording=Recording({"en-US": "This call is recorded.", "es-ES": "Esta llamada queda grabada."}),
)
DESK = replace(HOTEL, menu=Menu([Option({"en-US": "bookings", "es-ES": "reservas"}, to="+15550190")]))
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


@pytest.mark.parametrize(
    ("language", "spoken"), [("es-MX", "es-ES"), ("es", "es-ES"), ("fr-FR", "en-US"), ("", "en-US")]
)
def test_an_apology_is_in_a_language_of_the_agent(language: str, spoken: str) -> None:
    for agent, document in (
        (HOTEL, unanswered("hotel", HOTEL, language)),
        (DESK, unanswered("desk", DESK, language)),
    ):
        say = next(ElementTree.fromstring(document).iter("Say"))
        sentence = (
            agent.phrases_in(spoken).unavailable if agent.menu is None else agent.phrases_in(spoken).assistant_away
        )
        assert say.get("language") == spoken and str(say.text).startswith(sentence)


@pytest.mark.parametrize(
    ("tag", "language", "greeting"), [("es-MX", "es-MX", "¡Hola!"), ("en-US", "en-US", "Hello!")]
)
def test_who_arrives_at_another_agent_hears_its_language(
    twiml: Any, monkeypatch: pytest.MonkeyPatch, tag: str, language: str, greeting: str
) -> None:
    called = new_number()
    billing = Agent("Be brief.", greeting, {tag: Voice("Google", f"{tag}-Neural2-A")})
    monkeypatch.setitem(agents.AGENTS, "billing", billing)
    monkeypatch.setitem(agents.AGENTS, "hotel", replace(HOTEL, arrive=lambda caller: PassTo("billing")))
    placed = Placed("hotel", "r1", (("language", "es-ES"),))
    twiml.log.append(callee_log(called), Entry(Key(AT, "placed"), placed))
    form = {"CallSid": f"CA{uuid4().hex}", "From": "+15550100", "To": called, "Direction": "outbound-api"}
    answer = twiml.handler(webhook("/voice-out", form, "agent=hotel&request=r1"), None)
    say, connect = ElementTree.fromstring(answer["body"])
    assert (say.get("language"), say.text) == (language, billing.phrases.automated)
    assert connect[0].get("language") == language


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
