"""Makes a model's text speakable while it streams: the caller hears no markup, emoji or address.

Text for machines is removed first (`machine_text.py`). The rules here act on the rest.

A sign is held back only until its meaning is known, within the limit that each rule states. Plain words pass at once.
The result never depends on where the stream was cut: while any rule may still begin, the text waits, and then the
first rule that matches acts. So no rule may match something else after more text has come.

Sources: Twilio, "ConversationRelay best practices" (text for speech) and "ConversationRelay now supports SSML tags".
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from functions.relay.text.citations import KEYS_WITHIN_CHARACTERS
from functions.relay.text.machine_text import MachineTextFilter
from functions.relay.text.markup import INLINE, LINES, PLAIN
from functions.relay.text.numbers.spoken import NumberReader
from functions.relay.text.pattern import Pattern
from functions.relay.text.rules import TextRule, rule
from functions.relay.text.spoken_text import SpokenText
from functions.relay.text.unopened_thought import UnopenedThought

SSML: Mapping[str, frozenset[str]] = {
    "Google": frozenset({"break", "emphasis", "lang", "phoneme", "prosody", "say-as", "sub"}),
    "Amazon": frozenset({"break", "lang", "phoneme", "prosody", "say-as", "sub", "w"}),
    "ElevenLabs": frozenset({"phoneme"}),
}
"""SSML tags that a provider's voices accept: Twilio's list for <Say>, without those that only make pauses, which
punctuation does without a wait, and without Amazon's `emphasis`, which its neural voices answer with an error."""

LOOKBEHIND_CHARACTERS = KEYS_WITHIN_CHARACTERS
"""Characters that are kept of decided text: as far back as a rule looks."""


def accepted_ssml(provider: str, language: str) -> frozenset[str]:
    """Return the SSML tags that a provider's voices accept in a language. ElevenLabs accepts them only in en-US."""
    silent = provider == "ElevenLabs" and language.lower() != "en-us"
    return frozenset() if silent else SSML.get(provider, frozenset())


_START, _STOP = r"(?<![^\W_])", r"(?![^\W_])"


class Speakable:
    """Filters one text.

    `say_as` gives whole words a spoken form. `ssml` names the tags that the voice accepts. With `numbers`, numbers
    are said in words, for the languages that `numbers/` knows. `tools` are the names of the agent's tools: a call
    of one that comes as text is left out.
    """

    def __init__(
        self,
        say_as: Mapping[str, str] | None = None,
        ssml: frozenset[str] = frozenset(),
        language: str = "en-US",
        numbers: bool = False,
        tools: frozenset[str] = frozenset(),
    ) -> None:
        own = _elements(ssml) if ssml else ()
        spoken = {written: spoken_whole(spoken, ssml, language) for written, spoken in (say_as or {}).items()}
        self._rules = (*(_words(spoken) if spoken else ()), *own, *LINES, *INLINE)
        self._begun = re.compile("(?:" + "|".join(one.begun for one in self._rules) + r")\Z")
        self._at_words = Pattern("|".join(f"(?:{one.whole.text})" for one in self._rules[:-PLAIN] if one.at_words))
        self._out = SpokenText(language, NumberReader(language if numbers else ""))
        self._thought = UnopenedThought()
        self._machine = MachineTextFilter(tools)
        self._text, self._at = "\n", 1

    @property
    def called(self) -> bool:
        """Whether a call of one of the tools was left out: it was written as text, so it has not run."""
        return self._machine.called

    def feed(self, text: str) -> str:
        """Add a piece of the text, and return what can be spoken so far."""
        self._text += self._machine.feed(self._thought.feed(text))
        while self._at < len(self._text) and self._step(ended=False):
            pass
        return self._taken()

    def rest(self, *, cut: bool = False) -> str:
        """Return what was held back: the text has ended. What is fed after this begins a new line.

        `cut`: it was cut off. A number at its end is left out, since it may be a part of one.
        """
        self._text += self._machine.feed(self._thought.rest()) + self._machine.rest()
        while self._at < len(self._text):
            self._step(ended=True)
        self._out.finish(cut=cut)
        said = self._taken()
        self._text, self._at = "\n", 1
        return said

    def _step(self, ended: bool) -> bool:
        """Decide about the next part of the text; return False if more text is needed."""
        if not ended and self._begun.match(self._text, self._at):
            return False
        matches = ((one, one.whole.compiled.match(self._text, self._at)) for one in self._candidates())
        one, found = next((one, found) for one, found in matches if found)
        one.act(self._out, found)
        self._at = found.end()
        return True

    def _candidates(self) -> Sequence[TextRule]:
        """Return the rules that may act here: for a plain word, or the space beside it, few need to be tried."""
        character = self._text[self._at]
        plain = character.isalnum() or character == " "
        return (
            self._rules[-PLAIN:] if plain and not self._at_words.compiled.match(self._text, self._at) else self._rules
        )

    def _taken(self) -> str:
        kept = max(0, self._at - LOOKBEHIND_CHARACTERS)
        self._text, self._at = self._text[kept:], self._at - kept
        return self._out.take()


def spoken_whole(text: str, ssml: frozenset[str], language: str) -> str:
    """Return the spoken form of a whole text."""
    one = Speakable(ssml=ssml, language=language)
    return one.feed(text) + one.rest()


def recursive(say_as: Mapping[str, str]) -> str:
    """Return a word whose spoken form holds a word of the table again, except inside SSML; "" if there is none."""
    rules = _words(say_as) if say_as else ()
    plain = ((word, re.sub("<[^<>]*>[^<>]*</", "", spoken)) for word, spoken in say_as.items())
    return next((word for word, spoken in plain for rule in rules if rule.whole.compiled.search(spoken)), "")


@lru_cache
def _elements(tags: frozenset[str]) -> tuple[TextRule, ...]:
    """Return the rule for an SSML element: it is kept if it is complete and well-formed, else only its words are."""
    names = "|".join(sorted(tags))
    words = r"[^<>&*_`~|\n]{0,80}"
    return (
        rule(
            rf"<(?:{names})(?:\s[^<>]{{0,300}})?(?<!/)>{words}(?:<(?:/[\w:-]{{0,20}})?)?",
            rf'<(?P<tag>{names})(?:\s+[\w:-]+="[^"<>&]{{0,200}}")*\s*(?:/>|>{words}</(?P=tag)>)',
            lambda out, one: out.say(one[0], as_it_is=True),
        ),
    )


def _words(spoken: Mapping[str, str]) -> tuple[TextRule, ...]:
    """Return the rule for words with a spoken form. The longest word that fits counts."""
    begun = {word[:end] for word in spoken for end in range(1, len(word) + _open(word))}
    whole = (_edged(word) + (_STOP if _open(word) else "") for word in sorted(spoken, key=len, reverse=True))
    return (
        rule(
            "|".join(map(_edged, sorted(begun))),
            "|".join(whole),
            lambda out, one: out.say(spoken[one[0]], as_it_is=True),
            at_words=True,
        ),
    )


def _edged(word: str) -> str:
    return (_START if word[0].isalnum() else "") + re.escape(word)


def _open(word: str) -> bool:
    """Return whether a word may continue after its last character."""
    return word[-1].isalnum()
