"""`make suppress`: imports a list of people who must not be called, such as the DNC, the DND or TRAI's.

Each line of the file has one number, alone or in a column. Commas, semicolons or tabs separate columns. The area
code may be in a separate column, as in the DNC's files. The first line may be a header, and a line that begins with #
is a comment. The whole file is read before anything is written. It does no harm to import a list again.
"""

import argparse
import codecs
import re
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

REQUESTS_AT_ONCE = 10
"""Requests to the table at the same time: as many as one client has connections."""

TOLD_EVERY = 1000
"""After how many numbers the progress is printed."""

SHOWN = 3
"""How many wrong lines an error quotes."""


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
    written = {place: line for place, line in enumerate(_text(file).splitlines(), 1) if _is_row(line)}
    first = min(written, default=0)
    if first and not re.search(r"\d", written[first]):
        del written[first]  # the header
    found = {place: _number(line, region) for place, line in written.items()}
    if wrong := [place for place, number in found.items() if not number]:
        told = "; ".join(f"line {place}: {written[place]!r}" for place in wrong[:SHOWN])
        cure = "Leave one number on each line, with its country code, or give their country: COUNTRY=US"
        raise OpsError(f"{len(wrong)} of {len(found)} lines are not numbers: {told}.", cure)
    if not found:
        raise OpsError(f"{file} has no number.", "Write one number on each line.")
    yield from dict.fromkeys(found.values())


def _text(file: Path) -> str:
    """Return the text of a file in UTF-8 or UTF-16, or in the code page of Windows. Raises OpsError."""
    cure = "Name a text file: FILE=dnc.csv"
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OpsError(f"{file} cannot be read: {type(error).__name__}.", cure) from error
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise OpsError(f"{file} is not a text file.", f"Save a spreadsheet as CSV. {cure}")


def _is_row(line: str) -> bool:
    return bool(line.strip(' \t,;"')) and not line.startswith("#")


def _number(line: str, region: str) -> str:
    """Return the number of a line; empty without one, or if the line may mean several.

    An area code and the rest of its number may be in two columns, so the whole line is read as a number too. If there
    are several readings, the one in a numbering plan counts.
    """
    cells = [cell.strip(" \"'") for cell in re.split("[,;\t]", line)]
    read = {numbers.e164(text, region) for text in (*cells, " ".join(cells))} - {""}
    if len(read) > 1:
        read = {number for number in read if numbers.kind(number) != "unknown"}
    return read.pop() if len(read) == 1 else ""


def _put(into: CalleeTables, name: str, found: tuple[str, ...]) -> int:
    """Append the list to the log of each number; return how many were not on it before. Raises OpsError."""
    entry, new = Entry(Key(0, f"list-{name}"), Suppressed(name)), 0
    try:
        with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
            for start in range(0, len(found), TOLD_EVERY):
                if start:
                    say(f"  {start} of {len(found)}")
                new += sum(pool.map(lambda one: into.append(one, entry), found[start : start + TOLD_EVERY]))
    except LogError as error:
        cure = "Run it again: what was imported stays. You need the IAM permission dynamodb:PutItem."
        raise OpsError(f"The list could not be imported in full: {error}.", cure) from error
    return new


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make suppress", description=__doc__)
    parser.add_argument("file", type=Path, help="the file of the list, one number on each line")
    parser.add_argument("--list", type=list_name, default="imported", help="its name, such as DNC")
    parser.add_argument("--country", type=country, default="", help="the country of numbers without its code, as US")
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    return parser


if __name__ == "__main__":
    sys.exit(main())
