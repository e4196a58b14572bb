"""Compares measured figures with their goals and with the best of other products, and prints them as a table."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One figure with its unit. `goal` is the most that it may be, `others` what other products need."""

    what: str
    value: float
    unit: str
    goal: float | None = None
    others: str = ""

    @property
    def met(self) -> bool:
        """Whether the figure is within its goal, or has none."""
        return self.goal is None or self.value <= self.goal

    def plain(self) -> dict[str, Any]:
        """Return the row as it is written in JSON."""
        return asdict(self) | {"met": self.met}


def table(rows: list[Row]) -> str:
    """Return the rows as a table in text."""
    width = max(len(row.what) for row in rows)
    lines = [f"{'':{width}}  {'measured':>12}  {'at most':>9}  {'':6}  others"]
    for row in rows:
        goal = "" if row.goal is None else f"{row.goal:g}"
        verdict = "" if row.goal is None else ("met" if row.met else "MISSED")
        lines.append(f"{row.what:{width}}  {row.value:>7g} {row.unit:4}  {goal:>9}  {verdict:6}  {row.others}")
    return "\n".join(lines)
