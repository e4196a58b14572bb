"""The notes that a reminder brings back, each telling what to look at in a session's log; none holds a word of it.

Nothing is ever cancelled: a note that comes back is compared with the log, which knows whether it still matters.
"""

import json
from dataclasses import dataclass

from functions.relay.log.keys import Key


@dataclass(frozen=True, slots=True)
class SilenceReminder:
    """Somebody stopped speaking at `key`, and `waited` seconds have passed since."""

    connection: str
    key: Key
    waited: int

    def write(self) -> str:
        """Return the note as text."""
        return json.dumps(["silence", self.connection, str(self.key), self.waited])


@dataclass(frozen=True, slots=True)
class DigitsReminder:
    """Digits were asked for in the turn of `key`; `last` is the newest one that was known, as a key."""

    connection: str
    key: Key
    last: str = ""

    def write(self) -> str:
        """Return the note as text."""
        return json.dumps(["digits", self.connection, str(self.key), self.last])


@dataclass(frozen=True, slots=True)
class TimeLimitReminder:
    """The call may last so many seconds more until its last minute, or until it is over."""

    connection: str
    left: int
    last_minute: bool = True

    def write(self) -> str:
        """Return the note as text."""
        return json.dumps(["time", self.connection, self.left, self.last_minute])


Reminder = SilenceReminder | DigitsReminder | TimeLimitReminder


def read(text: str) -> Reminder | None:
    """Return the note in a text, None if it holds no note of these."""
    try:
        match json.loads(text):
            case ["silence", str(connection), str(key), int(waited)]:
                return SilenceReminder(connection, Key.parse(key), waited)
            case ["digits", str(connection), str(key), str(last)]:
                return DigitsReminder(connection, Key.parse(key), last)
            case ["time", str(connection), int(left), bool(last_minute)]:
                return TimeLimitReminder(connection, left, last_minute)
            case _:
                pass
    except (ValueError, RecursionError):
        pass
    return None
