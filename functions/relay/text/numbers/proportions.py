"""Reads ratios and scores (`2:1`, `won 3-2`), versions (`v2.1`), heights (`5'11`), sums in short (`2 M€`)."""

import re
from collections.abc import Mapping
from dataclasses import replace

from functions.relay.text.numbers.cardinals import cardinal
from functions.relay.text.numbers.languages import SYMBOLS
from functions.relay.text.numbers.written import WrittenNumber, parse

SIZES: Mapping[str, int] = {
    **{"k": 10**3, "K": 10**3, "T": 10**3, "Tsd.": 10**3, "Tsd": 10**3, "mil": 10**3},
    **{"M": 10**6, "m": 10**6, "Mio.": 10**6, "Mio": 10**6, "mln": 10**6, "MM": 10**6, "millones": 10**6},
    **{"B": 10**9, "bn": 10**9, "b": 10**9, "Mrd.": 10**9, "Mrd": 10**9, "Md": 10**9, "mld": 10**9},
    **{"Millionen": 10**6, "Milliarden": 10**9, "thousand": 10**3, "million": 10**6, "billion": 10**9},
}
"""Short forms of large numbers. They are read only with a currency: `M` may be a size, and `m` meters."""

_LARGE: Mapping[str, Mapping[int, str]] = {
    "en": {10**6: "million", 10**9: "billion"},
    "de": {10**6: "Millionen", 10**9: "Milliarden"},
    "es": {10**6: "millones"},
    "fr": {10**6: "millions", 10**9: "milliards"},
    "it": {10**6: "milioni", 10**9: "miliardi"},
    "hi": {},
}
_TO = {"en": "to", "de": "zu", "es": "a", "fr": "à", "it": "a", "hi": "से"}
_SCORED = {
    "en": "won|lost|drew|tied|score|score is|score was|score of|lead|leads|led|beat them|result|result is|ratio of",
    "de": "gewonnen|verloren|gewann|verlor|gewonnen mit|verloren mit|steht|stand|Ergebnis|Endstand|endete|endete mit",
    "es": "ganó|ganaron|ganamos|perdió|perdieron|empató|empataron|marcador|resultado|por",
    "fr": "gagné|perdu|score|score de|battu|mené|mènent|résultat",
    "it": "vinto|perso|pareggiato|risultato|punteggio|finita|vince|per",
    "hi": "स्कोर|जीते|हारे",
}
_VERSIONED = "version|release|versión|versione|v|वर्ज़न|वर्जन|ios|android|python|windows|firmware|build"
_DOT = {"en": "point", "de": "Punkt", "es": "punto", "fr": "point", "it": "punto", "hi": "पॉइंट"}


def ratio(number: WrittenNumber) -> str | None:
    """Read `2:1`, and `3-2` after a word such as `won`. `10:30` is a time: its minutes have two digits."""
    found = re.fullmatch(r"(\d{1,3})(:|[ ]?[-\u2013][ ]?)(\d{1,3})", number.core)
    if not found or number.money or number.sign or number.suffix.strip(" ."):
        return None
    timed = len(found[3]) == 2 and int(found[1]) < 24 and int(found[3]) < 60
    if found[2] == ":" and timed and number.core != "16:10":  # the shape of a screen
        return None
    if found[2] != ":" and not number.after(_SCORED[number.tag]):
        return None
    words = f"{cardinal(int(found[1]), number.tag)} {_TO[number.tag]} {cardinal(int(found[3]), number.tag)}"
    return words + number.suffix


_IDIOMS = {
    ("en", "24/7"): "twenty-four seven",
    ("en", "50/50"): "fifty-fifty",
    ("de", "50/50"): "fünfzig-fünfzig",
    ("de", "24/7"): "vierundzwanzig sieben",
}


def idiom(number: WrittenNumber) -> str | None:
    """Read `24/7`, and the height of a person in feet and inches."""
    if number.money or number.sign or number.suffix:
        return None
    height = re.fullmatch(r"([3-8])['\u2019](\d|1[01])", number.core)
    if height and number.tag == "en":
        return f"{cardinal(int(height[1]), 'en')} foot {cardinal(int(height[2]), 'en')}"
    return _IDIOMS.get((number.tag, number.core))


VERSION = {"en": "version", "de": "Version", "es": "versión", "fr": "version", "it": "versione", "hi": "वर्ज़न"}


def version(number: WrittenNumber) -> str | None:
    """Read `2.1` or `17.4.1` after a word such as `version`, each part as a number."""
    parted = re.fullmatch(r"\d{1,4}(?:\.\d{1,4}){1,3}", number.core)
    if not parted or number.money or number.sign or number.suffix or not number.after(_VERSIONED):
        return None
    dot = f" {_DOT[number.tag]} "
    return dot.join(cardinal(int(part), number.tag) for part in number.core.split("."))


def short_sum(number: WrittenNumber) -> tuple[WrittenNumber, bool]:
    """Return `2 M€` as `€2 million`, or as `€2000000` where that is said; and whether the number was such a sum."""
    found = re.fullmatch(r"(?P<size>[^\W\d_]+\.?)?[ ]?(?P<money>[$€£₹])?", number.suffix.strip())
    size = SIZES.get((found and found["size"]) or "", 0)
    symbol = number.money or (found and found["money"]) or ""
    parsed = parse(number.core, number.language)
    if not size or not parsed or SYMBOLS.get(symbol, symbol) not in number.language.money:
        return number, False
    whole, rest = parsed
    large = _LARGE[number.tag].get(size)
    if large and rest:
        return replace(number, money=symbol, suffix=f" {large}"), True
    digits = str(whole) + rest.ljust(len(str(size)) - 1, "0")
    return replace(number, money=symbol, core=digits, suffix=""), len(digits) < 13
