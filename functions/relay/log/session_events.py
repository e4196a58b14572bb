"""Defines the events that a session's socket and its reminders write: its opening, its end, and causes of turns.

Twilio's own messages are logged as they came: see `relay/wire/messages.py`.
"""

from functions.relay.dataclass import dataclass
from functions.relay.log.earlier import EarlierCall
from functions.relay.log.keys import Key
from functions.relay.log.memory import Value
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Problem, Prompt, Setup, Unknown
from functions.relay.wire.model import Message


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A session begins, or a snapshot of a long log. Nothing before this entry is needed to fold the log."""

    agent: str
    call: str
    caller: str
    called: str
    greeting: str = ""
    """The agent's first sentence. Twilio speaks it; in a resumed session, we send it."""

    parameters: tuple[tuple[str, str], ...] = ()
    remembered: tuple[Message, ...] = ()
    """What was said before this entry."""

    reports: bool = False
    """Whether the line has already reported what it plays."""

    preemptible: bool = False
    """Whether a newer answer cuts off words that still play."""

    language: str = ""
    """The language that is spoken; empty for the agent's first."""

    memory: tuple[tuple[str, Value], ...] = ()
    """What tools have stored before this entry."""

    facts: tuple[tuple[str, Value], ...] = ()
    """What the agent looked up while the phone rang."""

    outbound: bool = False
    """Whether we placed the call."""

    stir_verstat: str = ""
    """What the caller's carrier vouches for, in the words of Twilio's StirVerstat."""

    forwarded_from: str = ""
    """The number from which the call was forwarded, as Twilio says."""

    caller_name: str = ""
    """The caller's name, if Twilio looked it up."""

    parent_call: str = ""
    """The SID of the call that began this one."""

    second: bool = False
    """Whether the session speaks with the agent's second voices."""

    tokens: int = 0
    """Tokens that models have used in the call before this entry."""

    earlier: tuple[EarlierCall, ...] = ()
    """The person's last calls, if the agent remembers them, the newest first."""

    began: int = 0
    """When the call's first session began, in the gateway's milliseconds since 1970; 0 if it is not known."""

    mark: str = ""
    """The keyed hash of the person's number or address, as the webhook announced it; empty if it is not known."""

    version: str = ""
    """The version of the agent that answers: a hash of its file. It says with which code a call was made."""

    prompt: str = ""
    """The log that holds the agent's prompt as it was when the session began; empty if it is not known."""


@dataclass(frozen=True, slots=True)
class SessionRefused:
    """The session did not bring an unused ticket of its call."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The handshake carried Twilio's signature."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The socket closed, with a WebSocket close code."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Digit:
    """A key that the caller pressed for a tool that asked for digits. It is only in the private log."""

    key: str


@dataclass(frozen=True, slots=True)
class EarlyKey:
    """A key that the caller pressed before a tool asked for digits. It is only in the private log."""

    key: str


@dataclass(frozen=True, slots=True)
class WordsKept:
    """A prompt that holds private words, or may. It is in the private log, at the prompt's key."""

    text: str
    """The prompt, with a numbered placeholder instead of each private value, and with the digits that are held."""

    values: tuple[tuple[str, str], ...] = ()
    """Each placeholder of the call so far, and its value."""

    clears: bool = True
    """Whether the session's log may have the held digits once the agent has answered."""


@dataclass(frozen=True, slots=True)
class PromptReworded:
    """Under a prompt: the text that replaces its own, now that it is known how its digits continue."""

    text: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key to which the agent gives a meaning."""

    digit: str
    meaning: str = ""
    """The words that the key means, as if the caller had spoken them; empty if the key starts an act."""

    says: str = ""
    """What the agent says at this key: the model is told if the caller did not hear it."""


@dataclass(frozen=True, slots=True)
class DigitsEntered:
    """The caller has keyed in the digits for a tool, or the time for them is over."""

    tool: str
    arguments: str
    """The model's arguments for the tool, a JSON object as text."""

    asked: Key
    """The key of the request for digits."""

    whole: bool = True
    """Whether any digits came. If fewer came than asked for, the tool gets these."""

    digits: str = ""
    """The digits; empty if they are private."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Both sides were silent for too long."""

    times: int
    """Which silence in a row this is, from 1."""


@dataclass(frozen=True, slots=True)
class LastMinute:
    """One minute is left of the time that the agent allows for a call."""


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The call must end: it has lasted as long as the agent allows, or has reached a limit."""

    limit: str = ""
    """The limit that ends the call, such as `tokens`; empty if its time is up."""


@dataclass(frozen=True, slots=True)
class NoiseEnded:
    """A sound interrupted the agent, and no words came with it. The agent has the floor again."""


@dataclass(frozen=True, slots=True)
class MachineAnswered:
    """Twilio heard a machine on a call that we placed, while the agent talked. The session ends without a word."""

    answered_by: str
    """In the words of Twilio's AnsweredBy."""


Cause = KeyPressed | DigitsEntered | Silent | LastMinute | TimeUp | NoiseEnded | MachineAnswered
"""What can begin a turn besides a prompt."""

FromTwilio = Setup | Prompt | Partial | Interrupt | Dtmf | Info | Problem | Unknown
"""The messages of a session's socket."""

SessionEvent = (
    FromTwilio | SessionOpened | SessionRefused | Connected | Closed | Digit | EarlyKey | WordsKept | PromptReworded
    | Cause
)  # fmt: skip
