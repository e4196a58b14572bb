"""What a tool may return beside words for the model: what the caller is to hear, or who takes the call from here.

Whatever is spoken takes `answer`, words for the model, which then goes on; without them the turn ends there.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from functions.relay.phrases import Spoken

MOST_LOOPS = 1000

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
class PassTo:
    """Another agent of this deployment takes the call, with all that was said and noted, in its own voice.

    `agent` is its name in AGENTS. `saying` is spoken before, if the model said nothing; `greeting` is what the other
    one begins with, None for its own.
    """

    agent: str
    saying: Spoken | None = None
    greeting: str | None = None


Utterance = Say | Play | SendDigits | Speak
