"""Puts the newest figures into docs/performance.md: the drawings of three turns, and the table of memory sizes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.memory import SIZES_MB
from benchmarks.waterfall import KEPT, Span, draw, read

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def write(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the page again with these rows of results.json and the turns that were kept."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(text, rows, read(KEPT.read_text())), encoding="utf-8")


def filled(text: str, rows: Sequence[Mapping[str, Any]], turns: Mapping[str, Sequence[Span]]) -> str:
    """Return the page with what belongs between its marks, such as `<!-- warm -->` and `<!-- end -->`."""
    parts = {name: f"```text\n{draw(spans)}\n```" for name, spans in turns.items()}
    parts["memory"] = _memory({row["what"]: row["value"] for row in rows})
    for name, part in parts.items():
        before, mark, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        text = f"{before}{mark}{part}\n{end}{after}" if end else text
    return text


def _memory(values: Mapping[str, float]) -> str:
    lines = ["| Memory | First words, less the model's | Busy while it answers | 1,000 turns |", "|---|---|---|---|"]
    for size_mb in SIZES_MB:
        name = f"with {size_mb:,} MB"
        words_ms, busy = (
            values[f"{name}: first words, less the model's"],
            values[f"{name}: processor that a turn uses"],
        )
        cents = values[f"{name}: 1,000 turns"]
        lines.append(f"| {size_mb:,} MB | {words_ms:g} ms | {busy:g} % | ${cents / 100:.4f} |")
    return "\n".join(lines)


def main() -> None:
    """Write the page again from what was kept."""
    write(json.loads((Path(__file__).parent / "results.json").read_text()))


if __name__ == "__main__":
    main()
