"""Which messages of an application Twilio accepts, and which it refuses."""

import json
from typing import Any

import pytest

from local.phone.frames import End, Language, MalformedError, Message, Play, SendDigits, Text, read

SESSION = {"en-US", "es-ES"}
SOURCE = "https://cdn.example/hold.mp3"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"type": "text", "token": " at ten."}, Text(" at ten.")),
        ({"type": "text", "token": "", "last": True}, Text("", True)),
        ({"type": "text", "token": "Hola", "lang": "es-ES"}, Text("Hola", lang="es-ES")),
        (
            {"type": "text", "token": "a", "interruptible": False, "preemptible": True},
            Text("a", interruptible=False, preemptible=True),
        ),
        ({"type": "text", "token": "a", "colour": "red"}, Text("a")),
        ({"type": "play", "source": SOURCE}, Play(SOURCE)),
        ({"type": "play", "source": SOURCE, "loop": 3, "preemptible": True}, Play(SOURCE, 3, preemptible=True)),
        ({"type": "play", "source": SOURCE, "loop": 0}, Play(SOURCE, 1000)),
        ({"type": "sendDigits", "digits": "2ww415#*"}, SendDigits("2ww415#*")),
        ({"type": "language", "ttsLanguage": "es-ES"}, Language("es-ES", None)),
        ({"type": "language", "transcriptionLanguage": "multi"}, Language(None, "multi")),
        ({"type": "end"}, End()),
        ({"type": "end", "handoffData": '{"a":1}'}, End('{"a":1}')),
    ],
)
def test_a_good_message_is_read(sent: dict[str, Any], message: Message) -> None:
    assert read(json.dumps(sent), SESSION) == message


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        ({}, "unknown type None"),
        ({"type": "txt"}, "unknown type 'txt'"),
        ({"type": ["text"]}, "unknown type"),
        ({"message": "Internal server error", "connectionId": "a", "requestId": "b"}, "unknown type None"),
        ({"type": "setup"}, "unknown type 'setup'"),
        ({"type": "config", "preemptible": True}, "unknown type 'config'"),
        ({"type": "text"}, "text.token is missing"),
        ({"type": "text", "token": None}, "text.token is missing"),
        ({"type": "text", "token": 5}, "text.token must be a string"),
        ({"type": "text", "token": "a", "last": "true"}, "text.last must be true or false"),
        ({"type": "text", "token": "a", "last": None}, "text.last must be true or false"),
        ({"type": "text", "token": "a", "interruptible": "speech"}, "text.interruptible must be true or false"),
        ({"type": "text", "token": "a", "preemptible": 1}, "text.preemptible must be true or false"),
        ({"type": "text", "token": "a", "lang": "fr-FR"}, "'fr-FR' is not a language of the session"),
        ({"type": "play"}, "play.source is missing"),
        ({"type": "play", "source": "hold.mp3"}, "play.source must be an http or https URL"),
        ({"type": "play", "source": "https://"}, "play.source must be an http or https URL"),
        ({"type": "play", "source": SOURCE, "loop": -1}, "play.loop must be"),
        ({"type": "play", "source": SOURCE, "loop": 1001}, "play.loop must be"),
        ({"type": "play", "source": SOURCE, "loop": True}, "play.loop must be"),
        ({"type": "sendDigits", "digits": ""}, "sendDigits.digits must be only"),
        ({"type": "sendDigits", "digits": "12a"}, "sendDigits.digits must be only"),
        ({"type": "sendDigits", "digits": 12}, "sendDigits.digits must be only"),
        ({"type": "language"}, "language needs"),
        ({"type": "language", "ttsLanguage": "Spanish!"}, "language.ttsLanguage must be"),
        ({"type": "end", "handoffData": {"a": 1}}, "end.handoffData must be a string"),
    ],
)
def test_a_bad_message_is_refused_with_the_rule_that_it_breaks(sent: dict[str, Any], rule: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read(json.dumps(sent), SESSION)
    assert rule in str(refused.value)


@pytest.mark.parametrize(
    ("data", "rule"),
    [("hello", "not JSON"), ("", "not JSON"), ("[]", "not a JSON object"), ("null", "not a"), (b"{}", "binary")],
)
def test_what_is_no_json_object_is_refused(data: str | bytes, rule: str) -> None:
    with pytest.raises(MalformedError, match=rule):
        read(data)
