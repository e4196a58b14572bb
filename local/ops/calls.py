"""`make calls`: lists the calls of a deployment, the newest first; STAGE=laptop lists those of `make run`.

A caller is shown as a mark, the first letters of a keyed hash, never as a number.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from functions.relay.ports import LogError, Records
from functions.relay.record.call_record import CallEnding
from functions.relay.record.row import CallRow, caller_list, day_list
from local.arguments import stage_name, whole
from local.ops.records import mark_for, records_of
from local.ops.speak import OpsError, say

HEAD = ("When (UTC)", "Call", "Caller", "Agent", "Lasted", "Ended", "First words", "Cents", "Summary")
MOST_CALLS = 100

MOST_DAYS = 3660
"""The most days of a list. Each day costs one Query."""

WHOLE_MARK = 64
"""The letters of a whole mark. The list shows its first ones: enough to find a caller among a day's calls."""


def main(arguments: list[str] | None = None) -> int:
    """List calls; return 0, or 2 if that was not possible."""
    given = _parser().parse_args(arguments)
    try:
        rows = tuple(islice(found(records_of(given.stage), given), given.most))
    except (OpsError, LogError) as error:
        say(str(error))
        return 2
    for line in table(rows, given.stage) if rows else (_nothing(given),):
        say(line)
    return 0


def found(records: Records, given: argparse.Namespace) -> Iterator[CallRow]:
    """Yield the rows that the options ask for, with one Query for each day, or one for a caller. Raises LogError."""
    mark = mark_for(given.stage, given.caller) if given.caller else ""
    last = given.day or datetime.now(UTC).date()
    days = [f"{last - timedelta(days=back):%Y-%m-%d}" for back in range(given.days)]
    if len(mark) == WHOLE_MARK:
        rows = (row for row in records.rows(caller_list(mark)) if row.day in days or not given.day)
    else:
        rows = (row for day in days for row in records.rows(day_list(day)))
    for row in rows:
        wanted = row.caller_mark.startswith(mark) and (not given.agent or given.agent in (row.agent, *row.agents))
        if wanted and (not given.ending or row.ending == given.ending):
            yield row


def table(rows: Iterable[CallRow], stage: str) -> Iterator[str]:
    """Yield the lines of a table of a stage's calls, and their number."""
    cells = [_cells(row) for row in rows]
    widths = [max(len(line[column]) for line in (HEAD, *cells)) for column in range(len(HEAD))]
    for line in (HEAD, *cells):
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
    number = f"{len(cells)} call{'s' if len(cells) > 1 else ''}"
    yield f"{number}. One of them: make call CALL={cells[0][1]} STAGE={stage}"


def _nothing(given: argparse.Namespace) -> str:
    filters = {"CALLER": given.caller, "AGENT": given.agent, "ENDING": given.ending}
    wanted = " ".join(f"{name}={value!r}" for name, value in filters.items() if value)
    days = f"in the {given.days} days up to {given.day or 'today'}"
    if wanted:
        return f"No call {days} has {wanted}. Leave a filter out, or ask for more days with DAYS=."
    return f"There is no record of a call {days}. A record comes some seconds after the end of its call."


def _cells(row: CallRow) -> tuple[str, ...]:
    wait = row.first_words_p50_ms
    return (
        f"{datetime.fromtimestamp(row.began / 1000, UTC):%Y-%m-%d %H:%M:%S}",
        row.call,
        row.caller_mark[:8] or "withheld",
        row.agent or "-",
        f"{row.seconds // 60}:{row.seconds % 60:02}",
        row.ending + (f", {row.errors} errors" if row.errors else ""),
        "-" if wait is None else f"{wait} ms",
        f"{row.cents:.2f}",
        " ".join(row.summary.split()),
    )


def _ending(text: str) -> str:
    if text and text not in set(CallEnding):
        raise argparse.ArgumentTypeError(f"{text!r} is not an ending; use one of {', '.join(CallEnding)}")
    return text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it as 2026-11-29") from None


def _days(text: str) -> int:
    return whole(text, MOST_DAYS, "DAYS=7")


def _caller(text: str) -> str:
    address = text.startswith(("+", "client:", "sip:", "sips:")) or re.fullmatch(r"[0-9a-f]{1,64}", text)
    if text and not address:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no caller: give a number such as +12125550142, or a mark of the list, CALLER=…"
        )
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make calls", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="the stage; `laptop` for calls of make run")
    parser.add_argument(
        "--day", type=_day, default=os.environ.get("DAY", ""), help="the last day, in UTC; default: today"
    )
    parser.add_argument(
        "--days", type=_days, default=os.environ.get("DAYS") or "7", help="how many days up to that day; default: 7"
    )
    parser.add_argument(
        "--caller",
        type=_caller,
        default=os.environ.get("CALLER", ""),
        help="only calls of this caller: a number, or a mark of the list",
    )
    parser.add_argument("--agent", default=os.environ.get("AGENT", ""), help="only calls of this agent")
    parser.add_argument(
        "--ending", type=_ending, default=os.environ.get("ENDING", ""), help="only calls with this ending"
    )
    parser.add_argument("--most", type=int, default=MOST_CALLS, help="the most calls to list")
    return parser


if __name__ == "__main__":
    sys.exit(main())
