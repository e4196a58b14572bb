"""The row of a call in the lists of calls."""

import json
from dataclasses import replace

import pytest

from functions.relay.log.earlier import EarlierCall
from functions.relay.log.keys import Key
from functions.relay.record.row import (
    EARLIER_CALLS,
    FIELDS_LETTERS,
    SUMMARY_LETTERS,
    CallRow,
    caller_list,
    day_list,
    earlier_calls,
    lists_of,
    moved,
    record_name,
    row_of,
    rows_of,
)
from tests.relay.record.calls import BEGAN, CALL, CALLER, record

ROW = row_of(record())


def test_a_row_is_in_the_lists_of_its_day_and_its_caller() -> None:
    row = row_of(record())
    assert lists_of(row) == ("calls/2025-11-20", f"caller/mark of {CALLER}")
    assert row.key == str(Key(BEGAN, CALL))
    withheld = replace(row, caller_mark="")
    assert lists_of(withheld) == ("calls/2025-11-20",)


def test_a_row_holds_no_number_and_no_words_but_the_summary() -> None:
    assert CALLER not in str(replace(row_of(record()), caller_mark=""))
    assert "table" not in str(row_of(record()))


def test_a_row_counts_the_turns_that_its_record_left_out() -> None:
    assert row_of(replace(record(), left_out=4)).turns == 4 + len(record().turns)


def test_a_row_keeps_the_beginning_of_a_long_summary() -> None:
    assert row_of(replace(record(), summary="é" * 900)).summary == "é" * SUMMARY_LETTERS


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, {}),
        ({"name": "Zoë", "guests": None}, {"name": "Zoë"}),
        ({"note": "x" * FIELDS_LETTERS, "guests": 4}, {"guests": 4}),
        ({"note": "x" * (FIELDS_LETTERS - len('{"note":""}'))}, {"note": "x" * (FIELDS_LETTERS - 11)}),
    ],
)
def test_a_row_keeps_the_fields_that_fit(fields: dict[str, object], kept: dict[str, object]) -> None:
    assert json.loads(row_of(replace(record(), fields=fields)).fields) == kept


def test_only_the_list_of_the_caller_has_the_fields() -> None:
    listed = dict(rows_of(replace(record(), fields={"guests": 4})))
    assert listed[day_list("2025-11-20")].fields == "{}"
    assert listed[caller_list(f"mark of {CALLER}")].fields == '{"guests":4}'


def known(began: int, *agents: str, summary: str = "A table.", fields: str = "{}") -> CallRow:
    return replace(ROW, began=began, agents=agents or ("rosa",), summary=summary, fields=fields)


def test_an_agent_remembers_its_newest_calls() -> None:
    rows = [known(began) for began in range(9, 0, -1)]
    assert earlier_calls(rows, "rosa") == tuple(EarlierCall(began, "A table.") for began in (9, 8, 7, 6, 5))
    assert len(earlier_calls(rows, "rosa")) == EARLIER_CALLS


def test_calls_of_others_and_calls_that_tell_nothing_do_not_count() -> None:
    rows = [
        known(4, "billing"),
        known(3, summary=""),
        known(2, summary="", fields='{"guests":4}'),
        known(1, "billing", "rosa"),
    ]
    assert [call.began for call in earlier_calls(rows, "rosa")] == [2, 1]


def test_a_record_is_named_after_its_call() -> None:
    assert record_name("CA1") == "record/CA1"


def test_a_record_whose_call_began_earlier_leaves_its_old_places() -> None:
    old, new = record(), replace(record(), began=BEGAN - 60_000)
    assert list(moved(old, new)) == [(name, ROW.key) for name in lists_of(ROW)]
    assert list(moved(old, replace(old, summary="More."))) == []
