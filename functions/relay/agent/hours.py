"""Knows when the people behind an agent are there: reads opening hours as people write them, and tells what is next.

The form is that of OpenStreetMap's `opening_hours`, without its rarer rules.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from functions.relay.agent.checks import listed, of_kind
from functions.relay.agent.tools import AgentError
from functions.relay.agent.zones import zone_of
from functions.relay.dataclass import dataclass

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

MOST_DAYS_AHEAD = 62
"""Days within which the next opening is looked for."""

_RULE = re.compile(r"(?P<days>[A-Za-z]{2}(?:\s*[-,]\s*[A-Za-z]{2})*)\s+(?P<spans>[\d:\s,-]+)")
_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?")

EXAMPLE = "write rules such as Mo-Fr 9-17; Sa 10:00-12:30,14-16"

Minutes = tuple[int, int]
"""The beginning and the end of a span, in minutes of the day."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When people are there: the model knows it, and tools read `caller.is_open`. Raises AgentError."""

    opening: str
    """Days and times, such as `"Mo-Fr 9-17; Sa 10:00-12:30,14-16"`. Days that it does not name are closed. A night
    has two rules: `"Fr 18-24; Sa 0-2"`."""

    zone: str | None = None
    """The time zone of these times, such as `"Europe/Berlin"`. Default: None, that of `Agent.zone`."""

    holidays: Collection[str] = ()
    """Dates on which it is closed, one year's or every year's: `["2026-04-03", "12-25"]`. Default: none."""

    week: tuple[tuple[Minutes, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        of_kind("Hours.opening", self.opening, str, 'a text such as "Mo-Fr 9-17"')
        if self.zone is not None:
            zone_of(self.zone, "Hours.zone")
        for one in listed("Hours.holidays", self.holidays):
            _check_holiday(one)
        object.__setattr__(self, "week", _week(self.opening))

    def is_open(self, local: datetime) -> bool:
        """Return whether it is open at this time in the zone of the hours."""
        return self._ends(local) is not None

    def told(self, local: datetime) -> str:
        """Return what the model is told at this time: the hours, and whether it is open until or from when."""
        if (end := self._ends(local)) is not None:
            return f"Opening hours: {self.opening}. It is open now, until {_clock(end)}."
        later = next(self._beginnings(local), None)
        then = f" It opens on {later:%Y-%m-%d} ({DAYS[later.weekday()]}) at {later:%H:%M}." if later else ""
        return f"Opening hours: {self.opening}. It is closed now.{then}"

    def _ends(self, local: datetime) -> int | None:
        now = local.hour * 60 + local.minute
        return next((end for start, end in self._on(local.date()) if start <= now < end), None)

    def _beginnings(self, local: datetime) -> Iterator[datetime]:
        for ahead in range(MOST_DAYS_AHEAD):
            day = local.date() + timedelta(days=ahead)
            for start, _ in self._on(day):
                begins = datetime.combine(day, time(start // 60, start % 60), local.tzinfo)
                if begins > local:
                    yield begins

    def _on(self, day: date) -> tuple[Minutes, ...]:
        closed = f"{day:%Y-%m-%d}" in self.holidays or f"{day:%m-%d}" in self.holidays
        return () if closed else self.week[day.weekday()]


def _week(opening: str) -> tuple[tuple[Minutes, ...], ...]:
    """Return the spans of each day from Monday. Raises AgentError."""
    week: dict[int, tuple[Minutes, ...]] = {}
    for rule in filter(None, map(str.strip, opening.split(";"))):
        found = _RULE.fullmatch(rule)
        if found is None:
            raise AgentError(f"Hours.opening has {rule!r}; {EXAMPLE}.")
        spans = tuple(sorted(_minutes(one, rule) for one in found["spans"].split(",")))
        if any(end > start for (_, end), (start, _) in pairwise(spans)):
            raise AgentError(f"Hours.opening has {rule!r}, whose times overlap; write each time once.")
        for day in _days(found["days"], rule):
            if day in week:
                raise AgentError(f"Hours.opening names {DAYS[day]} twice; write one rule for a day.")
            week[day] = spans
    if not week:
        raise AgentError(f"Hours.opening is {opening!r}; {EXAMPLE}.")
    return tuple(week.get(day, ()) for day in range(7))


def _days(days: str, rule: str) -> Iterator[int]:
    for part in days.split(","):
        ends = [one.strip().title() for one in part.split("-")]
        if len(ends) > 2 or any(one not in DAYS for one in ends):
            raise AgentError(f"Hours.opening has {rule!r}, whose day is not one of {', '.join(DAYS)}; {EXAMPLE}.")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        yield from (day % 7 for day in range(first, last + 1 + 7 * (last < first)))


def _minutes(span: str, rule: str) -> Minutes:
    found = _SPAN.fullmatch(span.strip())
    if found is None:
        raise AgentError(f"Hours.opening has {rule!r}; {EXAMPLE}.")
    first, last, *minutes = int(found[1]), int(found[3]), int(found[2] or 0), int(found[4] or 0)
    start, end = first * 60 + minutes[0], last * 60 + minutes[1]
    if max(minutes) > 59 or not start < end <= 24 * 60:
        raise AgentError(f"Hours.opening has {rule!r}; a time begins before it ends, at 24 at the latest.")
    return start, end


def _check_holiday(given: object) -> None:
    year = "" if isinstance(given, str) and len(given) == 10 else "2024-"
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", f"{year}{given}"):
            date.fromisoformat(f"{year}{given}")
            return
    except ValueError:
        pass
    raise AgentError(f'Hours.holidays has {given!r}; write dates such as "2026-04-03", or "12-25" for every year.')


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
