from dataclasses import astuple

import pytest

from functions.relay.agent.phrases import phrases


@pytest.mark.parametrize(
    ("language", "known"),
    [("en-US", "en"), ("it-IT", "it"), ("DE-ch", "de"), ("fr", "fr"), ("es-419", "es"), ("pt-BR", "en"), ("", "en")],
)
def test_an_unknown_language_gets_english_phrases(language: str, known: str) -> None:
    assert phrases(language) == phrases(known)


def test_languages_have_sentences_of_their_own() -> None:
    assert len({phrases(language) for language in ("en", "de", "es", "fr", "it")}) == 5


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it"])
def test_every_sentence_is_one_that_can_be_spoken(language: str) -> None:
    for sentence in astuple(phrases(language)):
        assert sentence == sentence.strip()
        assert sentence[-1] in ".?!"
        assert 5 < len(sentence) < 110
