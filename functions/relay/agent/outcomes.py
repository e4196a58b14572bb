"""Defines what a tool may return besides words for the model: what the caller hears, or who takes the call.

All that the caller hears can have an `answer`: words for the model, which then continues. Without it, the turn ends.
"""

import re
from urllib.parse import urlsplit

from functions.relay.agent.phrases import Phrases, Spoken, spoken_in
from functions.relay.dataclass import dataclass
from functions.relay.log.events import HandedOff, PassedToAgent
from functions.relay.ports import OperatorError
from functions.relay.wire.messages import well_formed

MOST_LOOPS = 1000

LONGEST_BRIEF = 500
"""Most characters of a text in a hand-off. To say them takes half a minute."""

_NUMBER = r"\+(?!1900|808|87[08]|88[1-3]|979)[1-9]\d{5,14}"
"""A number in E.164 that is in a country and not on the premium-rate code of North America.

Sources: ITU-T E.164, "List of country codes", for 808 (shared cost), 870 and 881 (satellites), 878 (personal
numbers), 882 and 883 (networks without a country) and 979 (premium rate); NANPA, "900 NPA".
"""

_SIP = r"sip:[\w.!~*'+%-]{1,100}@[\w.-]{1,150}(?::\d{1,5})?(?:;[\w-]{1,20}=[\w.-]{1,40}){0,5}"
"""A SIP address: its parameters, such as `;transport=tls`, are allowed, headers after `?` are not.

A model may choose the target, and headers could tell the other end what the author did not write.
"""

TARGET = re.compile(rf"{_NUMBER}|{_SIP}|client:[\w.@+-]{{1,121}}|workflow:WW[0-9a-fA-F]{{32}}", re.ASCII)

TARGETS = (
    "a number such as +12125550142 that is neither premium rate nor satellite, sip:name@host without headers, "
    "client:name or workflow:WW… by its SID"
)

_TONES = re.compile(r"[0-9w#*]+")


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence that is spoken as it is written."""

    text: str
    """The sentence, such as `"This call is recorded."`."""

    interruptible: bool = True
    """With False, the caller cannot interrupt it. Default: True."""

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
    """How often it is played, 0 to 1000; 0 means as often as Twilio can. Default: 1."""

    interruptible: bool = True
    """With False, the caller cannot interrupt it. Default: True."""

    answer: str = ""
    """What the model is told, such as `"They have heard the jingle."`; it then continues. Default: empty, the
    turn ends."""

    def __post_init__(self) -> None:
        address = urlsplit(self.source)
        if address.scheme not in ("http", "https") or not address.netloc:
            raise ValueError(f"Play.source is {self.source!r}; give a URL that begins with https://.")
        if not 0 <= self.loop <= MOST_LOOPS:
            raise ValueError(f"Play.loop is {self.loop}; give a number from 0 to {MOST_LOOPS}.")


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


class UnreachableError(OperatorError, ValueError):
    """A hand-off without a valid target. The model is told `str(error)`, which holds no word of the call."""


@dataclass(frozen=True, slots=True)
class HandOff:
    """End the agent's part, and give the call to a person. Raises UnreachableError."""

    reason: str
    """Why, for the call's log and for the person, such as `"asked for a person"`."""

    to: str
    """A number in E.164, a `sip:` address, a `client:` name or a TaskRouter `workflow:` by its SID, such as
    `"+15550100"`."""

    saying: Spoken | None = None
    """What is spoken if the agent said nothing in this turn, such as `"I'll get Anna."`; empty for nothing. Default:
    None, which is `Phrases.through`."""

    brief: str = ""
    """What the person is told, at most 500 characters, such as `"An invoice is wrong."`: whispered to a number or an
    address before the caller is put through, in a client's parameters, in a task's attributes. Default: nothing."""

    rings: int = 30
    """How many seconds it rings, 5 to 600. Default: 30."""

    nobody: Spoken | EndCall | None = None
    """What the agent says first when it takes the call back because no person answered, such as `"Anna is out."`.
    An `EndCall` ends the call instead. Default: None, which is `Phrases.nobody`."""

    minutes: int = 120
    """Minutes after which Twilio ends the talk with the person, 1 to 1440; not in a workflow. Default: 120."""

    def __post_init__(self) -> None:
        if not TARGET.fullmatch(self.to):
            raise UnreachableError(f"The caller cannot be put through: HandOff.to must be {TARGETS}.")
        for name, least, most in (("rings", 5, 600), ("minutes", 1, 1440)):
            if not least <= (given := getattr(self, name)) <= most:
                fault = f"HandOff.{name} is {given}, not {least} to {most}."
                raise UnreachableError(f"The caller cannot be put through: {fault}")

    def as_event(self, id: str, language: str, phrases: Phrases) -> HandedOff:
        """Return the event for the call's log, with this id. `phrases` are those of the call's `language`."""
        match self.nobody:
            case EndCall(_, saying):
                ends, nobody = True, phrases.goodbye if saying is None else spoken_in(saying, language)
            case sentence:
                ends, nobody = False, spoken_in(sentence or "", language) or phrases.nobody
        reason, brief, nobody = (_printable(text)[:LONGEST_BRIEF] for text in (self.reason, self.brief, nobody))
        return HandedOff(id, reason, self.to, brief, self.rings, nobody, ends, language, self.minutes)


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


def _printable(text: str) -> str:
    """Return the text without control characters, which XML cannot hold."""
    return "".join(one if one.isprintable() else " " for one in well_formed(text)).strip()
