"""Says the numbers of a text in words while it streams."""

import re
from collections.abc import Iterable
from functools import lru_cache

from functions.relay.dataclass import dataclass
from functions.relay.text.numbers.fractions import OF, THINGS
from functions.relay.text.numbers.fractions import SIGNS as FRACTIONS
from functions.relay.text.numbers.languages import PER, SYMBOLS, NumberWords, named_money
from functions.relay.text.numbers.proportions import SIZES, VERSION
from functions.relay.text.numbers.reading import read
from functions.relay.text.numbers.regions import words_of
from functions.relay.text.numbers.written import WrittenNumber

_FRACTIONS = "".join(FRACTIONS)
_EDGE = r"(?<![^\W_])(?<![^\W_][-_./#@:])"
_BEGUN_VERSION = r"(?<![^\W_])(?<![^\W_][-_./#@:])v(?=\d)"
_VERSION = _BEGUN_VERSION.replace("v(", "(?P<version>v)(")
_SIGN = "[-+\u2212\u00b1\u2248~]"
_CODES = ("US$", "USD", "EUR", "GBP", "JPY", "INR", "CHF", "Rs.", "Rs")
_MONEY = f"(?:[$€£¥₹]|(?:{'|'.join(map(re.escape, _CODES))})(?=[ \u00a0]?\\d))"
_CORE = (
    r"(?:(?<=\+)\d{1,3}[ ]?\(\d{1,5}\)[ -]?(?=\d)|\(\d{2,5}\)[ -]?(?=\d))?(?:[%s]|\d"
    r"(?:\d|[.,:/'\u2019_\u00a0\u202f](?=\d)|[ ]?h[ ]?(?=\d)|[ ]?[-\u2013][ ]?[$€£₹]?(?=\d)|[ ](?=\d)"
    r"|(?:\*{1,2}|[\u00d7^])(?=\d)|[ ]?(?:[ap]\.?m\.?|[AP]M|h)(?=[ ]?[-\u2013][ ]?\d)){0,80}(?:[ ]?[%s])?)"
) % ((_FRACTIONS,) * 2)
_BEGUN_CORE = rf"\(?[\d{_FRACTIONS}][{_FRACTIONS}\d.,:/'\u2019_()\u00a0\u202f \u2013*\u00d7^hapmAPM$€£₹-]{{0,90}}"
_CLOCK = {
    "en": ("am", "pm", "AM", "PM", "a.m.", "p.m.", "A.M.", "P.M."),
    "de": ("Uhr",),
    "es": ("h", "a.m.", "p.m.", "am", "pm"),
    "fr": ("h",),
    "hi": ("बजे",),
}

_ORDINALS = {
    "en": ("st", "nd", "rd", "th"),
    "es": ("º", "ª", ".º", ".ª", "er", ".er"),
    "fr": ("er", "re", "ère", "e", "ème", "nd", "nde"),
    "it": ("º", "ª"),
    "hi": (*("वाँ", "वां", "वीं", "वें", "ला", "ली", "ले", "रा", "री", "रे"), *("था", "थी", "थे", "ठा", "ठी", "ठे")),
}


@dataclass(frozen=True, slots=True)
class _Link:
    """What is between a day and its month, complete and incomplete."""

    whole: str
    begun: str


_LINKS = {
    "en": _Link("[ ]?(?:(?:st|nd|rd|th)[ ])?(?:of[ ])?", "(?:st|nd|rd|th)?[ ]?(?:of?[ ]?)?"),
    "de": _Link(r"\.[ ]", r"\.?[ ]?"),
    "es": _Link("[ ]de[ ]", "(?:de?[ ]?)?"),
    "fr": _Link("[ ]?(?:er[ ])?", "(?:er)?[ ]?"),
    "it": _Link("[ ]?(?:[º°][ ])?", "[º°]?[ ]?"),
    "hi": _Link("[ ]", ""),
}


_SMALL = "a|al|de|del|e|en|es|la|o|que|se|u|y"
"""Spanish words before which an ordinal has its long form."""

RECENT_CHARACTERS = 60
"""Characters that are kept of said words: as far back as a number looks."""

LOOKBEHIND_CHARACTERS = 12
"""Characters that are kept of decided text: as far back as the pattern of a number looks."""

_WORD = re.compile(r"[^\W_]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A number as it is written in one language, and the beginning of one."""

    whole: re.Pattern[str]
    begun: re.Pattern[str]


class NumberReader:
    """Reads the numbers of one text. A number is held back until its end is known.

    The numbers of an unknown language stay as they are written.
    """

    def __init__(self, region: str) -> None:
        """`region` is a BCP-47 tag such as `de-AT`."""
        self._pattern = _pattern(region)
        primary, dash, rest = region.partition("-")
        self._region = primary.lower() + dash + rest
        self._text, self._at = "", 0
        self._said: list[str] = []
        self._recent = ""

    def feed(self, text: str) -> str:
        """Add a piece of the text, and return what is known of it."""
        if not self._pattern:
            return text
        self._text += text
        return self._read(self._pattern, ended=False)

    def skip(self, words: str) -> str:
        """End a number that may be open, and return it and these words, whose numbers are not read."""
        if not self._pattern:
            return words
        said = self._read(self._pattern, ended=True)
        self._text, self._at = self._text + words, self._at + len(words)
        self._say(words)
        return said + self._taken()

    def rest(self) -> str:
        """Return what was held back: the text has ended."""
        said = self.skip("")
        self._text, self._at, self._recent = "", 0, ""
        return said

    def drop(self) -> None:
        """Leave out a number that may be open: the text was cut off, maybe inside it."""
        self._text = self._text[: self._at]

    def _read(self, pattern: _Pattern, ended: bool) -> str:
        while self._at < len(self._text) and (ended or not pattern.begun.match(self._text, self._at)):
            number = pattern.whole.match(self._text, self._at)
            found = number or _WORD.match(self._text, self._at)
            assert found
            self._say(self._in_words(number) if number else found[0])
            self._at = found.end()
        kept = max(0, self._at - LOOKBEHIND_CHARACTERS)
        self._text, self._at = self._text[kept:], self._at - kept
        return self._taken()

    def _taken(self) -> str:
        said, self._said = "".join(self._said), []
        return said

    def _say(self, words: str) -> None:
        # A time such as `8 p.m.` has its own full stop.
        if words == "." and self._recent.endswith("."):
            return
        self._said.append(words)
        self._recent = (self._recent + words)[-RECENT_CHARACTERS:]

    def _in_words(self, one: re.Match[str]) -> str:
        written, before = one[0].strip(), self._recent
        # `*67` and `#1` are keys, and `US$5` is not only a number.
        if before.endswith(("*", "#", "^", "@", "$")):
            return written
        before += "v " if one["version"] else ""
        sign, money, core, suffix = (one[name] or "" for name in ("sign", "money", "core", "suffix"))
        follows, noun = one["next"] is not None, one["noun"] is not None
        words = read(WrittenNumber(sign, money, core, suffix, before, follows, self._region, noun))
        told = f"{VERSION[self._region[:2]]} {words}" if one["version"] else words
        return f"{told}{_per(one, self._region)}" if words else written


def _per(one: re.Match[str], region: str) -> str:
    """Return the words for the slash after an amount of money: `$5/month`."""
    paid = one["money"] or (one["suffix"] or "").strip() in {*SYMBOLS, *"$€£¥₹"}
    return f" {PER[region.partition('-')[0]]} " if one["per"] and paid else one["per"] or ""


@lru_cache
def _pattern(region: str) -> _Pattern | None:
    """Return the pattern of the numbers of a language; None if its numbers are not known."""
    language = words_of(region)
    if not language:
        return None
    words = sorted(_vocabulary(language), key=len, reverse=True)
    months, link = "|".join(language.months), _LINKS[language.tag]
    # A full stop may belong to a German ordinal. If it does not, it is given back.
    stop = r"|\.(?=[ ]\S|\Z)" if language.tag == "de" else ""
    known = rf"{link.whole}(?:{months})|[ \u00a0\u202f]?(?:{'|'.join(map(re.escape, words))})"
    # After an ordinal, Spanish numbers look at the next word: `primer piso`, but `primero de mayo`.
    small = r"|\.?º[ ]?[^\W_]{0,3}" if language.tag == "es" else ""
    begun = rf"{link.begun}(?:{_beginnings(language.months)})?|{_beginnings(words)}|(?<=\d)[^\W\d_]{{1,20}}{small}"
    return _Pattern(
        re.compile(
            rf"(?:{_EDGE}|{_VERSION})(?P<sign>{_SIGN})?(?:(?P<money>{_MONEY})[ \u00a0]?)?(?P<core>{_CORE})"
            rf"(?P<suffix>(?:{known})(?!\w)|[^\W\d_]+{stop})?(?P<per>/(?=[^\W\d_]))?(?P<next>(?=[ ]\w))?"
            rf"(?P<noun>(?=[ ](?!(?:{_SMALL})\b)[^\W_]))?"
        ),
        re.compile(
            rf"(?:(?<![^\W_])v|(?:{_EDGE}|{_BEGUN_VERSION})"
            rf"(?:{_SIGN}?(?:{_MONEY}[ \u00a0]?)?{_BEGUN_CORE}(?:{begun})?/?"
            rf"|{_SIGN}?(?:[$€£¥₹]|{_beginnings(_CODES)})[ \u00a0]?|{_SIGN}|\())\Z"
        ),
    )


def _beginnings(words: Iterable[str]) -> str:
    """Return a pattern of everything that one of the words may begin with, with each letter in it but once."""
    tails: dict[str, list[str]] = {}
    for word in filter(None, words):
        tails.setdefault(word[0], []).append(word[1:])
    return "|".join(
        re.escape(first) + (f"(?:{_beginnings(rest)})?" if any(rest) else "") for first, rest in tails.items()
    )


def _vocabulary(language: NumberWords) -> set[str]:
    """Return what may belong to the number before it, other than a month."""
    signs = {"%", *language.nouns, *language.units, *language.money, *SYMBOLS, *language.large}
    sums = {f"{size}{space}{sign}" for size in SIZES for space in ("", " ") for sign in "$€£₹"} | set(SIZES)
    parts = {*THINGS[language.tag], *OF[language.tag]}
    return {
        *signs,
        *sums,
        *parts,
        *named_money(language),
        *_ORDINALS.get(language.tag, ()),
        *_CLOCK.get(language.tag, ()),
    }
