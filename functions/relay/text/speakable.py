"""Makes what a model writes speakable, as it streams: no markup, emoji or address reaches the caller's ear.

Text for machines is taken out first (`machine.py`); the rules here act on what is left.

A sign is held back only until it is known what it is, within the bound that each rule states; plain words pass at
once. What is spoken never depends on where the stream was cut: a rule that may still begin is waited for, and only
then the first that is there acts. So no rule may match anything else once more text has come.

Sources: Twilio, "ConversationRelay best practices" (text for speech) and "ConversationRelay now supports SSML tags".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from functions.relay.text import citations
from functions.relay.text.machine import REMOVED, MachineFilter
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


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of markup is spoken: `begun` matches where more text may make it one, `whole` where it is."""

    begun: str
    whole: re.Pattern[str]
    act: Callable[[SpokenText, re.Match[str]], object]


def _rule(begun: str, whole: str, act: Callable[[SpokenText, re.Match[str]], object]) -> Rule:
    return Rule(begun, re.compile(whole), act)


def _drop(out: SpokenText, _: re.Match[str]) -> None:
    """Say nothing, and keep two numbers apart that had a mark between them."""
    out.remove()


NEVER = r"(?!)"

_EMOJI = (
    "[\u20e3\u2139\u231a\u231b\u2328\u23e9-\u23fa\u25a0-\u25a9\u25ac-\u25e5\u25e7-\u27bf\u2b00-\u2bff\u3030\u303d"
    "\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)
_INVISIBLE = "[\u00ad\u200b\u2060\ufeff]|(?<=[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"

_LINE = r"(?<=\n)[ \t]{0,20}(?:>[ \t]?){0,5}"
_BULLET = "[-*+•‣◦▪\u2013]"
_START, _STOP = r"(?<![^\W_])", r"(?![^\W_])"
_FACTOR = r"(?:(?<=[\d)])|(?<=[^\w.][a-zA-Z]))"
_ADDRESS = r"(?:[.,;:!?]{0,9}[^\s.,;:!?<>()\[\]{}\"'*`|\\])"
_HOST = r"(?P<host>[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*)"
_LABEL = r"(?:\^[^\[\]\s]{0,20}|\d{0,3})"
_REST = r"[ \t][^\n]{0,1000}"
_TARGET = r"[^\s()]{0,1000}"
_TAG = r"[a-zA-Z][\w:-]{0,30}(?:\s[^<>]{0,300})?/?"
_BLOCK = r"(?:p|li|ul|ol|div|tr|t[dh]|d[td]|section|option|blockquote|h[1-6])"
_EDGE = r"[|→•][|→• \t]{0,40}"

RULES = (
    # The beginning of a line
    _rule(rf"{_LINE}[-*_=|:][-*_=|: \t]{{0,200}}", rf"{_LINE}[-*_=|:][-*_=|: \t]{{2,200}}(?=\n|\Z)", _drop),
    _rule(rf"{_LINE}#{{1,6}}", rf"{_LINE}#{{1,6}}(?=[ \t\n]|\Z)", lambda out, _: out.begin()),
    _rule(rf"{_LINE}{_BULLET}", rf"{_LINE}{_BULLET}(?=[ \t])", lambda out, _: out.begin()),
    _rule(rf"{_LINE}\d{{1,3}}[.)]?", rf"{_LINE}(\d{{1,3}})[.)](?=[ \t])", lambda out, one: _number(out, one[1])),
    _rule(_LINE, r"(?<=\n)[ \t]{0,20}(?:>[ \t]?){1,5}(?![\d>=])", _drop),
    _rule(
        rf"{_LINE}\[{_LABEL}(?:\](?::(?:[ \t][^\n]{{0,1000}})?)?)?",
        rf"{_LINE}\[{_LABEL}\]:[ \t][^\n]{{0,1000}}",
        _drop,
    ),
    _rule(r"(?<=[-*+] )\[(?:[ xX]\]?)?", r"(?<=[-*+] )\[[ xX]\](?=\s)", _drop),
    _rule(citations.BEGUN, citations.WHOLE, lambda out, _: out.leave_out()),
    # Emphasis and code: dropped, but not where they are part of a word or a number
    _rule(r"\*{1,10}", rf"{_FACTOR}\*{{1,2}}(?=[\d(])", lambda out, one: out.say(one[0])),
    _rule(NEVER, r"(?<=\s)\*(?=[\s\d.,;:!?)]|\Z)", lambda out, _: out.say("*")),
    _rule(NEVER, r"\*{1,10}", _drop),
    _rule(r"_{1,10}", r"(?<=[^\W_])_(?=[^\W_])", lambda out, _: out.say("_")),
    _rule(NEVER, r"_{1,10}", _drop),
    _rule(r"~{1,10}", r"~{2,10}", _drop),
    _rule(r"#{1,10}", r"(?<=[^\W_])#{1,10}", lambda out, one: out.say(one[0])),
    _rule(NEVER, r"#{2,10}", _drop),
    _rule(NEVER, "`", _drop),
    # Links and addresses: their text, or the host
    _rule(r"(?<=\s)!", r"(?<=\s)!(?=\[)", _drop),
    _rule(
        rf"\](?:\({_TARGET}(?:\({_TARGET}(?:\){_TARGET})?)?(?:\s{{1,3}}(?:\"[^\"\n]{{0,200}}\"?)?)?)?",
        rf"\]\({_TARGET}(?:\({_TARGET}\){_TARGET})?(?:\s{{1,3}}\"[^\"\n]{{0,200}}\")?(?:\)|\Z)",
        _drop,
    ),
    _rule(r"\]\[[^\[\]\n]{0,40}", r"\]\[[^\[\]\n]{0,40}\]", _drop),
    _rule(NEVER, r"[\[\]]", _drop),
    _rule(
        rf"{_START}(?:h|ht|htt|https?:?|https?:/|w|ww|www|(?:https?://|www\.){_ADDRESS}{{0,2000}}[.,;:!?]{{0,9}})",
        rf"{_START}(?:https?://(?:www\.)?|www\.){_HOST}{_ADDRESS}{{0,2000}}",
        lambda out, one: out.say(one["host"]),
    ),
    _rule(NEVER, rf"{_START}https?://", _drop),
    # Tags, and signs that XML gives a meaning
    _rule(rf"</?(?:{_TAG})?", rf"</{_BLOCK}\s{{0,3}}>", lambda out, _: _end_block(out)),
    _rule(NEVER, rf"<(?:br|{_BLOCK})(?:\s[^<>]{{0,300}})?/?>", lambda out, _: out.space()),
    _rule(NEVER, r"(?<=[^\W_])<sup>(?=[-+]?\d)", lambda out, _: out.say("^")),
    _rule(NEVER, rf"</?{_TAG}>", _drop),
    _rule(r"[-=]{1,2}", r"-{1,2}>|=>", lambda out, _: out.column()),
    _rule(r"[<>][ \t]?[$€£¥₹+-]?", r"[<>]=", lambda out, one: out.sign(one[0])),
    _rule(NEVER, r"[<>](?=[ \t]?[$€£¥₹+-]?\d)|(?<=[^\W_])[<>](?=[^\W_])", lambda out, one: out.sign(one[0])),
    _rule(NEVER, "[<>]", _drop),
    _rule(
        r"&(?:#?\w{0,10})?",
        r"&(?:#\d{1,6}|#x[\da-fA-F]{1,6}|[a-zA-Z]{2,10});",
        lambda out, one: out.spell(unescape(one[0])),
    ),
    _rule(NEVER, "&", lambda out, one: out.sign(one[0])),
    _rule(r"\\", r"\\([!-/:-@\[-`{-~])", lambda out, one: out.spell(one[1])),
    _rule(NEVER, r"\\", _drop),
    # Tables, emoji and white space; and words
    _rule(_EDGE, rf"{_EDGE}(?=\n|\Z)", lambda out, _: out.mark()),
    _rule(NEVER, _EDGE, lambda out, _: out.column()),
    _rule(NEVER, _INVISIBLE, lambda _, __: None),
    _rule(NEVER, rf"{_EMOJI}|{REMOVED}", lambda out, _: out.leave_out()),
    _rule(NEVER, r"\n", lambda out, _: out.end_line()),
    _rule(NEVER, r"[ \t\r\f\v]", lambda out, _: out.space()),
    _rule(NEVER, r"(?s:[^\W_]+|.)", lambda out, one: out.say(one[0])),
)


class Speakable:
    """Filters one text. `say_as` gives whole words a spoken form, `ssml` names the tags that the voice accepts."""

    def __init__(
        self, say_as: Mapping[str, str] | None = None, ssml: frozenset[str] = frozenset(), language: str = "en-US"
    ) -> None:
        own = _elements(ssml) if ssml else ()
        spoken = {written: spoken_whole(spoken, ssml, language) for written, spoken in (say_as or {}).items()}
        self._rules = (*(_words(spoken) if spoken else ()), *own, *RULES)
        self._begun = re.compile("(?:" + "|".join(rule.begun for rule in self._rules) + r")\Z")
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
        for rule in self._rules:
            if found := rule.whole.match(self._text, self._at):
                rule.act(self._out, found)
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


def _number(out: SpokenText, number: str) -> None:
    """Say an item's number: it may be the whole answer, and the caller may choose by it."""
    out.begin()
    out.say(f"{number}.")


def _end_block(out: SpokenText) -> None:
    out.stop()
    out.space()


@lru_cache
def _elements(tags: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rule that keeps an SSML element: whole and well-formed, or else its words without its tags."""
    names = "|".join(sorted(tags))
    words = r"[^<>&*_`~|\n]{0,80}"
    return (
        _rule(
            rf"<(?:{names})(?:\s[^<>]{{0,300}})?(?<!/)>{words}(?:<(?:/[\w:-]{{0,20}})?)?",
            rf'<(?P<tag>{names})(?:\s+[\w:-]+="[^"<>&]{{0,200}}")*\s*(?:/>|>{words}</(?P=tag)>)',
            lambda out, one: out.say(one[0]),
        ),
    )


def _words(spoken: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return the rule for words that have a spoken form; the longest that is there counts."""
    begun = {word[:end] for word in spoken for end in range(1, len(word) + _open(word))}
    whole = (_edged(word) + (_STOP if _open(word) else "") for word in sorted(spoken, key=len, reverse=True))
    return (_rule("|".join(map(_edged, sorted(begun))), "|".join(whole), lambda out, one: out.say(spoken[one[0]])),)


def _edged(word: str) -> str:
    return (_START if word[0].isalnum() else "") + re.escape(word)


def _open(word: str) -> bool:
    """Return whether a word may go on after its last character."""
    return word[-1].isalnum()
