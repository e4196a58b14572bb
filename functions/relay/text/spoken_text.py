"""Words as they will be spoken: one space between them, and every line that must end as a sentence ended as one.

A voice pauses at punctuation and at nothing else, so the end of a heading, a list item or a table's row is given a
full stop. Source: Twilio, "ConversationRelay best practices": real punctuation for pauses, signs as words.
"""

from collections.abc import Mapping
from typing import Literal

ENDS = ".,;:!?…\u3002\uff0c\uff1b\uff1a\uff1f\uff01"
"""Punctuation after which a voice pauses by itself."""

RECENT = 60
"""Characters kept of what was said: as far as a number looks back."""

CLOSING = ")]}\u00bb\u201d"

CLOSERS = "\"')]}\u00bb\u201d\u2019"

SIGNS: Mapping[str, Mapping[str, str]] = {
    "en": {"&": "and", "<": "less than", ">": "more than", "<=": "at most", ">=": "at least"},
    "de": {"&": "und", "<": "kleiner als", ">": "größer als", "<=": "höchstens", ">=": "mindestens"},
    "es": {"&": "y", "<": "menor que", ">": "mayor que", "<=": "como máximo", ">=": "al menos"},
    "fr": {"&": "et", "<": "inférieur à", ">": "supérieur à", "<=": "au plus", ">=": "au moins"},
    "it": {"&": "e", "<": "minore di", ">": "maggiore di", "<=": "al massimo", ">=": "almeno"},
}
"""Signs that a voice that reads SSML must not be given: as words, by language; in any other they are left out."""


_LEFT_OUT = dict.fromkeys(("&", "<", ">", "<=", ">="), "")


class SpokenText:
    """What is spoken of one text. Leading white space is left out; `take` returns what has been added since."""

    def __init__(self, language: str) -> None:
        self._signs = SIGNS.get(language.split("-", maxsplit=1)[0].lower(), _LEFT_OUT)
        self._said: list[str] = []
        self._last = ""
        self._recent = ""
        self._gap = False
        self._loose = False
        self._parted: Literal["", "words", "numbers"] = ""
        self._fresh = True
        self._sentence = False

    @property
    def recent(self) -> str:
        """What was said last, with the space that will follow it."""
        return self._recent + (" " if self._gap else "")

    def take(self) -> str:
        """Return what was said since the last time."""
        said, self._said = "".join(self._said), []
        return said

    def say(self, words: str) -> None:
        """Say these words as they are, after a space if there was one; punctuation but once."""
        apart = self._would_join(words) or (self._gap and not (self._loose and words[:1] in ENDS + CLOSING))
        if not words or (not apart and words == self._last and words in ENDS):
            return
        if apart:
            self._said.append(" ")
        self._said.append(words)
        self._recent = f"{self._recent}{' ' if apart else ''}{words}"[-RECENT:]
        self._last = words.rstrip(CLOSERS)[-1:] or self._last
        self._gap = self._loose = self._fresh = False
        self._parted = ""

    def _would_join(self, words: str) -> bool:
        """Return whether these words would change what they follow, since what was between them is left out."""
        match self._parted:
            case "words":
                return self._last.isalnum() and words[0].isalnum()
            case "numbers":
                return self._last.isdigit() and words[0].isdigit()
            case _:
                return False

    def sign(self, sign: str) -> None:
        """Say a sign by its words."""
        self.space()
        self.say(self._signs[sign])
        self.space()

    def spell(self, text: str) -> None:
        """Say what was written as an escape."""
        for character in text:
            if character in self._signs:
                self.sign(character)
            else:
                self.say(character) if character.strip() else self.space()

    def space(self) -> None:
        """Set off what follows, however often this is said."""
        self._gap = bool(self._last)

    def leave_out(self) -> None:
        """Leave out what is no part of a word, such as an emoji; punctuation that follows goes to the word before."""
        self._loose = True
        self._parted = "words"

    def remove(self) -> None:
        """Leave out a mark that may be inside a word; only two numbers are kept apart by it."""
        self._parted = self._parted or "numbers"

    def stop(self, mark: str = ".") -> None:
        """Make a pause, if there is none already."""
        if self._last and self._last not in ENDS:
            self._said.append(mark)
            self._last = mark

    def begin(self) -> None:
        """Begin a line that ends as a sentence: a heading, or an item of a list."""
        self.stop()
        self.mark()

    def mark(self) -> None:
        """Make the line one that ends as a sentence."""
        self._sentence = True

    def column(self) -> None:
        """Go on after the edge of a table's column: in the middle of a line that is a comma."""
        if self._fresh:
            self.begin()
        else:
            self.stop(",")
        self.space()

    def end_line(self) -> None:
        """End the line. It was a sentence if it is marked so, or if it was empty and thereby ends a paragraph."""
        if self._fresh:
            self.mark()
        self.end()

    def end(self) -> None:
        """End the text, or a line; what follows is set off."""
        if self._sentence:
            self.stop()
        self._sentence, self._fresh = False, True
        self.space()
