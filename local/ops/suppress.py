"""`make suppress`: imports a list of people who must not be called, such as the DNC, the DND or TRAI's.

The file has one number on each line. Commas and spaces in a number do not matter, and a line that begins with # is a
comment. The whole file is read before anything is written. It does no harm to import a list again.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from functions.adapters import numbers
from functions.adapters.callees import CalleeTables
from functions.relay.log.events import Entry, Suppressed
from functions.relay.log.keys import Key
from functions.relay.ports import LogError
from local.arguments import country, list_name, stage_name
from local.ops.account import account
from local.ops.do_not_call import callees
from local.ops.speak import OpsError, say

AT_ONCE = 10
"""Requests to the table at the same time: as many as one client has connections."""

SHOWN = 3
"""How many of the lines that are not numbers an error quotes."""


def main(arguments: list[str] | None = None) -> int:
    """Import a list; return 0, or 2 if that was not possible."""
    given = _parser().parse_args(arguments)
    try:
        found = tuple(read(given.file, given.country))
        into = callees(given.stage)
        say(f"Importing {len(found)} numbers of the list {given.list} into Hotline ({given.stage}) in {account()}.")
        new = _put(into, given.list, found)
    except OpsError as error:
        say(str(error))
        return 2
    say(
        f"{new} numbers are new; {len(found) - new} were on the list already. No agent calls any of them from now on."
    )
    return 0


def read(file: Path, region: str = "") -> Iterator[str]:
    """Yield the numbers of a file in E.164. `region` is the country of numbers without a code. Raises OpsError."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise OpsError(f"{file} cannot be read: {type(error).__name__}.", "Name a text file: FILE=dnc.csv") from error
    written = {place: line for place, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")}
    found = {place: numbers.e164(line.replace(",", " "), region) for place, line in written.items()}
    if wrong := [place for place, number in found.items() if not number]:
        told = "; ".join(f"line {place}: {written[place]!r}" for place in wrong[:SHOWN])
        cure = "Write one number on each line with its country code, or give their country: COUNTRY=US"
        raise OpsError(f"{len(wrong)} of {len(found)} lines are not numbers: {told}.", cure)
    if not found:
        raise OpsError(f"{file} has no number.", "Write one number on each line.")
    yield from dict.fromkeys(found.values())


def _put(into: CalleeTables, name: str, found: tuple[str, ...]) -> int:
    """Append the list to the log of each number; return how many were not on it before. Raises OpsError."""
    entry = Entry(Key(0, f"list-{name}"), Suppressed(name))
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(lambda number: into.append(number, entry), found))
    except LogError as error:
        cure = "Run it again: what was imported stays. You need the right dynamodb:PutItem."
        raise OpsError(f"The list could not be imported in full: {error}.", cure) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make suppress", description=__doc__)
    parser.add_argument("file", type=Path, help="the file of the list, one number on each line")
    parser.add_argument("--list", type=list_name, default="imported", help="its name, such as DNC")
    parser.add_argument("--country", type=country, default="", help="the country of numbers without its code, as US")
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    return parser


if __name__ == "__main__":
    sys.exit(main())
