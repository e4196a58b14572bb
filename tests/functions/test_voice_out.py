"""Twilio's webhooks for calls that agents place: a person or a machine has answered, and the call's progress."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import permutations
from types import ModuleType
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from functions import agents
from functions.relay import Agent, Voice
from functions.relay.log.events import Announced, Entry, Event, Placed, Progressed, Screened
from functions.relay.log.keys import Key, call_log, callee_log
from functions.relay.outbound import Progress, progress
from functions.relay.wire.party import mark_of
from tests.conftest import NUMBER_KEY, PUBLIC_URL, RELAY_URL, Aws, LogLines
from tests.endpoint import Endpoint, Reply
from tests.functions.events import AT, signature, webhook

pytestmark = pytest.mark.slow

CALLEE, OURS = "+12135550142", "+12125550100"
AUTOMATED = "You are speaking with an automated assistant."
QUERY = urlencode({"agent": "reminder", "request": "r-1"})
VOICEMAIL = "This is Rosa's. Your table is on Friday at eight. Our number is 212-555-0100."


def reminder(voicemail: str = VOICEMAIL) -> Agent:
    voices = {"en-GB": Voice("Google", "en-GB-Neural2-A")}
    return Agent("Be brief.", "Hello, this is Rosa's.", voices, voicemail=voicemail, discloses_ai=False)


@pytest.fixture(scope="module")
def module(aws: Aws) -> ModuleType:
    return aws.handler("twiml")


@pytest.fixture
def twiml(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setitem(agents.AGENTS, "reminder", reminder())
    return module


@pytest.fixture
def call() -> str:
    return f"CA{uuid4().hex}"


def form(call: str, **more: str) -> dict[str, str]:
    ends = {"From": OURS, "To": CALLEE, "Direction": "outbound-api"}
    return {"CallSid": call, "CallStatus": "in-progress", **ends, **more}


def answered(twiml: ModuleType, call: str, by: str, query: str = QUERY, **more: str) -> Element:
    fields = form(call, **({"AnsweredBy": by} if by else {}), **more)
    answer = twiml.handler(webhook("/voice-out", fields, query), None)
    assert (answer["statusCode"], answer["headers"]) == (200, {"content-type": "text/xml"})
    return ElementTree.fromstring(answer["body"])


def goes_on(twiml: ModuleType, call: str, **fields: str) -> Any:
    return twiml.handler(webhook("/call-status", form(call, **fields)), None)


def verbs(response: Element) -> list[str]:
    return [verb.tag for verb in response]


def logged(twiml: ModuleType, call: str) -> list[Event]:
    return [entry.event for entry in twiml.log.read(call_log(call))]


# Answered


@pytest.mark.parametrize("by", ["human", "unknown", ""])
def test_an_answer_that_may_be_a_person_gets_the_agent(twiml: ModuleType, call: str, by: str) -> None:
    [connect] = answered(twiml, call, by)
    [relay] = connect
    assert connect.attrib["action"] == f"{PUBLIC_URL}/relay-ended"
    assert (relay.attrib["url"], relay.attrib["welcomeGreeting"]) == (RELAY_URL, "Hello, this is Rosa's.")
    announced, *screened = logged(twiml, call)
    assert screened == ([Screened(by)] if by else [])
    assert isinstance(announced, Announced)
    mark = mark_of(CALLEE, NUMBER_KEY)
    assert replace(announced, ticket="") == Announced("reminder", CALLEE, OURS, outbound=True, at=AT, mark=mark)


@pytest.mark.parametrize("by", ["machine_end_beep", "machine_end_silence", "machine_end_other"])
def test_a_machine_is_left_the_agent_s_message_and_gets_no_session(twiml: ModuleType, call: str, by: str) -> None:
    response = answered(twiml, call, by)
    assert verbs(response) == ["Pause", "Say", "Hangup"]
    assert (response[1].text, response[1].attrib) == (
        VOICEMAIL,
        {"language": "en-GB", "voice": "Google.en-GB-Neural2-A"},
    )
    assert logged(twiml, call) == [Screened(by)]


def test_an_agent_without_a_message_leaves_none(
    twiml: ModuleType, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, "reminder", reminder(voicemail=""))
    assert verbs(answered(twiml, call, "machine_end_beep")) == ["Hangup"]


def test_a_fax_is_hung_up_on(twiml: ModuleType, call: str) -> None:
    assert verbs(answered(twiml, call, "fax")) == ["Hangup"]


@pytest.mark.parametrize(("discloses", "said"), [(None, [AUTOMATED]), (True, [AUTOMATED]), (False, [])])
def test_a_call_of_ours_says_first_that_a_machine_speaks(
    twiml: ModuleType, call: str, monkeypatch: pytest.MonkeyPatch, discloses: bool | None, said: list[str]
) -> None:
    monkeypatch.setitem(agents.AGENTS, "reminder", replace(reminder(), discloses_ai=discloses))
    response = answered(twiml, call, "human")
    assert [verb.text for verb in response if verb.tag == "Say"] == said
    assert response[-1].tag == "Connect"


def test_a_resumed_session_gets_the_orders_parameters_again(twiml: ModuleType, call: str) -> None:
    given = (("name", 'Alma & "Co"'), ("when", "Friday"))
    request = uuid4().hex
    twiml.log.append(
        callee_log(mark_of(CALLEE, NUMBER_KEY)), Entry(Key(1, request), Placed("reminder", request, given))
    )
    query = urlencode({"agent": "reminder", "request": request})
    [[first]] = answered(twiml, call, "human", query)
    lost = form(call, SessionId="VX1", SessionStatus="failed", ErrorCode="64105")
    [[second]] = ElementTree.fromstring(twiml.handler(webhook("/relay-ended", lost), None)["body"])
    for relay in (first, second):
        assert [one.attrib["name"] for one in relay if one.tag == "Parameter"] == ["agent", "ticket"]
    announced = [event for event in logged(twiml, call) if isinstance(event, Announced)]
    assert [one.parameters for one in announced] == [given, given]


@pytest.mark.parametrize("query", ["agent=front_desk", "", f"{QUERY}&x=1", "agent=reminder&request=r-2"])
def test_what_its_url_says_is_covered_by_the_signature(twiml: ModuleType, call: str, query: str) -> None:
    fields = form(call, AnsweredBy="human")
    signed = signature(f"{PUBLIC_URL}/voice-out?{QUERY}", fields)
    assert twiml.handler(webhook("/voice-out", fields, query, signed), None) == {"statusCode": 403}
    assert logged(twiml, call) == []


@pytest.mark.parametrize("query", ["", "agent=nobody", "agent="])
def test_for_an_agent_that_is_not_there_the_fallback_speaks(twiml: ModuleType, call: str, query: str) -> None:
    fields = form(call, AnsweredBy="human")
    assert twiml.handler(webhook("/voice-out", fields, query), None) == {"statusCode": 500}


# Progress

STEPS: list[dict[str, str]] = [
    {"SequenceNumber": "0", "CallStatus": "initiated"},
    {"SequenceNumber": "1", "CallStatus": "ringing"},
    {"SequenceNumber": "2", "CallStatus": "in-progress"},
    {"SequenceNumber": "3", "CallStatus": "completed", "CallDuration": "34", "Duration": "1"},
]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_status_callbacks_in_any_order_and_twice_tell_the_same(
    twiml: ModuleType, call: str, order: tuple[int, ...]
) -> None:
    for number in (*order, order[0]):
        assert goes_on(twiml, call, **STEPS[number]) == {"statusCode": 204}
    entries = twiml.log.read(call_log(call))
    assert progress(entries) == Progress("completed", "", 34)
    assert len(entries) == 4


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_an_untaken_call_is_over(twiml: ModuleType, call: str, status: str) -> None:
    goes_on(twiml, call, SequenceNumber="2", CallStatus=status)
    assert progress(twiml.log.read(call_log(call))).over


def test_a_status_that_twilio_did_not_sign_is_refused(twiml: ModuleType, call: str) -> None:
    event = webhook("/call-status", form(call, **STEPS[3]), signed="no")
    assert twiml.handler(event, None) == {"statusCode": 403}
    assert logged(twiml, call) == []


def test_statuses_in_a_calls_log_do_not_change_the_call(twiml: ModuleType, call: str) -> None:
    goes_on(twiml, call, **STEPS[2])
    answered(twiml, call, "human")
    goes_on(twiml, call, **STEPS[0])
    assert [type(event) for event in logged(twiml, call)] == [Announced, Progressed, Progressed, Screened]
    lost = form(call, SessionId="VX1", SessionStatus="failed", ErrorCode="64105")
    [connect] = ElementTree.fromstring(twiml.handler(webhook("/relay-ended", lost), None)["body"])
    assert connect.tag == "Connect"


@pytest.mark.parametrize(("step", "warmed"), [(0, 0), (1, 1), (2, 0), (3, 0)])
def test_the_session_s_function_is_warmed_while_the_phone_rings(aws: Aws, call: str, step: int, warmed: int) -> None:
    with Endpoint(Reply(202)) as service:
        twiml = aws.handler("twiml", AWS_ENDPOINT_URL_LAMBDA=service.url, HOTLINE_SESSION_FUNCTION="hotline-default")
        goes_on(twiml, call, **STEPS[step])
        assert len(service.seen) == warmed


def test_the_log_tells_what_answered_and_no_number(
    twiml: ModuleType, call: str, written: Callable[[ModuleType], LogLines]
) -> None:
    lines = written(twiml)
    for by in ("human", "machine_end_beep"):
        answered(twiml, call, by)
    goes_on(twiml, call, **STEPS[3])
    told: list[Mapping[str, Any]] = lines.lines
    assert [(line["by"], line["next"]) for line in told] == [
        ("human", "talk"),
        ("machine_end_beep", "leave a message"),
    ]
    assert not any(number in lines.text for number in (CALLEE, OURS))
