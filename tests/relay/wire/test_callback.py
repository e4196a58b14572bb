"""Numbers and JSON in what Twilio sends."""

import pytest

from functions.relay.wire.callback import json_object, whole


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("0", 0), ("007", 7), ("999999", 999_999), ("1000000", 0), ("-1", 0), ("1.5", 0), ("٣", 0), ("", 0)],
)
def test_a_field_holds_a_whole_number_or_counts_as_none(text: str, number: int) -> None:
    assert whole({"CallDuration": text}, "CallDuration") == number


def test_a_field_that_is_missing_counts_as_none() -> None:
    assert whole({}, "CallDuration") == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', {"a": 1}),
        (b'{"a": "b"}', {"a": "b"}),
        ("[1]", {}),
        ("null", {}),
        ("", {}),
        (b"\xff", {}),
        ("[" * 100_000, {}),
    ],
)
def test_a_text_holds_a_json_object_or_nothing(text: str | bytes, found: dict[str, object]) -> None:
    assert json_object(text) == found
