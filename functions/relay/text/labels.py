"""Finds text for machines that begins with a label: `(thinking: …)`, `*note to self: …*`, `[internal reasoning: …]`.

Models write such asides in the brackets and the language of their answer. A bracket without a label is for people,
and so is a label without a colon: `(I am thinking of Friday)`.
"""

import re
from collections.abc import Iterable

from functions.relay.text.pattern import Pattern
from functions.relay.text.prefixes import listed
from functions.relay.text.section import Section

_STEMS = listed(
    "think, thought, train of thought, chain of thought, chain-of-thought, reasoning, analy[sz], refle, scratch, "
    "monolog, deliberat, rationale, planning, ponder, considering, note to (?:my)?self, self-note, mental note, tool "
    "(?:call|use|result|output|response), function call, out of character, system (?:note|prompt|message|reminder), "
    "assistant note, internal, inner, ooc, denk, nachdenk, gedank, gedacht, überleg, notiz an mich, overweg, "
    "redener, innere, interne, réfle, réflé, je réfl, pens[éaie], raisonn, razon, ragion, rifless, racioc, nota "
    "(?:interna|mental|para m|per me), note (?:interne|à moi), мысл, размышл, дума, सोच, विचार, silently, to myself, "
    "not spoken, not for the caller, do not (?:say|speak|read), selbstgespräch, "
    "思考, 想法, 内心, 推理, 考え, 心の声, 생각, 사고"
)
"""How a label's word begins, in the languages in which models write them."""

_BEFORE = (
    "private",
    "hidden",
    "silent",
    "brief",
    "quick",
    "short",
    "model",
    "step",
    "still",
    "mein",
    "let me",
    "okay,",
    "agent's",
)
_SHORT = ("my", "mi", "ma", "mon", "meu", "ai", "i", "i am", "i'm", "the", "so,", "ok,", "hmm,", "je", "ich", "estoy")
"""Words that may come before it."""

_LETTER = r"[^\W\d_]|[\u0900-\u0963]"
"""A letter, or a vowel sign of Hindi, which is no word character for `re`."""

_GAP = r"[\s_-]"
_ENDING = rf"(?:{_LETTER}){{0,14}}"
_LEAD = rf"\s{{0,2}}(?:(?:(?:{'|'.join(_BEFORE)}){_ENDING}|(?:{'|'.join(_SHORT)})){_GAP}){{0,2}}"
_LABEL = rf"{_LEAD}(?:{'|'.join(_STEMS)}){_ENDING}"
_HELD = sorted({one[:4].rstrip("[(") for one in (*_STEMS, *_BEFORE, *(f"{word} " for word in _SHORT))})
_PARTS = sorted({one[:end] for one in _HELD for end in range(1, 4)}, key=len, reverse=True)


def _with_gaps(begun: Iterable[str]) -> str:
    """Return a pattern of these beginnings, with any sign between two words that a label may have there."""
    return "|".join(begun).replace(" ", _GAP)


_MORE = rf"{_LETTER}|[\d ,'\u2019/_-]"
_BLANK = r"[ \u00a0\u202f]"
"""A space, or one that does not break: French has it in front of a colon."""

_COLON = rf"{_BLANK}{{0,2}}(?:[:;|\uff1a=\u2013\u2014]|->|\u2026|\.{{3}}|[ ]-[ ]|\n)"
_LABEL_BEGUN = rf"\s{{0,2}}(?i:(?:{_with_gaps(_HELD)})(?:{_MORE}|\s){{0,60}}\.{{0,2}}|(?:{_with_gaps(_PARTS)})?)"
_PAIRS = {"(": ")", "\uff08": "\uff09", "[": "]", "{": "}", "<": ">", "\u3010": "\u3011", "\u00ab": "\u00bb"}
_OPENS, _CLOSES = (re.escape("".join(signs)) for signs in (_PAIRS, _PAIRS.values()))


def _pair_delimiters(opened: re.Match[str]) -> Pattern | None:
    """Return the delimiters inside a bracket; None for one that holds only its label."""
    if opened["alone"]:
        return None
    sign = opened["sign"]
    return Pattern(rf"(?P<open>{re.escape(sign)})|(?P<close>{re.escape(_PAIRS[sign])})")


def _star_delimiters(opened: re.Match[str]) -> Pattern:
    """Return the end of a label in stars: that of its line if the stars close after the label."""
    return Pattern(r"(?P<close>\n)" if opened["heads"] else rf"(?P<close>{re.escape(opened['sign'])}|\n)")


_HEADS = rf"(?P<heads>{_BLANK}{{0,2}}(?::{_BLANK}?(?P=sign)|(?P=sign){_BLANK}?:))"

LABELLED = (
    Section(
        rf"[{_OPENS}]{_LABEL_BEGUN}",
        Pattern(
            rf"(?P<sign>[{_OPENS}])(?:(?P<alone>\s{{0,2}}think(?:ing|s)\s{{0,2}}[{_CLOSES}])"
            rf"|{_LABEL}(?:{_MORE}){{0,40}}?{_COLON})",
            re.IGNORECASE,
        ),
        _pair_delimiters,
    ),
    Section(
        rf"(?:\*{{1,3}}|_{{1,3}})(?:{_LABEL_BEGUN}(?:(?:{_COLON}|{_BLANK}{{0,2}}[*_]{{1,3}}){_BLANK}{{0,2}}[*_:]{{0,3}})?)?",
        Pattern(
            rf"(?P<sign>\*{{1,3}}|_{{1,3}}){_LABEL}(?:{_MORE}){{0,40}}?(?:{_HEADS}|{_COLON}(?={_BLANK}{{0,2}}[^\s*_:]))",
            re.IGNORECASE,
        ),
        _star_delimiters,
    ),
)
"""Labels in brackets and in stars."""

SIGNS = rf"{_OPENS}*_"
"""The characters with which these sections begin, for a class of a regular expression."""

LEAST_LABEL_CHARACTERS = 5
"""How many characters of a label, with its bracket, show that a text ends in the middle of one."""


def is_cut_off(text: str) -> bool:
    """Return whether a text ends in the middle of a label that can already be told from other words."""
    return len(text) >= LEAST_LABEL_CHARACTERS and any(
        text[1:].lower().startswith(one) for one in ("thin", "reas", "note to", "intern")
    )
