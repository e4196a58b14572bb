"""Collects the words that will be spoken, with one space between them, and ends lines like sentences where needed.

A voice pauses only at punctuation, so the end of a heading, a list item or a table's row gets a full stop. Source:
Twilio, "ConversationRelay best practices": real punctuation for pauses, signs as words.
"""

from collections.abc import Mapping
from typing import Literal

from functions.relay.text.numbers.spoken import NumberReader

ENDS = ".,;:!?…\u3002\uff0c\uff1b\uff1a\uff1f\uff01"
"""Punctuation after which a voice pauses by itself."""

CLOSING = ")]}\u00bb\u201d"

CLOSERS = "\"')]}\u00bb\u201d\u2019"

OPENERS = "([{\u00ab\u201c\u201e\u00bf\u00a1$\u00a3"
"""Signs with which words begin, and never end."""


def set_apart(said: str, sentence: str) -> str:
    """Return a sentence with the space or the dash that must separate it from the words before it.

    Words that end in the middle of a sentence get a dash: a voice would run on without a pause.
    """
    words = said.rstrip()
    dash = "" if not words or words.rstrip(CLOSERS)[-1:] in ENDS else "\u2014 "
    return f" {dash}{sentence}" if said and not said[-1].isspace() else f"{dash}{sentence}"


SIGNS: Mapping[str, Mapping[str, str]] = {
    "en": {"&": "and", "<": "less than", ">": "more than", "<=": "at most", ">=": "at least"},
    "de": {"&": "und", "<": "kleiner als", ">": "größer als", "<=": "höchstens", ">=": "mindestens"},
    "es": {"&": "y", "<": "menor que", ">": "mayor que", "<=": "como máximo", ">=": "al menos"},
    "fr": {"&": "et", "<": "inférieur à", ">": "supérieur à", "<=": "au plus", ">=": "au moins"},
    "it": {"&": "e", "<": "minore di", ">": "maggiore di", "<=": "al massimo", ">=": "almeno"},
}
"""Signs that must not reach a voice that reads SSML, as words by language. In other languages they are left out."""


_LEFT_OUT = dict.fromkeys(("&", "<", ">", "<=", ">="), "")


class SpokenText:
    """The spoken words of one text, without leading white space. `take` returns the words since its last call.

    Numbers are read last: a number is complete only when the markup in it is gone.
    """

    def __init__(self, language: str, numbers: NumberReader) -> None:
        self._numbers = numbers
        self._signs = SIGNS.get(language.split("-", maxsplit=1)[0].lower(), _LEFT_OUT)
        self._said: list[str] = []
        self._last = ""
        self._gap = False
        self._loose = False
        self._parted: Literal["", "words", "numbers"] = ""
        self._fresh = True
        self._sentence = False
        self._cut = False
        self._emphasis, self._emphasised = "", False
        self._braces, self._formula, self._item = 0, False, 0

    def take(self) -> str:
        """Return what was said since the last call."""
        said, self._said = "".join(self._said), []
        return said

    def say(self, words: str, *, as_it_is: bool = False) -> None:
        """Say these words, after a space if there was one. Repeated punctuation is said once.

        With `as_it_is`, the numbers in them are not read.
        """
        joins = self._would_join(words)
        apart = joins or (self._gap and not (self._loose and words[:1] in ENDS + CLOSING))
        twice = not apart and words == self._last and words in ENDS
        if not words or twice or (self._fresh and words in (",", ";")):
            return
        if apart:
            self._said.append(self._numbers.skip(" ") if joins or self._cut else self._numbers.feed(" "))
        self._said.append(self._numbers.skip(words) if as_it_is else self._numbers.feed(words))
        self._last = words.rstrip(CLOSERS)[-1:] or self._last
        self._gap = self._loose = self._fresh = self._cut = False
        self._parted = ""

    def _would_join(self, words: str) -> bool:
        """Return whether these words would change the words before them, since what was between them is left out."""
        match self._parted:
            case "words":
                begins = words[:1].isalnum() or words[:1] in OPENERS
                return bool(self._last) and (self._last.isalnum() or self._last in ENDS) and begins
            case "numbers":
                return self._last.isdigit() and words[:1].isdigit()
            case _:
                return False

    def sign(self, sign: str) -> None:
        """Say a sign in words."""
        self.space()
        self.say(self._signs[sign])
        self.space()

    def spell(self, text: str) -> None:
        """Say a character that was written as an escape."""
        for character in text:
            if character in self._signs:
                self.sign(character)
            else:
                self.say(character) if character.strip() else self.space()

    def space(self) -> None:
        """Put one space before what follows, however often this is called."""
        self._gap = bool(self._last)
        self._emphasis = self._emphasis if self._emphasised else ""

    def leave_out(self) -> None:
        """Leave out what is not part of a word, such as an emoji. Punctuation after it joins the word before it."""
        self._loose = self._cut = True
        self._parted = "words"

    def part(self) -> None:
        """Leave out a tag that no word has inside it. What was beside it stays two words."""
        self._parted = "words"

    def remove(self) -> None:
        """Leave out a sign that may be inside a word. Between two numbers it becomes a space."""
        self._parted = self._parted or "numbers"

    def emphasise(self, sign: str, *, begins: bool) -> None:
        """Leave out asterisks. They begin an emphasis only if `begins`, and the same ones end it."""
        ends = self._emphasised and sign == self._emphasis
        if begins or ends:
            self._emphasis, self._emphasised = sign, not ends
        self.remove()

    @property
    def in_braces(self) -> bool:
        """Whether a brace of LaTeX is open."""
        return self._braces > 0

    def open_brace(self) -> None:
        """Leave out a command of LaTeX and its brace."""
        self._braces += 1
        self.remove()

    def close_brace(self) -> None:
        """Leave out a brace that closes one of LaTeX. Say any other."""
        if self._braces:
            self._braces -= 1
            self.remove()
        else:
            self.say("}")

    def open_formula(self) -> None:
        """Leave out the dollar sign at the beginning of a formula."""
        self._formula = True
        self.remove()

    def close_formula(self, sign: str) -> None:
        """Leave out the dollar sign at the end of a formula. Say any other."""
        if self._formula:
            self._formula = False
            self.remove()
        else:
            self.say(sign)

    def times(self, sign: str) -> None:
        """Say asterisks between two numbers, such as `2**3`. They may also be those of an emphasis: `**5**0`."""
        if sign == self._emphasis:
            self.emphasise(sign, begins=True)
        else:
            self.say(sign)

    def stop(self, sign: str = ".") -> None:
        """Make a pause, if there is none yet."""
        if self._last and self._last not in ENDS:
            self._said.append(self._numbers.skip(sign))
            self._last = sign

    def begin(self) -> None:
        """Begin a line that ends like a sentence: a heading, or an item of a list."""
        self.stop()
        self.make_sentence()

    def make_sentence(self) -> None:
        """Make the current line end like a sentence."""
        self._sentence = True

    def column(self) -> None:
        """Continue after the edge of a table's column. In the middle of a line that is a comma."""
        if self._fresh:
            self.begin()
        else:
            self.stop(",")
        self._cut = True
        self.space()

    def list_from(self, number: int) -> None:
        """Remember the number of an item: the next one may follow in the same line."""
        self._item = number

    def item(self, number: int, written: str) -> None:
        """Say the number of an item in a list that is written in one line: `1) soup, 2) salad`."""
        if number not in (1, self._item + 1):
            self.say(written)
            return
        self._item = number
        self.say(str(number))
        self.stop(",")

    def end_line(self) -> None:
        """End the line. It ends like a sentence if it must, or if it is empty and so ends a paragraph."""
        if self._fresh:
            self.make_sentence()
            self._emphasis, self._emphasised = "", False
        self.end()

    def end(self) -> None:
        """End the text or a line, and put a space before what follows."""
        if self._sentence:
            self.stop()
        self._sentence, self._fresh, self._cut = False, True, True
        self.space()

    def finish(self, *, cut: bool = False) -> None:
        """End the text: nothing of it is held back any more. If it was `cut`, a number at its end is left out."""
        if cut:
            self._numbers.drop()
        self.end()
        self._said.append(self._numbers.rest())
        self._emphasis, self._emphasised = "", False
