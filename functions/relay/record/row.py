"""Defines a row in a list of calls, and the names of records and lists in the table.

A record is at `record/CA…`. The row of a call is in the list of its day, in UTC, and in the list of its caller,
sorted by when calls began. So one Query reads a list, however large the records are.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from functions.relay.log.keys import Key
from functions.relay.record.call_record import CallEnding, CallRecord, Direction

SUMMARY_LETTERS = 300
"""Letters of a summary that a row keeps."""


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
    )


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
