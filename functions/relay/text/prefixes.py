"""Writes patterns of words, and of the beginnings of words, of which the rest may still come."""

import re
from collections.abc import Collection, Iterable
from itertools import groupby


def listed(words: str) -> tuple[str, ...]:
    """Return the words of a list with commas."""
    return tuple(words.split(", "))


def any_of(words: Collection[str]) -> str:
    """Return a pattern of these words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def begun(words: Iterable[str]) -> str:
    """Return a pattern of all beginnings of these words, as a tree: `do|dog|door` is `d(?:o(?:g|o(?:r)?)?)?`."""
    branches = groupby(sorted({word for word in words if word}), lambda word: word[0])
    return "|".join(re.escape(letter) + _rest([word[1:] for word in group]) for letter, group in branches)


def _rest(ends: Collection[str]) -> str:
    if len(ends) > 1:
        return f"(?:{begun(ends)})?" if any(ends) else ""
    pattern = ""
    for letter in reversed("".join(ends)):
        pattern = f"(?:{re.escape(letter)}{pattern})?"
    return pattern
