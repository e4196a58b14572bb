"""Defines what a tool may return besides words for the model: what the caller hears, or who takes the call.

All that the caller hears can have an `answer`: words for the model, which then continues. Without it, the turn ends.
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from urllib.parse import urlsplit

from functions.relay.agent.phrases import Phrases, Spoken
from functions.relay.dataclass import dataclass
from functions.relay.log.events import PassedToAgent
from functions.relay.ports import OperatorError

MOST_LOOPS = 1000

MOST_TEXT_CHARACTERS = 4_096
"""Most characters of a text that a tool returns for the caller. To say them takes more than four minutes."""

URL_CHARACTERS = re.compile(r"[!-~]+")
"""The characters of a URL: ASCII without spaces. Twilio plays nothing from another one, and reports error 64107."""

_TONES = re.compile(r"[0-9w#*]+")


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence that is spoken as it is written."""

    text: str
    """The sentence, such as `"This call is recorded."`."""

    interruptible: bool = True
    """With `False`, the caller cannot interrupt it. Default: `True`."""

    preemptible: bool = False
    """With `True`, the next words cut it off if it plays when they come; if it still waits behind other words, it is
    played whole. Default: `False`, or as `Agent.preemptible` says."""

    answer: str = ""
    """What the model is told, such as `"They know the terms."`; it then continues. Default: empty, the turn ends."""


@dataclass(frozen=True, slots=True)
class Play:
    """An audio file that is played. Raises ValueError.

    Source: Twilio, "ConversationRelay WebSocket messages", `play`.
    """

    source: str
    """Its URL, such as `"https://example.com/hold.mp3"`."""

    loop: int = 1
    """How often it is played, 0 to 1000, such as `2`; 0 means as often as Twilio can. Default: 1."""

    interruptible: bool = True
    """With `False`, the caller cannot interrupt it. Default: `True`."""

    preemptible: bool = False
    """With `True`, the next words cut it off if it plays when they come. Default: `False`."""

    answer: str = ""
    """What the model is told, such as `"They have heard the jingle."`; it then continues. Default: empty, the
    turn ends."""

    def __post_init__(self) -> None:
        address = urlsplit(self.source)
        if address.scheme not in ("http", "https") or not address.netloc or not URL_CHARACTERS.fullmatch(self.source):
            raise ValueError(f"Play.source is {self.source!r}; give a URL that begins with https://.")
        if type(self.loop) is not int or not 0 <= self.loop <= MOST_LOOPS:
            raise ValueError(f"Play.loop is {self.loop!r}; give a whole number, 0 to {MOST_LOOPS}.")
        if self.preemptible and not self.loop:
            cure = "give a number of times: nothing cuts it off while it waits behind other words"
            raise ValueError(f"Play.loop is 0, but Play.preemptible is True; {cure}.")


@dataclass(frozen=True, slots=True)
class SendDigits:
    """Tones that are sent to the other end. Raises ValueError."""

    digits: str
    """Digits, `#`, `*`, and `w` for half a second of silence, such as `"ww1234#"`."""

    answer: str = ""
    """What the model is told, such as `"The code is sent."`; it then continues. Default: empty, the turn ends."""

    def __post_init__(self) -> None:
        if not _TONES.fullmatch(self.digits):
            raise ValueError("SendDigits.digits takes only 0-9 w # *, at least one of them.")


@dataclass(frozen=True, slots=True)
class Speak:
    """Continue the call in another language of the agent."""

    language: str
    """One of `Agent.voices`, such as `"es-ES"`."""

    answer: str = ""
    """What the model is told, such as `"Answer in Spanish."`; it then continues. Default: empty, the greeting
    follows."""


@dataclass(frozen=True, slots=True)
class EndCall:
    """Say goodbye and hang up."""

    reason: str = ""
    """Why, for the call's log, such as `"confirmed"`. Default: empty."""

    saying: Spoken | None = None
    """What is spoken if the agent said nothing in this turn, such as `"Thank you. Goodbye!"`; empty for nothing.
    Default: None, which is `Phrases.goodbye`."""


@dataclass(frozen=True, slots=True)
class PassTo:
    """Give the call to another agent of this deployment, with the history and the memory. It has its own voice."""

    agent: str
    """The name of its file or folder in functions/agents, such as `"billing"`."""

    saying: Spoken | None = None
    """What is spoken first, if the agent said nothing in this turn, such as `"One moment."`; empty for nothing.
    Default: None, which is `Phrases.through`."""

    greeting: str | None = None
    """The other agent's first words, such as `"Billing, hello again."`. Default: None, its own greeting."""

    def as_event(self, id: str, language: str, _: Phrases) -> PassedToAgent:
        """Return the event for the call's log, with this id and the call's `language`."""
        return PassedToAgent(id, self.agent, self.greeting, language)


Utterance = Say | Play | SendDigits | Speak


@dataclass(frozen=True, slots=True)
class Written:
    """A text of the agent's author that is spoken as if the model had written it: made speakable, and guarded."""

    text: str
    """What is spoken, such as `"We open at nine."`."""


class TooLongError(OperatorError, ValueError):
    """A text that a tool returned is too long for the caller, and for an item of the table."""


def check_lengths(outcome: Utterance | EndCall | PassTo) -> None:
    """Raise TooLongError for a text of the outcome with more characters than `MOST_TEXT_CHARACTERS`."""
    for name in (field.name for field in fields(outcome)):
        value = getattr(outcome, name)
        for text in value.values() if isinstance(value, Mapping) else (value,):
            if isinstance(text, str) and len(text) > MOST_TEXT_CHARACTERS:
                what = f"{type(outcome).__name__}.{name} has {len(text)} characters"
                raise TooLongError(f"{what}; {MOST_TEXT_CHARACTERS} at most, return the rest as words for the model")
