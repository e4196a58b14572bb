"""`make bench`: measures a line on this machine, prints a table, and keeps it in benchmarks/results.json."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.calls import answers, interruptions
from benchmarks.line import measured
from benchmarks.packages import imports, sizes
from benchmarks.report import Row, table

RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    """Measure everything; return 1 if a goal was missed."""
    rows = list(_rows())
    print(table(rows))
    RESULTS.write_text(json.dumps([row.plain() for row in rows], indent=2) + "\n")
    print(f"Kept in {RESULTS.relative_to(Path.cwd())}.")
    return 0 if all(row.met for row in rows) else 1


def _rows() -> Iterator[Row]:
    with measured() as line:
        for table_ms, post_ms in ((0, 0), (5, 10), (5, 30)):
            _say(f"Answers at {table_ms} ms a table call and {post_ms} ms a post …")
            yield from answers(line, table_ms, post_ms)
        _say("Interruptions …")
        yield interruptions(line)
    _say("Imports, each in fresh processes …")
    yield imports()
    _say("Packages …")
    yield from sizes()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
