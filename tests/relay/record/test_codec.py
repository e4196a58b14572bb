"""A record as JSON, and back."""

from dataclasses import replace

import pytest

from functions.relay.record.call_record import CallBackRecord, HandOffRecord, RecordingRecord, SmsRecord
from functions.relay.record.codec import LARGEST_BYTES, dump, dump_row, load, load_row, plain
from functions.relay.record.cost import Cents
from functions.relay.record.row import row_of
from tests.relay.record.calls import record


def test_a_record_comes_back_from_its_json() -> None:
    whole = replace(
        record(),
        hand_offs=(HandOffRecord("asked", "+15550111", "A brief.", reached=False),),
        call_backs=(CallBackRecord("rosa", 5, (("about", "the bill"),), replaced=True),),
        summary="They asked.",
        fields={"name": "Zoë", "guests": None},
        recordings=(RecordingRecord("RE1", "completed", 11),),
        cents=Cents(None, 1.5, 0.25),
    )
    assert load(dump(whole)) == whole


def test_json_of_another_version_is_read_as_far_as_it_goes() -> None:
    text = dump(record()).replace('{"call":', '{"tomorrow":[1],"call":', 1)
    assert load(text) == record()


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"call":"CA1"}'])
def test_text_that_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        load(text)


@pytest.mark.slow
def test_the_first_turns_of_a_very_long_call_are_left_out() -> None:
    whole = record()
    long = replace(whole, turns=tuple(replace(whole.turns[1], at_ms=n, said="é" * 500) for n in range(1_000)))
    text = dump(long)
    kept = load(text)
    assert len(text.encode()) <= LARGEST_BYTES
    assert (kept.left_out + len(kept.turns), kept.turns[-1].at_ms) == (1_000, 999)
    assert row_of(kept).turns == 1_000


@pytest.mark.slow
def test_a_record_without_turns_fits_into_the_table_too() -> None:
    """A model may be talked into ordering text messages without end; only some of them are sent."""
    texts = tuple(SmsRecord("+15550142", f"{number} {'é' * 800}") for number in range(1_000))
    whole = replace(record(), messages=texts, errors=("Twilio 64105",) * 40_000)
    text = dump(whole)
    kept = load(text)
    assert len(text.encode()) <= LARGEST_BYTES
    assert (kept.call, kept.left_out, kept.messages[-1]) == (whole.call, len(whole.turns), texts[-1])


def test_a_row_comes_back_from_its_json() -> None:
    row = row_of(record())
    assert load_row(dump_row(row)) == row


@pytest.mark.parametrize("text", ["", "[]", "null", '{"call":"CA1"}', '{"direction":"sideways"}'])
def test_text_that_is_no_row_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        load_row(text)


def test_a_plain_value_holds_no_dataclass() -> None:
    assert plain(Cents(None, 1.5, 0.25)) == {"model": None, "twilio": 1.5, "aws": 0.25}
