"""Replaces private data with a placeholder: `My card is 4111 1111 1111 1111.` becomes `My card is [card].`

Numbers are found as people write them and as they say them (`four one double one`), even if they continue in the next
text. A `Recognizer` says what a number is: libraries know check digits and numbering plans.

    redact("I am at +1 555 0100.", frozenset({Private.PHONE}), "en-US", recognizer)
    redact_turn(["It is 4111 1111", "1111 1111."], DEFAULT, "en-US", recognizer)  # ["It is [card]", "[card]."]
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from functions.relay.dataclass import dataclass
from functions.relay.text.digit_runs import close, digit_runs, goes_on, grouped_runs
from functions.relay.text.digit_words import AT, DOT, LINK, digit_words, languages_of, primary_tag
from functions.relay.text.private import HELD, Private, Recognizer
from functions.relay.text.said_numbers import Part, parts_of_numbers, readings


@dataclass(frozen=True, slots=True)
class Span:
    """The place of something private, and its value."""

    kind: Private
    start: int
    end: int
    value: str
    """The value, without the spaces of a number."""


_LENGTHS = {
    Private.CARD: range(13, 20),
    Private.AADHAAR: range(12, 13),
    Private.SSN: range(9, 10),
    Private.PHONE: range(7, 17),
    Private.IBAN: range(15, 35),
}
"""Digits or letters of each kind, in the order in which the kinds are looked for."""

_PROVEN = frozenset({Private.CARD, Private.AADHAAR})
"""Kinds with a check digit. Their digits are found even with a few words between two texts."""

MOST_CLEAR_DIGITS = 4
"""Digits in a row that a log may hold before it is known how they continue."""

MOST_CARD_DIGITS = 19
"""The most digits of a card number, the longest number without letters."""

_GAP = re.compile(r"[\s\-\u2010-\u2015./,()+]*")
_WRITTEN_EMAIL = re.compile(r"(?<![\w.+-])[\w.+%-]{1,64}(?:@| @ )[\w-]{1,63}(?:(?:\.| \. )[\w-]{1,63}){1,4}")
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,3}(?:\.\d{3})+,\d{1,2}")
_NAME = r"(?:\w|[\u0900-\u0903\u093a-\u094f])+"
_IBAN_TOKEN = re.compile(r"[A-Za-z]{2}\d{2}[A-Za-z\d]*|[A-Za-z]*\d[A-Za-z\d]*|[A-Za-z]{1,4}(?![A-Za-z])")


def redact(text: str, kinds: frozenset[Private], language: str, recognizer: Recognizer) -> str:
    """Return a text with a placeholder such as `[card]` in place of everything private of these kinds.

    `language` is the call's BCP-47 tag. If the numbers of that language are not known, only numbers in digits or in
    English words are found.
    """
    return redact_turn((text,), kinds, language, recognizer)[0]


def redact_turn(
    texts: Sequence[str], kinds: frozenset[Private], language: str, recognizer: Recognizer
) -> tuple[str, ...]:
    """Return the redacted texts of one turn, in their order. A number that continues in the next text is found too.

    Each text that holds a part of the number gets the placeholder.
    """
    return _all_replaced(texts, found(texts, kinds, language, recognizer), lambda span: f"[{span.kind}]")


def with_placeholders(
    texts: Sequence[str], spans: Sequence[Span], placeholders: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the texts with a placeholder for each value. `placeholders` has one for the value of each span."""
    return _all_replaced(texts, spans, lambda span: placeholders[span.value])


def found(texts: Sequence[str], kinds: frozenset[Private], language: str, recognizer: Recognizer) -> tuple[Span, ...]:
    """Return the places of private data in the texts of one turn, joined by line breaks."""
    return tuple(_without_overlaps(_found("\n".join(texts), kinds, language, recognizer)))


def open_row(texts: Sequence[str], spans: Sequence[Span], language: str) -> Span | None:
    """Return the digits at the end of the last text that the next text may continue; None if too few or too many.

    The place is in the last text. The value has all digits of the row, which may have begun in an earlier text.
    """
    whole = "\n".join(texts)
    tag = languages_of(whole, language)[-1]
    known, begins = max((span.end for span in spans), default=0), len(whole) - len(texts[-1])
    *_, run = [[], *digit_runs(whole, tag, goes_on)]
    row = [part for part in run if part.start >= known]
    mine = [part for part in row if part.start >= begins]
    value = "".join(part.compact for part in row)
    if (
        not mine
        or not goes_on(f"{whole[mine[-1].end :]}\n")
        or not MOST_CLEAR_DIGITS < len(value) <= MOST_CARD_DIGITS
    ):
        return None
    return Span(Private.CARD, mine[0].start - begins, mine[-1].end - begins, value)


def may_go_on(texts: Sequence[str], language: str) -> bool:
    """Return whether the digits at the end of the first text may continue after the last text."""
    whole, first = "\n".join(texts), len(texts[0])
    for run in digit_runs(whole, languages_of(whole, language)[-1], goes_on):
        if run[0].start < first and goes_on(f"{whole[run[-1].end :]}\n"):
            return sum(len(part.compact) for part in run if part.start > first) < MOST_CARD_DIGITS
    return False


def without_rows(text: str, language: str) -> str:
    """Return a text with a placeholder for each row of digits. Use it if the rest of the turn is unknown."""
    rows = (
        run
        for run in digit_runs(text, languages_of(text, language)[-1], close)
        if sum(len(part.compact) for part in run) > MOST_CLEAR_DIGITS
    )
    spans = [Span(Private.CARD, run[0].start, run[-1].end, "") for run in rows]
    return _replaced(text, 0, spans, lambda _: HELD)


def may_hold(text: str, kinds: frozenset[Private], language: str, least: int = 1) -> bool:
    """Return whether a text has enough digits, written or said, to be private, or may hold an e-mail address."""
    digits = sum(len(part.compact) for part in parts_of_numbers(text, languages_of(text, language)[-1]))
    signs = f"@|\\b(?:{AT.get(primary_tag(language), AT['en'])})\\b"
    return digits >= least or (Private.EMAIL in kinds and re.search(signs, text, re.IGNORECASE) is not None)


def _all_replaced(texts: Sequence[str], spans: Sequence[Span], placeholder: Callable[[Span], str]) -> tuple[str, ...]:
    redacted, at = [], 0
    for text in texts:
        redacted.append(_replaced(text, at, spans, placeholder))
        at += len(text) + 1
    return tuple(redacted)


def _found(text: str, kinds: frozenset[Private], language: str, recognizer: Recognizer) -> Iterator[Span]:
    tag = primary_tag(language)
    if Private.EMAIL in kinds:
        yield from _emails(text, tag)
    if Private.IBAN in kinds:
        for run in _iban_runs(text, tag):
            yield from _recognized(run, Private.IBAN, language, recognizer, text)
    ways = list(readings(text, tag))
    runs = [run for way in ways for run in digit_runs(text, tag, close, way)]
    proven = [
        *runs,
        *(run for way in ways for run in grouped_runs(text, tag, way)),
        *(run for one in languages_of(text, language) for run in digit_runs(text, one, goes_on)),
    ]
    plain = [run for run in runs if not _AMOUNT.fullmatch(text[run[0].start : run[-1].end])]
    for kind in _LENGTHS:
        if kind in kinds and kind is not Private.IBAN:
            for run in proven if kind in _PROVEN else plain:
                yield from _recognized(run, kind, language, recognizer, text)


def _emails(text: str, tag: str) -> Iterator[Span]:
    at, dot = AT.get(tag, AT["en"]), DOT.get(tag, DOT["en"])
    link = rf"(?:{dot}|{LINK})"
    sign, point = rf"(?:\s+(?:{at})\s+|\s*@\s*)", rf"(?:\s+(?:{dot})\s+|\.(?=[^\W\d]{{2}}))"
    spelt = rf"(?:(?<![\w'\u2019])\w\s+)*(?:{_NAME}\s+(?=\d+\s+(?:{at})\s))?"
    said = re.compile(
        rf"(?:{_NAME}\s+{link}\s+)*{spelt}[\w.+%-]{{0,64}}{_NAME}{sign}{_NAME}(?:[\s-](?:{link}\s+)?{_NAME})??"
        rf"(?:{point}{_NAME})+",
        re.IGNORECASE,
    )
    for pattern in (_WRITTEN_EMAIL, said):
        for one in pattern.finditer(text):
            yield Span(Private.EMAIL, one.start(), one.end(), one[0])


def _iban_runs(text: str, tag: str) -> Iterator[list[Part]]:
    """Return the rows of letters and digits that may be an IBAN: `DE89 3704 …`, `D E eight nine three …`."""
    words = digit_words(tag)
    run: list[Part] = []
    for token in re.finditer(r"[^\W_]+", text):
        word = token[0]
        compact = words.get(word.lower(), "") if not re.fullmatch(_IBAN_TOKEN, word) else word.upper()
        compact = words.get(word.lower(), compact) if len(word) > 1 else compact
        if not compact or (run and not re.fullmatch(_GAP, text[run[-1].end : token.start()])):
            yield run
            run = []
        if compact:
            run.append(Part(compact, token.start(), token.end()))
    yield run


def _recognized(run: list[Part], kind: Private, language: str, recognizer: Recognizer, text: str) -> Iterator[Span]:
    """Return the places of a kind in a row of digits: the longest first, and each digit at most once."""
    place = 0
    while place < len(run):
        count = _longest(run, place, kind, language, recognizer)
        yield from _spans(run[place : place + count], kind, text)
        place += count or 1


def _spans(parts: list[Part], kind: Private, text: str) -> Iterator[Span]:
    """Return the places of one number: several, if there are words between its parts."""
    start, value = 0, "".join(part.compact for part in parts)
    for place, part in enumerate(parts):
        if place + 1 == len(parts) or not close(text[part.end : parts[place + 1].start]):
            begin = parts[start].start
            opened = text[begin - 1 : begin] == "(" and ")" in text[begin : part.end]
            yield Span(kind, begin - opened, part.end, value)
            start = place + 1


def _longest(run: list[Part], place: int, kind: Private, language: str, recognizer: Recognizer) -> int:
    """Return how many parts from here on are of that kind; 0 if none."""
    lengths, compact, best = _LENGTHS[kind], "", 0
    for count, part in enumerate(run[place:], 1):
        compact += part.compact.replace("+", "") if compact else part.compact
        if len(compact) > lengths.stop:
            break
        whole = place == 0 and count == len(run)
        if len(compact.lstrip("+")) in lengths and _may_be(kind, run[place : place + count], whole, language):
            number = compact if kind is Private.PHONE else compact.lstrip("+")
            best = count if recognizer.is_a(kind, number, language) else best
    return best


def _may_be(kind: Private, parts: list[Part], whole: bool, language: str) -> bool:
    """Return whether digits are grouped like this kind, or are the whole row if the kind has no grouping."""
    sizes = [len(part.compact) for part in parts]
    if parts[0].homophone and kind in (Private.SSN, Private.PHONE):
        return False  # `to +1 555 0100`
    match kind:
        case Private.SSN:
            american = language in ("en", "en-US", "es-US")
            amounts = any(part.large for part in parts)
            return sizes == [3, 2, 4] or (whole and american and not amounts and sizes != [3, 3, 3])
        case Private.AADHAAR:
            return whole or sizes == [4, 4, 4]
        case Private.PHONE:
            plain = "".join(part.compact for part in parts if not part.large)
            return len(plain) >= MOST_CLEAR_DIGITS and (whole or parts[0].compact.startswith("+"))
        case _:
            return True


def _without_overlaps(spans: Iterator[Span]) -> list[Span]:
    """Return the spans in their order. Of two that overlap, keep the one that was found first."""
    kept: list[Span] = []
    for span in spans:
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _replaced(text: str, offset: int, spans: Sequence[Span], placeholder: Callable[[Span], str]) -> str:
    """Return one text of a turn with its placeholders. It begins at `offset` of the joined texts."""
    pieces, at = [], 0
    for span in spans:
        start, end = max(0, span.start - offset), min(len(text), span.end - offset)
        if start < end:
            pieces += [text[at:start], placeholder(span)]
            at = end
    return "".join([*pieces, text[at:]])
