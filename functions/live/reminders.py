"""The reminders of a call and their codec. A reminder says where to look in a log, and holds no word of the call.

No reminder is ever cancelled: when it returns, the log says whether it still matters.
"""

import json

from functions.relay.dataclass import dataclass
from functions.relay.log.keys import Key

BEGUN_LATER = -1
"""The heartbeats of a reminder whose turn may have begun again: it looks twice before an answer is taken over.

A reminder that begins a turn, and fails to log that, begins it again later, with the same key.
"""


@dataclass(frozen=True, slots=True)
class AnswerReminder:
    """Returns some seconds after a turn began: its answer has ended, is being given, or is missing.

    A takeover counts as a heartbeat: a reminder that was sent before it, or returns twice, finds the answer at work.
    """

    connection: str
    key: Key
    heartbeats: int = 0
    """The heartbeats that were known when this was sent, or BEGUN_LATER."""

    waited: int = 0
    """Seconds that were waited for the floor."""

    def write(self) -> str:
        """Return the reminder as text."""
        return json.dumps([self.connection, str(self.key), self.heartbeats, self.waited])


@dataclass(frozen=True, slots=True)
class SilenceReminder:
    """A turn began at `key`. Perhaps both sides have been silent since its answer was heard."""

    connection: str
    key: Key
    waited: int
    """Seconds that have passed since then."""

    def write(self) -> str:
        """Return the reminder as text."""
        return json.dumps(["silence", self.connection, str(self.key), self.waited])


@dataclass(frozen=True, slots=True)
class NoiseReminder:
    """The caller interrupted the agent at `key`."""

    connection: str
    key: Key
    waited: int
    """Seconds that have passed since."""

    def write(self) -> str:
        """Return the reminder as text."""
        return json.dumps(["noise", self.connection, str(self.key), self.waited])


@dataclass(frozen=True, slots=True)
class DigitsReminder:
    """Digits were asked for in the turn of `key`."""

    connection: str
    key: Key
    last: str = ""
    """The key of the newest digit that was known, as text."""

    waited: int = 0
    """Seconds that were waited for the floor."""

    after: int = 0
    """Seconds from the turn to the return of this reminder; 0 if they are not known."""

    def again(self, seconds: int, last: str = "", waited: int = 0) -> "DigitsReminder":
        """Return the reminder that follows this one after some seconds."""
        after = self.after + seconds if self.after else 0
        return DigitsReminder(self.connection, self.key, last or self.last, waited, after)

    def write(self) -> str:
        """Return the reminder as text."""
        return json.dumps(["digits", self.connection, str(self.key), self.last, self.waited, self.after])


@dataclass(frozen=True, slots=True)
class TimeLimitReminder:
    """The call's last minute comes, or its end."""

    connection: str
    left: int
    """Seconds until then."""

    last_minute: bool = True
    """Whether this is about the last minute, not the end."""

    waited: int = 0
    """Seconds that were waited for the floor."""

    def write(self) -> str:
        """Return the reminder as text."""
        return json.dumps(["time", self.connection, self.left, self.last_minute, self.waited])


Reminder = AnswerReminder | SilenceReminder | NoiseReminder | DigitsReminder | TimeLimitReminder


def read(text: str) -> Reminder:
    """Return the reminder in a text. Raises ValueError for any other text."""
    try:
        match json.loads(text):
            case ["silence", str(connection), str(key), int(waited)]:
                return SilenceReminder(connection, Key.parse(key), waited)
            case ["noise", str(connection), str(key), int(waited)]:
                return NoiseReminder(connection, Key.parse(key), waited)
            case ["digits", str(connection), str(key), str(last), int(waited), int(after)]:
                return DigitsReminder(connection, Key.parse(key), last, waited, after)
            case ["digits", str(connection), str(key), str(last), *more]:
                return DigitsReminder(connection, Key.parse(key), last, _waited(more))
            case ["time", str(connection), int(left), bool(last_minute), *more]:
                return TimeLimitReminder(connection, left, last_minute, _waited(more))
            case [str(connection), str(key), int(heartbeats), *more]:
                return AnswerReminder(connection, Key.parse(key), heartbeats, _waited(more))
            case _:
                pass
    except (ValueError, RecursionError):
        pass
    raise ValueError("no reminder")


def _waited(more: list[object]) -> int:
    """Return the seconds that were waited for the floor; a reminder of the version before has none."""
    match more:
        case []:
            return 0
        case [int(waited)]:
            return waited
        case _:
            raise ValueError("no reminder")
