"""Writes a call's log to a file, reads it, and plays it again as a tape.

A file holds one call, one JSON object on each line. `log` and `key` are the place of an entry, and `event` is the
entry as the table holds it. `at`, if it is known, is when the entry was appended, in milliseconds since 1970.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.relay.call.call import TURN_ENDING
from functions.relay.log.codec import dump, load
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Entry,
    Event,
    Heartbeat,
    PromptKept,
    SessionJoined,
    SessionOpened,
    TakenOver,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import OPENING, Key, Slot, call_log, session_log
from functions.relay.ports import Log
from functions.relay.wire.messages import Setup, Unknown
from local.page.observations import EntryAppended

EVERYTHING: tuple[type[Event], ...] = Event.__args__
HEARTBEAT_EVERY_MS = 2000
"""Milliseconds between two heartbeats."""


class LogFileError(ValueError):
    """A file does not hold the log of a call; `str(error)` names the line and says what a line should be."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of a call: the log that holds it, and when it was appended, if that is known."""

    log: str
    entry: Entry
    at: float | None = None


def write(lines: Iterable[Line]) -> str:
    """Return the text of a file."""
    return "".join(f"{json.dumps(_object(line), ensure_ascii=False)}\n" for line in lines)


def _object(line: Line) -> dict[str, Any]:
    at = {} if line.at is None else {"at": round(line.at, 1)}
    return {"log": line.log, "key": str(line.entry.key), "event": json.loads(dump(line.entry.event)), **at}


def read(text: str) -> list[Line]:
    """Return the lines of a file. Raises LogFileError."""
    lines = [_line(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise LogFileError("It is empty; the log of a call has an entry on each line.")
    return lines


def _line(number: int, text: str) -> Line:
    try:
        match json.loads(text):
            case {"log": str(log), "key": str(key), "event": dict(event)} as given:
                entry = Entry(Key.parse(key), load(json.dumps(event)))
                at = given.get("at")
                if not isinstance(entry.event, Unknown) or event.get("is") == "Unknown":
                    return Line(log, entry, float(at) if isinstance(at, int | float) else None)
            case _:
                pass
    except (ValueError, RecursionError):
        pass
    raise LogFileError(
        f"Line {number} is not an entry of a log; an entry is JSON with log, key and event, as the page saves them."
    )


def of_call(log: Log, call: str) -> list[Line]:
    """Return what the table holds of a call: its log, and the logs and prompts of its sessions. Raises LogError."""
    own = list(_all(log, call_log(call)))
    joined = dict.fromkeys(one.event.connection for one in own if isinstance(one.event, SessionJoined))
    logs = [(call_log(call), own), *((name, list(_all(log, name))) for name in map(session_log, joined))]
    opened = (one.event for _, entries in logs for one in entries if isinstance(one.event, SessionOpened))
    prompts = dict.fromkeys(one.prompt for one in opened if one.prompt)
    logs += [(name, list(_all(log, name))[-1:]) for name in prompts]
    return [Line(name, entry) for name, entries in logs for entry in entries]


def prompts_of(lines: Iterable[Line]) -> dict[str, str]:
    """Return the prompts with which the sessions began, by the names of their logs."""
    return {line.log: line.entry.event.text for line in lines if isinstance(line.entry.event, PromptKept)}


def _all(log: Log, name: str) -> Iterator[Entry]:
    """Yield the entries of a log from its beginning, with one request for each page of the table."""
    key = Key(0, "", 0)
    while page := log.later(name, key, EVERYTHING):
        yield from page
        key = page[-1].key


def played(lines: Sequence[Line]) -> list[EntryAppended]:
    """Return the entries in the order in which they were appended. A time that is not known is estimated."""
    logs: dict[str, list[Line]] = {}
    for line in lines:
        logs.setdefault(line.log, []).append(line)
    kept = [one for found in logs.values() for one in _timed(found)]
    return sorted(kept, key=lambda one: (one.at, one.entry.key))


def _timed(lines: Sequence[Line]) -> Iterator[EntryAppended]:
    entries = sorted((line.entry for line in lines), key=lambda entry: entry.key)
    known = {line.entry.key: line.at for line in lines if line.at is not None}
    guessed = _guessed(entries)
    for entry in entries:
        about = entry.key not in known
        yield EntryAppended(guessed[entry.key] if about else known[entry.key], lines[0].log, entry, about)


def _guessed(entries: Sequence[Entry]) -> Mapping[Key, float]:
    """Return about when each entry was appended. An entry under a prompt does not hold its time.

    The end of the answer says when the first words were sent. An answer that was cut off ended with the event that
    cut it.
    """
    opened = next((float(one.key.at) for one in entries if isinstance(one.event, Setup)), 0.0)
    times: dict[Key, float] = {}
    for entry in entries:
        if entry.key == OPENING:
            times[entry.key] = opened
        elif entry.key.slot == Slot.FRAME.at() or isinstance(entry.event, SessionOpened):
            times[entry.key] = float(entry.key.at)
        else:
            times[entry.key] = _under(entry, entries)
    return times


def _under(entry: Entry, entries: Sequence[Entry]) -> float:
    began = float(entry.key.at)
    ended = _end(entry.key, entries)
    match entry.event:
        case Heartbeat() | TakenOver():
            beats = [one.key for one in entries if isinstance(one.event, Heartbeat | TakenOver)]
            return began + HEARTBEAT_EVERY_MS * (
                1 + [key for key in beats if key.frame == entry.key.frame].index(entry.key)
            )
        case ToolCalled():
            return began + ended.model_ms
        case ToolReturned():
            return began + max(ended.model_ms, ended.first_words_ms)
        case AgentSaid() | AnswerEnded() if ended.how in ("superseded", "gone"):
            return _cut_off(entry.key, entries) or began + ended.first_words_ms
        case _:
            return began + ended.first_words_ms


def _end(key: Key, entries: Sequence[Entry]) -> AnswerEnded:
    for one in entries:
        if isinstance(one.event, AnswerEnded) and one.key.frame == key.frame:
            return one.event
    return AnswerEnded("gone")


def _cut_off(key: Key, entries: Sequence[Entry]) -> float | None:
    later = (one for one in entries if one.key.frame > key.frame and isinstance(one.event, TURN_ENDING))
    return next((float(one.key.at) for one in later), None)
