"""`make campaign`: lets an agent call the people of a file, one after another, each at most once.

The file is a CSV with a header. The column `to` has the numbers, `consent` the legal basis, and all others are
parameters for the agent. The id of the orders is made of the names of the file and the agent. With one id a number is
called once, so run the command again to continue. The function `calls` checks each order, also for its hours.
"""

import argparse
import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from functions.adapters import numbers
from functions.relay.call_order import CallOrder
from functions.relay.outbound import CallRefused
from local.arguments import agent_name, stage_name, yes_no
from local.ops.call_out import Ask, asking, function_named
from local.ops.deployed import service_stack
from local.ops.speak import OpsError, say

LATER = frozenset({"quiet hours", "limit reached"})
"""Why an order is refused now and may be placed later."""

BEFORE = "already placed"

RETRY_S = 600.0
"""Seconds until orders that were refused for now are tried again."""

SHOWN = 10
"""How many of the rows with a fault are shown."""


@dataclass(frozen=True, slots=True)
class Row:
    """A person of the file: the line, and the order of the call."""

    line: int
    order: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast people are called. `sleep` is replaced in tests."""

    calls_per_minute: float
    sleep: Callable[[float], None] = time.sleep


def main(arguments: list[str] | None = None, sleep: Callable[[float], None] = time.sleep) -> int:
    """Call the people of a file; return 0 when all are done, 1 if it was stopped, 2 if nobody was called."""
    given = _parser().parse_args(arguments)
    try:
        rows = tuple(read(given.file, given.agent))
        say(f"{given.file.name}: {len(rows)} people for the agent {given.agent}.")
        if given.dry_run:
            say("Nobody is called: DRY_RUN.")
            return 0
        ask = asking(function_named(service_stack(given.stage)))
        _tell(place(rows, ask, Pace(given.pace, sleep)))
    except OpsError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say("Stopped. Run the command again to continue: nobody is called twice.")
        return 1
    return 0


def read(file: Path, agent: str) -> Iterator[Row]:
    """Yield the rows of a file. Raises OpsError that names each row with a fault: then nobody is called."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            found = [(number, row) for number, row in enumerate(csv.DictReader(opened, strict=True), 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OpsError(
            f"{file} cannot be read: {type(error).__name__}.", "Name a CSV file: FILE=people.csv"
        ) from error
    if not found or "to" not in found[0][1]:
        raise OpsError(f"{file} has no column `to` with rows.", "Write a header such as to,consent,name")
    seen: dict[str, int] = {}
    faults = [f"line {line}: {fault}" for line, row in found if (fault := _fault(line, row, agent, seen))]
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise OpsError(f"{len(faults)} of {len(found)} rows have a fault. {'; '.join(faults[:SHOWN])}{more}")
    yield from (Row(line, order_of(row, agent, file.stem)) for line, row in found)


def order_of(row: Mapping[str, Any], agent: str, campaign: str) -> dict[str, Any]:
    """Return the order of a row. All orders of a campaign have the same id."""
    number = numbers.e164(str(row["to"] or ""))
    name = sha256(f"{campaign}/{agent}".encode()).hexdigest()[:32]
    parameters = {name: value for name, value in row.items() if name not in ("to", "consent") and value}
    return {
        "to": number,
        "agent": agent,
        "consent": row.get("consent") or "",
        "parameters": parameters,
        "request": f"campaign-{name}",
    }


def place(rows: Iterable[Row], ask: Ask, pace: Pace) -> Counter[str]:
    """Place the call of each row, and try again later what is refused for now; return how many rows ended how."""
    ended: Counter[str] = Counter()
    waiting = list(rows)
    while waiting:
        later = []
        for row in waiting:
            answer = ask(row.order)
            how = str(answer.get("why") or answer["status"])
            if how in LATER:
                later.append(row)
                continue
            ended[how] += 1
            if how not in ("placed", BEFORE):
                say(f"  line {row.line}: {how}: {answer.get('reason', '')}")
            if how == "placed":
                pace.sleep(60 / pace.calls_per_minute)
        say(f"  {ended['placed']} placed, {ended[BEFORE]} before, {len(later)} wait for their hours or a limit.")
        waiting = later
        if waiting:
            pace.sleep(RETRY_S)
    return ended


def _fault(line: int, row: Mapping[Any, Any], agent: str, seen: dict[str, int]) -> str:
    """Return what is wrong with a row; empty if nothing is. `seen` has the line of each number before it."""
    number = numbers.e164(str(row.get("to") or ""))
    if None in row or None in row.values():
        return "it has more or fewer columns than the header"
    if not number:
        return "`to` is no number; write it with its country code, such as +12125550142"
    if seen.setdefault(number, line) != line:
        return f"the number is that of line {seen[number]}"
    order = CallOrder.read(order_of(row, agent, ""))
    return order.words if isinstance(order, CallRefused) else ""


def _tell(ended: Counter[str]) -> None:
    say(f"Done. {', '.join(f'{count} {how}' for how, count in sorted(ended.items()))}.")


def _pace(text: str) -> float:
    """Return how many calls are placed in a minute. Raises ArgumentTypeError."""
    try:
        if 0.1 <= (pace := float(text)) <= 60:
            return pace
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no pace: give 0.1 to 60 calls a minute, PACE=10")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make campaign", description=__doc__)
    parser.add_argument("file", type=Path, help="the people, a CSV with the columns to and consent")
    parser.add_argument("agent", type=agent_name, help="who calls: a name in functions/agents")
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    parser.add_argument("--pace", type=_pace, default=10.0, help="calls in a minute")
    dry = os.environ.get("DRY_RUN", "")
    parser.add_argument("--dry-run", type=yes_no, nargs="?", const="yes", default=dry, help="only check the file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
