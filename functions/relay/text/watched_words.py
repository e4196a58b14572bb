"""Splits a text into the words that an output guard watches, also in scripts without spaces."""

import re
import unicodedata
from collections.abc import Iterator

_SPACED = re.compile(r"(?<=\s)(?=\S)")
_WORD = re.compile("(?:[^\\W_]|[\u0900-\u0903\u093a-\u094f])+")
_ACCENTS = frozenset(map(chr, range(0x300, 0x370)))


_CYRILLIC = dict(
    zip(
        "\u0430\u0432\u0441\u0501\u0435\u043d\u04bb\u0456\u0458\u043a\u04cf\u043c\u043f\u043e\u0440\u051b"
        "\u0433\u0455\u0442\u0475\u051d\u0445\u0443\u04af",
        "abcdehhijklmnopqrstvwxyy",
        strict=True,
    )
)
_ALIKE = _CYRILLIC | dict(
    zip(
        "\u03b1\u0251\u03b2\u03f2\u03b5\u0261\u0581\u0570\u03b9\u0131\u03f3\u03ba\u03bc\u03b7\u03bd\u0578"
        "\u03bf\u0585\u03c1\u0566\u03c3\u03c4\u057d\u03c9\u03c7\u03c5\u03b3\u03b6",
        "aabcegghiijkmnnnoopqstuwxyyz",
        strict=True,
    )
)
"""Small letters of the Cyrillic, Greek and Armenian alphabets that look like Latin ones, small or capital.

Source: Unicode, UTS 39, "Security Mechanisms" (confusables.txt).
"""


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
    becomes the Latin one that looks alike. Source: Unicode, UAX 15, "Unicode Normalization Forms" (NFKD).
    """
    if text.isascii():
        return text.lower()
    letters = latin(unicodedata.normalize("NFKD", text).casefold())
    seen = (one for one in letters if one not in _ACCENTS and unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFC", "".join(seen))


def latin(text: str) -> str:
    """Return a text in small letters with Latin ones in place of those that look alike.

    That is done in words that mix alphabets, and in words that have only such letters of the Cyrillic alphabet.
    """
    return re.sub(r"[^\W\d_]+", _latin_word, text)


def may_look_latin(text: str) -> bool:
    """Return whether a text has a letter of another alphabet that looks like a Latin one."""
    return not text.isascii() and any(letter in _ALIKE for letter in text.casefold())


def _latin_word(word: re.Match[str]) -> str:
    mixed = any(letter.isascii() for letter in word[0])
    alike = mixed or all(letter in _CYRILLIC for letter in word[0])
    return "".join(_ALIKE.get(letter, letter) for letter in word[0]) if alike else word[0]


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
