"""Tapes made by hand: a call as it is watched, each observation at its moment."""

from collections.abc import Iterable

from functions.relay.log.events import Announced, Connected, Entry, Event, SessionJoined, SessionOpened
from functions.relay.log.keys import OPENING, Key, call_log, session_log
from functions.relay.wire.messages import Setup
from local.page.observations import EntryAppended, Observation, Tape
from tests.relay.scenes import START

CALL, CONNECTION = "CA1", "one"


def kept(at: float, event: Event, slot: int = 1, *, frame: int | None = None, log: str = "") -> EntryAppended:
    """Return an entry that is appended at a moment, under the frame of that moment or of the moment `frame`."""
    moment = round(at) if frame is None else frame
    entry = Entry(Key(START + moment, f"id{moment}", slot), event)
    return EntryAppended(START + at, log or session_log(CONNECTION), entry)


def opening(
    greeting: str = "Hello!", connection: str = CONNECTION, at: int = 0, *, reports: bool = True
) -> list[Observation]:
    """Return the observations of a call that begins, or of another session of it."""
    log = session_log(connection)
    opened = SessionOpened("rosa", CALL, "+15550142", "+15550100", greeting, reports=reports)
    announced = [kept(at, Announced("rosa", "+15550142", "+15550100"), log=call_log(CALL))] if not at else []
    return [
        *announced,
        kept(at + 10, Connected(), log=log),
        kept(at + 20, Setup("VX1", CALL, "+15550142", "+15550100"), log=log),
        kept(at + 20, SessionJoined(connection), log=call_log(CALL)),
        EntryAppended(START + at + 21, log, Entry(OPENING, opened)),
    ]


def taped(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """The observations as a tape returns them."""
    tape = Tape()
    for observation in observations:
        tape.add(observation)
    return tape.call()
