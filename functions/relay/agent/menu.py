"""Defines the menu of an agent: options that a caller chooses by a word or a key, and that lead to people.

Sources: Twilio, "<Gather>", "<Dial>" and "<Record>".
"""

import re
from collections.abc import Collection, Mapping, Sequence

from functions.relay.agent.checks import (
    LONGEST_HINT,
    check_number,
    check_spoken,
    fits_twiml,
    listed,
    of_kind,
    of_languages,
    require,
)
from functions.relay.agent.hand_off import TARGET
from functions.relay.agent.phrases import Spoken
from functions.relay.agent.tools import AgentError
from functions.relay.dataclass import dataclass

KEYS = "1234567890"
"""The keys of a menu, in the order in which options without a key get them."""

MOST_ROUNDS = 5

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a menu: its name, and the person to whom it leads. Raises AgentError."""

    name: Spoken
    """What the caller says to choose it, as it fits into "For …, say …": a text, or one text for each language, such
    as `"bookings"`."""

    to: str
    """A number in E.164, a `sip:` address or a `client:` name, such as `"+15550100"`."""

    key: str = ""
    """The key that chooses it, one of 0 to 9, such as `"1"`. Default: the next key from 1 on that is free."""

    words: Sequence[str] = ()
    """Other words that choose it, in any language, such as `["table", "reservation"]`. Default: its name alone."""

    rings: int = 30
    """How many seconds the person's phone rings, 5 to 600, such as `20`. Default: 30."""

    def __post_init__(self) -> None:
        check_spoken("Option.name", self.name)
        for name in self.names:
            require("Option.name", "" if normalized(name) else f"is {name!r}; write a word, such as 'bookings'")
        fits_twiml("Option.name", self.name)
        of_kind("Option.to", self.to, str, "a number such as +15550100")
        if not TARGET.fullmatch(self.to) or self.to.startswith("workflow:"):
            raise AgentError(
                f"Option.to is {self.to!r}; write a number such as +12125550142 that is neither premium rate nor "
                "satellite, sip:name@host without headers, or client:name."
            )
        if self.key and (not isinstance(self.key, str) or self.key not in tuple(KEYS)):
            raise AgentError(f'Option.key is {self.key!r}; write one of 0 to 9, such as "1".')
        require("Option.name", _hint_fault(self.names))
        for word in listed("Option.words", self.words):
            of_kind("Option.words", word, str, "each word as a text")
            require("Option.words", "" if normalized(word) else f"has {word!r}; write a word, such as 'table'")
            fits_twiml("Option.words", word)
        require("Option.words", _hint_fault(self.words))
        check_number("Option.rings", self.rings, 5, 600, "seconds", whole=True)

    @property
    def names(self) -> tuple[str, ...]:
        """Its names in all languages."""
        return (self.name,) if isinstance(self.name, str) else tuple(self.name.values())

    @property
    def said(self) -> frozenset[str]:
        """All words that choose it, normalized."""
        return frozenset(map(normalized, (*self.names, *self.words)))


@dataclass(frozen=True, slots=True)
class Menu:
    """What a caller gets when no session can take the call: options that lead to people. Raises AgentError.

    An agent with a menu and an empty prompt answers each call with its greeting and the menu, without a model.
    """

    options: Sequence[Option]
    """One to ten options, such as `[Option("bookings", to="+15550100")]`."""

    rounds: int = 3
    """How often the menu is said to a caller who chooses nothing, 1 to 5, such as `2`. Default: 3."""

    voicemail: Spoken = ""
    """What is said before the caller can leave a message, if nothing was chosen or no person took the call, such as
    `"Please leave a message after the tone."`. Twilio keeps the recording, and the call's record names it. Default:
    nothing; the caller hears `Phrases.unavailable`, and the call ends."""

    def __post_init__(self) -> None:
        for option in listed("Menu.options", self.options):
            of_kind("Menu.options", option, Option, 'Option("bookings", to="+15550100") for each')
        check_number("Menu.rounds", self.rounds, 1, MOST_ROUNDS, "rounds", whole=True)
        check_spoken("Menu.voicemail", self.voicemail)
        fits_twiml("Menu.voicemail", self.voicemail)
        require("Menu.options", self._options_fault())

    @property
    def keyed(self) -> tuple[tuple[str, Option], ...]:
        """The options with their keys."""
        taken = {option.key for option in self.options}
        free = iter(key for key in KEYS if key not in taken)
        return tuple((option.key or next(free), option) for option in self.options)

    def _options_fault(self) -> str:
        """Return what is wrong with the options together; empty if nothing is."""
        if not self.options:
            return "is empty; add an option, or leave Agent.menu out"
        if len(self.options) > len(KEYS):
            return f"has {len(self.options)} options, and a phone has {len(KEYS)} keys; leave some out"
        clashes = (_clash(one, other) for at, other in enumerate(self.options) for one in self.options[:at])
        return next(filter(None, clashes), "")


def _hint_fault(words: Collection[str]) -> str:
    """Return what is wrong with words that the recognition is told to expect; empty if nothing is."""
    long = [word for word in words if len(word) > LONGEST_HINT]
    return f"has {long[0][:20]!r}…; Twilio takes {LONGEST_HINT} characters at most" if long else ""


def _clash(one: Option, other: Option) -> str:
    """Return what two options have in common; empty if nothing."""
    word = min(one.said & other.said, default="")
    same = f"key {one.key!r}" if one.key and one.key == other.key else f"word {word!r}" if word else ""
    return same and f"has the {same} for {one.names[0]!r} and for {other.names[0]!r}; give each its own"


def check_menu(menu: Menu | None, languages: Collection[str]) -> None:
    """Raise AgentError for a text of a menu in a language without a voice."""
    if menu is None:
        return
    for text in (menu.voicemail, *(option.name for option in menu.options)):
        of_languages("menu", text if isinstance(text, Mapping) else (), languages)


def normalized(text: str) -> str:
    """Return the words of a text in lower case, with one space between them."""
    return " ".join(_WORD.findall(text.lower()))
