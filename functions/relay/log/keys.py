"""Where entries stand: the names of the logs, and the keys that order what is in them.

A frame from Twilio stands under the gateway's own timestamp and message id. What the agent does stands under the
prompt that it answers, so that no two clocks are ever compared.
"""

from dataclasses import dataclass
from typing import Self

FRAME = 1
"""The place of a frame under its own key; 0 stands just before it, what is done under it just after."""

TAKEN = 1000
"""The place under a prompt of the first one to take its answer over; the next stands as far after it."""

ROUND = 100
"""Slots under a prompt that one question to the model takes, with its words and its tools."""

AFTER = 9999
"""The last place under a frame."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Where an entry stands: the gateway's milliseconds since 1970, the message's id, the place under it."""

    at: int
    message: str
    slot: int = FRAME

    def __str__(self) -> str:
        """Return the key as text that sorts as the key does, since `#` sorts before all that ids are made of."""
        return f"{self.at:013d}#{self.message}#{self.slot:04d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key that `str` made this text of. Raises ValueError for any other text."""
        at, rest = text.split("#", 1)
        message, slot = rest.rsplit("#", 1)
        return cls(int(at), message, int(slot))

    def under(self, slot: int) -> "Key":
        """Return the key of something done because of this frame."""
        return Key(self.at, self.message, slot)

    def after(self, name: str) -> "Key":
        """Return the key of what happens by itself next after this frame, before any later one."""
        return Key(self.at, f"{self.message}~{name}")

    @property
    def frame(self) -> tuple[int, str]:
        """The frame that this key stands at or under."""
        return self.at, self.message


OPENING = Key(0, "opening")
"""Where a session's opening stands: once, and before its frames, so that none is lost that came before setup did."""


END_CLAIM = Key(9_999_999_999_999, "parting")
"""Where it stands that the agent's part is over: once, and after all frames, for whoever looks for what is newer."""


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
