"""The menu or the apology when the voice webhook fails."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.agents import AGENTS, DEFAULT
from functions.fallback import handler, read
from functions.relay import Agent, Menu, Option, Voice
from functions.webhooks.unanswered import fallbacks
from infra import fallback
from local.phone.twiml import Verb, oddities
from local.phone.twiml import read as read_twiml

THEIRS = AGENTS[DEFAULT]
"""The user's default agent, before the agents of the tests take its place."""

DESK = Agent("You answer.", "Good evening!", {"en-US": Voice("Google", "en-US-Neural2-A")})
CASA = Agent("Contestas.", "¡Hola!", {"es-ES": Voice("Google", "es-ES-Neural2-A")})
SHOP = Agent("You answer.", "Hello!", DESK.voices, menu=Menu([Option("orders", to="+15550190")]))


def verbs(answer: dict[str, Any]) -> tuple[Verb, Verb]:
    assert (answer["statusCode"], answer["headers"]) == (200, {"content-type": "text/xml"})
    said, ended = read_twiml(answer["body"])
    assert not [*oddities(said), *oddities(ended)]
    return said, ended


@pytest.mark.parametrize("event", [None, {}, {"body": "%%%", "headers": None}], ids=["nothing", "empty", "broken"])
def test_whatever_is_sent_a_sentence_is_said_and_the_call_ends(event: object) -> None:
    said, ended = verbs(handler(event, None))
    assert said.text.startswith("Sorry, we can't take your call right now.")
    assert ended.name == "Hangup"


def called(number: str, *, encoded: bool = False, failed: str = "") -> dict[str, Any]:
    body = urlencode({"From": "+15550101", "To": number, **({"ErrorUrl": failed} if failed else {})})
    return {"body": b64encode(body.encode()).decode() if encoded else body, "isBase64Encoded": encoded}


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize(
    ("number", "agent"),
    [("+15550111", CASA), ("whatsapp:+15550111", CASA), ("+15550100", DESK), ("", DESK)],
    ids=["own", "WhatsApp", "other", "unknown"],
)
def test_each_number_has_its_agents_language(tmp_path: Path, number: str, agent: Agent, encoded: bool) -> None:
    file = tmp_path / "fallback.json"
    file.write_text(fallbacks({"desk": DESK, "casa": CASA}, {"": "desk", "+15550111": "casa"}))
    said, _ = verbs(handler(called(number, encoded=encoded), None, read(file)))
    spoken = {"language": agent.language, "voice": f"Google.{agent.language}-Neural2-A"}
    assert (said.text, said.attributes) == (agent.phrases.unavailable, spoken)


@pytest.mark.parametrize(
    ("failed", "first"),
    [("", "Gather"), ("https://api.example.com/voice", "Gather"), ("https://api.example.com/menu?agent=shop", "Say")],
)
def test_a_menu_is_said_unless_it_is_what_failed(tmp_path: Path, failed: str, first: str) -> None:
    file = tmp_path / "fallback.json"
    file.write_text(fallbacks({"shop": SHOP}, {"": "shop"}))
    said, _ = verbs(handler(called("+15550100", failed=failed), None, read(file)))
    assert said.name == first


def test_a_document_for_strangers_holds_no_persons_number() -> None:
    assert "+15550190" not in fallbacks({"shop": SHOP}, {"": "shop"})


def test_a_broken_request_has_the_default_agents_language() -> None:
    british = handler(None, None)["body"].replace("en-US", "en-GB")
    said, _ = verbs(handler({"body": 7}, None, {"": (british, british)}))
    assert said.attributes["language"] == "en-GB"


@pytest.mark.parametrize("content", [b"", b"[]", b"7", b"{", b"\xff", b'{"": "x"}', b'{"": 7}'])
def test_a_broken_file_is_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "fallback.json"
    file.write_bytes(content)
    assert read(file) == read(tmp_path / "none.json") == {}


def test_the_agents_of_this_repository_have_their_words() -> None:
    first, after_menu = json.loads(fallback.fallbacks())[""]
    assert THEIRS.phrases.unavailable.split("'")[0] in after_menu
    assert first == after_menu or THEIRS.menu


@pytest.mark.parametrize("write", [fallback.fallbacks, fallback.menus])
def test_agents_that_do_not_load_leave_an_empty_file(capfd: pytest.CaptureFixture[str], write: Any) -> None:
    assert write("import no_such_package") == b"{}"
    assert "No module named 'no_such_package'" in capfd.readouterr().err


BOTH = Agent("You answer.", "Hello!", {**DESK.voices, **CASA.voices}, menu=SHOP.menu)


@pytest.mark.parametrize(
    ("query", "said_in"),
    [
        ({"agent": "both", "language": "es-ES"}, "es-ES"),
        ({"agent": "both", "language": "en-US"}, "en-US"),
        ({"agent": "casa", "language": "es-ES"}, "es-ES"),
        ({"agent": "gone", "language": "es-ES"}, "en-US"),
        ({"agent": "casa", "language": "fr-FR"}, "en-US"),
        ({"agent": "both"}, "en-US"),
    ],
)
def test_a_person_whom_we_call_hears_the_language_of_the_call(
    tmp_path: Path, query: dict[str, str], said_in: str
) -> None:
    file = tmp_path / "fallback.json"
    file.write_text(fallbacks({"desk": DESK, "casa": CASA, "both": BOTH}, {"": "desk", "+15550111": "both"}))
    event = {**called("+15550111"), "rawQueryString": urlencode(query)}
    said, _ = verbs(handler(event, None, read(file)))
    assert (said.name, said.attributes["language"]) == ("Say", said_in), (
        "nobody waits at a menu's numbers for our call"
    )


def test_a_url_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "fallback.json"
    file.write_text(fallbacks({"desk": DESK, "casa": CASA}, {"": "desk", "+15550111": "casa"}))
    said, _ = verbs(handler({**called("+15550111"), "rawQueryString": 7}, None, read(file)))
    assert said.text == CASA.phrases.unavailable
