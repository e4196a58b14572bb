"""What stands in a log: its events, the keys that order them, and their form as JSON.

A frame from Twilio stands under the gateway's own timestamp and message id. What the agent does stands under the
prompt that it answers, so that no two clocks are ever compared.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, Self

from functions.relay.memory import Value
from functions.relay.messages import Dtmf, Info, Interrupt, Partial, Problem, Prompt, Setup, Unknown, sound
from functions.relay.model import AgentSaid, CallerSaid, Line, ToolAnswer, ToolAsk, ToolsAnswered, Usage

FRAME = 1
"""The place of a frame under its own key; 0 stands just before it, what is done under it just after."""

TAKEN = 1000
"""The place under a prompt of the first one to take its answer over; the next stands as far after it."""

AFTER = 9999
"""The last place under a frame."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Where an entry stands: the gateway's milliseconds since 1970, the message's id, the place under it."""

    at: int
    message: str
    place: int = FRAME

    def __str__(self) -> str:
        """Return the key as text that sorts as the key does, since `#` sorts before all that ids are made of."""
        return f"{self.at:013d}#{self.message}#{self.place:04d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key that `str` made this text of. Raises ValueError for any other text."""
        at, rest = text.split("#", 1)
        message, place = rest.rsplit("#", 1)
        return cls(int(at), message, int(place))

    def under(self, place: int) -> "Key":
        """Return the key of something done because of this frame."""
        return Key(self.at, self.message, place)

    def after(self, name: str) -> "Key":
        """Return the key of what happens by itself next after this frame, before any later one."""
        return Key(self.at, f"{self.message}~{name}")

    @property
    def frame(self) -> tuple[int, str]:
        """The frame that this key stands at or under."""
        return self.at, self.message


OPENING = Key(0, "opening")
"""Where a session's opening stands: once, and before its frames, so that none is lost that came before setup did."""


PARTING = Key(9_999_999_999_999, "parting")
"""Where it stands that the agent's part is over: once, and after all frames, for whoever looks for what is newer."""


@dataclass(frozen=True, slots=True)
class Opened:
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
    remembered: tuple[Line, ...] = ()
    reports: bool = False
    language: str = ""
    memory: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """Words that reached the line, between one question to the model and the next.

    `after` is the key of the newest interrupt that stood in the log when the answer's first words left: it cut off
    older ones.
    """

    text: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A tool was started; `arguments` is a JSON object as text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A tool ended; `text` is what the model is told, `memory` what it noted for the rest of the call."""

    id: str
    text: str
    failed: bool = False
    memory: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Switched:
    """From here on the call is in this language."""

    language: str


@dataclass(frozen=True, slots=True)
class Collecting:
    """The caller is asked to key in digits for a tool; `arguments` are the model's, a JSON object as text."""

    tool: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Digit:
    """In the log of a session's digits: a key pressed for a tool that asked for it. It expires within minutes."""

    key: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed a key that the agent gives a meaning: words as if they had been spoken, or an act."""

    digit: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Keyed:
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


Cause = Pressed | Keyed | Silent | LastMinute | TimeUp
"""What makes the agent speak beside a prompt."""


Ending = Literal["complete", "superseded", "failed", "late", "gone", "handed off", "goodbye"]


@dataclass(frozen=True, slots=True)
class Ended:
    """An answer ended; the times are milliseconds from the start of the work to the first words on the line."""

    how: Ending
    first_words_ms: int = 0
    model_ms: int = 0
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Parted:
    """The agent's part is over: who put this, and nobody else, sends the message that ends the session.

    `by` is the key of the prompt, or of the one who took it over, as text; `how` and `handoff` are what the session
    ends with; `playing` is about how many seconds of words were still to be played.
    """

    by: str
    how: Ending
    handoff: str | None = None
    playing: float = 0.0


@dataclass(frozen=True, slots=True)
class Alive:
    """Under a prompt: whoever answers it is still at work."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Under a prompt: whoever answered it is gone, and somebody else has taken the answer over."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The session carries a call that no voice webhook announced."""


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


@dataclass(frozen=True, slots=True)
class Joined:
    """In a call's log: a session took the call up, on this connection."""

    connection: str


@dataclass(frozen=True, slots=True)
class Left:
    """In a call's log: Twilio's action callback said how a session ended."""

    session: str
    status: str
    error: str = ""


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
class Passed:
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
    | Opened | Said | Asked | Answered | Ended | Parted | Alive | Taken | Refused | Connected | Closed
    | Switched | Collecting | Digit | Pressed | Keyed | Silent | LastMinute | TimeUp
    | Announced | Joined | Left | HandedOff | Passed | Unreached | Recorded
    | Screened | Progressed | Placed | Withdrawn | OptedOut
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One event at its place in a log."""

    key: Key
    event: Event


def of_socket(event: Any, id: str) -> tuple[str, Key]:
    """Return the connection of a gateway's event, and the key that its id gives it. Raises ValueError for another."""
    match event:
        case {"requestContext": {"connectionId": str(connection), "requestTimeEpoch": int(at)} as context}:
            if isinstance(message := context.get(id), str):
                return connection, Key(at, message)
    raise ValueError("no event of a socket")


def session_log(connection: str) -> str:
    """Return the name of a session's log."""
    return f"session/{connection}"


def digits_log(connection: str) -> str:
    """Return the name of the log of the digits that are keyed in on a connection: no transcript holds them."""
    return f"digits/{connection}"


def call_log(call: str) -> str:
    """Return the name of a call's log; a call is the list of its sessions."""
    return f"call/{call}"


def callee_log(number: str) -> str:
    """Return the name of the log of a number that we may call, in E.164."""
    return f"callee/{number}"


LASTING: tuple[type[Event], ...] = (OptedOut,)
"""What does not expire: whoever asked not to be called has asked for good."""

FLEETING: tuple[type[Event], ...] = (Digit,)
"""What expires within minutes."""


_NESTED = (Key, CallerSaid, AgentSaid, ToolAsk, ToolsAnswered, ToolAnswer, Usage)
_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (*Event.__args__, *_NESTED)}


def dump(event: Event) -> str:
    """Return the event as JSON; its class stands under `is`."""
    return sound(json.dumps(_plain(event), ensure_ascii=False, separators=(",", ":")))


def load(text: str) -> Event:
    """Return the event that `dump` wrote; one of another version's class is `Unknown`.

    Fields that this version does not know are left out, missing ones take their defaults.
    """
    try:
        event = _revived(json.loads(text))
    except (KeyError, TypeError, ValueError, RecursionError):
        return Unknown(text)
    return event if isinstance(event, Event) else Unknown(text)


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries in the order of their keys, each key once."""
    first: dict[Key, Entry] = {}
    for entry in entries:
        first.setdefault(entry.key, entry)
    return tuple(first[key] for key in sorted(first))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {"is": type(value).__name__} | {
            field.name: _plain(getattr(value, field.name)) for field in fields(value)
        }
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _revived(value: Any) -> Any:
    match value:
        case {"is": kind, **rest}:
            known = _KINDS[kind]
            names = {field.name for field in fields(known)}
            return known(**{name: _revived(item) for name, item in rest.items() if name in names})
        case list():
            return tuple(_revived(item) for item in value)
        case _:
            return value
