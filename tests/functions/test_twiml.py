"""Twilio's webhooks: the ringing phone and the end of a session."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from functions import agents
from functions.relay import Caller, Recording
from functions.relay.after_session import MOST_RESUMES
from functions.relay.log.events import Announced, Entry, HandedOff, SessionEnded
from functions.relay.log.keys import Key, announcement, call_log
from functions.relay.wire.party import mark_of
from tests.conftest import NUMBER_KEY, PUBLIC_URL, RELAY_URL, Aws, LogLines
from tests.endpoint import Endpoint, Forward, Reply
from tests.fixtures.agents import DEFAULT, DESK
from tests.functions.events import AT, CALLED, CALLER, SIGNATURE, signature, webhook

AGENT = DESK


@pytest.fixture(scope="module")
def twiml(aws: Aws) -> ModuleType:
    return aws.handler("twiml")


@pytest.fixture
def call() -> str:
    return f"CA{uuid4().hex}"


def ringing(call: str, **more: str) -> dict[str, str]:
    return {
        "CallSid": call,
        "From": CALLER,
        "To": CALLED,
        "CallStatus": "ringing",
        "CallerName": "Zoë & Söhne",
        **more,
    }


def ended(call: str, session: str = "VX1", status: str = "ended", **more: str) -> dict[str, str]:
    form = {"CallSid": call, "SessionId": session, "SessionStatus": status, "CallStatus": "in-progress"}
    return {**form, "From": CALLER, "To": CALLED, "SessionDuration": "41", **more}


def answered(twiml: ModuleType, event: Mapping[str, Any]) -> Element:
    """Return the verb or verbs of the answer, which is TwiML that Twilio accepts."""
    answer = twiml.handler(event, None)
    assert (answer["statusCode"], answer["headers"]) == (200, {"content-type": "text/xml"})
    response = ElementTree.fromstring(answer["body"])
    assert response.tag == "Response"
    return response


def ring(twiml: ModuleType, call: str) -> Element:
    return answered(twiml, webhook("/voice", ringing(call)))


def leave(twiml: ModuleType, form: Mapping[str, str]) -> Element:
    return answered(twiml, webhook("/relay-ended", form))


def verbs(response: Element) -> list[str]:
    return [verb.tag for verb in response]


def logged(twiml: ModuleType, call: str) -> list[Any]:
    return [entry.event for entry in twiml.log.read(call_log(call))]


# The phone rings


def test_a_ringing_phone_is_answered_by_the_agent(twiml: ModuleType, call: str) -> None:
    [connect] = ring(twiml, call)
    [relay] = connect
    assert connect.attrib["action"] == f"{PUBLIC_URL}/relay-ended"
    assert (relay.attrib["url"], relay.attrib["welcomeGreeting"]) == (RELAY_URL, AGENT.greeting)


def test_a_call_is_announced_in_its_log_before_it_is_answered(twiml: ModuleType, call: str) -> None:
    twiml.handler(webhook("/voice", ringing(call)), None)
    [entry] = twiml.log.read(call_log(call))
    name, mark = ringing(call)["CallerName"], mark_of(CALLER, NUMBER_KEY)
    assert replace(entry.event, ticket="") == Announced(DEFAULT, CALLER, CALLED, caller_name=name, at=AT, mark=mark)
    assert entry.key == announcement(0)


def test_a_body_that_is_not_in_base64_is_read_as_it_is(twiml: ModuleType, call: str) -> None:
    event = webhook("/voice", {"CallSid": call, "From": CALLER, "To": CALLED})
    event |= {"body": f"CallSid={call}&From=%2B15550101&To=%2B15550100", "isBase64Encoded": False}
    assert verbs(answered(twiml, event)) == ["Connect"]


@pytest.mark.parametrize("query", ["a=1", "a=1&b=%2B&a=2", "x"])
def test_a_url_with_a_query_is_signed_as_a_whole(twiml: ModuleType, call: str, query: str) -> None:
    assert verbs(answered(twiml, webhook("/voice", ringing(call), query))) == ["Connect"]
    event = webhook("/voice", ringing(call), query, signed=signature(f"{PUBLIC_URL}/voice", ringing(call)))
    assert twiml.handler(event, None) == {"statusCode": 403}


def test_a_webhook_told_twice_announces_the_same_call(twiml: ModuleType, call: str) -> None:
    first, again = (webhook("/voice", ringing(call), at=at) for at in (AT, AT + 900))
    assert twiml.handler(first, None) == twiml.handler(again, None)
    assert len(logged(twiml, call)) == 1


def test_each_call_gets_its_own_ticket(twiml: ModuleType) -> None:
    tickets = [ring(twiml, f"CA{uuid4().hex}")[0][0].find("Parameter[@name='ticket']") for _ in range(2)]
    values = {ticket.attrib["value"] for ticket in tickets if ticket is not None}
    assert len(values) == 2
    assert min(map(len, values)) >= 32


def test_the_session_s_function_is_warmed_while_the_greeting_plays(aws: Aws, call: str) -> None:
    with Endpoint(Reply(202)) as service:
        twiml = aws.handler("twiml", AWS_ENDPOINT_URL_LAMBDA=service.url, HOTLINE_SESSION_FUNCTION="hotline-default")
        assert verbs(ring(twiml, call)) == ["Connect"]
        [seen] = service.seen
    assert seen.path.endswith("/hotline-default/invocations")


def test_a_call_is_answered_though_nothing_can_be_warmed(
    aws: Aws, call: str, written: Callable[[ModuleType], LogLines]
) -> None:
    twiml = aws.handler("twiml", HOTLINE_SESSION_FUNCTION="hotline-default")
    lines = written(twiml)
    assert verbs(ring(twiml, call)) == ["Connect"]
    assert lines.messages == ["hotline-default could not be warmed"]


# Strangers


@pytest.fixture(scope="module")
def watched(aws: Aws) -> Iterator[tuple[ModuleType, Endpoint]]:
    """Webhooks, and what they call: a double of the table and of Lambda."""
    with Endpoint(Forward(aws.url)) as services:
        urls = {f"AWS_ENDPOINT_URL_{service}": services.url for service in ("DYNAMODB", "LAMBDA")}
        yield aws.handler("twiml", HOTLINE_SESSION_FUNCTION="hotline-default", **urls), services


def forged(path: str, form: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    url, event = PUBLIC_URL + path, webhook(path, form)
    unsigned = {name: value for name, value in event["headers"].items() if name != SIGNATURE.lower()}
    return {
        "unsigned": event | {"headers": unsigned},
        "empty": webhook(path, form, signed=""),
        "another account's": webhook(path, form, signed=signature(url, form, token="f" * 32)),
        "another url's": webhook(path, form, signed=signature(url.replace("api.", "evil."), form)),
        "another path's": webhook(path, form, signed=signature(PUBLIC_URL + "/other", form)),
        "another form's": webhook(path, form, signed=signature(url, {**form, "From": "+15550199"})),
        "without a form": event | {"body": None, "isBase64Encoded": False},
        "not text": event | {"body": "//79/A=="},
        "not base64": event | {"body": "%%%"},
    }


FORGED = {
    f"{path} {name}": event
    for path, form in {
        "/voice": ringing("CA1"),
        "/relay-ended": ended("CA1"),
        "/dialed": ringing("CA1", DialCallStatus="busy"),
        "/whisper": ringing("CA2", ParentCallSid="CA1"),
        "/recorded": {"CallSid": "CA1", "RecordingSid": "RE1", "From": CALLER},
    }.items()
    for name, event in forged(path, form).items()
}


@pytest.mark.parametrize("event", FORGED.values(), ids=FORGED.keys())
def test_what_twilio_did_not_sign_is_refused_and_touches_nothing(
    watched: tuple[ModuleType, Endpoint], event: dict[str, Any]
) -> None:
    twiml, services = watched
    before = len(services.seen)
    assert twiml.handler(event, None) == {"statusCode": 403}
    assert len(services.seen) == before


def test_what_twilio_signed_touches_the_services_that_are_watched(watched: tuple[ModuleType, Endpoint]) -> None:
    twiml, services = watched
    before = len(services.seen)
    assert verbs(ring(twiml, uuid4().hex)) == ["Connect"]
    assert len(services.seen) == before + 3, "the announcement, the warm start and the note of whose call it is"


def test_a_refusal_logs_the_expected_url_and_not_the_form(
    twiml: ModuleType, written: Callable[[ModuleType], LogLines]
) -> None:
    lines = written(twiml)
    twiml.handler(webhook("/voice", ringing("CA1"), signed="forged"), None)
    assert PUBLIC_URL in lines.text
    assert not any(word in lines.text for word in (CALLER, CALLED, "Zo", "CA1", "forged"))


def test_a_refusal_names_its_source(twiml: ModuleType, written: Callable[[ModuleType], LogLines]) -> None:
    lines, event = written(twiml), webhook("/voice", ringing("CA1"), signed="forged")
    event["requestContext"]["http"]["sourceIp"] = "203.0.113.9"
    twiml.handler(event, None)
    [refusal] = [line for line in lines.lines if "refused" in line.get("message", "")]
    assert refusal["source"] == "203.0.113.9"


def test_no_caller_is_answered_while_the_secret_is_missing(aws: Aws, call: str) -> None:
    twiml = aws.handler("twiml", HOTLINE_SECRETS="/hotline/nowhere")
    assert verbs(ring(twiml, call)) == ["Say", "Hangup"]
    assert logged(twiml, call) == []


# When the table fails


@pytest.mark.parametrize("event", [webhook("/voice", ringing("CA1")), webhook("/relay-ended", ended("CA1"))])
def test_a_table_that_fails_causes_an_apology(
    aws: Aws, event: dict[str, Any], written: Callable[[ModuleType], LogLines]
) -> None:
    twiml = aws.handler("twiml", HOTLINE_TABLE="nowhere")
    lines = written(twiml)
    response = answered(twiml, event)
    assert verbs(response) == ["Say", "Hangup"]
    assert (response[0].text, response[0].attrib) == (AGENT.phrases.unavailable, {"language": AGENT.language})
    assert "a webhook failed: DynamoDB: ResourceNotFoundException" in lines.messages[0]
    assert not any(word in lines.text for word in (CALLER, CALLED, "CA1"))


def test_a_webhook_that_lacks_a_field_is_answered_with_an_apology(twiml: ModuleType) -> None:
    assert verbs(answered(twiml, webhook("/voice", {"From": CALLER}))) == ["Say", "Hangup"]
    assert verbs(leave(twiml, {"CallSid": "CA1"})) == ["Say", "Hangup"]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/voice-out", {"Direction": "outbound-api"}),
        ("/voice-out", {}),
        ("/relay-ended", {"Direction": "outbound-api"}),
        ("/dialed", {"Direction": "outbound-api"}),
    ],
)
def test_a_failed_webhook_of_our_call_leads_to_its_fallback(
    twiml: ModuleType, path: str, form: dict[str, str]
) -> None:
    """Only the URL of that fallback names the agent and the language of the call."""
    assert twiml.handler(webhook(path, form, "agent=desk&request=r1"), None) == {"statusCode": 500}


@pytest.mark.parametrize("path", ["/hold", "/whisper", "/taken"])
def test_who_waits_or_answers_hears_no_error_in_our_call_either(twiml: ModuleType, path: str) -> None:
    assert "Say" not in verbs(answered(twiml, webhook(path, {"Direction": "outbound-api"})))


# A session has ended

HANDED_OVER = {"HandoffData": json.dumps({"hand_off": "t1"})}
HAND_OFF = Entry(Key(AT, "asked", 101), HandedOff("t1", "asked", "+15550111"))


@pytest.mark.parametrize(
    ("form", "next"),
    [
        ({}, ["Hangup"]),
        ({"HandoffData": ""}, ["Hangup"]),
        ({"HandoffData": "not json"}, ["Hangup"]),
        ({"HandoffData": '["+15550111"]'}, ["Hangup"]),
        ({"HandoffData": '{"to": "+15550111"}'}, ["Hangup"]),
        ({"HandoffData": '{"hand_off": "t2"}'}, ["Say", "Hangup"]),
        ({"HandoffData": '{"reason": "asked"}'}, ["Hangup"]),
        (HANDED_OVER, ["Dial"]),
        ({"CallStatus": "completed", "SessionStatus": "completed"}, ["Hangup"]),
        ({"CallStatus": "completed", **HANDED_OVER}, ["Hangup"]),
        ({"SessionStatus": "failed", "ErrorCode": "64105"}, ["Connect"]),
        ({"SessionStatus": "failed", "ErrorCode": "39001"}, ["Connect"]),
        ({"SessionStatus": "failed"}, ["Connect"]),
        ({"SessionStatus": "failed", "ErrorCode": "64105", "CallStatus": "completed"}, ["Hangup"]),
        ({"SessionStatus": "failed", "ErrorCode": "64101"}, ["Say", "Hangup"]),
        ({"SessionStatus": "failed", "ErrorCode": "64106"}, ["Say", "Hangup"]),
    ],
    ids=str,
)
def test_a_call_goes_on_as_its_session_ended(
    twiml: ModuleType, call: str, form: Mapping[str, str], next: list[str]
) -> None:
    ring(twiml, call)
    twiml.log.append(call_log(call), HAND_OFF)
    assert verbs(leave(twiml, {**ended(call), **form})) == next


def test_a_handed_off_caller_is_connected(twiml: ModuleType, call: str) -> None:
    ring(twiml, call)
    twiml.log.append(call_log(call), HAND_OFF)
    [dial] = leave(twiml, ended(call, **HANDED_OVER))
    assert [(target.tag, target.text) for target in dial] == [("Number", "+15550111")]


def test_a_lost_call_is_resumed_without_a_greeting(twiml: ModuleType, call: str) -> None:
    first = ring(twiml, call)[0][0]
    [connect] = leave(twiml, ended(call, status="failed", ErrorCode="64105"))
    [relay] = connect
    assert connect.attrib["action"] == f"{PUBLIC_URL}/relay-ended"
    assert relay.attrib == {name: value for name, value in first.attrib.items() if name != "welcomeGreeting"}
    assert [child.attrib for child in relay][:-1] == [child.attrib for child in first][:-1]
    assert relay[-1].attrib["name"] == first[-1].attrib["name"] == "ticket"
    assert relay[-1].attrib["value"] != first[-1].attrib["value"]


def test_a_call_that_is_lost_again_and_again_ends_with_an_apology(twiml: ModuleType, call: str) -> None:
    ring(twiml, call)
    losses = [ended(call, f"VX{number}", "failed", ErrorCode="64105") for number in range(MOST_RESUMES + 1)]
    answers = [verbs(leave(twiml, form)) for form in losses]
    assert answers == [["Connect"]] * MOST_RESUMES + [["Say", "Hangup"]]


@pytest.mark.parametrize(
    "form", [{}, HANDED_OVER, {"SessionStatus": "failed", "ErrorCode": "64105"}], ids=["ended", "handed over", "lost"]
)
def test_an_end_told_twice_gets_the_same_answer_and_counts_once(
    twiml: ModuleType, call: str, form: Mapping[str, str]
) -> None:
    ring(twiml, call)
    told = [
        twiml.handler(webhook("/relay-ended", {**ended(call), **form}, at=AT + late), None)
        for late in [0, 0, *range(MOST_RESUMES)]
    ]
    assert all(answer == told[0] for answer in told)
    assert {event.session for event in logged(twiml, call) if isinstance(event, SessionEnded)} == {"VX1"}


def test_the_end_of_an_unannounced_call_is_answered(twiml: ModuleType, call: str) -> None:
    assert verbs(leave(twiml, ended(call))) == ["Hangup"]
    assert verbs(leave(twiml, ended(call, "VX2", "failed", ErrorCode="64105"))) == ["Connect"]


def test_the_log_tells_how_a_session_ended_and_nothing_of_the_caller(
    twiml: ModuleType, call: str, written: Callable[[ModuleType], LogLines]
) -> None:
    lines = written(twiml)
    ring(twiml, call)
    twiml.log.append(call_log(call), HAND_OFF)
    leave(twiml, ended(call, status="failed", ErrorCode="64105", CallerName="Zoë"))
    leave(twiml, ended(call, **HANDED_OVER))
    assert [(line["message"], line["next"]) for line in lines.lines] == [
        ("a session ended", "Resume"),
        ("a session ended", "Transfer"),
    ]
    assert not any(word in lines.text for word in (CALLER, CALLED, "Zo", "+15550111", "asked", "t1"))


# What callers hear


def rings(call: str = "") -> dict[str, str]:
    return {"CallSid": call or f"CA{uuid4().hex}", "From": CALLER, "To": CALLED}


@pytest.mark.parametrize(("discloses", "said"), [(None, False), (True, True), (False, False)])
def test_a_caller_is_told_that_a_machine_speaks_where_asked(
    twiml: ModuleType, monkeypatch: pytest.MonkeyPatch, discloses: bool | None, said: bool
) -> None:
    recording = Recording("This call is recorded.")
    monkeypatch.setitem(agents.AGENTS, DEFAULT, replace(DESK, discloses_ai=discloses, recording=recording))
    response = ElementTree.fromstring(twiml.handler(webhook("/voice", rings()), None)["body"])
    told = ["You are speaking with an automated assistant."] if said else []
    assert [verb.text for verb in response if verb.tag == "Say"] == [*told, "This call is recorded."]
    assert [verb.tag for verb in response] == [*(["Say"] if said else []), "Say", "Start", "Connect"]


def test_what_the_carrier_vouches_for_stays_with_the_call(twiml: ModuleType) -> None:
    call = f"CA{uuid4().hex}"
    twiml.handler(webhook("/voice", {**rings(call), "StirVerstat": "TN-Validation-Passed-A"}), None)
    [announced] = [one.event for one in twiml.log.read(call_log(call)) if isinstance(one.event, Announced)]
    assert announced.stir_verstat == "TN-Validation-Passed-A"


def test_what_twilio_says_about_a_call_stays_with_it(twiml: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def greet(caller: Caller) -> str:
        return f"{caller.name}, {caller.forwarded_from}, {caller.parent_call}"

    monkeypatch.setitem(agents.AGENTS, DEFAULT, replace(DESK, greeting=greet))
    call, parent = f"CA{uuid4().hex}", f"CA{'ab' * 16}"
    given = {"ForwardedFrom": "+15550177", "CallerName": "Alma Reyes", "ParentCallSid": parent}
    response = twiml.handler(webhook("/voice", {**rings(call), **given}), None)
    assert f'"Alma Reyes, +15550177, {parent}"' in response["body"]


def test_a_session_has_what_belongs_to_its_call(twiml: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def conversation(caller: Caller) -> str:
        return f"c-{1 / (caller.name != 'Nobody'):g}"

    relay: dict[str, Any] = {
        "customer_name": lambda caller: caller.name,
        "conversationId": conversation,
        "speechTimeout": 900,
    }
    monkeypatch.setitem(agents.AGENTS, DEFAULT, replace(DESK, relay=relay))

    def attributes(name: str) -> dict[str, str]:
        response = twiml.handler(webhook("/voice", {**rings(), "CallerName": name}), None)
        [found] = ElementTree.fromstring(response["body"]).iter("ConversationRelay")
        return {key: found.attrib.get(key, "") for key in ("customerName", "conversationId", "speechTimeout")}

    assert attributes("Alma") == {"customerName": "Alma", "conversationId": "c-1", "speechTimeout": "900"}
    assert attributes("x" * 5000)["customerName"] == "x" * 1000
    assert attributes("") == {"customerName": "", "conversationId": "c-1", "speechTimeout": "900"}
    assert attributes("Nobody") == {"customerName": "Nobody", "conversationId": "", "speechTimeout": "900"}
