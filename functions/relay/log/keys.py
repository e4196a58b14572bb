"""Makes the keys of a log's entries, and the names of the logs. The item around a key is in table_item.py.

The key of a frame from Twilio is the gateway's timestamp and message id. Entries of the agent have slots under the
frame that they answer, so that no two clocks are ever compared. `Slot` is the table of these slots.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, Self

LAST_SLOT = 9999
"""The last slot under a frame: the text of a key has four digits for the slot."""

RUN_SLOTS = 1000
"""Slots of one run of an answer. The first run begins at 0, and each takeover begins the next."""

ROUND_SLOTS = 100
"""Slots of one round in a run: a request to the model, its words, and its tool calls."""

MOST_ROUNDS = 8
"""Rounds that have slots in a run, counted from 1."""

REMINDER_TAG = "~"
"""A character in the ids of turns that reminders begin. It sorts after all characters of message ids."""

Scope = Literal["frame", "run", "round", "call", "callee"]


class Slot(Enum):
    """The slots under a frame's key. Each row says from where its slots are counted, and gives their range.

    `frame`: from 0. `run`: from `run_start`. `round`: from `round_start`. `call`: from 0, in the log of a call.
    `callee`: from 0, under a day in the log of a number that we call. No two rows overlap in one log.
    """

    SNAPSHOT = ("frame", range(0, 1))
    """A snapshot of all older turns of a long session, just before this frame."""

    FRAME = ("frame", range(1, 2))
    """The frame itself."""

    TAKEN_OVER = ("run", range(0, 1))
    """The start of each run after the first: another invocation takes the answer over."""

    HEARTBEAT = ("run", range(2, 90))
    """A sign that the invocation still works on the answer."""

    APOLOGY = ("run", range(90, 91))
    """The words of an apology that is the whole answer."""

    APOLOGY_ENDED = ("run", range(91, 92))
    """The end of that apology."""

    REWORDED = ("frame", range(92, 99))
    """The text of the prompt once it is known how its digits continue."""

    HEARD = ("run", range(999, 1000))
    """The words that the caller heard of a run whose invocation died before it logged them."""

    AGENT_SAID = ("round", range(0, 1))
    """The words of a round."""

    TOOL_CALLED = ("round", range(1, 87, 2))
    """A tool call. Its result has the next slot."""

    TOOL_RETURNED = ("round", range(2, 88, 2))
    """A tool's result."""

    HANDED_OFF = ("round", range(88, 89))
    """In the call's log: the person or the agent to which the call goes next."""

    DIGITS_REQUESTED = ("round", range(89, 90))
    """The request to key in digits."""

    LANGUAGE_SWITCHED = ("round", range(90, 99))
    """A switch to another language. All switches of a run are in its first round."""

    ENDED = ("round", range(99, 100))
    """The end of the answer, in its last round."""

    DRAFT_BEGUN = ("frame", range(900, 901))
    """The beginning of a draft, under its partial prompt. No round of the first run has so high a slot."""

    DRAFT_DROPPED = ("frame", range(901, 902))
    """The end of a draft that is not used, or under a prompt, of a request whose answer another invocation gives."""

    ANSWER_CLAIMED = ("frame", range(903, 904))
    """Under a prompt: which invocation answers it. The first one that appends this entry does."""

    REMINDER_SENT = ("frame", range(904, 905))
    """Under a turn: a reminder of it is under way."""

    REMINDER_RETURNED = ("frame", range(905, 906))
    """Under a turn: a reminder of it has returned."""

    BEFORE_SESSION = ("call", range(0, 1))
    """What a webhook decided just before it would announce a session: who answered our call, or a hand-off."""

    UNREACHED = ("call", range(7000, 10_000))
    """No person took the call. The number in this range is the slot of the hand-off."""

    ATTEMPT = ("callee", range(1, 5000))
    """An attempt to call a number on a day."""

    WITHDRAWN = ("callee", range(5000, 10_000))
    """An attempt that rang at no phone. The number in this range is the slot of the attempt."""

    @property
    def scope(self) -> Scope:
        """From where the slots are counted."""
        scope: Scope = self.value[0]
        return scope

    @property
    def slots(self) -> range:
        """The range of the slots, counted from the start of the scope."""
        slots: range = self.value[1]
        return slots

    def at(self, start: int = 0, number: int = 0) -> int:
        """Return the slot with this number, from 0, in the run or round that begins at `start`.

        A number past the range gets the last slot. An append there is refused, so it overwrites nothing.
        """
        return start + self.slots[min(number, len(self.slots) - 1)]


def run_start(takeovers: int) -> int:
    """Return the first slot of the run after this number of takeovers."""
    return takeovers * RUN_SLOTS


def run_of(slot: int) -> int:
    """Return the first slot of the run to which this slot belongs."""
    return slot - slot % RUN_SLOTS


def round_start(run: int, number: int) -> int:
    """Return the first slot of a round. `number` counts from 1 in the run that begins at `run`."""
    return run + ROUND_SLOTS * min(number, MOST_ROUNDS)


def next_round(start: int) -> int:
    """Return the first slot of the round after the one that begins at `start`."""
    return round_start(run_of(start), start % RUN_SLOTS // ROUND_SLOTS + 1)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """The place of an entry in a log. Keys sort by their fields, and their texts sort the same way."""

    at: int
    """The gateway's milliseconds since 1970."""

    message: str
    """The gateway's id of the message."""

    slot: int = Slot.FRAME.at()
    """The slot under the frame, 0 to LAST_SLOT."""

    def __post_init__(self) -> None:
        if not 0 <= self.slot <= LAST_SLOT:
            raise ValueError(f"slot {self.slot} is not in 0 to {LAST_SLOT}; the key's text has four digits for it.")

    def __str__(self) -> str:
        """Return the key as text. It sorts as the key does, because `#` sorts before all characters of ids."""
        return _text(f"{self.at:013d}", self.message, self.slot)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key from which `str` made this text. Raises ValueError for any other text."""
        at, rest = text.split("#", 1)
        message, slot = rest.rsplit("#", 1)
        return cls(int(at), message, int(slot))

    def under(self, slot: int) -> "Key":
        """Return the key of another slot under this frame."""
        return Key(self.at, self.message, slot)

    def after(self, name: str) -> "Key":
        """Return the key of a turn that a reminder begins: just after this frame, and before any later frame."""
        return Key(self.at, f"{self.message}{REMINDER_TAG}{name}")

    @property
    def by_reminder(self) -> bool:
        """Whether a reminder began the turn at this key. The turn then began later than the key says."""
        return REMINDER_TAG in self.message

    @property
    def moment(self) -> "Key":
        """The key before all frames of this millisecond. Their ids have no order."""
        return Key(self.at, "", 0)

    @property
    def frame(self) -> tuple[int, str]:
        """The frame that this key belongs to."""
        return self.at, self.message


def frame_key(at: str, message: str) -> str:
    """Return the text of a frame's key. `at` has 13 digits, as the gateway's milliseconds do until the year 2286."""
    return _text(at, message, Slot.FRAME.at())


def _text(at: str, message: str, slot: int) -> str:
    return f"{at}#{message}#{slot:04d}"


OPENING = Key(0, "opening")
"""The key of a session's opening. It sorts before all frames, so that frames before the setup are not lost."""

END_CLAIM = Key(9_999_999_999_999, "parting")
"""The key of the claim to end the session. It sorts after every frame, so `Log.later` always finds it.

Tables hold such entries under this older name, so it stays.
"""


MODELS_LOG = "models"
"""The log of the models that failed lately. All calls share it."""


def session_log(connection: str) -> str:
    """Return the name of a session's log."""
    return f"session/{connection}"


def private_log(connection: str) -> str:
    """Return the name of a session's log in the table of private data: keyed digits, and words that are private."""
    return f"private/{connection}"


def prompt_log(name: str) -> str:
    """Return the name of a log of prompts. `name` is the hash of a text, or a connection that has its own prompt."""
    return f"prompt/{name}"


def call_log(call: str) -> str:
    """Return the name of a call's log. It lists the call's sessions."""
    return f"call/{call}"


def transcript_log(transcript: str) -> str:
    """Return the name of a transcript's log. Until Twilio is asked, nothing says to which call it belongs."""
    return f"transcript/{transcript}"


def announcement(number: int) -> Key:
    """Return the key of an announcement in a call's log. `number` counts them from 0."""
    return Key(number, "announced")


def slice_paid(number: int) -> Key:
    """Return the key at which a call's log says that the slice with this number is paid for."""
    return Key(number, "paid")


def counter(limit: str, party: str = "") -> str:
    """Return the name of a limit's counter in the table. `party` is a caller's keyed hash; empty for all calls."""
    return f"limit/{limit}/{party}" if party else f"limit/{limit}"


def person_log(mark: str) -> str:
    """Return the name of the log of a person's calls; `mark` is the keyed hash of their number or address."""
    return f"person/{mark}"


def callee_log(mark: str) -> str:
    """Return the name of the log of a number that we may call; `mark` is the keyed hash of the number."""
    return f"callee/{mark}"


def orders_log(id: str) -> str:
    """Return the name of the log of an id of orders, such as that of a campaign. It lists who is called."""
    return f"orders/{id}"
