"""What the phone posts and signs, and where it really sends it."""

import re

import pytest
from twilio.request_validator import RequestValidator

from local.phone.forms import Identity, Signer
from local.phone.records import Ended, Problem
from local.phone.routes import Routes, mapping
from local.phone.wire import Request

TOKEN = "0123456789abcdef0123456789abcdef"
CALL = Identity("+15550142", "+15550100", "AC1", "CA1", {"ForwardedFrom": "+15550199"})


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        ("wss://relay.example.com/prod", {}, "1b2kO3kteO/JCKC8iG5YzvkQftA="),
        ("wss://relay.example.com/prod?cid=abc", {}, "RwfeICyJxP8hqMg/fZdpZ/jlaQ4="),
        (
            "https://api.example.com/voice",
            {"CallSid": "CA1", "From": "+15550100002", "To": "+15550100001"},
            "OPkHL5C5JeC520fmvpqU4xKtkfU=",
        ),
    ],
)
def test_signatures_are_twilios(url: str, form: dict[str, str], signature: str) -> None:
    assert Signer(TOKEN)(url, form) == signature
    assert RequestValidator(TOKEN).validate(url, form, signature)


def test_the_voice_webhook_has_every_field_of_an_inbound_call() -> None:
    form = CALL.voice_form()
    places = {
        end + part for end in ("From", "To", "Caller", "Called") for part in ("City", "State", "Zip", "Country")
    }
    named = {"CallSid", "AccountSid", "ApiVersion", "Direction", "CallStatus", "From", "To", "Caller", "Called"}
    assert form.keys() == places | named | {"StirVerstat", "CallToken", "ForwardedFrom"}
    assert (form["CallStatus"], form["Direction"], form["ApiVersion"]) == ("ringing", "inbound", "2010-04-01")
    assert (form["From"], form["Caller"], form["To"], form["Called"]) == ("+15550142",) * 2 + ("+15550100",) * 2


@pytest.mark.parametrize(
    ("ended", "fields"),
    [
        (
            Ended("ended", 1000, 41, '{"reasonCode":"live-agent"}'),
            {"SessionStatus": "ended", "CallStatus": "in-progress", "HandoffData": '{"reasonCode":"live-agent"}'},
        ),
        (Ended("completed", 1000, 73), {"SessionStatus": "completed", "CallStatus": "completed"}),
        (
            Ended("failed", 1006, 12, None, Problem(64105, "Websocket ended")),
            {"CallStatus": "in-progress", "ErrorCode": "64105", "ErrorMessage": "Websocket ended"},
        ),
    ],
)
def test_the_action_callback_tells_how_the_session_ended(ended: Ended, fields: dict[str, str]) -> None:
    form = CALL.action_form("VX1", ended)
    assert form.items() >= fields.items()
    assert (form["SessionId"], form["SessionDuration"], form["CallSid"]) == ("VX1", str(ended.seconds), "CA1")
    assert ("HandoffData" in form, "ErrorCode" in form) == (ended.handoff is not None, ended.error is not None)


def test_an_empty_hand_off_is_not_none_at_all() -> None:
    assert CALL.action_form("VX1", Ended("ended", 1000, 1, ""))["HandoffData"] == ""


@pytest.mark.parametrize(("first", "status"), [(True, "RINGING"), (False, "IN_PROGRESS")])
def test_setup_has_exactly_the_fields_of_the_wire(first: bool, status: str) -> None:
    assert CALL.setup("VX1", {"tenant": "acme"}, first=first) == {
        "type": "setup",
        "sessionId": "VX1",
        "accountSid": "AC1",
        "callSid": "CA1",
        "parentCallSid": "",
        "from": "+15550142",
        "to": "+15550100",
        "forwardedFrom": "+15550199",
        "callerName": "",
        "direction": "inbound",
        "callType": "PSTN",
        "callStatus": status,
        "customParameters": {"tenant": "acme"},
    }


def test_every_call_has_its_own_identifier() -> None:
    sids = [Identity("+15550142", "+15550100", "AC1").call_sid for _ in range(2)]
    assert sids[0] != sids[1]
    assert all(re.fullmatch("CA[0-9a-f]{32}", sid) for sid in sids)


def test_a_webhook_by_get_is_signed_with_its_fields_in_the_url() -> None:
    assert Request("https://a.example/v?x=1", {"From": "+1"}, "GET").signed() == (
        "https://a.example/v?x=1&From=%2B1",
        {},
    )
    assert Request("https://a.example/v", {"From": "+1"}).signed() == ("https://a.example/v", {"From": "+1"})


ROUTES = Routes(
    "http://127.0.0.1:8000/voice?a=1",
    "https://hotline.example/",
    mapping({"wss://relay.example": "ws://127.0.0.1:8001", "wss://relay.example/prod": "ws://127.0.0.1:8002/stage"}),
)


def test_the_webhook_is_known_by_its_public_url() -> None:
    assert ROUTES.public_voice_url == "https://hotline.example/voice?a=1"
    assert Routes("http://127.0.0.1:8000/voice", "", mapping({})).public_voice_url == "http://127.0.0.1:8000/voice"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://hotline.example/ended?n=1", "http://127.0.0.1:8000/ended?n=1"),
        ("https://hotline.example.evil.example/ended", "https://hotline.example.evil.example/ended"),
        ("https://other.example/ended", "https://other.example/ended"),
        ("wss://relay.example/prod?cid=1", "ws://127.0.0.1:8002/stage?cid=1"),
        ("wss://relay.example/beta", "ws://127.0.0.1:8001/beta"),
        ("wss://relay.example/production", "ws://127.0.0.1:8001/production"),
        ("wss://elsewhere.example/prod", "wss://elsewhere.example/prod"),
    ],
)
def test_a_public_url_is_sent_to_the_address_behind_it(url: str, address: str) -> None:
    assert ROUTES.address(url) == address


@pytest.mark.parametrize(
    ("url", "dialable"), [("wss://any.example", True), ("ws://any.example", False), ("", False), ("https://a", False)]
)
def test_twilio_dials_wss_alone(url: str, dialable: bool) -> None:
    assert ROUTES.dialable(url) is dialable


def test_anything_may_be_dialled_on_purpose() -> None:
    assert Routes("http://127.0.0.1/voice", "", mapping({"ws://127.0.0.1": "ws://127.0.0.1"})).dialable(
        "ws://127.0.0.1/"
    )
