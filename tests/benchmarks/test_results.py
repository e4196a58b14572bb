"""What `make bench` keeps, and the page that explains it."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from benchmarks.__main__ import PARTS, RESULTS, merged
from benchmarks.memory import SIZES_MB
from benchmarks.page import filled
from benchmarks.report import Row
from benchmarks.waterfall import KEPT as KEPT_TURNS
from benchmarks.waterfall import Span, read

PAGE = (Path(__file__).parent.parent.parent / "docs" / "performance.md").read_text()
LINES = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
"""The lines of the benchmark's table that the page explains. `*` is any text."""

KEPT = json.loads(RESULTS.read_text())
TURNS = read(KEPT_TURNS.read_text())


def test_a_part_that_is_measured_replaces_only_its_own_rows() -> None:
    kept = [{"part": "calls", "what": "old"}, {"part": "load", "what": "stays"}]
    rows = merged(kept, {"calls": [Row("new", 1, "ms")], "cold": [Row("first", 2, "ms")]})
    assert [(row["part"], row["what"]) for row in rows] == [("calls", "new"), ("load", "stays"), ("cold", "first")]


def test_rows_are_kept_in_the_order_of_the_parts() -> None:
    parts = [list(PARTS).index(row["part"]) for row in KEPT]
    assert parts == sorted(parts)


@pytest.mark.parametrize("what", [row["what"] for row in KEPT])
def test_the_page_explains_each_line_of_the_table(what: str) -> None:
    assert any(fnmatch(what, line) for line in LINES), f"docs/performance.md does not explain: {what}"


@pytest.mark.parametrize("line", LINES)
def test_the_page_explains_no_line_that_is_gone(line: str) -> None:
    if {row["part"] for row in KEPT} != set(PARTS):
        pytest.skip("some parts have not been measured here")
    assert any(fnmatch(row["what"], line) for row in KEPT)


def test_the_page_shows_what_was_kept() -> None:
    # After a change of the form of drawings or of the table: `python -m benchmarks.page`.
    assert filled(PAGE, KEPT, TURNS) == PAGE


def test_a_page_is_filled_between_its_marks() -> None:
    rows = [
        {"what": f"with {size:,} MB: {what}", "value": 1.5}
        for size in SIZES_MB
        for what in ("first words, less the model's", "processor that a turn uses", "1,000 turns")
    ]
    text = "A\n<!-- warm -->\nold\n<!-- end -->\nB\n<!-- memory -->\n<!-- end -->\nC"
    page = filled(text, rows, {"warm": [Span("works", 0, 10)]})
    assert "old" not in page
    assert re.findall(r"^[ABC]$", page, re.MULTILINE) == ["A", "B", "C"]
    assert "works █" in page
    assert "| 1,024 MB | 1.5 ms | 1.5 % | $0.0150 |" in page
