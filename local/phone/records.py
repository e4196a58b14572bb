"""What a simulated call leaves behind: frames, lines, turns, sessions and everything that went wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Sender = Literal["twilio", "app"]
Speaker = Literal["agent", "caller"]
Status = Literal["ended", "completed", "failed"]
Outcome = Literal["completed", "busy", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One WebSocket message: its time by `time.monotonic()`, who sent it, and its text as it was on the wire."""

    at: float
    sender: Sender
    data: str
    session: str

    @property
    def message(self) -> dict[str, Any]:
        """The JSON object; empty if the frame holds none."""
        try:
            message = json.loads(self.data)
        except ValueError:
            return {}
        return message if isinstance(message, dict) else {}


@dataclass(frozen=True, slots=True)
class Line:
    """What one side said until the other spoke. Keys are `[5]`; the agent's words end where they were heard."""

    who: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One final prompt and its answer. `first_text` is real seconds from the prompt to the first `text`."""

    prompt: str
    sent_at: float
    first_text: float | None = None
    texts: int = 0
    heard: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the application did wrong, by Twilio's error code (https://www.twilio.com/docs/api/errors)."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a session ended; `seconds` is its length on the call, `close_code` the WebSocket's."""

    status: Status
    close_code: int
    seconds: int
    handoff: str | None = None
    error: Problem | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One ConversationRelay session: the url and parameters of its TwiML, and its end once it has ended."""

    id: str
    url: str
    parameters: Mapping[str, str]
    attributes: Mapping[str, str] = field(default_factory=dict)
    ended: Ended | None = None
    voices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The attributes of each <Language>, by its code."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the agent, when the line begins to play it."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A word of the agent, with the space before it, when the line begins to play it."""

    text: str


@dataclass(frozen=True, slots=True)
class Speaking:
    """The voice of one side begins or stops."""

    who: Speaker
    on: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A session is set up."""

    session: SessionRecord


@dataclass(frozen=True, slots=True)
class Closed:
    """A session is over; the call may go on with another."""

    session: SessionRecord


@dataclass(frozen=True, slots=True)
class Over:
    """The call is over."""

    outcome: Outcome


Event = Clause | Words | Speaking | Opened | Closed | Over
