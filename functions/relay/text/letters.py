"""Compares and splits texts by their letters: all characters but white space, also digits and commas."""

import re

WORD = re.compile(r"\S+")


def bare(text: str) -> str:
    """Return the text without white space: the line trims and regroups words."""
    return "".join(text.split())


def split(text: str, letters: int) -> tuple[str, str]:
    """Return the text up to `letters` characters that are not white space, and the rest. Both are trimmed."""
    for word in WORD.finditer(text):
        if 0 <= letters <= len(word[0]):
            end = word.start() + letters
            return text[:end].strip(), text[end:].strip()
        letters -= len(word[0])
    return text.strip(), ""
