"""Reads the people of a campaign from a CSV file, and makes the orders of its calls."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from functions.adapters import numbers
from functions.relay.call_order import CallOrder
from functions.relay.outbound import Callee, CallRefused
from functions.relay.planning import MOST_DAYS_AHEAD
from local.ops.pace import Pace
from local.ops.speak import OpsError

FIRST_AFTER = timedelta(minutes=2)
"""The time until the first call. It is long enough to plan the calls of that minute."""

MOST_AHEAD = timedelta(days=MOST_DAYS_AHEAD - 1)
"""How far ahead the last call may be. Slow orders may take some of the last day."""

ID = "campaign-"
"""The prefix of the ids of campaigns."""

SHOWN = 10
"""How many of the rows with a fault are shown."""

ANYWHERE = Callee(())
"""A person whose place is not known."""


@dataclass(frozen=True, slots=True)
class Row:
    """A person of the file: the line, the order of the call, and where they may be."""

    line: int
    order: Mapping[str, Any]
    callee: Callee = ANYWHERE


@dataclass(frozen=True, slots=True)
class Campaign:
    """Who calls under which name, and how many calls in a minute."""

    name: str
    agent: str
    calls_per_minute: float = 10.0
    retries: int = 2
    """How often the agent calls again if a person does not answer."""

    @property
    def request(self) -> str:
        """The id of its orders."""
        return f"{ID}{self.name}"

    def pace(self, now: datetime, until: datetime | None = None) -> Pace:
        """Return when calls may come, if the campaign is planned `now`.

        `until` is the time of an earlier run's last call. New calls follow it, because two runs at the same time
        would call twice as fast.
        """
        start, gap = now.replace(second=0, microsecond=0) + FIRST_AFTER, timedelta(minutes=1 / self.calls_per_minute)
        return Pace(max(start, until + gap) if until else start, gap, now + MOST_AHEAD)


def read(file: Path, campaign: Campaign) -> Iterator[Row]:
    """Yield the rows of a file. Raises OpsError that names each row with a fault: then nobody is called."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            found = [(number, row) for number, row in enumerate(csv.DictReader(opened, strict=True), 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OpsError(
            f"{file} cannot be read: {type(error).__name__}.", "Name a CSV file: FILE=people.csv"
        ) from error
    if not found or "to" not in found[0][1]:
        raise OpsError(f"{file} has no rows, or no column `to`.", "Write a header such as to,consent,name")
    seen: dict[str, int] = {}
    faults = [f"line {line}: {fault}" for line, row in found if (fault := _fault(line, row, campaign, seen))]
    refuse(faults, len(found))
    yield from (Row(line, order_of(row, campaign)) for line, row in found)


def order_of(row: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    """Return the order of a row, without its time. All orders of a campaign have the same id."""
    return {
        "to": numbers.e164(str(row["to"] or "")),
        "agent": campaign.agent,
        "consent": row.get("consent") or "",
        "parameters": {name: value for name, value in row.items() if name not in ("to", "consent") and value},
        "request": campaign.request,
        "retries": campaign.retries,
    }


def refuse(faults: Sequence[str], rows: int) -> None:
    """Raise OpsError if there are rows with a fault."""
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise OpsError(f"{len(faults)} of {rows} rows have a fault. {'; '.join(faults[:SHOWN])}{more}")


def _fault(line: int, row: Mapping[Any, Any], campaign: Campaign, seen: dict[str, int]) -> str:
    """Return what is wrong with a row; empty if nothing is. `seen` has the line of each number before it."""
    number = numbers.e164(str(row.get("to") or ""))
    if None in row or None in row.values():
        return "it has more or fewer columns than the header"
    if not number:
        return "`to` is no number; write it with its country code, such as +12125550142"
    if seen.setdefault(number, line) != line:
        return f"it has the same number as line {seen[number]}"
    order = CallOrder.read({**order_of(row, campaign), "at": ""})
    return order.words if isinstance(order, CallRefused) else ""
