"""Reads the numbers that callers say: `forty-one`, `fifty-two hundred`, `zwölfhundertelf`, `double five`, `for one`.

Some words can be read in several ways: `five hundred twelve` is 512, or 500 and 12. A `Reading` is one of them.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product

from functions.relay.dataclass import dataclass
from functions.relay.text.digit_words import (
    AFTER_NUMBER,
    ALONE,
    HOMOPHONES,
    LINKS,
    ORDERS,
    PLUS,
    REPEATED,
    SIZES,
    TOKEN,
    digit_words,
    pieces_of,
)

LARGEST = 9999
"""The largest number that is read as one: a group of a card has four digits. Larger ones are amounts."""


@dataclass(frozen=True, slots=True)
class Part:
    """Digits or letters that one or several words say, and their place in the text."""

    compact: str
    start: int
    end: int
    large: bool = False
    """Whether it is said with hundreds or thousands, as amounts are too."""

    homophone: bool = False
    """Whether it is a word that only sounds like a digit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the numbers of a text."""

    joined: bool = True
    """Whether `five hundred twelve` is 512, and not 500 and 12."""

    homophones: bool = False
    """Whether a word that sounds like a digit is one, beside other digits."""

    counted: bool = True
    """Whether `four` is a digit in `the next four`."""


PLAIN = Reading()


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word, or several that are one number below 100."""

    word: str
    start: int
    end: int
    digits: str = ""
    size: int = 0
    """100 or 1000; 0 for a number or another word."""

    joins: bool = True
    """Whether only white space or a hyphen is between it and the word before."""

    @property
    def value(self) -> int:
        """The number that multiplies or follows a size; 0 if it is none: `007`, `4711`."""
        digits = self.digits
        return int(digits) if digits.isdecimal() and len(digits) < 3 and not digits.startswith("0") else 0


def readings(text: str, tag: str) -> Iterator[Reading]:
    """Return the readings in which a text may differ, the plain one first."""
    units = _units(text, tag)
    joined = (True, False) if any(unit.size for unit in units) else (True,)
    homophones = (False, True) if any(unit.word in HOMOPHONES.get(tag, ()) for unit in units) else (False,)
    counted = (True, False) if any(re.fullmatch(_orders(tag), unit.word) for unit in units) else (True,)
    for one, other, third in product(joined, homophones, counted):
        yield Reading(one, other, third)


def parts_of_numbers(text: str, tag: str, reading: Reading = PLAIN) -> Iterator[Part]:
    """Return the numbers of a text, each as its digits."""
    units, place, ended = _units(text, tag), 0, -1
    while place < len(units):
        first, start = place, units[place].start
        times, sign = REPEATED.get(units[place].word, 1), "+" if units[place].word in PLUS else ""
        place += times > 1 or bool(sign)
        count, digits = _number(units, place, tag, reading, ended == place)
        if digits:
            place += count
            said = units[place - count : place]
            large, heard = any(unit.size for unit in said), not any(unit.size or unit.digits for unit in said)
            yield Part(sign + digits * times, start, units[place - 1].end, large, heard)
            ended = place
        else:
            place = first + 1


def _number(units: list[_Unit], place: int, tag: str, reading: Reading, follows: bool) -> tuple[int, str]:
    """Return how many units are a number from here on, and its digits; 0 and "" if they are none."""
    unit = units[place] if place < len(units) else None
    if unit is None or (not reading.counted and _counts(units, place, tag)):
        return 0, ""
    digits = HOMOPHONES.get(tag, {}).get(unit.word, "") if reading.homophones else ""
    if digits:
        after = units[place + 1] if place + 1 < len(units) else None
        beside = follows or (after and (after.digits or after.word in HOMOPHONES[tag]))
        return (1, digits) if beside else (0, "")
    count, value = _large(units, place, reading.joined)
    return (count, str(value)) if count else (int(bool(unit.digits) and not unit.size), unit.digits * (not unit.size))


def _large(units: list[_Unit], place: int, joined: bool, below: int = LARGEST + 1) -> tuple[int, int]:
    """Return how many units are a number with hundreds or thousands that is below a limit, and its value."""
    many, at = (1, place) if units[place].size else (units[place].value, place + 1)
    if not many or not _takes_size(units, at, at == place):
        return 0, 0
    size = units[at]
    many = many if at > place else int(size.digits or 0)
    value, count = many * size.size, at + 1 - place
    if not 0 < value < below:
        return 0, 0
    after = place + count + (place + count < len(units) and units[place + count].word in LINKS)
    if joined and after < len(units) and units[after].joins:
        more, rest = _large(units, after, joined, size.size)
        if not more and not _takes_size(units, after + 1):
            more, rest = int(0 < units[after].value < size.size and not units[after].size), units[after].value
        count, value = (after + more - place, value + rest) if more else (count, value)
    return count, value


def _takes_size(units: list[_Unit], place: int, first: bool = False) -> bool:
    """Return whether a size is at this place, directly after the number before it if it is not the first word."""
    return place < len(units) and units[place].size > 0 and (first or units[place].joins)


def _counts(units: list[_Unit], place: int, tag: str) -> bool:
    """Return whether a number from 2 to 6 counts digits: `the last four`."""
    if not 2 <= units[place].value <= 6:
        return False
    beside = [units[place - 1]] if place else []
    beside += units[place + 1 : place + 2] if tag in AFTER_NUMBER else []
    return any(re.fullmatch(_orders(tag), unit.word) for unit in beside)


def _orders(tag: str) -> str:
    return ORDERS.get(tag, ORDERS["en"])


def _units(text: str, tag: str) -> list[_Unit]:
    tokens, words, units, place, end = list(TOKEN.finditer(text)), digit_words(tag), list[_Unit](), 0, 0
    while place < len(tokens):
        token = tokens[place]
        count, digits = _below_100(tokens, place, words)
        joins = not text[end : token.start()].strip(" -")
        if digits:
            units.append(_Unit("", token.start(), tokens[place + count - 1].end(), digits, joins=joins))
        else:
            units += _in_pieces(token, tag, joins)
        place += count
        end = tokens[place - 1].end()
    return units


def _in_pieces(token: re.Match[str], tag: str, joins: bool) -> Iterator[_Unit]:
    sizes, words = {**SIZES["en"], **SIZES.get(tag, {})}, digit_words(tag)
    pieces = pieces_of(token[0].lower(), tag)
    # The number before `tausendeinhundert` does not multiply it, as it does `tausend`.
    joins = joins and not (len(pieces) > 1 and pieces[0] in sizes)
    for place, piece in enumerate(pieces):
        digits, size = sizes.get(piece) or (words.get(piece, ""), 0)
        yield _Unit(piece, token.start(), token.end(), digits, size, (joins or place > 0) and piece != ALONE.get(tag))


def _below_100(tokens: list[re.Match[str]], place: int, words: Mapping[str, str]) -> tuple[int, str]:
    """Return how many tokens say a number in digits, or one below 100 in words; 1 and "" if none does."""
    if tokens[place][0].lstrip("+").isdigit():
        # Devanagari digits count as digits.
        return 1, "".join(str(int(digit)) if digit.isdigit() else digit for digit in tokens[place][0])
    for count in range(min(4, len(tokens) - place), 0, -1):
        said = " ".join(token[0].lower() for token in tokens[place : place + count])
        if said in words:
            return count, words[said]
    return 1, ""
