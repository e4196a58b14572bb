"""The results as a table: what passed, how long the caller waited, and what it cost."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from functions.providers import Price, price_of
from functions.relay.wire.model import Usage
from local.evals.rates import Difference, Interval, together
from local.evals.running import Result
from local.evals.series import Series
from local.page.prices import cost

HEAD = ("scenario", "result", "turns", "first words", "worst", "tokens in", "out", "cost")
RATES_HEAD = ("scenario", "agent", "passed", "rate", "95 % interval", "first words", "cost")
LEFT = ("scenario", "result", "agent")
"""Columns of words. The others have numbers, which are aligned on the right."""


def price(model_id: str) -> Price | None:
    """Return what a model costs; nothing without an id, None if the price is not known."""
    return price_of(model_id) if model_id else Price(0, 0, 0, 0)


def table(results: Sequence[Result], price: Price | None) -> str:
    """Return a line for each scenario with what went wrong below, and a line for all."""
    lines = _aligned([HEAD, *(_row(one, price) for one in results)])
    return "\n".join([*lines, *_faults(results), "", _sum(results)])


def rates(series: Sequence[Series], price: Price | None) -> str:
    """Return a line for each series with its rate, the difference of two sides, and how often what went wrong."""
    rows: list[tuple[str, ...]] = [RATES_HEAD]
    sides = list(dict.fromkeys(one.side for one in series))
    names = list(dict.fromkeys(one.scenario for one in series))
    for name in names:
        rows += _rates([one for one in series if one.scenario == name], price)
    if len(names) > 1:
        whole = [(side, [one for one in series if one.side == side]) for side in sides]
        rows += _rates([Series("all", side, _results(those)) for side, those in whole], price)
    verdict = [_verdict(difference_of(series))] if len(sides) > 1 else []
    lines = [*_aligned(rows), *verdict, *_often(series), "", _sum(_results(series), len(sides) > 1)]
    return "\n".join(lines).rstrip()


def difference_of(series: Sequence[Series]) -> Difference:
    """Return how much more often the second side passed, over all scenarios."""
    first, second = dict.fromkeys(one.side for one in series)
    return Difference(*(together(one.rate for one in series if one.side == side) for side in (first, second)))


def _results(series: Iterable[Series]) -> tuple[Result, ...]:
    return tuple(result for one in series for result in one.results)


def _rates(series: Sequence[Series], price: Price | None) -> Iterator[tuple[str, ...]]:
    """Yield the rows of one scenario: one for each side, and their difference."""
    for number, one in enumerate(series):
        waits = [wait for result in one.results for wait in result.waits_ms]
        yield (
            "" if number else one.scenario,
            one.side,
            f"{one.rate.passed}/{one.rate.calls}",
            f"{one.rate.value:.0%}",
            _interval(one.rate.interval),
            f"{median(waits):.0f} ms" if waits else "none",
            dollars(Usage.sum(result.usage for result in one.results), price),
        )
    if len(series) > 1:
        difference = Difference(*(one.rate for one in series))
        yield "", "difference", "", f"{difference.value:+.0%}", _interval(difference.interval, "+"), "", ""


def _interval(interval: Interval, sign: str = "") -> str:
    return f"{interval.low:{sign}.0%} to {interval.high:{sign}.0%}"


def _verdict(difference: Difference) -> str:
    if difference.is_chance:
        return "\nThe difference may be chance: its interval holds 0. More calls (REPEAT=) make the interval smaller."
    return f"\nThe second is {'better' if difference.value > 0 else 'worse'}: the interval does not hold 0."


def _often(series: Iterable[Series]) -> Iterator[str]:
    """Yield how often each thing went wrong in a series, and the first call in which something did."""
    for one in series:
        failed = [result for result in one.results if not result.passed]
        if failed:
            yield from ("", f"{one.scenario}{f', {one.side}' if one.side else ''}:")
            often = Counter(fault for result in failed for fault in result.faults)
            yield from (f"  {times} x {fault}" for fault, times in often.most_common())
            yield failed[0].transcript


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield the rows of a table as lines. The first row is its head."""
    columns = [name for number, name in enumerate(rows[0]) if any(row[number] for row in rows[1:])]
    kept = [[row[rows[0].index(name)] for name in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*kept, strict=True)]
    for row in kept:
        cells = zip(columns, row, widths, strict=True)
        yield "  ".join(
            text.ljust(width) if name in LEFT else text.rjust(width) for name, text, width in cells
        ).rstrip()


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


def _sum(results: Sequence[Result], compared: bool = False) -> str:
    passed, unjudged = sum(one.passed for one in results), sum(one.unjudged for one in results)
    judged = f"{unjudged} statements were not judged: a judge needs a real model." if unjudged else ""
    return " ".join([*([] if compared else [f"{passed} of {len(results)} passed."]), *([judged] if judged else [])])
