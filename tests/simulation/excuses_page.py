"""Prints the laws and their exceptions into docs/reliability.md: `make laws`."""

import sys
from itertools import groupby
from pathlib import Path

from tests.simulation.excuses import EXCUSES
from tests.simulation.laws import LAWS

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"

BEGIN, END = "<!-- the laws, printed by `make laws` -->\n", "<!-- the end of the laws -->\n"


def table() -> str:
    """Return the laws, and each exception with its reason, as Markdown."""
    laws = [f"{number}. {_sentence(law.__doc__)}" for number, law in LAWS.items()]
    rows = ["| Law | Excused | Why |", "|---|---|---|"]
    for number, excuses in groupby(EXCUSES, key=lambda excuse: excuse.law):
        rows += [f"| {number} | {excuse.cause} | {excuse.why} |" for excuse in excuses]
    return "\n".join(["", *laws, "", *rows, "", ""])


def _sentence(doc: str | None) -> str:
    """Return the first line of a law's docstring, without its number."""
    sentence = (doc or "").partition("\n")[0].partition(": ")[2]
    return sentence[:1].upper() + sentence[1:]


def with_table(page: str) -> str:
    """Return the page with the table between its two marks."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"printed {len(EXCUSES)} excuses into {PAGE.name}\n")
