"""Finds rows of digits in a text, as people write them and as they say them: `four one double one`."""

import re
from collections.abc import Callable, Iterator, Mapping

from functions.relay.dataclass import dataclass
from functions.relay.text.digit_words import FILLERS, REPEATED, TOKEN, digit_words

GROUPED = (4, 8, 10, 12)
"""Digits after which a group of a card or an Aadhaar ends: both have groups of 4, some cards have 4, 6 and 5."""


@dataclass(frozen=True, slots=True)
class Part:
    """Digits or letters that one or several words say, and their place in the text."""

    compact: str
    start: int
    end: int


def digit_runs(text: str, tag: str, together: Callable[[str], bool]) -> Iterator[list[Part]]:
    """Return the rows of digits, written or said. `together` says of the text between two if they are one row."""
    run: list[Part] = []
    for part in _parts(list(TOKEN.finditer(text)), tag):
        if run and not together(text[run[-1].end : part.start]):
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def grouped_runs(text: str, tag: str) -> Iterator[list[Part]]:
    """Return the rows of digits, also over a few words after a whole group: `4111 1111, the last 8 are 1111 1111`."""
    row: list[Part] = []
    for run in digit_runs(text, tag, close):
        if row and _size(run) < GROUPED[0]:
            continue
        between = text[row[-1].end : run[0].start] if row else ""
        if row and _size(row) in GROUPED and _few_words(between):
            row = [*row, *run]
        else:
            yield row
            row = run
    yield row


def _size(run: list[Part]) -> int:
    return sum(len(part.compact) for part in run)


def _few_words(between: str) -> bool:
    return len(re.findall(r"[^\W\d_]+", between)) < 9


def close(between: str) -> bool:
    """Return whether only a few fillers are between two digits."""
    words = re.findall(r"[^\W\d_]+", between)
    return len(words) < 4 and all(word.lower() in FILLERS or word.lower() in REPEATED for word in words)


def goes_on(between: str) -> bool:
    """Return whether digits may continue in the next text, after a few words such as `and the rest is`."""
    return close(between) or ("\n" in between and _few_words(between))


def _parts(tokens: list[re.Match[str]], tag: str) -> Iterator[Part]:
    """Return the words that say digits."""
    words, place, times = digit_words(tag), 0, 1
    while place < len(tokens):
        count, digits = _said(tokens, place, words)
        last = tokens[place + count - 1]
        if digits:
            yield Part(digits * times, tokens[place - (times > 1)].start(), last.end())
        times = 1 if digits else REPEATED.get(tokens[place][0].lower(), 1)
        place += count


def _said(tokens: list[re.Match[str]], place: int, words: Mapping[str, str]) -> tuple[int, str]:
    """Return how many tokens say digits from here on, and these digits; 0 and "" if none does."""
    if tokens[place][0].lstrip("+").isdigit():
        # Devanagari digits count as digits.
        return 1, "".join(str(int(digit)) if digit.isdigit() else digit for digit in tokens[place][0])
    for count in range(min(4, len(tokens) - place), 0, -1):
        said = " ".join(token[0].lower() for token in tokens[place : place + count])
        if said in words:
            return count, words[said]
    return 1, ""
