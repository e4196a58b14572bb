"""Describes a number as it is written, and its value."""

import re

from functions.relay.dataclass import dataclass
from functions.relay.text.numbers.cardinals import FIRST_UNSPOKEN_NUMBER, cardinal, spanish_before
from functions.relay.text.numbers.languages import LANGUAGES, NumberWords
from functions.relay.text.numbers.regions import words_of
from functions.relay.text.numbers.units import Counted


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
    noun_follows: bool = False
    """Whether the next word of a Spanish text is no small word, such as `de`."""

    @property
    def language(self) -> NumberWords:
        """The words of its language, and the signs of its region."""
        return words_of(self.region) or LANGUAGES["en"]

    @property
    def tag(self) -> str:
        """The primary tag of its language."""
        return self.language.tag

    def after(self, words: str, letters: str = "") -> bool:
        """Return whether one of these words comes before it, perhaps with `is` between them, and `letters`."""
        link = r"(?:\s+(?:is|ist|lautet|es|est|è|number|no\.?|है|nummer|número|numéro|numero))?"
        return bool(re.search(rf"(?i:(?<![^\W_])(?:{words}){link}[\s:#,]*){letters}\Z", self.before))


def parse(core: str, words: NumberWords) -> tuple[int, str] | None:
    """Return a number's whole part and the digits of its fraction; None if it is not a plain number."""
    found = re.fullmatch(rf"({words.grouped}|\d+)(?:{re.escape(words.decimal)}(\d+))?", core)
    if not found:
        return None
    digits = re.sub(r"\D", "", found[1])
    if (digits.startswith("0") and len(digits) > 1) or int(digits) >= FIRST_UNSPOKEN_NUMBER:
        return None
    return int(digits), found[2] or ""


def amount(core: str, number: WrittenNumber, counted: Counted | None = None, feminine: bool = False) -> str | None:
    """Return the cardinal, with the counted thing after it."""
    found = parse(core, number.language)
    if not found:
        return None
    whole, fraction = found
    single = whole < 2 if number.tag == "fr" else whole == 1 and not fraction
    words = _before(whole, number, feminine) if counted and not fraction else cardinal(whole, number.tag)
    if fraction:
        words += f" {number.language.point} {_fraction(fraction, number.tag)}"
    if not counted:
        return words
    link = _of_millions(counted[1], number.tag) if whole and not fraction and whole % 10**6 == 0 else " "
    return f"{words}{link}{counted[0 if single else 1]}".strip().replace("una ora", "un'ora")


def _of_millions(counted: str, tag: str) -> str:
    """Return what is between millions and the counted thing: `un million d'euros`."""
    french = " d'" if counted[:1] in "aeéhioy" else " de "
    return {"es": " de ", "it": " di ", "fr": french}.get(tag, " ")


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


_ABOUT = {
    "en": {"\u00b1": "plus or minus", "\u2248": "about", "~": "about"},
    "de": {"\u00b1": "plus minus", "\u2248": "ungefähr", "~": "ungefähr"},
    "es": {"\u00b1": "más menos", "\u2248": "aproximadamente", "~": "aproximadamente"},
    "fr": {"\u00b1": "plus ou moins", "\u2248": "environ", "~": "environ"},
    "it": {"\u00b1": "più o meno", "\u2248": "circa", "~": "circa"},
    "hi": {"\u00b1": "प्लस माइनस", "\u2248": "लगभग", "~": "लगभग"},
}
"""Signs before a number that is not exact."""


def signed(words: str, number: WrittenNumber) -> str:
    """Return the words after the number's sign."""
    language = number.language
    signs = {"-": language.minus, "\u2212": language.minus, "+": language.plus, **_ABOUT[language.tag]}
    return f"{signs.get(number.sign, '')} {words}".strip()
