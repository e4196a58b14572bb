from random import Random

import pytest

from benchmarks.speculation import UTTERANCES, rows, utterance


@pytest.mark.parametrize("number", range(0, UTTERANCES, 10))
def test_an_utterance_ends_with_the_words_of_its_last_partial(number: int) -> None:
    one = utterance(Random(number))
    moments = [at for at, _ in one.partials]
    assert moments == sorted(moments)
    assert one.partials[-1][1] == one.text
    assert 0.3579 <= one.final_after - moments[-1] <= 0.8371


def test_the_utterances_are_all_different() -> None:
    texts = {utterance(Random(number)).text for number in range(UTTERANCES)}
    assert len(texts) == UTTERANCES


def test_some_words_are_revised_and_some_sentences_end_early() -> None:
    all_of_them = [utterance(Random(number)) for number in range(UTTERANCES)]
    assert any("revised" in text for one in all_of_them for _, text in one.partials)
    assert any("." in one.text for one in all_of_them)
    assert any(one.text[-1].isalpha() for one in all_of_them)


def test_what_a_peer_needs_stands_beside_the_drafts() -> None:
    assert [row.others for row in rows(0.3, [50.0, 60.0], [1, 2])] == ["351", "", "1", "1", "1"]
    assert next(row.others for row in rows(0.6, [50.0, 60.0], [1, 2])) == "651"
