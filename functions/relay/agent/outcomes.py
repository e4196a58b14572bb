"""What a tool may return beside words for the model: what the caller is to hear, or who takes the call from here.

Whatever is spoken takes `answer`, words for the model, which then goes on; without them the turn ends there.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from functions.relay.agent.phrases import Phrases, Spoken, spoken_in
from functions.relay.log.events import HandedOff, PassedToAgent
from functions.relay.ports import OperatorError
from functions.relay.wire.messages import well_formed

MOST_LOOPS = 1000

LONGEST_BRIEF = 500
"""Characters of a text that goes with a hand-off: said in half a minute."""

TARGET = re.compile(
    r"\+[1-9]\d{5,14}|sip:[^\s<>@]{1,100}@[^\s<>@]{1,150}|client:[\w.@+-]{1,121}|workflow:WW[0-9a-fA-F]{32}", re.ASCII
)

TARGETS = "a number such as +12125550142, sip:name@host, client:name or workflow:WW… by its SID"

_TONES = re.compile(r"[0-9w#*]+")


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence spoken as it stands; one that is not `interruptible` is spoken whole, whatever the caller does."""

    text: str
    interruptible: bool = True
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """An audio file at a URL, played so many times; 0 means as often as Twilio can. Raises ValueError.

    Source: Twilio, "ConversationRelay WebSocket messages", `play`.
    """

    source: str
    loop: int = 1
    interruptible: bool = True
    answer: str = ""

    def __post_init__(self) -> None:
        address = urlsplit(self.source)
        if address.scheme not in ("http", "https") or not address.netloc:
            raise ValueError(f"Play.source is {self.source!r}; give a URL that begins with https://.")
        if not 0 <= self.loop <= MOST_LOOPS:
            raise ValueError(f"Play.loop is {self.loop}; give a number from 0 to {MOST_LOOPS}.")


@dataclass(frozen=True, slots=True)
class SendDigits:
    """Tones sent to the other end: digits, `#`, `*`, and `w` for half a second of silence. Raises ValueError."""

    digits: str
    answer: str = ""

    def __post_init__(self) -> None:
        if not _TONES.fullmatch(self.digits):
            raise ValueError("SendDigits.digits takes only 0-9 w # *, one at least.")


@dataclass(frozen=True, slots=True)
class Speak:
    """From here on the call is in another of the agent's languages; without an answer its greeting follows."""

    language: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class EndCall:
    """Say goodbye and hang up.

    `saying` is spoken if the agent said nothing, None means a goodbye in the language of the call.
    """

    reason: str = ""
    saying: Spoken | None = None


class UnreachableError(OperatorError, ValueError):
    """A hand-off that leads nowhere; its text holds no word of the call, and is told to the model."""


@dataclass(frozen=True, slots=True)
class HandOff:
    """The agent's part is over, somebody else takes the call. Raises UnreachableError.

    `to` is an E.164 number, a `sip:` address, a `client:` name or a TaskRouter `workflow:` by its SID; `saying` is
    spoken if the agent said nothing, None means a sentence in the language of the call. `brief` is for whoever takes
    the call: it is whispered to a number or an address before the caller is put through, and stands in a client's
    parameters and in a task's attributes. It rings for `rings` seconds. If nobody answers, the agent takes the call
    up again and begins with `nobody`, None means a phrase; an `EndCall` there is said instead, and ends the call.
    """

    reason: str
    to: str
    saying: Spoken | None = None
    brief: str = ""
    rings: int = 30
    nobody: Spoken | EndCall | None = None
    minutes: int = 120
    """Minutes after which Twilio ends the talk of the two; not in a workflow. Default: two hours."""

    def __post_init__(self) -> None:
        if not TARGET.fullmatch(self.to):
            raise UnreachableError(f"The caller cannot be put through: HandOff.to must be {TARGETS}.")
        for name, least, most in (("rings", 5, 600), ("minutes", 1, 1440)):
            if not least <= (given := getattr(self, name)) <= most:
                fault = f"HandOff.{name} is {given}, not {least} to {most}."
                raise UnreachableError(f"The caller cannot be put through: {fault}")

    def noted(self, id: str, language: str, phrases: Phrases) -> HandedOff:
        """Return what is kept of it in the call's log under an id, in the language of the call and its phrases."""
        match self.nobody:
            case EndCall(_, saying):
                ends, nobody = True, phrases.goodbye if saying is None else spoken_in(saying, language)
            case sentence:
                ends, nobody = False, spoken_in(sentence or "", language) or phrases.nobody
        reason, brief, nobody = (_printable(text)[:LONGEST_BRIEF] for text in (self.reason, self.brief, nobody))
        return HandedOff(id, reason, self.to, brief, self.rings, nobody, ends, language, self.minutes)


@dataclass(frozen=True, slots=True)
class PassTo:
    """Another agent of this deployment takes the call, with all that was said and noted, in its own voice.

    `agent` is its name in AGENTS. `saying` is spoken before, if the model said nothing; `greeting` is what the other
    one begins with, None for its own.
    """

    agent: str
    saying: Spoken | None = None
    greeting: str | None = None

    def noted(self, id: str, language: str, _: Phrases) -> PassedToAgent:
        """Return what is kept of it in the call's log under an id, in the language of the call."""
        return PassedToAgent(id, self.agent, self.greeting, language)


Utterance = Say | Play | SendDigits | Speak


def _printable(text: str) -> str:
    """Return a text as XML can hold it: without control characters."""
    return "".join(one if one.isprintable() else " " for one in well_formed(text)).strip()
