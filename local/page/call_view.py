"""Picks one call from a tape: its sessions, and the observations that belong to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TypeVar

from functions.relay.call.call import Call, advance
from functions.relay.log.events import Announced, Entry, SessionJoined, SessionOpened, in_order
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Setup
from functions.relay.wire.model import CallerMessage, Request
from local.page.observations import (
    CallEnded,
    ClauseBegun,
    EntryAppended,
    FramePassed,
    MessagePosted,
    ModelAsked,
    ModelEnded,
    ModelSpoke,
    Observation,
    TableRequested,
    WordBegun,
)

Kind = TypeVar("Kind")

CALL, SESSION = "call/", "session/"

BLOCK = 64
"""Entries between two cached folds. A new entry then folds at most this many again."""

Numbered = tuple[int, Observation]
"""An observation with its number on the tape. The page knows it by that number."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a call: its connection, when it began, and the entries of its log in order."""

    connection: str
    began: float
    entries: tuple[Entry, ...]

    @property
    def call(self) -> Call:
        """The session as the next answer will see it."""
        return folded(self.entries)

    @property
    def whole(self) -> Call:
        """The session with all its turns, also those that a shortened log only summarises."""
        return folded(tuple(one for one in self.entries if not _begins_anew(one)))

    def of(self, kind: type[Kind]) -> Iterator[tuple[Key, Kind]]:
        """Yield the events of a kind, each with its key."""
        return ((one.key, one.event) for one in self.entries if isinstance(one.event, kind))


@lru_cache(maxsize=256)
def folded(entries: tuple[Entry, ...]) -> Call:
    """Return the call that these ordered entries fold to. Folds of earlier entries are cached."""
    known = (len(entries) - 1) // BLOCK * BLOCK
    return reduce(advance, entries[known:], folded(entries[:known]) if known > 0 else Call())


def _begins_anew(entry: Entry) -> bool:
    return isinstance(entry.event, SessionOpened) and entry.key.slot == 0


@dataclass(frozen=True, slots=True)
class ObservedCall:
    """What was observed of one call. `began` is when the phone rang, `last` is the time of the last observation.

    `live` says whether the call was watched while it went on, or only read from its log.
    """

    sid: str
    agent: str
    caller: str
    called: str
    began: float
    last: float
    sessions: tuple[Session, ...]
    observations: tuple[Numbered, ...]
    live: bool


def observed_call(
    observations: Sequence[Observation], *, live: bool, until: int | None = None
) -> ObservedCall | None:
    """Return the newest call on a tape, or None; with `until`, the call up to the observation of that number."""
    kept = [observation for observation in observations if isinstance(observation, EntryAppended)]
    if (who := _who(kept)) is None:
        return None
    sid, (agent, caller, called), began = who
    sessions = _sessions(kept, sid)
    mine = tuple(_mine(observations, sid, sessions))
    if until is not None:
        mine = tuple(one for one in mine if one[0] <= until)
        sessions = _sessions([observation for _, observation in mine if isinstance(observation, EntryAppended)], sid)
    return ObservedCall(sid, agent, caller, called, began, _last(mine, began), sessions, mine, live)


def _last(observations: Sequence[Numbered], began: float) -> float:
    """Return the last moment of the call. Reads of its log may come later, and do not count."""
    return max(
        (observation.at for _, observation in observations if not isinstance(observation, TableRequested)),
        default=began,
    )


def _who(kept: Iterable[EntryAppended]) -> tuple[str, tuple[str, str, str], float] | None:
    """Return the SID of the call, its agent and its two numbers, and when it began."""
    for observation in kept:
        match observation.entry.event:
            case Announced(agent, caller, called):
                return observation.log.removeprefix(CALL), (agent, caller, called), _time(observation)
            case Setup(_, sid, caller, called):
                return sid, ("", caller, called), _time(observation)
            case _:
                pass
    return None


def _time(observation: EntryAppended) -> float:
    return min(observation.at, float(observation.entry.key.at or observation.at))


def _sessions(kept: Sequence[EntryAppended], sid: str) -> tuple[Session, ...]:
    own = [one.entry.event for one in kept if one.log == CALL + sid]
    joined = {event.connection for event in own if isinstance(event, SessionJoined)}
    logs: dict[str, list[EntryAppended]] = {}
    for one in kept:
        if one.log.startswith(SESSION):
            logs.setdefault(one.log.removeprefix(SESSION), []).append(one)
    mine = [(name, found) for name, found in logs.items() if name in joined or _carries(found, sid)]
    return tuple(_session(*one) for one in sorted(mine, key=lambda one: _began(one[1])))


def _carries(found: Iterable[EntryAppended], sid: str) -> bool:
    return any(isinstance(one.entry.event, Setup) and one.entry.event.call == sid for one in found)


def _began(found: Iterable[EntryAppended]) -> float:
    return min(_time(one) for one in found)


def _session(connection: str, found: Sequence[EntryAppended]) -> Session:
    return Session(connection, _began(found), in_order(one.entry for one in found))


def _mine(observations: Sequence[Observation], sid: str, sessions: Sequence[Session]) -> Iterator[Numbered]:
    connections = {session.connection for session in sessions}
    logs = {CALL + sid, *(SESSION + name for name in connections)}
    prompts = {turn.caller for each in sessions for turn in each.whole.turns if turn.caller}
    asked = {one.number for one in observations if isinstance(one, ModelAsked) and answers(one.request, prompts)}
    for number, observation in enumerate(observations):
        match observation:
            case FramePassed() | MessagePosted() if observation.connection in connections:
                yield number, observation
            case EntryAppended() | TableRequested() if observation.log in logs:
                yield number, observation
            case ModelAsked() | ModelSpoke() | ModelEnded() if observation.number in asked:
                yield number, observation
            case ClauseBegun() | WordBegun() | CallEnded() if observation.call == sid:
                yield number, observation


def answers(request: Request, prompts: Iterable[str]) -> bool:
    """Return whether a request to the model answers one of these prompts: the caller's last words end with it."""
    last = next((line.text for line in reversed(request.messages) if isinstance(line, CallerMessage)), "")
    return any(last.endswith(prompt) for prompt in prompts)
