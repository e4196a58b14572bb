"""Which language is meant, and the words outside of a session, where no model speaks."""

import pytest

from functions.relay import Agent, Phrases, Voice
from functions.relay.agent.language_tags import nearest
from functions.relay.agent.phrases import phrases

VOICES = {
    "en-US": Voice("Google", "en-US-Neural2-A"),
    "es-ES": Voice("Google", "es-ES-Neural2-A"),
    "pt-BR": Voice("Google", "pt-BR-Neural2-A"),
}
HOTEL = Agent("You answer a hotel's phone.", "Hello!", VOICES, voicemail="Call us back.")
TEXTS = {"en-US": "Call us.", "es-ES": "Llámenos.", "pt-BR": "Ligue."}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("es-ES", "es-ES"),
        ("es", "es-ES"),
        ("es-MX", "es-ES"),
        ("ES_mx", "es-ES"),
        ("pt", "pt-BR"),
        ("EN-us", "en-US"),
        ("de-DE", ""),
        ("", ""),
        ("e", ""),
    ],
)
def test_a_language_finds_the_nearest(asked: str, found: str) -> None:
    assert nearest(asked, VOICES) == found
    assert HOTEL.nearest(asked) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("zh-Hant", "zh-TW"),
        ("zh-Hans-SG", "zh-CN"),
        ("zh-Hant-HK", "zh-TW"),
        ("zh", "zh-CN"),
        ("es_MX", "es-MX"),
        ("es-419", "es-ES"),
        ("es-mx", "es-MX"),
        ("cmn", "zh-CN"),
        ("cmn-Hant-TW", "zh-TW"),
        ("zh-HK", "zh-TW"),
        ("zh-SG", "zh-CN"),
        (" ES ", "es-ES"),
        ("xx", ""),
    ],
)
def test_of_two_regions_the_nearer_one_is_found(asked: str, found: str) -> None:
    assert nearest(asked, ["en-US", "zh-CN", "zh-TW", "es-ES", "es-MX"]) == found


@pytest.mark.parametrize("asked", ["nb", "no", "nn-NO", "NB_no"])
@pytest.mark.parametrize("spoken", ["nb-NO", "no-NO"])
def test_norwegian_is_found_by_each_of_its_tags(asked: str, spoken: str) -> None:
    assert nearest(asked, ["en-US", spoken]) == spoken


@pytest.mark.parametrize(("one", "other"), [("fil", "tl"), ("iw", "he"), ("in", "id"), ("arb", "ar"), ("mo", "ro")])
def test_an_older_tag_and_the_newer_one_find_each_other(one: str, other: str) -> None:
    assert nearest(one, ["en-US", f"{other}-XX"]) == f"{other}-XX"
    assert nearest(other, ["en-US", f"{one}-XX"]) == f"{one}-XX"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-US", ("Call us back.", "en-US")),
        ("", ("Call us back.", "en-US")),
        ("es-ES", (phrases("es").voicemail, "es-ES")),
        ("es-MX", (phrases("es").voicemail, "es-ES")),
        ("pt-BR", ("Call us back.", "en-US")),
        ("de-DE", ("Call us back.", "en-US")),
    ],
)
def test_a_plain_text_is_in_the_first_language(language: str, said: tuple[str, str]) -> None:
    assert HOTEL.outside_session(HOTEL.voicemail, language, "voicemail") == said


@pytest.mark.parametrize(
    ("language", "code"), [("es-MX", "es-ES"), ("pt-BR", "pt-BR"), ("", "en-US"), ("fr", "en-US")]
)
def test_a_text_per_language_is_said_in_its_own(language: str, code: str) -> None:
    assert HOTEL.outside_session(TEXTS, language, "voicemail") == (TEXTS[code], code)


def test_phrases_of_the_author_come_first() -> None:
    own = phrases("en")
    mine = Phrases(**{name: f"{name} em português" for name in own.__dataclass_fields__})
    agent = Agent("Be brief.", "Hello!", VOICES, own_phrases={"pt-BR": mine})
    assert agent.outside_session("Call us.", "pt", "voicemail") == ("voicemail em português", "pt-BR")


def test_one_phrase_of_the_author_translates_no_other() -> None:
    agent = Agent("Be brief.", "Hello!", VOICES, own_phrases={"pt-BR": Phrases(goodbye="Tchau!")})
    assert agent.outside_session("Call us.", "pt-BR", "voicemail") == ("Call us.", "en-US")
