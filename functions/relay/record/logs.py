"""Holds all logs of one call: its own, and those of its sessions in the order in which they joined it."""

from collections.abc import Iterator
from typing import TypeVar

from functions.relay.call.call import Call, fold
from functions.relay.dataclass import dataclass
from functions.relay.log.events import (
    Closed,
    EndClaimed,
    Entry,
    Event,
    FollowedUp,
    FollowUpClaimed,
    FollowUpEnded,
    SessionOpened,
    in_order,
)
from functions.relay.log.keys import OPENING, Key
from functions.relay.wire.messages import Setup

Kind = TypeVar("Kind")

BOOKKEEPING: tuple[type[Event], ...] = (FollowUpClaimed, FollowUpEnded, FollowedUp)
"""Events that follow a record. They are no part of it: a call that is followed up twice has one record."""


@dataclass(frozen=True, slots=True)
class SessionLog:
    """The whole log of one session."""

    connection: str
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        """Sort the entries, each once."""
        object.__setattr__(self, "entries", in_order(self.entries))

    @property
    def call(self) -> Call:
        """The session with all its turns, also those of which a snapshot keeps only the words."""
        return fold(one for one in self.entries if one.key == OPENING or not isinstance(one.event, SessionOpened))

    @property
    def id(self) -> str:
        """Twilio's id of the session; empty without a setup."""
        return next((setup.session for _, setup in of_kind(self.entries, Setup)), "")

    @property
    def done(self) -> bool:
        """Whether the session is over, as far as its own log shows."""
        return any(isinstance(one.event, Closed | EndClaimed) for one in self.entries)


@dataclass(frozen=True, slots=True)
class CallLogs:
    """The logs of a call."""

    call: str
    """The call's SID."""

    own: tuple[Entry, ...]
    sessions: tuple[SessionLog, ...] = ()

    def __post_init__(self) -> None:
        """Sort the entries, each once."""
        object.__setattr__(self, "own", in_order(self.own))

    @property
    def size(self) -> int:
        """How many entries the record is made from, in all logs of the call."""
        own = sum(not isinstance(one.event, BOOKKEEPING) for one in self.own)
        return own + sum(len(session.entries) for session in self.sessions)

    def of(self, kind: type[Kind]) -> list[tuple[Key, Kind]]:
        """Return the events of a kind in the call's own log, each with its key."""
        return list(of_kind(self.own, kind))


def of_kind(entries: tuple[Entry, ...], kind: type[Kind]) -> Iterator[tuple[Key, Kind]]:
    """Yield the events of a kind, each with its key."""
    return ((one.key, one.event) for one in entries if isinstance(one.event, kind))
