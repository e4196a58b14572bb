"""Holds the hours in which the law of a country allows sales calls, in the local time of the called person.

These are the rules with hours for a whole country; docs/compliance.md has a line for each. Public holidays are not
known here. The rules are for sales: a reminder that a patient asked for may be exempt.
"""

from collections.abc import Mapping
from datetime import datetime, time

from functions.relay.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class HourSpan:
    """A part of the day in which calls may begin: from `start`, and before `end`."""

    start: time
    end: time

    def __str__(self) -> str:
        """Return the span as people write it, such as 09:00 to 21:00."""
        return f"{self.start:%H:%M} to {self.end:%H:%M}"


Spans = tuple[HourSpan, ...]
"""The spans of one day; empty for a day without calls."""


@dataclass(frozen=True, slots=True)
class CountryHours:
    """The hours of a country, and the rule that sets them."""

    source: str
    weekdays: Spans
    saturday: Spans
    sunday: Spans

    def on(self, local: datetime) -> Spans:
        """Return the spans of this local day."""
        days = (*[self.weekdays] * 5, self.saturday, self.sunday)
        return days[local.weekday()]

    def allow(self, local: datetime) -> bool:
        """Return whether a call may begin at this local time."""
        return any(span.start <= local.time() < span.end for span in self.on(local))


def _span(start: time, end: time) -> Spans:
    return (HourSpan(start, end),)


_US = _span(time(8), time(21))
_INDIA = _span(time(9), time(21))
_SPAIN = _span(time(9), time(21))

HOURS: Mapping[str, CountryHours] = {
    "AU": CountryHours(
        "Telecommunications (Telemarketing and Research Calls) Industry Standard 2017",
        _span(time(9), time(20)),
        _span(time(9), time(17)),
        (),
    ),
    "CA": CountryHours(
        "CRTC, Unsolicited Telecommunications Rules, Part III, 23",
        _span(time(9), time(21, 30)),
        _span(time(10), time(18)),
        _span(time(10), time(18)),
    ),
    "ES": CountryHours("Real Decreto Legislativo 1/2007, art. 96", _SPAIN, (), ()),
    **dict.fromkeys(
        ("FR", "GF", "GP", "MQ", "RE", "YT"),
        CountryHours(
            "Code de la consommation, art. D223-9",
            (HourSpan(time(10), time(13)), HourSpan(time(14), time(20))),
            (),
            (),
        ),
    ),
    "IN": CountryHours("TRAI, commercial communications, 9:00 to 21:00", _INDIA, _INDIA, _INDIA),
    **dict.fromkeys(
        ("US", "AS", "GU", "MP", "PR", "VI"), CountryHours("47 CFR 64.1200(c)(1), the TCPA", _US, _US, _US)
    ),
}
"""The hours by the country's ISO 3166 code. Territories have codes of their own, and the law of their country.

Sources: 47 USC 153, "United States", which includes territories; Constitution of France, art. 73.
"""
