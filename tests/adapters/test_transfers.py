"""The TwiML that hands a caller off, as an XML parser reads it."""

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from functions.adapters import twilio, waiting
from functions.relay.log.events import Announced, HandedOff
from functions.relay.transfer import first_ring
from local.phone.twiml import oddities, read
from tests.fixtures.agents import DESK

HOLD = "https://api.example.com/hold?hand_off=t1"
OVER, WHISPER = "https://api.example.com/dialed?hand_off=t1", "https://api.example.com/whisper?hand_off=t1&x=1"
MACHINE = "https://api.example.com/machine?person={}"
URLS = twilio.RingUrls(OVER, lambda _: WHISPER, MACHINE.format, HOLD)
CALLER, CALL = "+15550101", "CA1"
ANNOUNCED = Announced("desk", CALLER, "+15550100")
WORKFLOW = "WW0123456789abcdef0123456789abcdef"
UPSET = 'Upset: "cold" soup & <no> wine 🍕'


def put_through(to: str, **more: Any) -> Element:
    """Return the verb of the document. It must be the only one, and Twilio must ignore nothing in it."""
    document = twilio.put_through(first_ring(HandedOff("t1", "asked", to, **more)), DESK, ANNOUNCED, CALL, URLS)
    assert [oddity for verb in read(document) for oddity in oddities(verb)] == []
    [verb] = ElementTree.fromstring(document)
    return verb


DIALED = {"action": OVER, "method": "POST", "timeout": "30", "timeLimit": "7200", "answerOnBridge": "true"}


@pytest.mark.parametrize(
    ("caller", "caller_id"),
    [
        ("+12125550142", None),
        ("client:alice", "+12125550100"),
        ("sip:alice@example.sip.twilio.com", "+12125550100"),
        ("Anonymous", "+12125550100"),
        ("+266696687", "+12125550100"),
        ("40404", "+12125550100"),
        ("", "+12125550100"),
    ],
)
def test_a_caller_without_a_number_is_dialled_from_ours(caller: str, caller_id: str | None) -> None:
    announced = Announced("desk", caller, "+12125550100")
    [dial] = ElementTree.fromstring(
        twilio.put_through(first_ring(HandedOff("t1", "asked", "+12125550111")), DESK, announced, CALL, URLS)
    )
    assert dial.get("callerId") == caller_id


def test_no_caller_id_is_made_up_where_we_have_no_number() -> None:
    announced = Announced("desk", "client:alice", "sip:desk@example.com")
    [dial] = ElementTree.fromstring(
        twilio.put_through(first_ring(HandedOff("t1", "asked", "+12125550111")), DESK, announced, CALL, URLS)
    )
    assert dial.get("callerId") is None


def test_the_deployments_number_is_shown_for_a_browser() -> None:
    announced, wanted = Announced("desk", "client:alice", ""), HandedOff("t1", "asked", "+12125550111")
    document = twilio.put_through(first_ring(wanted), DESK, announced, CALL, URLS, ours="+12125550100")
    assert ElementTree.fromstring(document)[0].get("callerId") == "+12125550100"


@pytest.mark.parametrize(
    ("to", "tag"),
    [("+15550100", "Number"), ("sip:desk@example.com;transport=tls", "Sip"), ("sip:a@example.com?x=1&y=2", "Sip")],
)
def test_a_number_or_an_address_is_dialled_and_whispered_the_brief(to: str, tag: str) -> None:
    dial = put_through(to, brief=UPSET)
    [called] = dial
    assert (dial.tag, dial.attrib) == ("Dial", DIALED)
    assert (called.tag, called.text, called.attrib) == (tag, to, {"url": WHISPER, "method": "POST"})


def test_without_a_brief_there_is_nothing_to_whisper() -> None:
    [called] = put_through("+15550100", rings=12)
    assert called.attrib == {}


def test_it_rings_as_long_as_the_hand_off_says() -> None:
    assert put_through("+15550100", rings=12).attrib["timeout"] == "12"


def test_a_transfer_ends_after_its_minutes() -> None:
    assert put_through("+15550100", minutes=30).attrib["timeLimit"] == "1800"


def parameters(client: Element) -> Mapping[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in client if one.tag == "Parameter"}


def test_a_client_is_told_in_parameters() -> None:
    [client] = put_through("client:agent_1", brief=UPSET)
    assert [one.text for one in client if one.tag == "Identity"] == ["agent_1"]
    assert parameters(client) == {"reason": "asked", "brief": UPSET, "caller": CALLER, "call_sid": CALL}


@pytest.mark.parametrize("brief", ["x" * 2000, "ü" * 2000, "🍕" * 2000])
def test_a_client_s_parameters_stay_within_what_twilio_takes(brief: str) -> None:
    [client] = put_through("client:agent_1", brief=brief)
    told = parameters(client)
    assert 680 < sum(len((name + value).encode()) for name, value in told.items()) <= 800
    assert told["brief"] and brief.startswith(told["brief"])
    assert (told["caller"], told["call_sid"], told["reason"]) == (CALLER, CALL, "asked")


@pytest.mark.parametrize("brief", ["", UPSET, "a\x00b\x1fc \ud800"])
def test_a_workflow_s_task_has_its_brief_as_json(brief: str) -> None:
    enqueue = put_through(f"workflow:{WORKFLOW}", brief=brief)
    [task] = enqueue
    assert (enqueue.tag, enqueue.attrib) == ("Enqueue", {"workflowSid": WORKFLOW, "action": OVER, "method": "POST"})
    assert json.loads(task.text or "") == {"reason": "asked", "brief": brief, "caller": CALLER, "call_sid": CALL}


def test_a_queue_with_its_own_hold_asks_what_to_play() -> None:
    enqueue = put_through(f"workflow:{WORKFLOW}", hold="Thank you for waiting.")
    assert (enqueue.attrib["waitUrl"], enqueue.attrib["waitUrlMethod"]) == (HOLD, "POST")


def held(words_or_music: str) -> list[Element]:
    document = waiting.hold(words_or_music, DESK, "en-US", HOLD)
    assert [oddity for verb in read(document) for oddity in oddities(verb)] == []
    return list(ElementTree.fromstring(document))


def test_words_in_a_queue_are_said_again_after_a_pause() -> None:
    say, pause, redirect = held("*Thank you* for waiting.")
    assert (say.tag, say.text) == ("Say", "Thank you for waiting.")
    assert (pause.tag, redirect.tag, redirect.text) == ("Pause", "Redirect", HOLD)


def test_music_in_a_queue_plays_without_an_end() -> None:
    [play] = held("https://example.com/hold.mp3?a=1&b=2")
    assert (play.tag, play.get("loop"), play.text) == ("Play", "0", "https://example.com/hold.mp3?a=1&b=2")


def test_an_unknown_queue_is_silent_without_an_end() -> None:
    assert [verb.tag for verb in held("")] == ["Pause", "Redirect"]
