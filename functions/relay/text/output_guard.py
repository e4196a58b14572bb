"""Stops what an agent must not say before it is posted: its prompt, words that its author lists, private data.

It takes what `Speakable` returns, and returns what may be spoken. Words wait only while they may become something
that must not be said; then an honest sentence takes their place, and nothing more of the answer is spoken. The
result does not depend on where the stream was cut.

    guard = OutputGuard("Sorry, I can't say that.", (PromptWatch(prompt), WordWatch(["Project Falcon"])))
    guard.feed("It is Project ")  # "It is "
    guard.feed("Falcon.")  # "Sorry, I can't say that."
    guard.stopped  # Reason.WORD
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from functions.relay.text.digit_words import FILLERS, REPEATED, digit_words
from functions.relay.text.private import Private, Recognizer
from functions.relay.text.redaction import redact

FREE_WORDS = 8
"""Words in a row of the prompt that may be spoken: an agent says its facts as it was told them."""

LONG_WORDS = 25
"""Words in a row of the prompt that are a leak; of a shorter prompt, all its words."""


class Reason(Enum):
    """Why an answer was stopped."""

    PROMPT = "prompt"
    WORD = "word"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a watch knows after a word: how many of the last words must wait, and whether they must not be said."""

    waiting: int = 0
    stop: Reason | None = None


class Watch(Protocol):
    """Looks at one word after another, each with the punctuation and the space that follow it."""

    def see(self, word: str) -> Verdict:
        """Return what is known now that this word has come."""

    def end(self) -> Verdict:
        """Return what is known at the end of the text."""


class PromptWatch:
    """Stops long parts of the prompt, whatever their case and punctuation."""

    def __init__(self, prompt: str) -> None:
        self._places: dict[str, list[int]] = {}
        words = _words(prompt)
        for place, word in enumerate(words):
            self._places.setdefault(word, []).append(place)
        self._long = min(LONG_WORDS, max(len(words), FREE_WORDS + 1))
        self._runs: dict[int, int] = {}

    def see(self, word: str) -> Verdict:
        """Return whether the last words are a row of the prompt's, and how many of them must wait."""
        longest = max(self._runs.values(), default=0)
        for part in _words(word):
            self._runs = {place: self._runs.get(place - 1, 0) + 1 for place in self._places.get(part, ())}
            longest = max(self._runs.values(), default=0)
            if longest >= self._long:
                return Verdict(longest - FREE_WORDS, Reason.PROMPT)
        return Verdict(max(0, longest - FREE_WORDS))

    def end(self) -> Verdict:
        """Return that nothing is a leak that was not long enough."""
        return Verdict()


class WordWatch:
    """Stops words and phrases of a list, whatever their case and the punctuation between them."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = tuple(words for phrase in phrases if (words := _words(phrase)))
        self._seen: list[str] = []
        self._most = max(map(len, self._phrases), default=0)

    def see(self, word: str) -> Verdict:
        """Return whether a phrase ends here, or how many words may be the beginning of one."""
        waiting = 0
        for part in _words(word):
            self._seen = [*self._seen, part][-self._most :] if self._most else []
            for phrase in self._phrases:
                if self._ends_with(phrase):
                    return Verdict(len(phrase), Reason.WORD)
        for phrase in self._phrases:
            begun = (size for size in range(len(phrase) - 1, 0, -1) if self._ends_with(phrase[:size]))
            waiting = max(waiting, next(begun, 0))
        return Verdict(waiting)

    def end(self) -> Verdict:
        """Return that the beginning of a phrase may be said."""
        return Verdict()

    def _ends_with(self, phrase: Sequence[str]) -> bool:
        return self._seen[-len(phrase) :] == list(phrase)


class PrivateWatch:
    """Stops private data of some kinds, written or said; a row of digits waits for its end."""

    def __init__(self, kinds: frozenset[Private], language: str, recognizer: Recognizer) -> None:
        self._kinds, self._language, self._recognizer = kinds, language, recognizer
        said = digit_words(language.split("-", maxsplit=1)[0].lower())
        self._digits = {part for words in said for part in words.split()} | set(REPEATED) | {"plus"}
        self._row: list[str] = []

    def see(self, word: str) -> Verdict:
        """Return how long the row of digits is that goes on here, and whether one that ended here is private."""
        parts = _words(word)
        fills = bool(self._row) and all(part in FILLERS for part in parts)
        if self._kinds and (fills or any(part in self._digits or re.search(r"\d", part) for part in parts)):
            self._row.append(word)
            return Verdict(len(self._row))
        ended = self.end()
        if not ended.stop and "@" in word and self._is_private(word):
            return Verdict(1, Reason.PRIVATE)
        return Verdict(ended.waiting + 1 if ended.stop else 0, ended.stop)

    def end(self) -> Verdict:
        """Return whether the row that ends here is private."""
        row, self._row = self._row, []
        private = self._is_private("".join(row))
        return Verdict(len(row), Reason.PRIVATE) if private else Verdict()

    def _is_private(self, text: str) -> bool:
        return redact(text, self._kinds, self._language, self._recognizer) != text


class OutputGuard:
    """Filters one answer. `sentence` is said in the place of what is stopped; `stopped` says why."""

    def __init__(self, sentence: str, watches: Sequence[Watch]) -> None:
        self.stopped: Reason | None = None
        self._sentence = sentence
        self._watches = watches
        self._text = ""
        self._held: list[str] = []

    def feed(self, text: str) -> str:
        """Return what may be spoken now that this text has come."""
        if self.stopped:
            return ""
        *whole, self._text = re.split(r"(?<=\s)(?=\S)", self._text + text)
        return self._judged(whole)

    def rest(self) -> str:
        """Return what was held back: the text is at its end."""
        whole, self._text = [self._text] if self._text else [], ""
        said = "" if self.stopped else self._judged(whole)
        if self.stopped:
            return said
        return said + self._released([watch.end() for watch in self._watches], waiting=False)

    def _judged(self, words: list[str]) -> str:
        said = ""
        for word in words:
            self._held.append(word)
            said += self._released([watch.see(word) for watch in self._watches], waiting=True)
            if self.stopped:
                break
        return said

    def _released(self, verdicts: list[Verdict], waiting: bool) -> str:
        """Return the words that need not wait, and the sentence if the others must not be said."""
        self.stopped = next((verdict.stop for verdict in verdicts if verdict.stop), None)
        kept = max((verdict.waiting for verdict in verdicts), default=0) if waiting or self.stopped else 0
        free = max(0, len(self._held) - kept)
        said, self._held = "".join(self._held[:free]), self._held[free:]
        return said + self._sentence if self.stopped else said


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
