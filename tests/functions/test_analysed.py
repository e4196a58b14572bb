"""The webhook of Conversational Intelligence: JSON, whose hash is in the signed URL."""

import hashlib
import json
from types import ModuleType
from typing import Any

import pytest

from functions.relay.log.events import Entry, TranscriptReady
from functions.relay.log.keys import Key, transcript_log
from tests.conftest import PUBLIC_URL, Aws
from tests.functions.events import SIGNATURE, signature, webhook

READY = {"account_sid": "AC1", "service_sid": "GA1", "transcript_sid": "GT1", "event_type": "voice_intelligence"}


@pytest.fixture(scope="module")
def twiml(aws: Aws) -> ModuleType:
    return aws.handler("twiml")


def posted(body: str, hashed: str | None = None, signed: str | None = None) -> dict[str, Any]:
    """Return the event of a JSON webhook. `hashed` replaces what the hash is of; `signed` replaces the signature."""
    query = f"bodySHA256={hashlib.sha256((body if hashed is None else hashed).encode()).hexdigest()}"
    right = signature(f"{PUBLIC_URL}/analysed?{query}")
    event = webhook("/analysed", {}, query, signed=right if signed is None else signed)
    return {**event, "body": body, "isBase64Encoded": False}


def entries(twiml: ModuleType, transcript: str) -> tuple[Entry, ...]:
    found: tuple[Entry, ...] = twiml.log.read(transcript_log(transcript))
    return found


def test_a_finished_transcript_is_logged_once(twiml: ModuleType) -> None:
    for _ in range(2):
        assert twiml.handler(posted(json.dumps(READY)), None)["statusCode"] == 204
    assert entries(twiml, "GT1") == (Entry(Key(0, "ready"), TranscriptReady("GA1")),)


@pytest.mark.parametrize(
    "event",
    [
        posted(json.dumps({**READY, "transcript_sid": "GT2"}), hashed="{}"),
        posted(json.dumps({**READY, "transcript_sid": "GT2"}), signed="nonsense"),
        {**posted(json.dumps({**READY, "transcript_sid": "GT2"})), "rawQueryString": ""},
        webhook("/analysed", {"transcript_sid": "GT2"}, signed=signature(f"{PUBLIC_URL}/analysed")),
    ],
    ids=["another body", "no signature", "no hash", "a form without a signature"],
)
def test_what_twilio_did_not_sign_is_refused(twiml: ModuleType, event: dict[str, Any]) -> None:
    assert twiml.handler(event, None) == {"statusCode": 403}
    assert entries(twiml, "GT2") == ()


def test_json_without_a_hash_proves_nothing(twiml: ModuleType) -> None:
    event = posted(json.dumps({**READY, "transcript_sid": "GT3"}))
    bare = {**event, "rawQueryString": "", "headers": {SIGNATURE.lower(): signature(f"{PUBLIC_URL}/analysed")}}
    assert twiml.handler(bare, None)["statusCode"] != 204
    assert entries(twiml, "GT3") == ()


@pytest.mark.parametrize("body", ["{", '{"transcript_sid": 7}', "[]", '{"a": ' * 9999], ids=lambda one: one[:9])
def test_a_body_without_a_transcript_is_an_error_that_twilio_sees(twiml: ModuleType, body: str) -> None:
    assert twiml.handler(posted(body), None)["statusCode"] in (403, 500)
