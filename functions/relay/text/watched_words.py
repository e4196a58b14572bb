"""Splits a text into the words that an output guard watches, also in scripts without spaces."""

import re
import unicodedata
from collections.abc import Iterator

_SPACED = re.compile(r"(?<=\s)(?=\S)")
_WORD = re.compile(r"[^\W_]+")
_ACCENTS = frozenset(map(chr, range(0x300, 0x370)))


class Parts:
    """Counts the words of the parts that were seen: `Falcon-like` has two parts, and a dash alone has none."""

    def __init__(self) -> None:
        self._words, self._word_of = 0, list[int]()

    def of(self, word: str) -> Iterator[str]:
        """Yield the parts of the next word."""
        self._words += 1
        for part in parts_of(word):
            self._word_of.append(self._words)
            yield part

    def words(self, parts: int) -> int:
        """Return how many words there are from the first of the last parts on."""
        return self._words - self._word_of[-parts] + 1 if parts > 0 else 0


def split_words(text: str) -> list[str]:
    """Return a text in words, each with the space after it. The last one may go on."""
    pieces = _SPACED.split(text)
    return pieces if text.isascii() else [part for piece in pieces for part in _apart(piece)]


def parts_of(text: str) -> list[str]:
    """Return the parts of the words of a text, as `plain_letters` writes them, without punctuation."""
    words = _WORD.findall(plain_letters(text))
    return words if text.isascii() else [part for word in words for part in _apart(word) if part]


def plain_letters(text: str) -> str:
    """Return a text in small letters, without accents, invisible characters and other forms of a letter.

    `Fálcon` becomes `falcon`, and `Straße` becomes `strasse`: a voice reads both alike. A letter of another alphabet
    that looks alike stays. Source: Unicode, UAX 15, "Unicode Normalization Forms" (NFKD).
    """
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text).casefold()
    seen = (one for one in letters if one not in _ACCENTS and unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFC", "".join(seen))


def _apart(word: str) -> Iterator[str]:
    """Yield a word in parts; each character of a script without spaces ends one."""
    start = 0
    for end, character in enumerate(word, 1):
        if _alone(character) and not word[end : end + 1].isspace():
            yield word[start:end]
            start = end
    yield word[start:]


def _alone(character: str) -> bool:
    """Return whether a script writes no space between words: Thai, Lao, Burmese, Khmer, Chinese or Japanese.

    Not a pattern: to compile one of so many characters takes milliseconds of each cold start.
    """
    return (
        "\u0e00" <= character <= "\u0eff"
        or "\u1000" <= character <= "\u109f"
        or "\u1780" <= character <= "\u17ff"
        or "\u2e80" <= character <= "\u9fff"
        or "\uff65" <= character <= "\uffef"
    )
