"""Twilio's webhooks around a hand-off and a recording."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from functions import agents
from functions.relay import Recording
from functions.relay.log.events import DialEnded, Entry, Event, HandedOff, Recorded, Unreached
from functions.relay.log.keys import Key, Slot, call_log
from tests.conftest import PUBLIC_URL, Aws, LogLines
from tests.fixtures.agents import DEFAULT, DESK
from tests.functions.events import AT, CALLED, CALLER, signature, webhook

pytestmark = pytest.mark.slow

AGENT = DESK
TO, BRIEF = "+15550111", "Zoë wants to complain about cold soup."
KEY = Key(AT, "asked", 101)
HAND_OFF = HandedOff("t1", "asked", TO, BRIEF)
FAREWELL = HandedOff("t1", "asked", TO, nobody="Call us tomorrow.", ends=True)
QUERY = "hand_off=t1"


@pytest.fixture(scope="module")
def twiml(aws: Aws) -> ModuleType:
    return aws.handler("twiml")


@pytest.fixture
def call(twiml: ModuleType) -> str:
    """A call that has been answered."""
    sid = f"CA{uuid4().hex}"
    answered(twiml, "/voice", form(sid, "ringing"))
    return sid


def form(call: str, status: str = "in-progress", **more: str) -> dict[str, str]:
    return {"CallSid": call, "From": CALLER, "To": CALLED, "CallStatus": status, **more}


def answered(twiml: ModuleType, path: str, form: Mapping[str, str], query: str = "") -> Element:
    answer = twiml.handler(webhook(path, form, query), None)
    assert (answer["statusCode"], answer["headers"]) == (200, {"content-type": "text/xml"})
    return ElementTree.fromstring(answer["body"])


def note(twiml: ModuleType, call: str, hand_off: HandedOff = HAND_OFF, key: Key = KEY) -> None:
    twiml.log.append(call_log(call), Entry(key, hand_off))


def hand_over(twiml: ModuleType, call: str) -> Element:
    handed = {"SessionId": "VX1", "SessionStatus": "ended", "HandoffData": json.dumps({"hand_off": "t1"})}
    [verb] = answered(twiml, "/relay-ended", form(call, **handed))
    return verb


def dialed(twiml: ModuleType, call: str, status: str = "no-answer", query: str = QUERY, **more: str) -> Element:
    told = {"DialCallSid": "CA2", "DialCallStatus": status, **more}
    return answered(twiml, "/dialed", form(call, **told), query)


def whispered(twiml: ModuleType, call: str, query: str = QUERY) -> Element:
    leg = form(f"CA{uuid4().hex}", ParentCallSid=call, Direction="outbound-dial") | {"To": TO}
    return answered(twiml, "/whisper", leg, query)


def verbs(response: Element) -> list[str]:
    return [verb.tag for verb in response]


def logged(twiml: ModuleType, call: str, kind: type[Event]) -> list[Any]:
    return [entry.event for entry in twiml.log.read(call_log(call)) if isinstance(entry.event, kind)]


# The hand-off


def test_the_urls_of_a_dialled_person_tell_nothing(twiml: ModuleType, call: str) -> None:
    note(twiml, call)
    dial = hand_over(twiml, call)
    [number] = dial
    assert (dial.tag, number.tag, number.text) == ("Dial", "Number", TO)
    over, whisper = urlsplit(dial.attrib["action"]), urlsplit(number.attrib["url"])
    assert (over.path, whisper.path) == ("/dialed", "/whisper")
    assert parse_qs(over.query) == parse_qs(whisper.query) == {"hand_off": ["t1"]}
    assert f"{over.scheme}://{over.netloc}" == PUBLIC_URL


WORKFLOW = f"workflow:WW{'0' * 32}"


def test_a_caller_in_a_queue_hears_words_again_and_again(twiml: ModuleType, call: str) -> None:
    note(twiml, call, replace(HAND_OFF, to=WORKFLOW, hold="Thank you for waiting."))
    wait = urlsplit(hand_over(twiml, call).attrib["waitUrl"])
    assert (wait.path, wait.query) == ("/hold", QUERY)
    say, _, again = answered(twiml, "/hold", form(call), QUERY)
    assert (say.text, again.text) == ("Thank you for waiting.", f"{PUBLIC_URL}/hold?{QUERY}")


def test_a_queue_never_ends_by_a_fault_of_ours(twiml: ModuleType, call: str) -> None:
    for asked in (form(call), {"From": CALLER}):
        assert verbs(answered(twiml, "/hold", asked, "hand_off=t9")) == ["Pause", "Redirect"]


def test_a_task_is_told_who_calls_and_why(twiml: ModuleType, call: str) -> None:
    note(twiml, call, replace(HAND_OFF, to=WORKFLOW))
    queue = hand_over(twiml, call)
    assert json.loads(queue[0].text or "") == {"reason": "asked", "brief": BRIEF, "caller": CALLER, "call_sid": call}


def test_the_brief_is_whispered_in_the_agent_s_language(twiml: ModuleType, call: str) -> None:
    note(twiml, call)
    [say] = whispered(twiml, call)
    assert (say.tag, say.text, say.attrib["language"]) == ("Say", BRIEF, AGENT.language)


@pytest.mark.parametrize("query", ["", "hand_off=t9", "hand_off="])
def test_nothing_is_whispered_of_a_hand_off_that_is_not_there(twiml: ModuleType, call: str, query: str) -> None:
    note(twiml, call)
    assert verbs(whispered(twiml, call, query)) == []
    assert verbs(whispered(twiml, f"CA{uuid4().hex}")) == []


def test_the_person_sees_our_number_if_the_caller_has_none(aws: Aws) -> None:
    twiml, browser = aws.handler("twiml", HOTLINE_CALLER_ID="+12125550100"), f"CA{uuid4().hex}"
    answered(twiml, "/voice", form(browser, "ringing") | {"From": "client:alice", "To": ""})
    note(twiml, browser)
    assert hand_over(twiml, browser).attrib["callerId"] == "+12125550100"


def test_a_person_is_put_through_without_the_table(aws: Aws) -> None:
    assert verbs(whispered(aws.handler("twiml", HOTLINE_TABLE="nowhere"), "CA1")) == []


def test_a_person_is_put_through_without_a_parent_call(twiml: ModuleType) -> None:
    assert verbs(answered(twiml, "/whisper", form("CA2"), QUERY)) == []


# Its end


@pytest.mark.parametrize("status", ["completed", "answered", "canceled"])
def test_a_caller_whom_a_person_took_is_done(twiml: ModuleType, call: str, status: str) -> None:
    note(twiml, call)
    assert verbs(dialed(twiml, call, status, DialBridged="true")) == ["Hangup"]
    assert logged(twiml, call, Unreached) == []


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed"])
def test_an_untaken_caller_goes_back_to_the_agent(twiml: ModuleType, call: str, status: str) -> None:
    note(twiml, call)
    [connect] = dialed(twiml, call, status)
    assert connect.attrib["action"] == f"{PUBLIC_URL}/relay-ended"
    assert "welcomeGreeting" not in connect[0].attrib
    assert logged(twiml, call, Unreached) == [Unreached(status)]


def test_a_caller_whose_hand_off_says_so_hears_a_farewell(twiml: ModuleType, call: str) -> None:
    note(twiml, call, FAREWELL)
    say, hangup = dialed(twiml, call)
    assert (say.text, hangup.tag) == ("Call us tomorrow.", "Hangup")


def test_a_hand_off_that_is_not_there_is_apologised_for(twiml: ModuleType, call: str) -> None:
    for query in ("", "hand_off=t9"):
        say, hangup = dialed(twiml, call, query=query)
        assert (say.text, hangup.tag) == (AGENT.phrases.unavailable, "Hangup")
    assert logged(twiml, call, Unreached) == []


def test_a_repeated_callback_is_answered_the_same_and_logged_once(twiml: ModuleType, call: str) -> None:
    note(twiml, call)
    first, second = dialed(twiml, call), dialed(twiml, call)
    assert ElementTree.tostring(first) == ElementTree.tostring(second)
    assert logged(twiml, call, Unreached) == [Unreached("no-answer")]


def test_a_call_that_ends_with_a_person_is_logged_once(twiml: ModuleType, call: str) -> None:
    note(twiml, call)
    for _ in range(2):
        dialed(twiml, call, "completed", CallStatus="completed")
    events = [entry.event for entry in twiml.log.read(call_log(call))]
    assert [event for event in events if isinstance(event, DialEnded)] == [DialEnded("t1", "completed", AT)]


def test_a_late_callback_of_one_hand_off_says_nothing_of_the_next(twiml: ModuleType, call: str) -> None:
    note(twiml, call)
    dialed(twiml, call)
    note(twiml, call, HandedOff("t2", "again", TO), Key(AT + 1, "again", 101))
    dialed(twiml, call)
    [entry] = [one for one in twiml.log.read(call_log(call)) if isinstance(one.event, Unreached)]
    assert entry.key == KEY.under(Slot.UNREACHED.at(number=101))


def test_who_was_handed_off_is_private(
    twiml: ModuleType, call: str, written: Callable[[ModuleType], LogLines]
) -> None:
    lines = written(twiml)
    note(twiml, call)
    hand_over(twiml, call)
    whispered(twiml, call)
    dialed(twiml, call)
    assert [(line["message"], line["next"]) for line in lines.lines] == [
        ("a session ended", "Transfer"),
        ("a hand-off ended", "Resume"),
    ]
    assert not any(word in lines.text for word in (CALLER, CALLED, TO, "Zoë", "soup", "asked"))


# A recording


def recorded(twiml: ModuleType, call: str, status: str, **more: str) -> Any:
    where = {"RecordingUrl": "https://api.twilio.com/RE1", "RecordingStatus": status}
    told = {"AccountSid": "AC1", "CallSid": call, "RecordingSid": "RE1", **where, **more}
    return twiml.handler(webhook("/recorded", told), None)


def test_a_recorded_call_says_so_first_and_only_once(
    twiml: ModuleType, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, DEFAULT, replace(AGENT, recording=Recording("This call is recorded.")))
    say, start, connect = answered(twiml, "/voice", form(call, "ringing"))
    assert say.text == "This call is recorded."
    assert start[0].attrib["recordingStatusCallback"] == f"{PUBLIC_URL}/recorded"
    assert connect.tag == "Connect"
    lost = form(call, SessionId="VX1", SessionStatus="failed", ErrorCode="64105")
    assert verbs(answered(twiml, "/relay-ended", lost)) == ["Connect"]
    note(twiml, call)
    assert verbs(dialed(twiml, call)) == ["Connect"]


def test_the_status_of_a_recording_is_logged_once(
    twiml: ModuleType, call: str, written: Callable[[ModuleType], LogLines]
) -> None:
    lines = written(twiml)
    for _ in range(2):
        assert recorded(twiml, call, "completed", RecordingDuration="41") == {"statusCode": 204}
        assert recorded(twiml, call, "in-progress") == {"statusCode": 204}
    assert set(logged(twiml, call, Recorded)) == {Recorded("RE1", "in-progress"), Recorded("RE1", "completed", 41)}
    assert len(logged(twiml, call, Recorded)) == 2
    assert {line["message"] for line in lines.lines} == {"a recording has a new status"}
    assert not any(word in lines.text for word in ("RE1", "https"))


# Strangers


@pytest.mark.parametrize("path", ["/dialed", "/whisper", "/recorded"])
def test_what_twilio_did_not_sign_for_this_url_is_refused(twiml: ModuleType, call: str, path: str) -> None:
    note(twiml, call)
    told = form(call, DialCallStatus="busy", ParentCallSid=call, RecordingSid="RE1", RecordingStatus="completed")
    for signed in ("", "forged", signature(f"{PUBLIC_URL}{path}?hand_off=t2", told), signature(PUBLIC_URL, told)):
        assert twiml.handler(webhook(path, told, QUERY, signed), None) == {"statusCode": 403}
    assert logged(twiml, call, Unreached) == logged(twiml, call, Recorded) == []
