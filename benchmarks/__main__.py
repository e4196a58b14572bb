"""Runs `make bench`: measures on this machine, prints a table, and keeps it in benchmarks/results.json.

`AGAINST=c28ca48` measures the twenty calls with that commit as well, in the same run.
"""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import page
from benchmarks.cache import cache
from benchmarks.calls import answers, interruptions
from benchmarks.cold import cold
from benchmarks.following import following
from benchmarks.growth import growth
from benchmarks.line import TimedModel, measured
from benchmarks.load import load
from benchmarks.packages import imports, sizes
from benchmarks.report import Row, table
from benchmarks.speculation import speculation
from benchmarks.stalled import stalled
from benchmarks.twenty_calls import twenty_calls

Kept = dict[str, Any]
"""A row as results.json has it: with its part."""

RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    """Measure everything or one part, and keep it; return 1 if a goal was missed."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure one part, and keep the other parts as they are")
    only: str | None = parser.parse_args().only
    measured = {part: list(rows()) for part, rows in PARTS.items() if only in (None, part)}
    found = [row for rows in measured.values() for row in rows]
    print(table(found))
    kept = merged(json.loads(RESULTS.read_text()) if RESULTS.exists() else [], measured)
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n")
    page.write(kept)
    print(f"Kept in {RESULTS.relative_to(Path.cwd())} and {page.PAGE.relative_to(Path.cwd())}.")
    return 0 if all(row.met for row in found) else 1


def merged(kept: list[Kept], measured: Mapping[str, list[Row]]) -> list[Kept]:
    """Return the rows to keep, in the order of the parts: the new ones, and the old ones of parts not measured."""
    rows: list[Kept] = []
    for part in PARTS:
        new = [{"part": part, **row.plain()} for row in measured.get(part, ())]
        rows += new or [row for row in kept if row["part"] == part]
    return rows


def _calls() -> Iterator[Row]:
    with measured(TimedModel()) as line:
        # Checks of earlier turns would count as trips of this one.
        line.dev_stack.queue.close()
        for table_ms, post_ms in ((0, 0), (5, 10), (5, 30)):
            _say(f"Answers at {table_ms} ms a table call and {post_ms} ms a post …")
            yield from answers(line, table_ms, post_ms)
        _say("Interruptions …")
        yield interruptions(line)


def _stalled() -> Iterator[Row]:
    _say("A model that stalls …")
    yield from stalled()


def _speculation() -> Iterator[Row]:
    _say("Drafts, some minutes …")
    yield from speculation()


def _load() -> Iterator[Row]:
    _say("Many calls at once …")
    yield from load()


def _twenty() -> Iterator[Row]:
    _say("Twenty calls, each environment a process, about a minute …")
    yield from twenty_calls(os.environ.get("AGAINST", ""))


def _cold() -> Iterator[Row]:
    _say("Cold environments beside warm ones …")
    yield from cold()


def _growth() -> Iterator[Row]:
    _say("A long call …")
    yield from growth()


def _cache() -> Iterator[Row]:
    _say("A call of some minutes …")
    yield from cache()


def _following() -> Iterator[Row]:
    _say("What follows a call …")
    yield from following()


def _imports() -> Iterator[Row]:
    _say("Imports, each in fresh processes …")
    yield from imports()


def _packages() -> Iterator[Row]:
    _say("Packages …")
    yield from sizes()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


PARTS: Mapping[str, Callable[[], Iterator[Row]]] = {
    "calls": _calls,
    "stalled": _stalled,
    "speculation": _speculation,
    "load": _load,
    "twenty": _twenty,
    "cold": _cold,
    "growth": _growth,
    "cache": _cache,
    "following": _following,
    "imports": _imports,
    "packages": _packages,
}


if __name__ == "__main__":
    sys.exit(main())
