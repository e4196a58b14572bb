"""The rule that says numbers in words, for `Speakable`."""

import re
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


@lru_cache
def number_rules(region: str) -> tuple[Rule, ...]:
    """Return the rule that says numbers in a language such as `de-AT`; none where its numbers are not known."""
    language = LANGUAGES.get(region.split("-", maxsplit=1)[0].lower())
    if not language:
        return ()
    words = sorted(_vocabulary(language), key=len, reverse=True)
    starts = sorted({word[:end] for word in words for end in range(1, len(word) + 1)}, key=len, reverse=True)
    # A full stop may belong to a German ordinal, and is given back where it does not.
    stop = r"|\.(?=[ ]\S|\Z)" if language.tag == "de" else ""
    suffix = rf"[ \u00a0\u202f]?(?:{_any(words)})(?!\w)|[^\W\d_]+{stop}"
    return (
        rule(
            rf"{_EDGE}(?:{_SIGN}?(?:{_MONEY}[ \u00a0]?)?{_BEGUN_CORE}(?:{_any(starts)}|(?<=\d)[^\W\d_]{{1,20}})?"
            rf"|{_SIGN}?{_MONEY}[ \u00a0]?|{_SIGN}|\()",
            rf"{_EDGE}(?P<sign>{_SIGN})?(?:(?P<money>{_MONEY})[ \u00a0]?)?(?P<core>{_CORE})(?P<suffix>{suffix})?"
            r"(?P<next>(?=[ ]\w))?",
            lambda out, one: _say(out, one, language.tag + region[len(language.tag) :]),
        ),
    )


def _any(words: list[str]) -> str:
    return "|".join(map(re.escape, words))


def _vocabulary(language: Language) -> set[str]:
    """Return what may belong to a number that stands before it."""
    months = {f"{link}{name}" for name in language.months for link in _links(language)}
    signs = {"%", *language.nouns, *language.units, *language.money, *SYMBOLS, *language.large}
    return {*months, *signs, *_ORDINALS.get(language.tag, ()), *_CLOCK.get(language.tag, ())}


def _links(language: Language) -> tuple[str, ...]:
    match language.tag:
        case "de":
            return (". ",)
        case "es":
            return ("de ",)
        case "en":
            return ("", "of ", "st ", "nd ", "rd ", "th ", "st of ", "nd of ", "rd of ", "th of ")
        case "fr":
            return ("", "er ")
        case _:
            return ("", "º ")


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
    # `*67` and `#1` are keys, and `US$5` is no number alone.
    part = before.endswith(("*", "#", "^", "@", "$"))
    out.say(one[0].strip() if part else read(number) or one[0].strip())
