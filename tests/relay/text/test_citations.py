"""Which numbers in brackets are keys of the phone. What a caller hears of citations is in test_machine_text.py."""

import pytest

from functions.relay.text.citations import is_after_keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Press [1], [2] or ", True),
        ("Press [1], ", True),
        ("Press [1] for a table, ", True),
        ("Taste [1] für uns und ", True),
        ("Press [1] for a table ", False),
        ("Press [1]. Ten, or ", False),
        ("The address [1] is new, ", False),
        ("At ten, ", False),
    ],
)
def test_a_number_is_a_key_behind_other_keys(text: str, keys: bool) -> None:
    assert is_after_keys(text) is keys
