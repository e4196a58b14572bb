"""Compares utterances, and finds the end of a sentence, in every script.

same_words("Hello, when do you open?", "hello when do you open")  # True
same_words("At 8:30.", "At 830.")  # False
"""

import unicodedata

SENTENCE_ENDS = frozenset(
    ".?!"
    "\u3002\uff61\uff0e\uff1f\uff01"  # Chinese and Japanese
    "\u061f\u06d4"  # Arabic and Urdu
    "\u0964\u0965"  # Devanagari and its neighbours
    "\u0589"  # Armenian
    "\u1362\u1367"  # Ethiopic
    "\u104b"  # Burmese
    "\u17d4\u17d5"  # Khmer
)
"""Characters that end a sentence. `…` does not: a caller who trails off has more to say."""

CLOSING = ("Pe", "Pf", "Zs")
"""Categories of what may follow the end of a sentence: brackets, quotes, spaces."""


def same_words(one: str, other: str) -> bool:
    """Return whether two utterances are the same, apart from case, punctuation and white space.

    A sign between two digits counts: 8:30 is not 830.
    """
    return _bare(one) == _bare(other)


def ends_sentence(text: str) -> bool:
    """Return whether an utterance ends with the end of a sentence."""
    shown = [character for character in text if _kind(character) not in CLOSING and character not in "\"'"]
    return bool(shown) and shown[-1] in SENTENCE_ENDS and not text.rstrip().endswith("..")


def _bare(text: str) -> str:
    """Return letters, digits, symbols, and the punctuation between two digits, without their case."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    around = zip(f" {folded}", folded, f"{folded[1:]} ", strict=False)
    return "".join(one for before, one, after in around if _counts(before, one, after))


def _counts(before: str, one: str, after: str) -> bool:
    kind = _kind(one)
    return kind[0] not in "PZC" or (kind[0] == "P" and before.isdigit() and after.isdigit())


def _kind(character: str) -> str:
    return unicodedata.category(character)
