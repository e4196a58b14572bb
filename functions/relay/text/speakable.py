"""Makes what a model writes speakable, as it streams: no markup, emoji or address reaches the caller's ear.

Text for machines is taken out first (`machine.py`); the rules here act on what is left.

A sign is held back only until it is known what it is, within the bound that each rule states; plain words pass at
once. What is spoken never depends on where the stream was cut: a rule that may still begin is waited for, and only
then the first that is there acts. So no rule may match anything else once more text has come.

Sources: Twilio, "ConversationRelay best practices" (text for speech) and "ConversationRelay now supports SSML tags".
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from functions.relay.text.machine import MachineFilter
from functions.relay.text.markup import INLINE, LINES
from functions.relay.text.numbers.spoken import number_rules
from functions.relay.text.rules import Rule, rule
from functions.relay.text.spoken_text import SpokenText

SSML: Mapping[str, frozenset[str]] = {
    "Google": frozenset({"break", "emphasis", "lang", "phoneme", "prosody", "say-as", "sub"}),
    "Amazon": frozenset({"break", "lang", "phoneme", "prosody", "say-as", "sub", "w"}),
    "ElevenLabs": frozenset({"phoneme"}),
}
"""Tags that a provider's voices accept: Twilio's list for <Say> less those that only make pauses, which punctuation
does without a wait, and less Amazon's `emphasis`, which its neural voices answer with an error."""

BEHIND = 12
"""Characters kept of what was decided: as far as a rule looks back."""


def accepted(provider: str, language: str) -> frozenset[str]:
    """Return the SSML tags that a provider's voices accept in a language; ElevenLabs speaks them in en-US only."""
    silent = provider == "ElevenLabs" and language.lower() != "en-us"
    return frozenset() if silent else SSML.get(provider, frozenset())


_START, _STOP = r"(?<![^\W_])", r"(?![^\W_])"


class Speakable:
    """Filters one text. `say_as` gives whole words a spoken form, `ssml` names the tags that the voice accepts.

    With `numbers`, numbers are said in words, as `numbers/` knows them.
    """

    def __init__(
        self,
        say_as: Mapping[str, str] | None = None,
        ssml: frozenset[str] = frozenset(),
        language: str = "en-US",
        numbers: bool = False,
    ) -> None:
        own = _elements(ssml) if ssml else ()
        said = number_rules(language) if numbers else ()
        spoken = {written: spoken_whole(spoken, ssml, language) for written, spoken in (say_as or {}).items()}
        self._rules = (*(_words(spoken) if spoken else ()), *own, *LINES, *said, *INLINE)
        self._begun = re.compile("(?:" + "|".join(one.begun for one in self._rules) + r")\Z")
        self._out = SpokenText(language)
        self._machine = MachineFilter()
        self._text, self._at = "\n", 1

    def feed(self, text: str) -> str:
        """Return what can be spoken now that this text has come."""
        self._text += self._machine.feed(text)
        while self._at < len(self._text) and self._step(ended=False):
            pass
        return self._taken()

    def rest(self) -> str:
        """Return what was held back: the text is at its end. What is fed after this begins a new line."""
        self._text += self._machine.rest()
        while self._at < len(self._text):
            self._step(ended=True)
        self._out.end()
        said = self._taken()
        self._text, self._at = "\n", 1
        return said

    def _step(self, ended: bool) -> bool:
        """Decide about what comes next; False if it takes more text to know what that is."""
        if not ended and self._begun.match(self._text, self._at):
            return False
        for one in self._rules:
            if found := one.whole.match(self._text, self._at):
                one.act(self._out, found)
                self._at = found.end()
                break
        return True

    def _taken(self) -> str:
        kept = max(0, self._at - BEHIND)
        self._text, self._at = self._text[kept:], self._at - kept
        return self._out.take()


def spoken_whole(text: str, ssml: frozenset[str], language: str) -> str:
    """Return how a whole text is spoken."""
    one = Speakable(ssml=ssml, language=language)
    return one.feed(text) + one.rest()


def recursive(say_as: Mapping[str, str]) -> str:
    """Return a word whose spoken form holds a word of the table again, other than for SSML to pronounce; or none."""
    rules = _words(say_as) if say_as else ()
    plain = ((word, re.sub("<[^<>]*>[^<>]*</", "", spoken)) for word, spoken in say_as.items())
    return next((word for word, spoken in plain for rule in rules if rule.whole.search(spoken)), "")


@lru_cache
def _elements(tags: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rule that keeps an SSML element: whole and well-formed, or else its words without its tags."""
    names = "|".join(sorted(tags))
    words = r"[^<>&*_`~|\n]{0,80}"
    return (
        rule(
            rf"<(?:{names})(?:\s[^<>]{{0,300}})?(?<!/)>{words}(?:<(?:/[\w:-]{{0,20}})?)?",
            rf'<(?P<tag>{names})(?:\s+[\w:-]+="[^"<>&]{{0,200}}")*\s*(?:/>|>{words}</(?P=tag)>)',
            lambda out, one: out.say(one[0]),
        ),
    )


def _words(spoken: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return the rule for words that have a spoken form; the longest that is there counts."""
    begun = {word[:end] for word in spoken for end in range(1, len(word) + _open(word))}
    whole = (_edged(word) + (_STOP if _open(word) else "") for word in sorted(spoken, key=len, reverse=True))
    return (rule("|".join(map(_edged, sorted(begun))), "|".join(whole), lambda out, one: out.say(spoken[one[0]])),)


def _edged(word: str) -> str:
    return (_START if word[0].isalnum() else "") + re.escape(word)


def _open(word: str) -> bool:
    """Return whether a word may go on after its last character."""
    return word[-1].isalnum()
