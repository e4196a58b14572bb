"""Stops what an agent must not say before it is sent: its prompt, words that its author lists, private data.

It takes what `Speakable` returns, and returns what may be spoken. Words wait only while they may become something
that must not be said. If they do, a sentence replaces them, and nothing more of the answer is spoken. The result does
not depend on where the stream was cut.

    guard = OutputGuard("Sorry, I can't say that.", (PromptWatch(prompt), WordWatch(["Project Falcon"])))
    guard.feed("It is Project ")  # "It is "
    guard.feed("Falcon.")  # "\u2014 Sorry, I can't say that."
    guard.stopped  # Reason.WORD
"""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cache
from itertools import pairwise
from typing import Protocol

from functions.relay.dataclass import dataclass
from functions.relay.text.digit_words import (
    FILLERS,
    INSIDE,
    PLUS,
    REPEATED,
    digit_words,
    primary_tag,
    single_words,
)
from functions.relay.text.private import Private, Recognizer
from functions.relay.text.redaction import Span, found
from functions.relay.text.spoken_text import set_apart
from functions.relay.text.watched_words import Parts, latin, may_look_latin, parts_of, plain_letters, split_words

FREE_WORDS = 8
"""Words in a row of the prompt that may be spoken: an agent repeats facts from its prompt."""

LONG_WORDS = 25
"""Words in a row of the prompt that are a leak. For a shorter prompt, all its words are."""


TAIL_CHARACTERS = 20
"""Characters of the spoken words that are remembered: a sentence that replaces others is set apart from them."""

_BEGUN = re.compile(r"([^\W_]+)[^\w\s@]*")
_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”|„[^“\n]*“|«[^»\n]*»')


class Reason(Enum):
    """Why an answer was stopped."""

    PROMPT = "prompt"
    WORD = "word"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a watch knows after a word."""

    waiting: int = 0
    """How many of the last words must wait."""

    stop: Reason | None = None
    """Why these words must not be said; None if they may be."""


class Watch(Protocol):
    """Checks one word after another, each with the punctuation and the space after it."""

    def free(self, begun: str) -> bool:
        """Return whether a word that begins so, in small letters, may be spoken before its end has come."""

    def see(self, word: str) -> Verdict:
        """Return the verdict after this word."""

    def end(self) -> Verdict:
        """Return the verdict at the end of the text."""


class PromptWatch:
    """Stops long parts of the prompt, in any case and with any punctuation. Its quotations may be said."""

    def __init__(self, prompt: str) -> None:
        self._places: dict[str, list[int]] = {}
        words = parts_of(_QUOTED.sub(" ", prompt))
        for place, word in enumerate(words):
            self._places.setdefault(word, []).append(place)
        self._long = min(LONG_WORDS, max(len(words), FREE_WORDS + 1))
        self._runs: dict[int, int] = {}
        self._parts = Parts()

    def free(self, begun: str) -> bool:
        """Return whether so few words of the prompt are said that one more may be."""
        return max(self._runs.values(), default=0) < FREE_WORDS

    def see(self, word: str) -> Verdict:
        """Return whether the last words are a leak of the prompt, and how many of them must wait."""
        longest = max(self._runs.values(), default=0)
        for part in self._parts.of(word):
            self._runs = {place: self._runs.get(place - 1, 0) + 1 for place in self._places.get(part, ())}
            longest = max(self._runs.values(), default=0)
            if longest >= self._long:
                return Verdict(self._parts.words(longest - FREE_WORDS), Reason.PROMPT)
        return Verdict(self._parts.words(longest - FREE_WORDS))

    def end(self) -> Verdict:
        """Return that all words may be said: no row of the prompt became long enough."""
        return Verdict()


class WordWatch:
    """Stops words and phrases of a list, in any case and however they are parted: `Project-Falcon`, `f a l c o n`."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(filter(None, ("".join(parts_of(phrase)) for phrase in phrases)))
        self._seen: list[str] = []
        self._most = max(map(len, self._phrases), default=1)
        self._waiting = 0
        self._parts = Parts()

    def free(self, begun: str) -> bool:
        """Return whether no phrase has begun, nor begins so."""
        return not self._waiting and not any(phrase.startswith(begun) for phrase in self._phrases)

    def see(self, word: str) -> Verdict:
        """Return whether a phrase ends here, or how many words may be the beginning of one."""
        for part in self._parts.of(word):
            self._seen = [*self._seen, part][-self._most :]
            if size := self._matched(lambda letters, phrase: letters == phrase):
                return Verdict(self._parts.words(size), Reason.WORD)
        self._waiting = self._matched(lambda letters, phrase: phrase.startswith(letters))
        return Verdict(self._parts.words(self._waiting))

    def end(self) -> Verdict:
        """Return that all words may be said: only the beginning of a phrase came."""
        return Verdict()

    def _matched(self, matches: Callable[[str, str], bool]) -> int:
        """Return of how many of the last parts the letters match a phrase, the most; 0 if they match none."""
        tails = ((size, "".join(self._seen[-size:])) for size in range(len(self._seen), 0, -1))
        return next((size for size, letters in tails if any(matches(letters, phrase) for phrase in self._phrases)), 0)


@cache
def _words_of_digits(tag: str) -> frozenset[str]:
    """Return the words that a row of digits may begin with, in plain letters."""
    return frozenset(map(plain_letters, single_words(tag) | set(REPEATED) | PLUS))


class PrivateWatch:
    """Stops private data of some kinds, in digits or in words. A row of digits waits for its end.

    Data in `facts`, the agent's prompt, may be said, such as the number of the shop.
    """

    def __init__(self, kinds: frozenset[Private], language: str, recognizer: Recognizer, facts: str = "") -> None:
        self._kinds, self._language, self._recognizer, self._facts = kinds, language, recognizer, facts
        self._tag = primary_tag(language)
        self._said = digit_words(self._tag)
        self._digits = _words_of_digits(self._tag)
        self._row: list[str] = []

    def free(self, begun: str) -> bool:
        """Return whether a word that begins so is neither digits nor a part of an address."""
        goes_on = self._tag in INSIDE
        said = any(word.startswith(begun) or (goes_on and begun.startswith(word)) for word in self._digits)
        digits = said or any(character.isdigit() for character in begun)
        return not self._row and not digits and Private.EMAIL not in self._kinds

    def see(self, word: str) -> Verdict:
        """Return how long the current row of digits is, or whether the row that ended before this word is private."""
        parts = parts_of(word)
        fills = bool(self._row) and all(part in FILLERS for part in parts)
        if fills or any(map(self._says_digits, parts)):
            self._row.append(word)
            return Verdict(len(self._row))
        ended = self.end()
        if not ended.stop and "@" in word and self._is_private(word):
            return Verdict(1, Reason.PRIVATE)
        return Verdict(ended.waiting + 1 if ended.stop else 0, ended.stop)

    def end(self) -> Verdict:
        """Return whether the current row of digits is private, and end it."""
        row, self._row = self._row, []
        private = self._is_private("".join(row)) and not self._counts_up(row)
        return Verdict(len(row), Reason.PRIVATE) if private else Verdict()

    def _says_digits(self, part: str) -> bool:
        pieces = INSIDE[self._tag].split(part) if self._tag in INSIDE else [part]
        return re.search(r"\d", part) is not None or any(piece in self._digits for piece in (part, *pieces))

    def _counts_up(self, row: Sequence[str]) -> bool:
        """Return whether each number of a row is one more than the number before: `1, 2, 3` holds no private data."""
        words = [" ".join(parts_of(word)) for word in row]
        numbers = [self._said.get(word, word) for word in words if word not in FILLERS]
        return all(one.isdecimal() for one in numbers) and all(
            int(after) == int(before) + 1 for before, after in pairwise(numbers)
        )

    def _is_private(self, text: str) -> bool:
        spans = self._found(text) if text else ()
        return bool(
            {span.value for span in spans} - ({span.value for span in self._found(self._facts)} if spans else set())
        )

    def _found(self, text: str) -> tuple[Span, ...]:
        return found(
            (text if text.isascii() else latin(text.lower()),), self._kinds, self._language, self._recognizer
        )


class OutputGuard:
    """Filters one answer."""

    def __init__(self, sentence: str, watches: Sequence[Watch]) -> None:
        """`sentence` is said instead of what is stopped."""
        self.stopped: Reason | None = None
        """Why the answer was stopped; None if it was not."""

        self._sentence = sentence
        self._watches = watches
        self._text = ""
        self._early = 0
        self._held: list[str] = []
        self._said = ""

    def feed(self, text: str) -> str:
        """Add a piece of the answer, and return what may be spoken so far."""
        if self.stopped:
            return ""
        if not self._watches:
            return text
        *whole, self._text = split_words(self._text + text)
        said = self._judged(whole)
        return said if self.stopped else said + self._noted(self._begun())

    def rest(self) -> str:
        """Return what was held back: the answer has ended."""
        whole, self._text = [self._text] if self._text else [], ""
        said = "" if self.stopped else self._judged(whole)
        if self.stopped:
            return said
        return said + self._released([watch.end() for watch in self._watches], waiting=False)

    def _begun(self) -> str:
        """Return the beginning of a word whose end has not come, if all watches allow it."""
        begun = self._text
        word = _BEGUN.fullmatch(begun)
        if (
            self._held
            or not word
            or may_look_latin(begun)
            or not all(watch.free(plain_letters(word[1])) for watch in self._watches)
        ):
            return ""
        early, self._early = begun[self._early :], len(begun)
        return early

    def _judged(self, words: list[str]) -> str:
        said = ""
        for word in words:
            self._held.append(word[self._early :])
            self._early = 0
            said += self._released([watch.see(word) for watch in self._watches], waiting=True)
            if self.stopped:
                break
        return said

    def _released(self, verdicts: list[Verdict], waiting: bool) -> str:
        """Return the words that need not wait, and the sentence if the other words must not be said."""
        self.stopped = next((verdict.stop for verdict in verdicts if verdict.stop), None)
        kept = max((verdict.waiting for verdict in verdicts), default=0) if waiting or self.stopped else 0
        free = max(0, len(self._held) - kept)
        said, self._held = "".join(self._held[:free]), self._held[free:]
        self._noted(said)
        return said + set_apart(self._said, self._sentence) if self.stopped else said

    def _noted(self, said: str) -> str:
        """Remember the last words that may be spoken, and return them."""
        self._said = (self._said + said)[-TAIL_CHARACTERS:]
        return said
