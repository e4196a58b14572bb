"""The keys of a log's entries, and the names of the logs.

A frame from Twilio is placed under the gateway's own timestamp and message id. What the agent does is placed in a
slot under the frame that it answers, so that no two clocks are ever compared. The table of the slots is `Slot`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, Self

LAST_SLOT = 9999
"""The last slot under a frame: a key's text has four digits for it."""

RUN_SLOTS = 1000
"""Slots of one run of an answer. The first run begins at 0, and each takeover begins the next."""

ROUND_SLOTS = 100
"""Slots of one round in a run: a question to the model, the words it answers and the tools it calls."""

MOST_ROUNDS = 8
"""Rounds that have a place in a run, counted from 1."""

BY_ITSELF = "~"
"""In the id of what a reminder begins: it sorts after all that message ids are made of."""

Scope = Literal["frame", "run", "round", "call", "callee"]


class Slot(Enum):
    """The slots under a frame's key: each row says where its slots are counted from, and their range.

    `frame`: from 0. `run`: from `run_start`. `round`: from `round_start`. `call`: from 0, in the log of a call.
    `callee`: from 0, under a day in the log of a number that we call. No two rows overlap in one log.
    """

    SNAPSHOT = ("frame", range(0, 1))
    """A snapshot of all older turns of a long session, just before this frame."""

    FRAME = ("frame", range(1, 2))
    """The frame itself."""

    TAKEN_OVER = ("run", range(0, 1))
    """A run but the first begins: another invocation takes the answer over."""

    HEARTBEAT = ("run", range(2, 90))
    """The invocation that gives the answer is still at work."""

    APOLOGY = ("run", range(90, 91))
    """The words of an apology that is the whole answer."""

    APOLOGY_ENDED = ("run", range(91, 92))
    """The end of that apology."""

    REWORDED = ("frame", range(92, 99))
    """The text of the prompt once it is known how its digits go on."""

    HEARD = ("run", range(999, 1000))
    """What the caller heard of this run, whose invocation died before it logged its words."""

    AGENT_SAID = ("round", range(0, 1))
    """The words of a round."""

    TOOL_CALLED = ("round", range(1, 87, 2))
    """A tool call; its result has the slot after it."""

    TOOL_RETURNED = ("round", range(2, 88, 2))
    """A tool's result."""

    HANDED_OFF = ("round", range(88, 89))
    """In the call's log: where the call goes next, to a person or to another agent."""

    DIGITS_REQUESTED = ("round", range(89, 90))
    """The caller is asked to key in digits."""

    LANGUAGE_SWITCHED = ("round", range(90, 99))
    """The call goes on in another language. All switches of a run are placed in its first round."""

    ENDED = ("round", range(99, 100))
    """The end of the answer, in its last round."""

    SCREENED = ("call", range(0, 1))
    """Who or what answered a call of ours, just before the webhook that announces its session."""

    UNREACHED = ("call", range(7000, 10_000))
    """The note that nobody took the call; its number is the slot of the hand-off."""

    ATTEMPT = ("callee", range(1, 5000))
    """An attempt to call a number on a day."""

    WITHDRAWN = ("callee", range(5000, 10_000))
    """The note that an attempt reached nobody; its number is the slot of the attempt."""

    @property
    def scope(self) -> Scope:
        """Where the slots are counted from."""
        scope: Scope = self.value[0]
        return scope

    @property
    def slots(self) -> range:
        """The slots, counted from there."""
        slots: range = self.value[1]
        return slots

    def at(self, start: int = 0, number: int = 0) -> int:
        """Return the slot with this number, from 0, of the run or round that begins at `start`.

        A number past the range has the last slot: an append there is refused, and overwrites nothing.
        """
        return start + self.slots[min(number, len(self.slots) - 1)]


def run_start(takeovers: int) -> int:
    """Return the slot at which the run begins that follows so many takeovers."""
    return takeovers * RUN_SLOTS


def run_of(slot: int) -> int:
    """Return the slot at which the run of this slot begins."""
    return slot - slot % RUN_SLOTS


def round_start(run: int, number: int) -> int:
    """Return the slot at which a round begins, counted from 1, of the run that begins at `run`."""
    return run + ROUND_SLOTS * min(number, MOST_ROUNDS)


def next_round(start: int) -> int:
    """Return the slot at which the round begins that follows the one that begins at `start`."""
    return round_start(run_of(start), start % RUN_SLOTS // ROUND_SLOTS + 1)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """The place of an entry in a log. Keys sort by their fields, and their texts sort the same way."""

    at: int
    """The gateway's milliseconds since 1970."""

    message: str
    """The id of the message, as the gateway gave it."""

    slot: int = Slot.FRAME.at()
    """The slot under the frame, 0 to LAST_SLOT."""

    def __post_init__(self) -> None:
        if not 0 <= self.slot <= LAST_SLOT:
            raise ValueError(f"slot {self.slot} is not in 0 to {LAST_SLOT}; the key's text has four digits for it.")

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
        """Return the key of another slot under this frame."""
        return Key(self.at, self.message, slot)

    def after(self, name: str) -> "Key":
        """Return the key of what a reminder begins: just after this frame, before any later one."""
        return Key(self.at, f"{self.message}{BY_ITSELF}{name}")

    @property
    def frame(self) -> tuple[int, str]:
        """The frame that this key belongs to."""
        return self.at, self.message


OPENING = Key(0, "opening")
"""The key of a session's opening. It sorts before all frames, so that none is lost that came before setup."""

END_CLAIM = Key(9_999_999_999_999, "parting")
"""The key of the claim to end the session. It sorts after every frame, so `Log.later` always finds it."""


MODELS_LOG = "models"
"""The log of the models that failed lately, for all calls."""


def session_log(connection: str) -> str:
    """Return the name of a session's log."""
    return f"session/{connection}"


def private_log(connection: str) -> str:
    """Return the name of a session's log in the table of private data: digits that are keyed in, words kept apart."""
    return f"private/{connection}"


def call_log(call: str) -> str:
    """Return the name of a call's log; a call is the list of its sessions."""
    return f"call/{call}"


def announcement(number: int) -> Key:
    """Return the key of an announcement in a call's log; `number` counts them from 0."""
    return Key(number, "announced")


def counter(limit: str, party: str = "") -> str:
    """Return the name of a limit's counter in the table: of all calls, or of one party by its keyed hash."""
    return f"limit/{limit}/{party}" if party else f"limit/{limit}"


def callee_log(number: str) -> str:
    """Return the name of the log of a number that we may call, in E.164."""
    return f"callee/{number}"
