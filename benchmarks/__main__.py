"""Runs `make bench`: measures a line on this machine, prints a table, and keeps it in benchmarks/results.json."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.cache import cache
from benchmarks.calls import answers, interruptions
from benchmarks.following import following
from benchmarks.growth import growth
from benchmarks.line import TimedModel, measured
from benchmarks.load import load
from benchmarks.packages import imports, sizes
from benchmarks.report import Row, table
from benchmarks.speculation import speculation
from benchmarks.stalled import stalled

RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    """Measure everything, or one part without keeping it; return 1 if a goal was missed."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure one part, and keep nothing")
    part: str | None = parser.parse_args().only
    rows = list(PARTS[part]() if part else _all())
    print(table(rows))
    if not part:
        RESULTS.write_text(json.dumps([row.plain() for row in rows], indent=2) + "\n")
        print(f"Kept in {RESULTS.relative_to(Path.cwd())}.")
    return 0 if all(row.met for row in rows) else 1


def _all() -> Iterator[Row]:
    for part in PARTS.values():
        yield from part()


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
    "growth": _growth,
    "cache": _cache,
    "following": _following,
    "imports": _imports,
    "packages": _packages,
}


if __name__ == "__main__":
    sys.exit(main())
