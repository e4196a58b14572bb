"""The call: a pure fold over a session's log.

No I/O, clock, logger or environment. Entries are folded in the order of their keys, so neither the order in which
invocations ran nor a frame that came twice can matter.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import reduce

from functions.relay.events import (
    Alive,
    Answered,
    Asked,
    Closed,
    Ended,
    Entry,
    Event,
    Key,
    Opened,
    Refused,
    Said,
    Taken,
    in_order,
)
from functions.relay.messages import Info, Interrupt, Prompt
from functions.relay.playback import after_interrupt, after_played
from functions.relay.turn import Turn

SUPERSEDING: tuple[type[Event], ...] = (Prompt, Closed, Taken)
"""The events after which another answer is owed, or none, or this one by somebody else."""

TURN_ENDING: tuple[type[Event], ...] = (*SUPERSEDING, Interrupt)
"""The events after which words that are already being spoken are no longer wanted."""


@dataclass(frozen=True, slots=True)
class Call:
    """One session of a call as its log tells it. `reports` says that the line tells what it has played."""

    opened: Opened | None = None
    turns: tuple[Turn, ...] = ()
    reports: bool = False
    refused: bool = False
    closed: bool = False

    @property
    def over(self) -> bool:
        """Whether the agent has nothing more to say in this session."""
        parted = any(turn.ended and turn.ended.how in ("handed off", "goodbye") for turn in self.turns)
        return self.refused or self.closed or parted

    def turn(self, key: Key) -> Turn | None:
        """Return the turn of the prompt that this key stands at or under."""
        return next((turn for turn in self.turns if turn.key.frame == key.frame), None)


def fold(entries: Iterable[Entry]) -> Call:
    """Return the call that these entries tell, whatever their order and however often each is given."""
    return reduce(advance, in_order(entries), Call())


def superseded(entries: Iterable[Entry], key: Key) -> bool:
    """Return whether a newer event of the caller takes the turn of this prompt.

    An interrupt does not: it cut off what was spoken before, and this prompt's answer is still owed.
    """
    return any(entry.key.frame > key.frame and isinstance(entry.event, SUPERSEDING) for entry in entries)


def advance(call: Call, entry: Entry) -> Call:
    """Return the call after one more entry, which stands after all that were folded before."""
    match entry.event:
        case Opened() as opened:
            return Call(opened=opened, turns=_greeting(entry.key, opened), reports=opened.reports)
        case Prompt(text) if text.strip():
            return replace(call, turns=(*call.turns, Turn(entry.key, text.strip())))
        case Said() | Asked() | Answered() as act:
            return _changed(call, entry.key, lambda turn: replace(turn, acts=(*turn.acts, act)))
        case Alive():
            return _changed(call, entry.key, lambda turn: replace(turn, signs=turn.signs + 1))
        case Taken():
            return _changed(call, entry.key, lambda turn: replace(turn, taken=turn.taken + 1, signs=turn.signs + 1))
        case Ended() as ended:
            return _changed(call, entry.key, lambda turn: replace(turn, ended=ended))
        case Info("tokensPlayed", text) if text.strip():
            return replace(call, turns=after_played(call.turns, text), reports=True)
        case Interrupt(heard):
            return replace(call, turns=after_interrupt(call.turns, entry.key, heard, call.reports))
        case Refused():
            return replace(call, refused=True)
        case Closed():
            return replace(call, turns=_lost(call, entry.key), closed=True)
        case _:
            return call


def _greeting(key: Key, opened: Opened) -> tuple[Turn, ...]:
    return (Turn(key, acts=(Said(opened.greeting),), ended=Ended("complete")),) if opened.greeting else ()


def _changed(call: Call, key: Key, change: Callable[[Turn], Turn]) -> Call:
    turn = call.turn(key)
    return replace(call, turns=tuple(change(one) if one is turn else one for one in call.turns))


def _lost(call: Call, key: Key) -> tuple[Turn, ...]:
    """Return the turns once the socket has ended: a line that reports will play no more of them."""
    return after_interrupt(call.turns, key, "", call.reports) if call.reports else call.turns
