"""What stands in a log: its events, and what an entry is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from functions.relay.log.keys import Key
from functions.relay.log.memory import Value
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Problem, Prompt, Setup, Unknown
from functions.relay.wire.model import FailureKind, Message, Usage


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A session begins, or its log begins anew: all that the rest of the log builds on.

    `greeting` is the agent's first line, spoken by Twilio or, in a resumed session, by us; `remembered` is what
    was said before, `reports` whether the line has told what it plays, `language` the one spoken ("": the agent's
    first), `memory` what tools have noted.
    """

    agent: str
    call: str
    caller: str
    called: str
    greeting: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    remembered: tuple[Message, ...] = ()
    reports: bool = False
    language: str = ""
    memory: tuple[tuple[str, Value], ...] = ()
    facts: tuple[tuple[str, Value], ...] = ()
    """What the agent looked up while the phone rang."""

    outbound: bool = False
    """Whether we have called them."""

    tokens: int = 0
    """Tokens of models that the call has used before."""

    began: int = 0
    """When the call's first session began, in the gateway's milliseconds since 1970; 0 where that is unknown."""


@dataclass(frozen=True, slots=True)
class AgentSaid:
    """Words that reached the line, between one question to the model and the next.

    `after` is the key of the newest interrupt that stood in the log when the answer's first words left: it cut off
    older ones.
    """

    text: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """A tool was started; `arguments` is a JSON object as text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """A tool ended; `text` is what the model is told, `memory` what it noted for the rest of the call."""

    id: str
    text: str
    failed: bool = False
    memory: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageSwitched:
    """From here on the call is in this language."""

    language: str


@dataclass(frozen=True, slots=True)
class DigitsRequested:
    """The caller is asked to key in digits for a tool; `arguments` are the model's, a JSON object as text."""

    tool: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Digit:
    """In the log of a session's digits: a key pressed for a tool that asked for it. It expires within minutes."""

    key: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key that the agent gives a meaning: words as if they had been spoken, or an act."""

    digit: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class DigitsEntered:
    """The caller has keyed in what a tool asked for at a key, or not within the time.

    `digits` are given where they may be known.
    """

    tool: str
    arguments: str
    asked: Key
    whole: bool = True
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nobody has said anything for a while, for the so-manyeth time on end."""

    times: int


@dataclass(frozen=True, slots=True)
class LastMinute:
    """The call will have lasted as long as the agent allows in a minute."""


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The call has lasted as long as the agent allows."""


@dataclass(frozen=True, slots=True)
class NoiseEnded:
    """After an interrupt: the caller cut the agent off, and no words came. The agent has the floor again."""


Cause = KeyPressed | DigitsEntered | Silent | LastMinute | TimeUp | NoiseEnded
"""What makes the agent speak beside a prompt."""


Ending = Literal["complete", "superseded", "failed", "late", "gone", "handed off", "goodbye"]


@dataclass(frozen=True, slots=True)
class AnswerEnded:
    """An answer ended; the times are milliseconds from the start of the work to the first words on the line."""

    how: Ending
    first_words_ms: int = 0
    model_ms: int = 0
    usage: Usage = Usage()
    model: str = ""
    """The model that answered last, such as `openai:gpt-6-luna`; empty where none was asked."""


@dataclass(frozen=True, slots=True)
class ModelOutage:
    """A model failed before it had begun, or did not begin in time; it stands in a log of its own, of no call."""

    model: str
    kind: FailureKind


@dataclass(frozen=True, slots=True)
class EndClaimed:
    """The agent's part is over: who put this, and nobody else, sends the message that ends the session.

    `by` is the key of the prompt, or of the one who took it over, as text; `how` and `handoff` are what the session
    ends with; `playing` is about how many seconds of words were still to be played.
    """

    by: str
    how: Ending
    handoff: str | None = None
    playing: float = 0.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Under a prompt: whoever answers it is still at work."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Under a prompt: whoever answered it is gone, and somebody else has taken the answer over."""


@dataclass(frozen=True, slots=True)
class SessionRefused:
    """The session brought no ticket of its call that was still unused."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The handshake was Twilio's."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The socket ended, with a WebSocket close code."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """In a call's log: a webhook answered with a session for this agent.

    It begins in `language` ("": the agent's first), with `greeting`, None for the agent's own.
    """

    agent: str
    caller: str
    called: str
    parameters: tuple[tuple[str, str], ...] = ()
    language: str = ""
    greeting: str | None = None
    facts: tuple[tuple[str, Value], ...] = ()
    """What the agent looked up while the phone rang."""

    outbound: bool = False
    """Whether we have called them."""

    ticket: str = ""
    """The one-time value that the session must bring; without one, no session takes the call."""

    at: int = 0
    """When the webhook answered, in the gateway's milliseconds."""

    follows: str = ""
    """The id of the session or the hand-off after which this session begins; empty for the call's first."""


@dataclass(frozen=True, slots=True)
class SessionJoined:
    """In a call's log, at the key of a ticket: the session on this connection used it, and took the call up."""

    connection: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """In a call's log: Twilio's action callback said how a session ended."""

    session: str
    status: str
    error: str = ""
    call_over: bool = False
    """Whether the call had ended with it."""


@dataclass(frozen=True, slots=True)
class HandedOff:
    """In a call's log, under the prompt: a tool wants the caller to be passed on, once its session ends with this id.

    `rings` are seconds; `nobody` is what the caller hears if nobody answers, in the call's `language`; `ends` says
    that the call then ends.
    """

    id: str
    reason: str
    to: str
    brief: str = ""
    rings: int = 30
    nobody: str = ""
    ends: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class PassedToAgent:
    """In a call's log, under the prompt: another agent is to take the call, once its session ends with this id.

    It begins with `greeting`, None for its own, in the call's `language` if it speaks that.
    """

    id: str
    agent: str
    greeting: str | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Unreached:
    """In a call's log, under a HandedOff: nobody took the call; `why` in the words of Twilio."""

    why: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """In a call's log: how a recording of the call goes, in the words of Twilio; `recording` is its SID."""

    recording: str
    status: str
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Screened:
    """In a call's log: who or what answered a call of ours, in the words of Twilio's AnsweredBy."""

    answered_by: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """In a call's log: a status callback of Twilio; `number` orders them, since they come in any order."""

    number: int
    status: str
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """In the log of a number that we call: an attempt, noted before it is made; `request` is who asked for it."""

    agent: str
    request: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """In the log of a number that we call, under an attempt: Twilio declined it, so nobody's phone rang."""


@dataclass(frozen=True, slots=True)
class OptedOut:
    """In the log of a number: whoever answers there does not want to be called; `call` is where they said so."""

    call: str = ""


Event = (
    Setup | Prompt | Partial | Interrupt | Dtmf | Info | Problem | Unknown
    | SessionOpened | SessionRefused | Connected | Closed
    | AgentSaid | ToolCalled | ToolReturned | AnswerEnded | EndClaimed | Heartbeat | TakenOver
    | LanguageSwitched | DigitsRequested | Digit | KeyPressed | DigitsEntered
    | Silent | LastMinute | TimeUp | NoiseEnded
    | Announced | SessionJoined | SessionEnded | HandedOff | PassedToAgent | Unreached | Recorded
    | Screened | Progressed | Placed | Withdrawn | OptedOut
    | ModelOutage
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One event at its place in a log."""

    key: Key
    event: Event


LASTING: tuple[type[Event], ...] = (OptedOut,)
"""What does not expire: whoever asked not to be called has asked for good."""

FLEETING: tuple[type[Event], ...] = (Digit, ModelOutage)
"""What expires within minutes."""


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries in the order of their keys, each key once."""
    first: dict[Key, Entry] = {}
    for entry in entries:
        first.setdefault(entry.key, entry)
    return tuple(first[key] for key in sorted(first))
