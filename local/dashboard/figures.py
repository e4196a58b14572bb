"""Computes what the dashboard shows: rows of calls, the figures of a day, and of each agent."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

from functions.relay.record.call_record import CallEnding, CallRecord
from functions.relay.record.row import CallRow

HOURS = 24


def row(call: CallRow) -> dict[str, Any]:
    """Return a row as the page gets it."""
    return {**asdict(call), "caller_mark": call.caller_mark[:8]}


def agents(rows: Iterable[CallRow]) -> list[dict[str, Any]]:
    """Return the figures of each agent, the one with the most calls first. A call counts for its last agent."""
    found: dict[str, list[CallRow]] = {}
    for one in rows:
        found.setdefault(one.agent or "none", []).append(one)
    figures = [_agent(name, calls) for name, calls in found.items()]
    return sorted(figures, key=lambda one: (-one["calls"], one["agent"]))


def day(rows: Sequence[CallRow], records: Sequence[CallRecord]) -> dict[str, Any]:
    """Return the figures of one day. `records` are those of its newest calls, for what rows do not hold."""
    hours = Counter(datetime.fromtimestamp(one.began / 1000, UTC).hour for one in rows)
    waits = [turn.first_words_ms for one in records for turn in one.turns if turn.first_words_ms is not None]
    return {
        "calls": len(rows),
        "by_hour": [hours[hour] for hour in range(HOURS)],
        "endings": dict(Counter(str(one.ending) for one in rows).most_common()),
        "errors": sum(one.errors for one in rows),
        "read": len(records),
        "p50_ms": share(waits, 50),
        "p90_ms": share(waits, 90),
        "interruptions": sum(one.interruptions for one in records),
        "cents": {
            "model": _known([one.cents.model for one in records]),
            "Twilio": round(sum(one.cents.twilio for one in records), 2),
            "AWS": round(sum(one.cents.aws for one in records), 2),
        },
    }


def _known(cents: Sequence[float | None]) -> float | None:
    """Return the sum of the cents that are known; None if there are calls, and none is known."""
    known = [one for one in cents if one is not None]
    return round(sum(known), 2) if known or not cents else None


def share(values: Sequence[float], percent: int) -> int | None:
    """Return a percentile of the values, such as the median for 50, in whole milliseconds; None without values."""
    if len(values) < 2:
        return round(values[0]) if values else None
    return round(quantiles(values, n=100, method="inclusive")[percent - 1])


def _agent(name: str, calls: Sequence[CallRow]) -> dict[str, Any]:
    waits = [one.first_words_p50_ms for one in calls if one.first_words_p50_ms is not None]
    return {
        "agent": name,
        "calls": len(calls),
        "seconds": round(sum(one.seconds for one in calls) / len(calls)),
        "turns": round(sum(one.turns for one in calls) / len(calls), 1),
        "p50_ms": share(waits, 50),
        "p90_ms": share(waits, 90),
        "handed_off": sum(one.ending is CallEnding.HANDED_OFF for one in calls),
        "errors": sum(one.errors for one in calls),
        "cents": round(sum(one.cents for one in calls) / len(calls), 2),
    }
