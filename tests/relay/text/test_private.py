"""The placeholders that replace private numbers in a text."""

import pytest

from functions.relay.text.private import DIGITS, HELD, NoRecognizer, Private, is_held, numbered, numbers_taken


@pytest.mark.parametrize("kind", list(Private))
def test_a_numbered_placeholder_is_counted(kind: Private) -> None:
    assert numbers_taken(f"It is {numbered(kind, 12)}, not {numbered(kind, 3)}.") == 12


@pytest.mark.parametrize("text", ["", "It is 12.", "[digits]", f"[{next(iter(Private))}]"])
def test_a_text_without_numbered_placeholders_has_taken_none(text: str) -> None:
    assert numbers_taken(text) == 0


@pytest.mark.parametrize("kind", list(Private))
def test_without_a_library_no_number_is_recognised(kind: Private) -> None:
    assert not NoRecognizer().is_a(kind, "+15550100", "en-US")


def test_only_digits_are_held() -> None:
    assert is_held(HELD)
    assert is_held(numbered(DIGITS, 2))
    assert not any(is_held(numbered(kind, 2)) for kind in Private)
