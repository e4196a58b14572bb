"""Sorts entries for the fold: by time, and within a millisecond by the kind of frame.

More than a quarter of all frames come within 2 ms of the previous frame, and message ids have no order. So frames of
one millisecond are sorted as in recorded calls. A log itself is sorted by its keys as text.
"""

from collections.abc import Iterable
from enum import IntEnum

from functions.relay.log.events import DigitsEntered, Entry, Event, KeyPressed
from functions.relay.log.keys import Key, Slot
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Prompt, Setup


class Rank(IntEnum):
    """The order of frames within a millisecond. Source: recorded calls."""

    SETUP = 0
    PRESSED = 1
    CALLER_BEGINS = 2
    AGENT_BEGINS = 3
    """Before its end: a network that stalls delivers both at once, and an answer that never ends holds the floor."""

    PLAYED = 4
    INTERRUPT = 5
    PARTIAL = 6
    AGENT_STOPS = 7
    CALLER_STOPS = 8
    OTHER = 9
    PROMPT = 10
    REMINDER = 11
    """A turn that a reminder began. It follows the frames that the reminder read."""


def as_heard(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries in the order in which they were heard, each key once.

    Entries under a frame stay with that frame.
    """
    first: dict[Key, Entry] = {}
    for entry in entries:
        first.setdefault(entry.key, entry)
    ranks = {key.frame: rank(entry) for key, entry in first.items() if key.slot == Slot.FRAME.at()}
    return tuple(
        first[key] for key in sorted(first, key=lambda key: (key.at, ranks.get(key.frame, Rank.PROMPT), key))
    )


def rank(frame: Entry) -> Rank:
    """Return the rank of a frame within its millisecond."""
    return Rank.REMINDER if frame.key.by_reminder else _rank(frame.event)


def _rank(event: Event) -> Rank:
    match event:
        case Setup():
            return Rank.SETUP
        case Dtmf() | KeyPressed() | DigitsEntered():
            return Rank.PRESSED
        case Info("clientSpeaking", value):
            return Rank.CALLER_BEGINS if value == "on" else Rank.CALLER_STOPS
        case Info("tokensPlayed"):
            return Rank.PLAYED
        case Interrupt():
            return Rank.INTERRUPT
        case Partial():
            return Rank.PARTIAL
        case Info("agentSpeaking", value):
            return Rank.AGENT_BEGINS if value == "on" else Rank.AGENT_STOPS
        case Prompt():
            return Rank.PROMPT
        case _:
            return Rank.OTHER
