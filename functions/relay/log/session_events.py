"""Events that a session's socket and its reminders write: how the session opens and ends, and what the agent answers.

What Twilio sends is logged as it came: see `relay/wire/messages.py`.
"""

from dataclasses import dataclass

from functions.relay.log.keys import Key
from functions.relay.log.memory import Value
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Problem, Prompt, Setup, Unknown
from functions.relay.wire.model import Message


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A session begins, or its log begins anew. The rest of the log builds on this entry alone."""

    agent: str
    call: str
    caller: str
    called: str
    greeting: str = ""
    """The agent's first line. Twilio speaks it; in a resumed session, we do."""

    parameters: tuple[tuple[str, str], ...] = ()
    remembered: tuple[Message, ...] = ()
    """What was said before this entry."""

    reports: bool = False
    """Whether the line has reported yet what it plays."""

    language: str = ""
    """The language that is spoken; empty for the agent's first."""

    memory: tuple[tuple[str, Value], ...] = ()
    """What tools have noted."""

    facts: tuple[tuple[str, Value], ...] = ()
    """What the agent looked up while the phone rang."""

    outbound: bool = False
    """Whether we placed the call."""

    tokens: int = 0
    """Tokens of models that the call had used before this entry."""

    began: int = 0
    """When the call's first session began, in the gateway's milliseconds since 1970; 0 where that is unknown."""


@dataclass(frozen=True, slots=True)
class SessionRefused:
    """The session brought no unused ticket of its call."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The handshake carried Twilio's signature."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The socket ended, with a WebSocket close code."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Digit:
    """A key pressed for a tool that asked for it. It stands in the private log, never in the session's."""

    key: str


@dataclass(frozen=True, slots=True)
class EarlyKey:
    """A key pressed while no tool had asked for digits, though one may. It stands in the private log as well."""

    key: str


@dataclass(frozen=True, slots=True)
class WordsKept:
    """A prompt that holds something private, or may. It stands in the private log, at the prompt's key."""

    text: str
    """The prompt with a numbered mark in the place of each private value, and with the digits that are held."""

    values: tuple[tuple[str, str], ...] = ()
    """Each mark of the call so far, and its value."""

    clears: bool = True
    """Whether the digits that are held may stand in the log once the agent has answered."""


@dataclass(frozen=True, slots=True)
class PromptReworded:
    """Under a prompt: its text from now on, since it is known how its digits go on."""

    text: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key that the agent gives a meaning."""

    digit: str
    meaning: str = ""
    """The words that the key stands for, as if the caller had spoken them; empty for an act."""


@dataclass(frozen=True, slots=True)
class DigitsEntered:
    """The caller has keyed in what a tool asked for, or the time for it is over."""

    tool: str
    arguments: str
    """Those of the model, a JSON object as text."""

    asked: Key
    """The key of the question."""

    whole: bool = True
    """Whether digits came. Of a number of digits that is not complete, a tool gets those that came."""

    digits: str = ""
    """The digits; empty where they are private."""


@dataclass(frozen=True, slots=True)
class Silent:
    """There was a silence, the n-th in a row (from 1)."""

    times: int


@dataclass(frozen=True, slots=True)
class LastMinute:
    """One minute is left of the time that the agent allows for a call."""


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The call has lasted as long as the agent allows."""


@dataclass(frozen=True, slots=True)
class NoiseEnded:
    """After an interrupt: the caller cut the agent off, and no words came. The agent has the floor again."""


Cause = KeyPressed | DigitsEntered | Silent | LastMinute | TimeUp | NoiseEnded
"""What the agent answers when it is not a prompt."""

FromTwilio = Setup | Prompt | Partial | Interrupt | Dtmf | Info | Problem | Unknown
"""The messages of a session's socket."""

SessionEvent = (
    FromTwilio | SessionOpened | SessionRefused | Connected | Closed | Digit | EarlyKey | WordsKept | PromptReworded
    | Cause
)  # fmt: skip
