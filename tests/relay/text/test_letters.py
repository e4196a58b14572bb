"""Texts as the line compares them: without white space."""

import pytest

from functions.relay.text.letters import bare, split


@pytest.mark.parametrize(
    ("letters", "parts"), [(0, ("", "a bc d")), (2, ("a b", "c d")), (3, ("a bc", "d")), (9, ("a bc d", ""))]
)
def test_a_text_is_split_after_letters(letters: int, parts: tuple[str, str]) -> None:
    assert split("a bc d", letters) == parts
    assert bare(" a b\n") == "ab"
