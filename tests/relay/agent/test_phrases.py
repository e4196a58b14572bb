import inspect
import re
from dataclasses import asdict, astuple, fields, replace

import pytest

from functions.relay.agent.language_tags import nearest
from functions.relay.agent.phrases import Phrases, has_phrases, phrases


@pytest.mark.parametrize(
    ("language", "known"),
    [("en-US", "en"), ("it-IT", "it"), ("DE-ch", "de"), ("fr", "fr"), ("es-419", "es"), ("pt-BR", "en"), ("", "en")],
)
def test_an_unknown_language_gets_english_phrases(language: str, known: str) -> None:
    assert phrases(language) == phrases(known)


def test_languages_have_their_own_sentences() -> None:
    assert len({phrases(language) for language in ("en", "de", "es", "fr", "it")}) == 5


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it"])
def test_every_sentence_is_one_that_can_be_spoken(language: str) -> None:
    for sentence in astuple(phrases(language)):
        assert sentence == sentence.strip()
        assert sentence[-1] in ".?!"
        assert 5 < len(sentence) < 110


@pytest.mark.parametrize("name", [one.name for one in fields(Phrases)])
def test_each_sentence_can_be_changed_alone(name: str) -> None:
    own = Phrases(**{name: "Mine."})
    assert phrases("de-DE", own) == replace(phrases("de"), **{name: "Mine."})
    assert phrases("pt-BR", own) == replace(phrases("en"), **{name: "Mine."})


def test_no_own_sentence_changes_nothing() -> None:
    assert phrases("fr-FR", Phrases()) == phrases("fr")


def test_the_example_of_each_sentence_is_the_english_one() -> None:
    source = inspect.getsource(Phrases)
    examples = re.findall(r'^    (\w+): str = ""\n    """.+?:\s+`([^`]+)`\s*"""$', source, re.MULTILINE | re.DOTALL)
    assert examples == list(asdict(phrases("en")).items())


@pytest.mark.parametrize(("language", "known"), [("de-AT", True), ("IT", True), ("pt-BR", False), ("", False)])
def test_a_language_has_phrases_or_not(language: str, known: bool) -> None:
    assert has_phrases(language) is known


@pytest.mark.parametrize(
    ("asked", "found"), [("es-ES", "es-ES"), ("es_MX", "es-ES"), ("PT", "pt-BR"), ("de", ""), ("", "")]
)
def test_the_nearest_of_some_languages(asked: str, found: str) -> None:
    assert nearest(asked, ["en-US", "es-ES", "pt-BR"]) == found
