"""Reads days, years and times among numbers. In `11/12/2026` the month comes first in en-US, the day elsewhere."""

import re
from dataclasses import replace

from functions.relay.text.numbers.cardinals import cardinal, ordinal
from functions.relay.text.numbers.clock import time_of_day
from functions.relay.text.numbers.written import WrittenNumber


def date_parts(number: WrittenNumber) -> tuple[int, int, int] | None:
    """Return day, month and year of `2026-11-28`, `28.11.2026` or `11/28/2026`. The year is 0 if there is none."""
    if iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", number.core):
        return _real(int(iso[3]), int(iso[2]), int(iso[1]))
    if number.tag == "de" and (short := re.fullmatch(r"(\d{1,2})\.(\d{1,2})", number.core)):
        named = number.suffix == "." or number.after("am|vom|zum|dem|den|bis|ab|seit|der")
        return _real(int(short[1]), int(short[2]), 0) if named else None
    found = re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})", number.core)
    if not found:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    swapped = number.region in ("en", "en-US") and found[2] != "." and first <= 12
    day, month = (second, first) if swapped else (first, second)
    return _real(day, month, year + 2000 if year < 100 else year)


def _real(day: int, month: int, year: int) -> tuple[int, int, int] | None:
    return (day, month, year) if 1 <= day <= 31 and 1 <= month <= 12 else None


def date(number: WrittenNumber) -> str | None:
    """Read `2026-11-28`, `28.11.2026`, `11/28/2026`."""
    parts = None if number.money or number.sign else date_parts(number)
    if not parts or number.suffix.strip() not in ("", "."):
        return None
    day, month, year = parts
    name = number.language.months[month - 1]
    words = _day_and_month(day, name, number)
    if not year:
        return words if number.followed or not number.suffix else f"{words}."
    if number.suffix:
        return None
    link = {"en": ", ", "es": " de "}.get(number.tag, " ")
    return f"{words}{link}{year_words(year, number.tag)}"


def _day_and_month(day: int, month: str, number: WrittenNumber) -> str:
    match number.tag:
        case "en" if number.region in ("en", "en-US"):
            return f"{month} {ordinal(day, 'en')}"
        case "en":
            article = "" if number.after("the") else "the "
            return f"{article}{ordinal(day, 'en')} of {month}"
        case "de":
            return f"{german_ordinal(day, number)} {month}"
        case "es":
            return f"{_first(day, number)} de {month}"
        case _:
            return f"{_first(day, number)} {month}"


def _first(day: int, number: WrittenNumber) -> str:
    """Return a day: the first of a month is an ordinal in French, in Italian, and in Spanish outside Spain."""
    if day == 1 and (number.tag in ("fr", "it") or (number.tag == "es" and number.region != "es-ES")):
        return ordinal(1, number.tag) or ""
    return cardinal(day, number.tag)


def german_ordinal(value: int, number: WrittenNumber) -> str:
    """Return an ordinal with the ending that the word before it requires."""
    stem = ordinal(value, "de") or ""
    if number.after("der|die|das"):
        return f"{stem}e"
    return f"{stem}en" if number.after("am|vom|zum|zur|im|beim|dem|den|des|seit|ab|bis|nach|vor") else f"{stem}er"


def year_words(year: int, tag: str) -> str:
    """Return a year as people say it: `nineteen eighty-four`."""
    hundreds, rest = divmod(year, 100)
    if tag == "en" and 1100 <= year < 2100 and not 2000 <= year < 2010:
        tail = f"oh {cardinal(rest, tag)}" if 0 < rest < 10 else cardinal(rest, tag)
        return f"{cardinal(hundreds, tag)} {tail if rest else 'hundred'}"
    if tag in ("de", "hi") and 1100 <= year < 2000:
        link = "hundert" if tag == "de" else " सौ "
        return (cardinal(hundreds, tag) + link + (cardinal(rest, tag) if rest else "")).strip()
    return cardinal(year, tag)


def clock(number: WrittenNumber) -> str | None:
    """Read `8:30`, `8:30 pm`, `8 a.m.`, `20 Uhr`, `8h30` and `8 h`."""
    sort = number.suffix.strip().replace(".", "").lower()
    half = {"am": "a.m.", "pm": "p.m."}.get(sort, "")
    dotted = "|\\." if sort == "uhr" else ""
    found = re.fullmatch(rf"(\d{{1,2}})(?:(?::|\s?h\s?{dotted})(\d{{2}}))?", number.core)
    whole_hour = half or sort in ("uhr", "बजे") or (sort == "h" and number.tag in ("fr", "es"))
    if not found or number.sign or number.money or (sort and not whole_hour) or not (found[2] or whole_hour):
        return None
    return time_of_day(int(found[1]), int(found[2] or 0), half, number.tag)


_SHORT = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"


def day(number: WrittenNumber) -> str | None:
    """Read the day before or after a month's name."""
    if not re.fullmatch(r"[1-9]|[12]\d|3[01]", number.core) or number.sign or number.money:
        return None
    month = next((name for name in number.language.months if number.suffix.endswith(name)), "")
    if month:
        region = "en-GB" if number.tag == "en" else number.region
        return _day_and_month(int(number.core), month, replace(number, region=region))
    if number.tag == "en" and not number.suffix and number.after("|".join((*number.language.months, _SHORT))):
        return ordinal(int(number.core), "en")
    return None


def year(number: WrittenNumber) -> str | None:
    """Read `2026` as a year after a month, or after a word such as `since`."""
    if number.sign or number.money or number.suffix or not re.fullmatch(r"(?:1[1-9]|20)\d\d", number.core):
        return None
    months = "|".join(number.language.months)
    dated = number.tag == "en" and re.search(rf"(?:{months}) [a-z-]+,? ?\Z", number.before)
    if dated or number.after(f"{number.language.years}|{months}"):
        return year_words(int(number.core), number.tag)
    return None
