"""Finds rows of digits in a text, as people write them and as they say them: `four one double one`."""

import re
from collections.abc import Callable, Iterator

from functions.relay.text.digit_words import FILLERS, REPEATED
from functions.relay.text.said_numbers import PLAIN, Part, Reading, parts_of_numbers

GROUPED = (4, 8, 10, 12)
"""Digits after which a group of a card or an Aadhaar ends: both have groups of 4, some cards have 4, 6 and 5."""


def digit_runs(
    text: str, tag: str, together: Callable[[str], bool], reading: Reading = PLAIN
) -> Iterator[list[Part]]:
    """Return the rows of digits, written or said. `together` says of the text between two if they are one row."""
    run: list[Part] = []
    for part in parts_of_numbers(text, tag, reading):
        if run and not together(text[run[-1].end : part.start]):
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def grouped_runs(text: str, tag: str, reading: Reading = PLAIN) -> Iterator[list[Part]]:
    """Return the rows of digits, also over a few words after a whole group: `4111 1111, the last 8 are 1111 1111`."""
    row: list[Part] = []
    for run in digit_runs(text, tag, close, reading):
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
