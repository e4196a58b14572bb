"""Doubles of the ports. Each implements the port and nothing more."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from functions.relay.counts import Charge, Count, LimitName, Reservation, Seat
from functions.relay.log.events import Entry, Event, SessionOpened, in_order
from functions.relay.log.keys import Key
from functions.relay.ports import Sent
from functions.relay.record.call_record import CallRecord
from functions.relay.record.row import CallRow, moved, rows_of
from functions.relay.wire.messages import Outgoing
from functions.relay.wire.model import Finished, Request, StreamEvent, TextDelta


class MemoryCounters:
    """The port `Counters` in memory."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._counts: dict[str, Count] = defaultdict(Count)
        self.spent: dict[str, int] = defaultdict(int)
        self._clock = clock
        self._lock = threading.Lock()

    def admit(self, call: str, seconds: int, reservations: Mapping[LimitName, Reservation]) -> LimitName | None:
        with self._lock:
            now = int(self._clock())
            seats = [reservation for reservation in reservations.values() if isinstance(reservation, Seat)]
            if any(call in self._counts[seat.counter].renewed(now).active for seat in seats):
                return None
            if full := next((name for name, one in reservations.items() if not self._fits(one, now)), None):
                return full
            for reservation in reservations.values():
                match reservation:
                    case Seat(counter):
                        self._counts[counter] = self._counts[counter].renewed(now).with_call(call, now + seconds)
                    case Charge(counter, micros):
                        self.spent[counter] += micros
            return None

    def _fits(self, reservation: Reservation, now: int) -> bool:
        match reservation:
            case Seat(counter, quota):
                return self._counts[counter].renewed(now).admits(quota, now)
            case Charge(counter, micros, most):
                return self.spent[counter] + micros <= most

    def hold(self, counter: str, call: str, seconds: int) -> None:
        with self._lock:
            count, until = self._counts[counter], int(self._clock()) + seconds
            if count.active.get(call, until) < until:
                self._counts[counter] = replace(count, active={**count.active, call: until})

    def release(self, counter: str, call: str) -> bool:
        with self._lock:
            count = self._counts[counter]
            left = {one: until for one, until in count.active.items() if one != call}
            self._counts[counter] = replace(count, active=left)
            return call in count.active

    def spend(self, counter: str, micros: int, most: int) -> bool:
        with self._lock:
            if self.spent[counter] + micros > most:
                return False
            self.spent[counter] += micros
            return True

    def adjust(self, counter: str, micros: int) -> None:
        with self._lock:
            self.spent[counter] += micros


class MemoryLog:
    """The ports `Log` and `PrivateLog` in memory."""

    def __init__(self) -> None:
        self._logs: dict[str, dict[Key, Entry]] = defaultdict(dict)
        self._lock = threading.Lock()

    def append(self, log: str, entry: Entry) -> bool:
        with self._lock:
            if entry.key in self._logs[log]:
                return False
            self._logs[log][entry.key] = entry
            return True

    def read(self, log: str) -> tuple[Entry, ...]:
        with self._lock:
            entries = in_order(self._logs[log].values())
        opening = max(
            (number for number, one in enumerate(entries) if isinstance(one.event, SessionOpened)), default=0
        )
        return entries[opening:] if entries and isinstance(entries[opening].event, SessionOpened) else entries

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        with self._lock:
            found = [one for one in self._logs[log].values() if one.key > key]
        return in_order(one for one in found if isinstance(one.event, kinds or object))

    def delete(self, log: str, keys: Iterable[Key]) -> None:
        with self._lock:
            for key in keys:
                self._logs[log].pop(key, None)

    def events(self, log: str) -> list[Event]:
        with self._lock:
            return [entry.event for entry in in_order(self._logs[log].values())]


@dataclass
class RecordingLine:
    """The port `Line` that records its messages, and gives each the next of its results."""

    fates: list[Sent] = field(default_factory=list)
    sent: list[tuple[str, Outgoing]] = field(default_factory=list)

    def send(self, connection: str, message: Outgoing) -> Sent:
        fate = self.fates.pop(0) if self.fates else Sent.DELIVERED
        if fate is not Sent.GONE and fate is not Sent.BUSY:
            self.sent.append((connection, message))
        return fate

    @property
    def messages(self) -> list[Outgoing]:
        return [message for _, message in self.sent]


class ScriptedModel:
    """The port `Model` that gives the next of its answers, and records the requests."""

    def __init__(self, *answers: Iterable[StreamEvent | Exception]) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []
        self.closed = 0

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        self.asked.append(request)
        answer = self.answers.pop(0)
        try:
            for piece in answer:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            self.closed += 1


def saying(*words: str) -> list[StreamEvent | Exception]:
    return [*(TextDelta(word) for word in words), Finished("end")]


class RecordingTimer:
    """The port `Timer` that records the reminders, and brings none back by itself."""

    def __init__(self) -> None:
        self.notes: list[tuple[int, str]] = []

    def remind(self, seconds: int, reminder: str) -> None:
        self.notes.append((seconds, reminder))


class MemoryRecords:
    """The port `Records` in memory."""

    def __init__(self) -> None:
        self._records: dict[str, CallRecord] = {}
        self._rows: dict[str, dict[str, CallRow]] = defaultdict(dict)

    def put(self, record: CallRecord) -> None:
        known = self._records.get(record.call)
        if known and known.entries > record.entries:
            return
        self._records[record.call] = record
        for name, row in rows_of(record):
            self._rows[name][row.key] = row
        for name, key in moved(known, record) if known else ():
            self._rows[name].pop(key, None)

    def get(self, call: str) -> CallRecord | None:
        return self._records.get(call)

    def rows(self, name: str) -> Iterator[CallRow]:
        return (row for _, row in sorted(self._rows[name].items(), reverse=True))

    def newest(self, name: str, most: int) -> tuple[CallRow, ...]:
        return tuple(self.rows(name))[:most]


class ListRecorder:
    """A `Recorder` of tools that keeps what it is given."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, object]] = []

    def __call__(self, party: str, event: object) -> str:
        self.recorded.append((party, event))
        return ""
