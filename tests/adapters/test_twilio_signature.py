"""Only what Twilio has signed is genuine."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import pytest

from functions.adapters.twilio_signature import is_signed

TOKEN = "0123456789abcdef0123456789abcdef"
RELAY = "wss://relay.example.com/prod"
RELAY_SIGNED = "1b2kO3kteO/JCKC8iG5YzvkQftA="
VOICE = "https://api.example.com/voice"
FORM = {"CallSid": "CA1", "From": "+15550100002", "To": "+15550100001"}
FORM_SIGNED = "OPkHL5C5JeC520fmvpqU4xKtkfU="


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        (RELAY, {}, RELAY_SIGNED),
        (f"{RELAY}?cid=abc", {}, "RwfeICyJxP8hqMg/fZdpZ/jlaQ4="),
        (VOICE, FORM, FORM_SIGNED),
        (VOICE, dict(reversed(FORM.items())), FORM_SIGNED),
    ],
)
def test_what_twilio_signed_is_genuine(url: str, form: Mapping[str, str], signature: str) -> None:
    assert is_signed(TOKEN, url, form, signature)


def test_a_form_in_any_script_is_genuine() -> None:
    form = {"From": "+15550100", "CallerName": "Zoë 🍕", "Empty": ""}
    text = VOICE + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()
    assert is_signed(TOKEN, VOICE, form, base64.b64encode(digest).decode())


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        (VOICE, FORM, ""),
        (VOICE, FORM, " "),
        (VOICE, FORM, RELAY_SIGNED),
        (VOICE, FORM, FORM_SIGNED.lower()),
        (VOICE, FORM, FORM_SIGNED + " "),
        (VOICE, FORM, FORM_SIGNED[:-1]),
        (VOICE, FORM, "ö" * len(FORM_SIGNED)),
        (VOICE, {**FORM, "From": "+15550100003"}, FORM_SIGNED),
        (VOICE, {**FORM, "Extra": "x"}, FORM_SIGNED),
        (VOICE, {}, FORM_SIGNED),
        (f"{VOICE}/", FORM, FORM_SIGNED),
        (f"{VOICE}?a=b", FORM, FORM_SIGNED),
        ("http://api.example.com/voice", FORM, FORM_SIGNED),
        ("https://elsewhere.example.com/voice", FORM, FORM_SIGNED),
        ("https://relay.example.com/prod", {}, RELAY_SIGNED),
        ("ws://relay.example.com/prod", {}, RELAY_SIGNED),
        (f"{RELAY}/", {}, RELAY_SIGNED),
    ],
)
def test_what_twilio_did_not_sign_is_not(url: str, form: Mapping[str, str], signature: str) -> None:
    assert not is_signed(TOKEN, url, form, signature)


def test_another_account_s_signature_is_not_ours() -> None:
    assert not is_signed("f" * 32, VOICE, FORM, FORM_SIGNED)
