"""Reads one number with its sign, currency and unit, depending on the words before it.

A number is read as a whole or not at all. If no rule knows it, it stays as it is written, and the voice normalises
it.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from functions.relay.text.numbers.cardinals import cardinal, ordinal
from functions.relay.text.numbers.dates import clock, date, date_parts, day, german_ordinal, year, year_words
from functions.relay.text.numbers.fractions import OF, THINGS, fraction
from functions.relay.text.numbers.languages import FEMININE, SYMBOLS, named_money
from functions.relay.text.numbers.proportions import idiom, ratio, short_sum, version
from functions.relay.text.numbers.units import Counted
from functions.relay.text.numbers.written import WrittenNumber, amount, one_by_one, parse, signed


def read(number: WrittenNumber) -> str | None:
    """Return the number in words; None if no rule knows it."""
    number, _ = short_sum(_with_groups(number))
    words = next((words for rule in _RULES if (words := rule(number))), None)
    if words is None and number.suffix == ".":
        ended = read(replace(number, suffix=""))
        return ended and f"{ended}."
    whole = words is None and parse(number.core, number.language)
    if whole and number.suffix.strip() in {*THINGS[number.tag], *OF[number.tag]}:
        counted = read(replace(number, suffix="", followed=True, noun_follows=True))
        return counted and f"{counted}{number.suffix}"
    return words


def _with_groups(number: WrittenNumber) -> WrittenNumber:
    """Let plain spaces group the digits of `1 000 000` and `12 500 €`. Those of a telephone number do not."""
    grouped = re.fullmatch(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?", number.core)
    counted = number.money or number.suffix.strip(" .") or re.fullmatch(r"\d{1,3}(?: 000)+", number.core)
    if not grouped or not counted or number.sign == "+" or number.after(number.language.codes):
        return number
    return replace(number, core=number.core.replace(" ", "\u202f"))


def _digits(number: WrittenNumber) -> str | None:
    """Read digits one by one: phone numbers, codes, and numbers that are too long."""
    if number.money or number.suffix or not _is_dialled(number):
        return None
    # Who calls from abroad leaves out the 0 in brackets.
    core = number.core.replace("(0)", " ")
    words = ", ".join(one_by_one(group, number.tag) for group in re.findall(r"\d+", core))
    return f"{number.language.plus} {words}" if number.sign == "+" else words


def _is_dialled(number: WrittenNumber) -> bool:
    core = number.core
    groups = re.findall(r"\d+", core)
    if len(groups) == 1:
        long = len(core) > 6 or re.fullmatch(r"0\d+", core)
        named = number.after(number.language.codes) or number.after(number.language.codes, _AIRLINE)
        return bool(long) or (len(core) > 2 and named)
    if not re.fullmatch(r"[\d() ./\u00a0-]+", core) or parse(core, number.language) or date_parts(number):
        return False
    if number.sign == "+" or core[0] == "(" or re.fullmatch(_DIALLED, core):
        return True
    # A telephone number begins with 0 or has several groups. `192.168.0.1` is neither that nor a number.
    return bool(re.fullmatch(r"0\d+[ ./-].*", core)) or bool(re.fullmatch(r"\d+(?:[ -]\d+){2,}", core))


def _range(number: WrittenNumber) -> str | None:
    """Read `5-7`, also with a unit, and a range of times."""
    ends = re.split(rf"\s?{_HYPHENS}\s?", number.core)
    if len(ends) != 2 or number.sign:
        return None
    if ends[1][0] == number.money:
        ends[1] = ends[1][1:]
    first, last = (parse(end, number.language) for end in ends)
    if first and last and (first[0] >= last[0] or len(ends[1]) > 4):
        return None
    start, half = re.fullmatch(r"(.*?)[ ]?([ap]\.?m\.?|[AP]M|h|)", ends[0], re.DOTALL).groups()  # type: ignore[union-attr]
    low = replace(number, money="", core=start, suffix=half or _shared(number, start), followed=False)
    high = replace(number, core=ends[1])
    if all(re.fullmatch(r"(?:1[1-9]|20)\d\d", end) for end in ends) and not (number.suffix or number.money):
        return f" {number.language.until} ".join(year_words(int(end), number.tag) for end in ends)
    begin, finish = (read(low), read(high)) if first and last else (clock(low), clock(high))
    return f"{begin} {number.language.until} {finish}" if begin and finish else None


def _shared(number: WrittenNumber, start: str) -> str:
    """Return the suffix that both ends of a range share: that of times, such as `pm`."""
    return number.suffix if ":" in start else ""


def _product(number: WrittenNumber) -> str | None:
    """Read `3*4` and `10**6`."""
    parts = re.split(r"(\*\*|[*\u00d7^])", number.core)
    if len(parts) < 3 or number.suffix or number.money:
        return None
    spoken = {"*": number.language.times, "\u00d7": number.language.times}
    words = [
        spoken.get(part, number.language.power) if place % 2 else amount(part, number) or ""
        for place, part in enumerate(parts)
    ]
    return signed(" ".join(words), number) if all(words) else None


def _cost(number: WrittenNumber) -> str | None:
    """Read `$5.50`, `5,50 €`, `$1.5 million`."""
    suffix = number.suffix.strip()
    names = {**SYMBOLS, **named_money(number.language)}
    symbol = SYMBOLS.get(number.money, number.money) or names.get(suffix, suffix)
    money = number.language.money.get(symbol)
    found = parse(number.core, number.language)
    if not money or not found or (number.money and suffix and suffix not in number.language.large):
        return None
    female = (number.tag, symbol) in FEMININE
    if number.money and suffix:
        count = amount(number.core, number, number.language.large[suffix], (number.tag, suffix) in FEMININE)
        link = " de " if number.tag == "es" and suffix != "mil" else " "
        return signed(f"{count}{link}{money.unit[1]}", number)
    whole, fraction = found
    if len(fraction) != 2 or not money.cent[1]:
        return signed(amount(number.core, number, money.unit, female) or "", number)
    if not whole and int(fraction):
        return signed(amount(str(int(fraction)), number, money.cent) or "", number)
    units = amount(str(whole), number, money.unit, female) or ""
    return signed(units + _cents(int(fraction), money.cent, number), number)


def _cents(cents: int, counted: Counted, number: WrittenNumber) -> str:
    if not cents:
        return ""
    match number.tag:
        case "en":
            return f" and {amount(str(cents), number, counted)}"
        case "es":
            return f" con {amount(str(cents), number, counted)}"
        case "it":
            return f" e {cardinal(cents, 'it')}"
        case "hi":
            return f" {amount(str(cents), number, counted)}"
        case _:
            return f" {cardinal(cents, number.tag)}"


def _measure(number: WrittenNumber) -> str | None:
    """Read a number with a percent sign, a unit or a large word."""
    suffix, words = number.suffix.strip(), number.language
    if number.money or not suffix:
        return None
    if suffix == "%":
        count = amount(number.core, number, (words.percent, words.percent))
        if number.tag in ("es", "it") and number.core == "1":
            count = f"uno {words.percent}"
    else:
        noun = (suffix, suffix) if suffix in words.nouns else None
        counted = words.units.get(suffix) or words.large.get(suffix) or noun
        female = words.nouns.get(suffix, (number.tag, suffix) in FEMININE)
        count = counted and amount(number.core, number, counted, female)
    return signed(count, number) if count else None


_AIRLINE = "(?:[A-Z]{1,3}[ -])"
"""Letters of a code: `flight LH 454`."""

_DIALLED = r"\d{3}[- ]\d{4}|\d{3}\.\d{3}\.\d{4}|\d{5}[- ]\d{5}"
"""Telephone numbers without an area code, with full stops, and of Indian mobiles."""

_HYPHENS = "[-\u2013]"
_ORDINAL_SUFFIX = {
    "en": r"(?:st|nd|rd|th)",
    "es": r"\.?(?:º|o|er|ª|a)",
    "fr": r"(?:er|re|ère|e|ème|ième|nde?)",
    "it": r"[º°ª]",
    "hi": r"(?:वाँ|वां|वीं|वें|ला|ली|ले|रा|री|रे|था|थी|थे|ठा|ठी|ठे)",
}
_FEMALE = ("ª", "a", "re", "ère", "वीं", "ली", "री", "थी", "ठी")
_SECOND = {"nd": "second", "nde": "seconde"}
_SHORT = {1: "primer", 3: "tercer"}


def _ordinal(number: WrittenNumber) -> str | None:
    """Read `3rd`, `3.` after an article, `1er`, `2ª`."""
    if not number.core.isdigit() or number.sign or number.money:
        return None
    if number.tag == "de":
        articles = "der|die|das|am|vom|zum|zur|im|beim|dem|den|des|ihr|ihre|jeder|jede|jedes"
        if number.suffix == "." and number.after(articles) and ordinal(int(number.core), "de"):
            return german_ordinal(int(number.core), number) + ("" if number.followed else ".")
        return None
    if not re.fullmatch(_ORDINAL_SUFFIX[number.tag], number.suffix):
        return None
    value, ending = int(number.core), number.suffix.lstrip(".")
    if number.tag == "fr" and value == 2 and ending in _SECOND:
        return _SECOND[ending]
    if number.tag == "es" and value in _SHORT and (ending == "er" or (ending == "º" and number.noun_follows)):
        return _SHORT[value]
    words = ordinal(value, number.tag, ending in _FEMALE)
    oblique = number.tag == "hi" and ending in ("ले", "रे", "थे", "ठे")
    return f"{words[:-1]}\u0947" if words and oblique else words


def _degree_sign(number: WrittenNumber) -> str | None:
    """Read `1° piano`: the sign of degrees is often written for that of an ordinal."""
    if number.suffix != "°" or number.tag not in ("es", "it") or number.sign or not number.core.isdigit():
        return None
    female, begins = number.after("la|una|alla|della|nella|dalla"), not re.search(r"[^\W_]\s*\Z", number.before)
    article = female or number.after("il|al|del|nel|dal|sul|un|lo|el|en el")
    ordered = number.followed and (article or (begins and int(number.core) <= 12))
    return ordinal(int(number.core), number.tag, female) if ordered else None


def _decade(number: WrittenNumber) -> str | None:
    """Read `1990s`."""
    if number.tag != "en" or number.suffix != "s" or not re.fullmatch(r"(?:1[1-9]|20)\d0", number.core):
        return None
    words = year_words(int(number.core), "en")
    return words[:-1] + "ies" if words.endswith("y") else f"{words}s"


def _plain(number: WrittenNumber) -> str | None:
    """Read a cardinal if the gender of the counted thing does not matter."""
    if number.money or number.suffix:
        return None
    found = parse(number.core, number.language)
    if found and number.followed and not found[1] and _has_gender(found[0], number.tag):
        return None
    words = amount(number.core, number)
    return signed(words, number) if words else None


def _has_gender(whole: int, tag: str) -> bool:
    """Return whether a number must agree with the gender of the next word, which is not known yet."""
    match tag:
        case "de" | "it":
            return whole == 1
        case "fr":
            return whole % 10 == 1 and whole % 100 not in (11, 71, 91)
        case "es":
            return (whole % 10 == 1 and whole % 100 != 11) or whole % 1000 >= 200
        case _:
            return False


_RULES: tuple[Callable[[WrittenNumber], str | None], ...] = (
    *(version, ratio, idiom, fraction),
    *(_digits, date, clock, _range, _product, _degree_sign, _cost, _measure, _ordinal, day, _decade, year, _plain),
)
