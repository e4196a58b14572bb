"""Reads fractions: `½`, `1½ hours`, `3/4 cup`. `1/2` alone may be a day, so it needs a thing or a whole number.

Sources: Duden ("Bruchzahlen"), RAE ("Los numerales fraccionarios"), Académie française ("Demi"), Crusca ("Mezzo").
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from functions.relay.dataclass import dataclass
from functions.relay.text.numbers.cardinals import cardinal
from functions.relay.text.numbers.units import Counted
from functions.relay.text.numbers.written import WrittenNumber, amount

SIGNS: Mapping[str, tuple[int, int]] = {
    **{"\u00bd": (1, 2), "\u00bc": (1, 4), "\u00be": (3, 4), "\u2153": (1, 3), "\u2154": (2, 3), "\u2155": (1, 5)},
    **{"\u215b": (1, 8), "\u215c": (3, 8), "\u215d": (5, 8), "\u215e": (7, 8)},
}
"""Characters that are a fraction."""

_PARTS: Mapping[str, Mapping[int, Counted]] = {
    "en": {
        2: ("half", "halves"),
        3: ("third", "thirds"),
        4: ("quarter", "quarters"),
        5: ("fifth", "fifths"),
        8: ("eighth", "eighths"),
    },
    "de": {part: (name, name) for part, name in ((3, "Drittel"), (4, "Viertel"), (5, "Fünftel"), (8, "Achtel"))},
    "es": {part: (name, f"{name}s") for part, name in ((3, "tercio"), (4, "cuarto"), (5, "quinto"), (8, "octavo"))},
    "fr": {
        3: ("tiers", "tiers"),
        4: ("quart", "quarts"),
        5: ("cinquième", "cinquièmes"),
        8: ("huitième", "huitièmes"),
    },
    "it": {3: ("terzo", "terzi"), 4: ("quarto", "quarti"), 5: ("quinto", "quinti"), 8: ("ottavo", "ottavi")},
    "hi": {3: ("तिहाई", "तिहाई"), 4: ("चौथाई", "चौथाई")},
}
_HALF = {"en": "one half", "de": "ein halb", "es": "un medio", "fr": "un demi", "it": "un mezzo", "hi": "आधा"}


def _forms(names: str, feminine: str = "") -> dict[str, tuple[str, bool]]:
    """Return the forms of things, written as `one|several`: the form for one, and if it is feminine."""
    pairs = [(name.partition("|"), False) for name in names.split()]
    pairs += [(name.partition("|"), True) for name in feminine.split()]
    return {form: (one, female) for (one, _, more), female in pairs for form in (one, more or one)}


THINGS: Mapping[str, Mapping[str, tuple[str, bool]]] = {
    "en": _forms("cup|cups hour|hours mile|miles pound|pounds liter|liters day|days"),
    "de": _forms("Liter Kilo Teelöffel Esslöffel", "Tasse|Tassen Stunde|Stunden"),
    "es": _forms("litro|litros kilo|kilos", "taza|tazas hora|horas"),
    "fr": _forms("litre|litres", "tasse|tasses heure|heures"),
    "it": _forms("litro|litri chilo|chili", "tazza|tazze ora|ore"),
    "hi": _forms("कप घंटा|घंटे लीटर किलो"),
}
"""Things that people have a part of, in all their forms: the form for one, and whether it is feminine."""

OF: Mapping[str, tuple[str, ...]] = {
    **{"en": ("of",), "de": ("der", "des", "von"), "es": ("de",), "fr": ("de", "du"), "it": ("di", "del", "della")},
    "hi": (),
}
"""Words after which a fraction is meant: `2/3 of it`."""


@dataclass(frozen=True, slots=True)
class _Fraction:
    whole: int
    over: int
    under: int
    sure: bool
    """Whether it can be nothing else, such as a day."""


def fraction(number: WrittenNumber) -> str | None:
    """Read a fraction, also after a whole number and before a thing."""
    found = _parsed(number.core)
    if not found or number.money or number.sign:
        return None
    name = number.suffix.strip()
    thing = THINGS[number.tag].get(name)
    if name in number.language.units:
        thing = (number.language.units[name][0], False)
    if name in OF[number.tag]:
        words = _part(found, number.tag) if not found.whole else None
        return words and f"{words}{number.suffix}"
    if name and not thing:
        return None
    if not thing and not found.sure:
        return None
    if found.whole:
        return _mixed(found, number, thing)
    return _of_one(found, number.tag, thing)


def _parsed(core: str) -> _Fraction | None:
    if sign := re.fullmatch(rf"(\d{{1,3}})?[ ]?([{''.join(SIGNS)}])", core):
        return _Fraction(int(sign[1] or 0), *SIGNS[sign[2]], True)
    plain = re.fullmatch(r"(?:(\d{1,3})[ ])?([1-9])/([2-8])", core)
    if not plain or int(plain[2]) >= int(plain[3]):
        return None
    return _Fraction(int(plain[1] or 0), int(plain[2]), int(plain[3]), plain[1] is not None)


def _part(found: _Fraction, tag: str) -> str | None:
    """Return the words for a fraction alone: `three quarters`."""
    if (found.over, found.under) == (1, 2):
        return _HALF[tag]
    name = _PARTS[tag].get(found.under)
    if not name:
        return None
    one = {"en": "one", "de": "ein", "hi": "एक"}.get(tag, "un")
    return f"{one if found.over == 1 else cardinal(found.over, tag)} {name[found.over > 1]}"


def _of_one(found: _Fraction, tag: str, thing: tuple[str, bool] | None) -> str | None:
    """Return a part of one thing: `half an hour`, `three quarters of a cup`."""
    words = _part(found, tag)
    if not thing or not words:
        return words
    name, female = thing
    if (found.over, found.under) == (1, 2):
        return _half_of(name, female, tag)
    match tag:
        case "en":
            return f"{words} of {_a(name)}"
        case "es":
            return f"{words} de {name}"
        case "fr":
            return f"{words} d'{name}" if name[0] in "aeéhioy" else f"{words} de {name}"
        case "it":
            return f"{words} di {name}"
        case _:
            return f"{words} {name}"


def _half_of(name: str, female: bool, tag: str) -> str | None:
    match tag:
        case "en":
            return f"half {_a(name)}"
        case "de":
            return f"eine halbe {name}" if female else None
        case "es":
            return f"{'media' if female else 'medio'} {name}"
        case "fr":
            return f"{'une' if female else 'un'} demi-{name}"
        case "it":
            return "mezz'ora" if name == "ora" else f"{'mezza' if female else 'mezzo'} {name}"
        case _:
            return f"आधा {name}"


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'aeio' or name.startswith('hour') else 'a'} {name}"


def _mixed(found: _Fraction, number: WrittenNumber, thing: tuple[str, bool] | None) -> str | None:
    """Return a whole number and a fraction: `one and a half hours`, `una hora y media`, `साढ़े तीन`."""
    tag, half = number.tag, (found.over, found.under) == (1, 2)
    words, things = _part(found, tag), f" {number.suffix.strip()}" if thing else ""
    if not words:
        return None
    match tag:
        case "en":
            part = f"a {words.removeprefix('one ')}" if found.over == 1 else words
            return f"{cardinal(found.whole, tag)} and {part}{_plural(number, things)}"
        case "de":
            whole = cardinal(found.whole, tag).removesuffix("s") if found.whole == 1 else cardinal(found.whole, tag)
            return (f"{whole}einhalb" if half else f"{whole} {words}") + _plural(number, things)
        case "hi":
            return _hindi(found) and f"{_hindi(found)}{things}"
        case _:
            return _after_things(found, number, thing, words)


def _after_things(found: _Fraction, number: WrittenNumber, thing: tuple[str, bool] | None, words: str) -> str | None:
    """Return a mixed number as Romance languages say it: the part comes after the thing."""
    link, half = {"es": "y", "fr": "et", "it": "e"}[number.tag], (found.over, found.under) == (1, 2)
    female = thing is not None and thing[1]
    halves = {"es": ("medio", "media"), "fr": ("demi", "demie"), "it": ("mezzo", "mezza")}
    part = halves[number.tag][female] if half else words
    if not thing:
        return f"{cardinal(found.whole, number.tag)} {link} {part}"
    name = number.suffix.strip()
    counted = number.language.units.get(name, (thing[0], name))
    count = amount(str(found.whole), replace(number, core=str(found.whole)), counted, female)
    return count and f"{count} {link} {part}"


def _plural(number: WrittenNumber, things: str) -> str:
    name = number.suffix.strip()
    return f" {number.language.units[name][1]}" if name in number.language.units else things


def _hindi(found: _Fraction) -> str | None:
    whole = found.whole
    match found.over, found.under:
        case 1, 2:
            return {1: "डेढ़", 2: "ढाई"}.get(whole) or f"साढ़े {cardinal(whole, 'hi')}"
        case 1, 4:
            return "सवा" if whole == 1 else f"सवा {cardinal(whole, 'hi')}"
        case 3, 4:
            return f"पौने {cardinal(whole + 1, 'hi')}"
        case _:
            return None
