"""What a list of calls shows of one, and the names under which records stand in the table.

A record stands at `record/CA…`. A row of each call stands in the list of its day, in UTC, and in that of its caller,
in the order in which calls began: either list costs one Query, however large the records are.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from functions.relay.record.call_record import CallEnding, CallRecord, Direction

SUMMARY_LETTERS = 300
"""Letters of a summary that a row keeps."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One line of a list of calls."""

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
        """Its place in a list, which sorts by when calls began."""
        return f"{self.began:013d}#{self.call}"

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
    """Return the names of the lists that a row stands in."""
    return (day_list(row.day), *((caller_list(row.caller_mark),) if row.caller_mark else ()))


def record_name(call: str) -> str:
    """Return the name under which the record of a call stands in the table."""
    return f"record/{call}"


def day_list(day: str) -> str:
    """Return the name of the list of a day's calls, such as of `2026-11-29`."""
    return f"calls/{day}"


def caller_list(mark: str) -> str:
    """Return the name of the list of a caller's calls, by the mark of the number."""
    return f"caller/{mark}"
