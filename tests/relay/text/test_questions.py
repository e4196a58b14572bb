"""A common question is recognised almost word for word, and nothing else is ever taken for it."""

import pytest

from functions.relay.text.questions import same_question
from tests.relay.text.common_questions import TABLE, CommonQuestion, sayings

SAYINGS = list(sayings())


def taken_for(common: CommonQuestion, said: str) -> list[str]:
    return [one.question for one in TABLE if same_question(said, one.question, common.language)]


@pytest.mark.parametrize("language", sorted({common.language for common in TABLE}))
def test_a_saying_is_taken_only_for_its_question(language: str) -> None:
    ours = [(common, said, taken) for common, said, taken in SAYINGS if common.language == language]
    assert {said: taken_for(common, said) for common, said, _ in ours} == {
        said: [common.question] if taken else [] for common, said, taken in ours
    }


def test_the_table_has_200_sayings() -> None:
    assert len(SAYINGS) >= 200
    assert len({(common.language, said) for common, said, _ in SAYINGS}) == len(SAYINGS)


@pytest.mark.parametrize("empty", ["", "?", "…", "'", "Please.", "Um, hello!"])
def test_nothing_asked_is_no_question(empty: str) -> None:
    assert not any(same_question(empty, one.question, "en-US") for one in TABLE)
    assert not same_question("What is it?", empty, "en-US")


def test_a_question_of_polite_words_alone_is_asked_by_them() -> None:
    assert same_question("hello!", "Hello?", "en-US")
    assert not same_question("Thanks.", "Hello?", "en-US")


def test_in_an_unknown_language_all_words_count() -> None:
    assert same_question("おはよう。", "おはよう", "ja-JP")
    assert not same_question("please おはよう", "おはよう", "ja-JP")
