"""The results as a table: what passed, how long the caller waited, and what it cost."""

from collections.abc import Iterator, Sequence
from statistics import median

from functions.providers import Price, price_of
from functions.relay.wire.model import Usage
from local.evals.running import Result
from local.page.prices import cost

HEAD = ("scenario", "result", "turns", "first words", "worst", "tokens in", "out", "cost")


def price(model_id: str) -> Price | None:
    """Return what a model costs; nothing without an id, None if the price is not known."""
    return price_of(model_id) if model_id else Price(0, 0, 0, 0)


def table(results: Sequence[Result], price: Price | None) -> str:
    """Return a line for each scenario with what went wrong below, and a line for all."""
    rows = [HEAD, *(_row(one, price) for one in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(_cell(row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, *_faults(results), "", _sum(results)])


def _cell(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for column, (text, width) in enumerate(zip(row, widths, strict=True)):
        yield text.ljust(width) if column < 2 else text.rjust(width)


def _row(result: Result, price: Price | None) -> tuple[str, ...]:
    usage, waits = result.usage, result.waits_ms
    return (
        result.name,
        "pass" if result.passed else "FAIL",
        str(result.turns),
        f"{median(waits):.0f} ms" if waits else "none",
        f"{max(waits):.0f} ms" if waits else "none",
        str(usage.input + usage.cache_read + usage.cache_write),
        str(usage.output),
        dollars(usage, price),
    )


def dollars(usage: Usage, price: Price | None) -> str:
    """Return a cost, or that it is not known."""
    return "unknown" if price is None else f"${cost(price, usage):.5f}"


def _faults(results: Sequence[Result]) -> Iterator[str]:
    for one in results:
        if not one.passed:
            yield from ("", f"{one.name}:", *(f"  {fault}" for fault in one.faults), one.transcript)


def _sum(results: Sequence[Result]) -> str:
    passed, unjudged = sum(one.passed for one in results), sum(one.unjudged for one in results)
    judged = f" {unjudged} statements were not judged: a judge needs a real model." if unjudged else ""
    return f"{passed} of {len(results)} passed.{judged}"
