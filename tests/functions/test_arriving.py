"""While the phone rings, the agent looks the caller up."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from functions import agents
from functions.relay import Agent, Caller, EndCall, HandOff, PassTo
from functions.relay.log.events import Announced, Declined, HandedOff
from functions.relay.log.keys import call_log
from functions.webhooks import arriving
from tests.conftest import Aws
from tests.fixtures.agents import DEFAULT, DESK
from tests.functions.events import CALLED, CALLER, webhook

Ring = Callable[..., Element]


def by_name(caller: Caller) -> str:
    return f"Hello {caller.facts.get('name', 'there')}!"


@pytest.fixture(scope="module")
def twiml(aws: Aws) -> ModuleType:
    return aws.handler("twiml")


@pytest.fixture
def call() -> str:
    return f"CA{uuid4().hex}"


@pytest.fixture
def ring(twiml: ModuleType, call: str, monkeypatch: pytest.MonkeyPatch) -> Ring:
    """Let the phone ring at an agent with this `arrive`; return Twilio's answer."""

    def at(arrive: Any, **more: Any) -> Element:
        desk: Agent = replace(DESK, arrive=arrive, greeting=by_name, **more)
        monkeypatch.setitem(agents.AGENTS, DEFAULT, desk)
        answer = twiml.handler(webhook("/voice", {"CallSid": call, "From": CALLER, "To": CALLED}), None)
        return ElementTree.fromstring(answer["body"])

    return at


def announced(twiml: ModuleType, call: str) -> Announced:
    """Return the first announcement of a call, without its ticket."""
    found = (one.event for one in twiml.log.read(call_log(call)) if isinstance(one.event, Announced))
    return replace(next(found), ticket="", at=0)


def greeting(response: Element) -> str:
    relay = response.find("Connect/ConversationRelay")
    assert relay is not None
    return relay.attrib["welcomeGreeting"]


def test_facts_are_greeted_and_kept(ring: Ring, twiml: ModuleType, call: str) -> None:
    def look_up(caller: Caller) -> dict[str, Any]:
        return {"name": "Alma", "known": caller.number == CALLER, "called": caller.called, "call": caller.call}

    assert greeting(ring(look_up)) == "Hello Alma!"
    facts = (("name", "Alma"), ("known", True), ("called", CALLED), ("call", call))
    expected = Announced(DEFAULT, CALLER, CALLED, greeting="Hello Alma!", facts=facts)
    assert replace(announced(twiml, call), mark="") == expected


def test_another_agent_may_take_the_call(ring: Ring, twiml: ModuleType, call: str, monkeypatch: Any) -> None:
    monkeypatch.setitem(agents.AGENTS, "billing", replace(DESK, greeting="Billing, hello!"))
    assert greeting(ring(lambda caller: PassTo("billing"))) == "Billing, hello!"
    assert announced(twiml, call).agent == "billing"


def test_a_caller_may_be_put_through_at_once(ring: Ring, twiml: ModuleType, call: str) -> None:
    response = ring(lambda caller: HandOff("a regular", to="+15550177", rings=10))
    assert (response[0].tag, response[0].attrib["timeout"], response[0][0].text) == ("Dial", "10", "+15550177")
    [handed] = [one.event for one in twiml.log.read(call_log(call)) if isinstance(one.event, HandedOff)]
    assert handed.id in response[0].attrib["action"]
    form = {"CallSid": call, "From": CALLER, "To": CALLED, "DialCallStatus": "no-answer", "CallStatus": "in-progress"}
    back = twiml.handler(webhook("/dialed", form, f"hand_off={handed.id}"), None)
    assert "<ConversationRelay" in back["body"]


@pytest.mark.parametrize(("saying", "words"), [("We are closed.", "We are closed."), (None, "Goodbye!")])
def test_a_call_may_be_refused_in_words(
    ring: Ring, twiml: ModuleType, call: str, saying: str | None, words: str
) -> None:
    response = ring(lambda caller: EndCall(saying=saying))
    assert [(verb.tag, verb.text) for verb in response] == [("Say", words), ("Hangup", None)]
    assert Declined() in [one.event for one in twiml.log.read(call_log(call))]


def late(caller: Caller) -> dict[str, Any]:
    time.sleep(0.5)
    return {"name": "Alma"}


def failing(caller: Caller) -> dict[str, Any]:
    raise RuntimeError("Alma's card is 4242")


WITHOUT: dict[str, Callable[[Caller], Any]] = {
    "late": late,
    "failing": failing,
    "nothing found": lambda caller: None,
    "a text": lambda caller: "Alma",
    "a fact that is no plain value": lambda caller: {"card": object()},
    "more facts than fit": lambda caller: {"life": "x" * 5000},
    "an agent that is not there": lambda caller: PassTo("nobody"),
    "an exit": lambda caller: sys.exit(3),
}


@pytest.mark.parametrize("arrive", WITHOUT.values(), ids=WITHOUT)
def test_the_call_goes_on_without_it(
    ring: Ring, arrive: Callable[[Caller], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(arriving, "ARRIVE_WITHIN_S", 0.1 if arrive is late else 60)
    assert greeting(ring(arrive)) == "Hello there!"
    assert "4242" not in caplog.text


def test_a_greeting_that_fails_is_that_of_a_stranger(twiml: ModuleType, call: str, monkeypatch: Any) -> None:
    def short(caller: Caller) -> str:
        return f"Hello {caller.facts['name'][:4] if caller.facts else 'there'}!"  # type: ignore[index]

    desk = replace(DESK, arrive=lambda caller: {"name": 3}, greeting=short)
    monkeypatch.setitem(agents.AGENTS, DEFAULT, desk)
    answer = twiml.handler(webhook("/voice", {"CallSid": call, "From": CALLER, "To": CALLED}), None)
    assert greeting(ElementTree.fromstring(answer["body"])) == "Hello there!"


def test_a_call_of_ours_is_greeted_by_its_parameters(twiml: ModuleType, call: str, monkeypatch: Any) -> None:
    def ours(caller: Caller) -> str:
        return f"{caller.direction}: {caller.given('name', 'nobody')}"

    monkeypatch.setitem(agents.AGENTS, DEFAULT, replace(DESK, greeting=ours))
    form = {"CallSid": call, "From": CALLED, "To": CALLER, "AnsweredBy": "human", "CallStatus": "in-progress"}
    answer = twiml.handler(webhook("/voice-out", form, f"agent={DEFAULT}&request=r"), None)
    assert greeting(ElementTree.fromstring(answer["body"])) == "outbound: nobody"


UNSAID = DESK.phrases.unsaid
CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("Hello from Falcon!", f"Hello from \u2014 {UNSAID}"),
        (f"Hello. Your card is {CARD}.", f"Hello. Your card is \u2014 {UNSAID}"),
        ("Hello, four one one one.", "Hello, four one one one."),
    ],
)
def test_what_functions_say_before_a_session_is_judged(
    twiml: ModuleType, call: str, monkeypatch: Any, words: str, heard: str
) -> None:
    found: list[Any] = [
        lambda caller: EndCall(saying=words),
        lambda caller: PassTo("bar", greeting=words),
        lambda caller: None,
    ]
    monkeypatch.setitem(agents.AGENTS, "bar", DESK)
    for number, arrive in enumerate(found):
        desk = replace(
            DESK, arrive=arrive, greeting=lambda caller: words if caller.call else "", never_say=["falcon"]
        )
        monkeypatch.setitem(agents.AGENTS, DEFAULT, desk)
        form = {"CallSid": f"{call}{number}", "From": CALLER, "To": CALLED}
        answer = ElementTree.fromstring(twiml.handler(webhook("/voice", form), None)["body"])
        assert (answer[0].text if answer[0].tag == "Say" else greeting(answer)) == heard
