"""Defines a row in a list of calls, and the names of records and lists in the table.

A record is at `record/CA…`. The row of a call is in the list of its day, in UTC, and in the list of its caller,
sorted by when calls began. So one Query reads a list, however large the records are.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from functions.relay.dataclass import dataclass
from functions.relay.log.earlier import EarlierCall
from functions.relay.log.keys import Key
from functions.relay.record.call_record import CallEnding, CallRecord, Direction

SUMMARY_LETTERS, FIELDS_LETTERS = 500, 1000
"""Letters of a summary, and of the JSON of its fields, that a row keeps."""

EARLIER_CALLS, EARLIER_ROWS = 5, 20
"""How many earlier calls an agent remembers, and how many of the caller's last calls are searched for them."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One row of a list of calls."""

    call: str
    began: int
    """Milliseconds since 1970."""

    seconds: int
    agent: str
    direction: Direction
    caller_mark: str
    """A keyed hash of the number; empty for a withheld one."""

    ending: CallEnding
    turns: int
    first_words_p50_ms: int | None
    cents: float
    errors: int
    summary: str = ""
    agents: tuple[str, ...] = ()
    """The agents that had the call, in order."""

    fields: str = "{}"
    """What `After.fields` found, as a JSON object. Only the list of the caller has it."""

    @property
    def key(self) -> str:
        """The row's key in a list. It sorts by when calls began."""
        return str(Key(self.began, self.call))

    @property
    def day(self) -> str:
        """The day on which the call began, in UTC, such as `2026-11-29`."""
        return f"{datetime.fromtimestamp(self.began / 1000, UTC):%Y-%m-%d}"


def row_of(record: CallRecord) -> CallRow:
    """Return the row of a record."""
    return CallRow(
        record.call,
        record.began,
        record.seconds,
        record.agent,
        record.direction,
        record.caller_mark,
        record.ending,
        len(record.turns) + record.left_out,
        record.first_words_p50_ms,
        round(record.cents.total, 4),
        len(record.errors),
        record.summary[:SUMMARY_LETTERS],
        tuple(dict.fromkeys(one.name for one in record.agents)),
        _bounded(record.fields),
    )


def _bounded(fields: Mapping[str, Any]) -> str:
    """Return the first fields that are known, and that fit into a row, as a JSON object."""
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        if value is not None and len(_json({**kept, name: value})) <= FIELDS_LETTERS:
            kept[name] = value
    return _json(kept)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def rows_of(record: CallRecord) -> tuple[tuple[str, CallRow], ...]:
    """Return the rows of a record, each with the name of its list."""
    row = row_of(record)
    short = replace(row, fields="{}")
    return tuple((name, short if name == day_list(row.day) else row) for name in lists_of(row))


def moved(earlier: CallRecord, record: CallRecord) -> Iterator[tuple[str, str]]:
    """Yield the list and the key of each row of an earlier record that is not a place of the new one.

    A callback that is logged late may move the beginning of a call, by which its rows are sorted.
    """
    kept = {(name, row.key) for name, row in rows_of(record)}
    return ((name, row.key) for name, row in rows_of(earlier) if (name, row.key) not in kept)


def earlier_calls(rows: Iterable[CallRow], agent: str) -> tuple[EarlierCall, ...]:
    """Return the calls of a caller's list, the newest first, that have a summary or fields of this agent."""
    own = (row for row in rows if agent in row.agents and (row.summary or row.fields != "{}"))
    return tuple(EarlierCall(row.began, row.summary, row.fields) for row in islice(own, EARLIER_CALLS))


def lists_of(row: CallRow) -> tuple[str, ...]:
    """Return the names of the lists that the row is in."""
    return (day_list(row.day), *((caller_list(row.caller_mark),) if row.caller_mark else ()))


def record_name(call: str) -> str:
    """Return the name of a call's record in the table."""
    return f"record/{call}"


def day_list(day: str) -> str:
    """Return the name of the list of a day's calls, such as `2026-11-29`."""
    return f"calls/{day}"


def caller_list(mark: str) -> str:
    """Return the name of the list of a caller's calls. `mark` is that of the number."""
    return f"caller/{mark}"
