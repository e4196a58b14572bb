"""Describes a number as it is written, and its value."""

import re

from functions.relay.dataclass import dataclass
from functions.relay.text.numbers.cardinals import LIMIT, cardinal, spanish_before
from functions.relay.text.numbers.languages import LANGUAGES, Counted, NumberWords

_GROUPED = {
    "en": r"\d{1,3}(?:[,_]\d{3})+",
    "hi": r"\d{1,3}(?:,\d{2})*(?:,\d{3})+",
    "fr": r"\d{1,3}(?:[ \u00a0\u202f_]\d{3})+",
}
_POINTED = r"\d{1,3}(?:[.\u00a0\u202f_]\d{3})+"


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number as it is written: `-`, `$`, `1,000.50`, `million`; the words before it; whether a word follows."""

    sign: str
    money: str
    core: str
    suffix: str
    before: str
    followed: bool
    region: str

    @property
    def language(self) -> NumberWords:
        """The words of its language."""
        return LANGUAGES[self.region.partition("-")[0]]

    @property
    def tag(self) -> str:
        """The primary tag of its language."""
        return self.language.tag

    def after(self, words: str) -> bool:
        """Return whether one of these words comes before it, perhaps with `is` between them."""
        link = r"(?:\s+(?:is|ist|lautet|es|est|è|number|no\.?|है|nummer|número|numéro|numero))?"
        return bool(re.search(rf"(?i:(?<![^\W_])(?:{words}){link}[\s:#,]*)\Z", self.before))


def parse(core: str, tag: str) -> tuple[int, str] | None:
    """Return a number's whole part and the digits of its fraction; None if it is not a plain number."""
    point = re.escape(LANGUAGES[tag].decimal)
    found = re.fullmatch(rf"({_GROUPED.get(tag, _POINTED)}|\d+)(?:{point}(\d+))?", core)
    if not found:
        return None
    digits = re.sub(r"\D", "", found[1])
    if (digits.startswith("0") and len(digits) > 1) or int(digits) >= LIMIT:
        return None
    return int(digits), found[2] or ""


def amount(core: str, number: WrittenNumber, counted: Counted | None = None, feminine: bool = False) -> str | None:
    """Return the cardinal, with the counted thing after it."""
    found = parse(core, number.tag)
    if not found:
        return None
    whole, fraction = found
    single = whole < 2 if number.tag == "fr" else whole == 1 and not fraction
    words = _before(whole, number, feminine) if counted and not fraction else cardinal(whole, number.tag)
    if fraction:
        words += f" {number.language.point} {_fraction(fraction, number.tag)}"
    if not counted:
        return words
    return f"{words} {counted[0 if single else 1]}".strip().replace("una ora", "un'ora")


def _before(whole: int, number: WrittenNumber, feminine: bool) -> str:
    """Return a number as it is said before a counted thing."""
    if whole == 1:
        return number.language.one[feminine]
    if number.tag == "es":
        return spanish_before(whole, feminine)
    words = cardinal(whole, number.tag)
    return f"{words}e" if feminine and number.tag == "fr" and words.endswith("un") else words


def _fraction(digits: str, tag: str) -> str:
    """Return the digits after the decimal sign: one by one, or as one number in languages that say two so."""
    if tag in ("es", "fr", "it") and len(digits) < 3 and not digits.startswith("0"):
        return cardinal(int(digits), tag)
    return one_by_one(digits, tag)


def one_by_one(digits: str, tag: str) -> str:
    """Return digits, read one by one."""
    return " ".join(cardinal(int(digit), tag) for digit in digits)


def signed(words: str, number: WrittenNumber) -> str:
    """Return the words after the number's sign."""
    language = number.language
    signs = {"-": language.minus, "\u2212": language.minus, "+": language.plus}
    return f"{signs.get(number.sign, '')} {words}".strip()
