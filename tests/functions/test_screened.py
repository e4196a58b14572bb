"""Twilio's report on who answered a call that we placed, which comes while the agent talks."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from functions import agents
from functions.relay import Agent, Voice
from functions.relay.log.events import Announced, Entry, Event, Screened, SessionJoined
from functions.relay.log.keys import Key, call_log
from tests.conftest import Aws
from tests.endpoint import Endpoint, Reply
from tests.functions.events import webhook

pytestmark = pytest.mark.slow

CALLEE, OURS = "+12135550142", "+12125550100"
MACHINES = ["machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax"]
DE = Voice("Google", "de-DE-Neural2-C")


def reminder(**more: Any) -> Agent:
    voices = {"en-GB": Voice("Google", "en-GB-Neural2-A"), "de-DE": DE}
    words = {"en-GB": "Please call us back at {number}.", "de-DE": "Bitte rufen Sie {number} an."}
    return Agent("Be brief.", "Hello.", voices, **{"voicemail": words, **more})


@pytest.fixture
def service() -> Iterator[Endpoint]:
    """Lambda's Invoke API."""
    with Endpoint(Reply(202)) as running:
        yield running


@pytest.fixture
def twiml(aws: Aws, service: Endpoint, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setitem(agents.AGENTS, "reminder", reminder())
    return aws.handler("twiml", AWS_ENDPOINT_URL_LAMBDA=service.url, HOTLINE_SESSION_FUNCTION="hotline-default")


@pytest.fixture
def call() -> str:
    return f"CA{uuid4().hex}"


def announce(twiml: ModuleType, call: str, *more: Event, language: str = "") -> None:
    """Log what a call has in its log once its agent talks."""
    told = Announced("reminder", CALLEE, OURS, (), language, outbound=True)
    for number, event in enumerate((told, *more)):
        twiml.log.append(call_log(call), Entry(Key(1, f"e{number}"), event))


def report(twiml: ModuleType, call: str, by: str, signed: str | None = None) -> Any:
    return twiml.handler(webhook("/screened", {"CallSid": call, "AnsweredBy": by}, signed=signed), None)


def left(twiml: ModuleType, call: str, **more: str) -> Any:
    ends = {"From": OURS, "To": CALLEE, "Direction": "outbound-api", "CallStatus": "in-progress"}
    form = {"CallSid": call, "SessionId": "VX1", "SessionStatus": "completed", **ends, **more}
    return ElementTree.fromstring(twiml.handler(webhook("/relay-ended", form), None)["body"])


def screened(twiml: ModuleType, call: str) -> list[Event]:
    return [one.event for one in twiml.log.read(call_log(call)) if isinstance(one.event, Screened)]


@pytest.mark.parametrize("by", MACHINES)
def test_a_machine_ends_the_newest_session(twiml: ModuleType, service: Endpoint, call: str, by: str) -> None:
    announce(twiml, call, SessionJoined("c-1"), SessionJoined("c-2"))
    assert report(twiml, call, by) == {"statusCode": 204}
    [invoked] = service.seen
    assert json.loads(invoked.body) == {"machine": {"connection": "c-2", "answered_by": by}}
    assert screened(twiml, call) == [Screened(by)]


@pytest.mark.parametrize("by", ["human", "unknown", "", "something new"])
def test_what_may_be_a_person_ends_nothing(twiml: ModuleType, service: Endpoint, call: str, by: str) -> None:
    announce(twiml, call, SessionJoined("c-1"))
    assert report(twiml, call, by) == {"statusCode": 204}
    assert service.seen == []


def test_a_machine_before_the_session_is_only_logged(twiml: ModuleType, service: Endpoint, call: str) -> None:
    announce(twiml, call)
    report(twiml, call, "machine_end_beep")
    assert (service.seen, screened(twiml, call)) == ([], [Screened("machine_end_beep")])


def test_the_same_report_twice_is_logged_once(twiml: ModuleType, call: str) -> None:
    announce(twiml, call, SessionJoined("c-1"))
    for _ in range(2):
        report(twiml, call, "machine_end_beep")
    assert screened(twiml, call) == [Screened("machine_end_beep")]


def test_the_first_of_two_reports_counts(twiml: ModuleType, service: Endpoint, call: str) -> None:
    announce(twiml, call, SessionJoined("c-1"))
    report(twiml, call, "human")
    report(twiml, call, "machine_end_beep")
    assert (service.seen, screened(twiml, call)) == ([], [Screened("human")])


def test_a_forged_report_is_refused(twiml: ModuleType, service: Endpoint, call: str) -> None:
    announce(twiml, call, SessionJoined("c-1"))
    assert report(twiml, call, "machine_end_beep", signed="no") == {"statusCode": 403}
    assert (service.seen, screened(twiml, call)) == ([], [])


def test_a_report_on_a_call_that_is_over_changes_nothing(twiml: ModuleType, service: Endpoint, call: str) -> None:
    announce(twiml, call, SessionJoined("c-1"))
    left(twiml, call, CallStatus="completed")
    assert report(twiml, call, "machine_end_beep") == {"statusCode": 204}
    assert (service.seen, screened(twiml, call)) == ([], [])


@pytest.mark.parametrize("status", ["completed", "failed"])
@pytest.mark.parametrize(("language", "words"), [("", "Please call us back"), ("de-DE", "Bitte rufen Sie")])
def test_the_message_has_the_language_of_the_order(
    twiml: ModuleType, call: str, status: str, language: str, words: str
) -> None:
    announce(twiml, call, SessionJoined("c-1"), language=language)
    report(twiml, call, "machine_end_beep")
    for _ in range(2):
        pause, say, hangup = left(twiml, call, SessionStatus=status)
        assert [one.tag for one in (pause, say, hangup)] == ["Pause", "Say", "Hangup"]
        assert words in (say.text or "")
        assert say.attrib["language"] == (language or "en-GB")


@pytest.mark.parametrize(("by", "voicemail"), [("machine_end_beep", ""), ("fax", "Call us back.")])
def test_without_a_message_the_call_ends(
    twiml: ModuleType, call: str, monkeypatch: pytest.MonkeyPatch, by: str, voicemail: str
) -> None:
    monkeypatch.setitem(agents.AGENTS, "reminder", reminder(voicemail=voicemail))
    announce(twiml, call, SessionJoined("c-1"))
    report(twiml, call, by)
    assert [one.tag for one in left(twiml, call)] == ["Hangup"]


def test_the_session_s_function_is_tried_three_times(aws: Aws, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(agents.AGENTS, "reminder", reminder())
    with Endpoint(Reply(500)) as service:
        twiml = aws.handler("twiml", AWS_ENDPOINT_URL_LAMBDA=service.url, HOTLINE_SESSION_FUNCTION="hotline-default")
        announce(twiml, call, SessionJoined("c-1"))
        assert report(twiml, call, "machine_end_beep") == {"statusCode": 204}
        assert len(service.seen) == 3
