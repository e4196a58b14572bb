import pytest

from functions.relay.text.utterance import ends_sentence, same_words

SAME = [
    ("Hello, when do you open?", "hello when do you open"),
    ("Stop stop,", "Stop. Stop"),
    ("we're coming", "were coming"),
    ("STRASSE", "straße"),
    ("ΟΔΟΣ", "οδος"),
    ("\uff28\uff45\uff4c\uff4c\uff4f", "hello"),
    ("cafe\u0301", "café"),
    ("今日は、空いていますか\uff1f", "今日は空いていますか"),
    ("مرحبا، كيف حالك؟", "مرحبا كيف حالك"),
    ("मुझे मेज़ चाहिए।", "मुझे मेज़ चाहिए"),
    ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc \u062e\u0648\u0627\u0647\u0645"),
    ("at 8:30", "At 8:30."),
]

OTHER = [
    ("I can", "I can't"),
    ("a table for two", "a table for too"),
    ("at 8:30", "at 830"),
    ("3.50", "350"),
    ("1,000", "1.000"),
    ("कि", "की"),
    ("$5", "5"),
    ("I want", "I want it"),
    ("", "no"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_case_marks_and_spaces_do_not_count(one: str, other: str) -> None:
    assert same_words(one, other)
    assert same_words(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_letters_digits_and_signs_count(one: str, other: str) -> None:
    assert not same_words(one, other)
    assert not same_words(other, one)


ENDED = ["Stop.", "Really?", "No! ", 'He said "no."', "空いていますか。", "كيف حالك؟", "चाहिए।", "(Yes.)"]

OPEN = ["", "   ", "...", "I think…", "I want...", "two,", "and", "。and", '"', "8:30"]


@pytest.mark.parametrize("text", ENDED)
def test_a_sentence_ends_in_its_script(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", OPEN)
def test_an_open_sentence_does_not_end(text: str) -> None:
    assert not ends_sentence(text)
