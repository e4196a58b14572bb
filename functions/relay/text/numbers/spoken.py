"""Makes the rule that says numbers in words, for `Speakable`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from functions.relay.text.numbers.languages import LANGUAGES, SYMBOLS, Language
from functions.relay.text.numbers.reading import read
from functions.relay.text.numbers.written import Written
from functions.relay.text.rules import Rule, rule
from functions.relay.text.spoken_text import SpokenText

_EDGE = r"(?<![^\W_])(?<![^\W_][-_./#@:])"
_SIGN = "[-+\u2212]"
_MONEY = "[$€£¥₹]"
_CORE = (
    r"(?:\(\d{2,5}\)[ -]?(?=\d))?\d"
    r"(?:\d|[.,:/'\u2019_\u00a0\u202f](?=\d)|[ ]?h[ ]?(?=\d)|[ ]?[-\u2013][ ]?(?=\d)|[ ](?=\d)"
    r"|(?:\*{1,2}|[\u00d7^])(?=\d)|[ ]?(?:[ap]\.?m\.?|[AP]M|h)(?=[ ]?[-\u2013][ ]?\d)){0,80}"
)
_BEGUN_CORE = r"\(?\d[\d.,:/'\u2019_()\u00a0\u202f \u2013*\u00d7^hapmAPM-]{0,90}"
_CLOCK = {
    "en": ("am", "pm", "AM", "PM", "a.m.", "p.m.", "A.M.", "P.M."),
    "de": ("Uhr",),
    "es": ("h", "a.m.", "p.m.", "am", "pm"),
    "fr": ("h",),
    "hi": ("बजे",),
}

_ORDINALS = {
    "en": ("st", "nd", "rd", "th"),
    "es": ("º", "ª", ".º", ".ª", "er"),
    "fr": ("er", "re", "ère", "e", "ème", "nd", "nde"),
    "it": ("º", "ª"),
    "hi": ("वाँ", "वां", "वीं", "वें"),
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
    "it": _Link("[ ]?(?:º[ ])?", "º?[ ]?"),
    "hi": _Link("[ ]", ""),
}


@lru_cache
def number_rules(region: str) -> tuple[Rule, ...]:
    """Return the rule that says numbers in a language such as `de-AT`; no rule if its numbers are not known."""
    language = LANGUAGES.get(region.split("-", maxsplit=1)[0].lower())
    if not language:
        return ()
    words = sorted(_vocabulary(language), key=len, reverse=True)
    months, link = "|".join(language.months), _LINKS[language.tag]
    # A full stop may belong to a German ordinal. If it does not, it is given back.
    stop = r"|\.(?=[ ]\S|\Z)" if language.tag == "de" else ""
    known = rf"{link.whole}(?:{months})|[ \u00a0\u202f]?(?:{'|'.join(map(re.escape, words))})"
    begun = rf"{link.begun}(?:{_beginnings(language.months)})?|{_beginnings(words)}|(?<=\d)[^\W\d_]{{1,20}}"
    return (
        rule(
            rf"{_EDGE}(?:{_SIGN}?(?:{_MONEY}[ \u00a0]?)?{_BEGUN_CORE}(?:{begun})?"
            rf"|{_SIGN}?{_MONEY}[ \u00a0]?|{_SIGN}|\()",
            rf"{_EDGE}(?P<sign>{_SIGN})?(?:(?P<money>{_MONEY})[ \u00a0]?)?(?P<core>{_CORE})"
            rf"(?P<suffix>(?:{known})(?!\w)|[^\W\d_]+{stop})?(?P<next>(?=[ ]\w))?",
            lambda out, one: _say(out, one, language.tag + region[len(language.tag) :]),
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


def _vocabulary(language: Language) -> set[str]:
    """Return what may belong to the number before it, other than a month."""
    signs = {"%", *language.nouns, *language.units, *language.money, *SYMBOLS, *language.large}
    return {*signs, *_ORDINALS.get(language.tag, ()), *_CLOCK.get(language.tag, ())}


def _say(out: SpokenText, one: re.Match[str], region: str) -> None:
    before = out.recent
    number = Written(
        one["sign"] or "",
        one["money"] or "",
        one["core"],
        one["suffix"] or "",
        before,
        one["next"] is not None,
        region,
    )
    # `*67` and `#1` are keys, and `US$5` is not only a number.
    part = before.endswith(("*", "#", "^", "@", "$"))
    out.say(one[0].strip() if part else read(number) or one[0].strip())
