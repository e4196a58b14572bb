"""The table: one dictionary with the semantics of the real one, and each invocation's view of it."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from functions.relay.call.call import TURN_ENDING
from functions.relay.log.codec import dump, load
from functions.relay.log.events import AnswerClaimed, Cause, DraftDropped, Entry, Event, SessionOpened, TimeUp
from functions.relay.log.keys import Key, Slot, session_log
from functions.relay.ports import LogError
from tests.simulation.invocation import Invocation, Operations
from tests.simulation.records import Look, Put

T = TypeVar("T")

TABLE_TIMEOUT_S = 2.0
"""Seconds after which an unanswered call of the table is given up."""

RETRIES_S = 0.25
"""Seconds of the client's retries before it says that the table refuses."""

SLOW_S = 0.8

FIRST = Key(0, "")


class Store:
    """The items of the table. Consistent: a read after the effect of a put finds the item."""

    def __init__(self) -> None:
        self._items: dict[str, dict[Key, Entry]] = defaultdict(dict)
        self._keys: dict[str, list[Key]] = defaultdict(list)
        """The keys of each log in their order, as the table keeps them: a run reads far more often than it adds."""

    def put(self, log: str, entry: Entry) -> bool:
        """Add an item; return False if there is one."""
        if entry.key in self._items[log]:
            return False
        key = Key.parse(str(entry.key))
        self._items[log][key] = Entry(key, load(dump(entry.event)))
        insort(self._keys[log], key)
        return True

    def delete(self, log: str, keys: Iterable[Key]) -> None:
        """Delete items."""
        for key in keys:
            if self._items[log].pop(key, None):
                self._keys[log].remove(key)

    def query(self, log: str, after: Key = FIRST) -> tuple[Entry, ...]:
        """Return the entries of a log after a key."""
        keys, items = self._keys[log], self._items[log]
        return tuple(items[key] for key in keys[bisect_right(keys, after) :])


class SeenLog:
    """The ports `Log` and `PrivateLog` of one invocation; names keep their logs apart."""

    def __init__(self, store: Store, operations: Operations, invocation: Invocation) -> None:
        self._store, self._operations, self._invocation = store, operations, invocation

    def append(self, log: str, entry: Entry) -> bool:
        """Add an entry, unless a fault happens, or seems to happen."""
        if isinstance(entry.event, DraftDropped):
            # Also if the put fails: nobody hears the draft.
            self._invocation.drops(entry.key.under(Slot.FRAME.at()), self._operations.record)
        what = f"put {type(entry.event).__name__}"
        if isinstance(entry.event, Cause) and not isinstance(entry.event, TimeUp):
            self._invocation.begins(entry.key)
        fresh = self._operate(what, lambda: self._put(log, entry))
        if isinstance(entry.event, TimeUp):
            # Until the log holds it, an invocation of a prompt speaks for the prompt.
            self._invocation.begins(entry.key)
        return fresh

    def read(self, log: str) -> tuple[Entry, ...]:
        """Return the newest part of a log, back to the entry that opens it."""
        of_session = log.startswith(session_log(""))
        try:
            entries = self._look("read", log, lambda: _newest(self._store.query(log)))
        except LogError:
            if of_session:
                self._invocation.cannot_read()
            raise
        if of_session:
            self._invocation.can_read()
        return entries

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        """Return the entries of these kinds after a key."""

        def newer() -> tuple[Entry, ...]:
            return tuple(one for one in self._store.query(log, key) if isinstance(one.event, kinds or object))

        return self._look("look", log, newer, for_turns=set(TURN_ENDING) <= set(kinds or TURN_ENDING))

    def delete(self, log: str, keys: Iterable[Key]) -> None:
        """Delete entries, unless a fault happens, or seems to happen."""
        self._operate("delete", lambda: self._store.delete(log, keys))

    def _put(self, log: str, entry: Entry) -> bool:
        fresh = self._store.put(log, entry)
        if fresh:
            record, now = self._operations.record, self._operations.now
            record.puts.append(Put(now, self._invocation.name, log, entry))
            record.note(now, self._invocation.name, f"puts {entry.event}")
            if isinstance(entry.event, AnswerClaimed) and self._invocation.drafts:
                self._invocation.claims(entry.key.under(Slot.FRAME.at()), record)
        return fresh

    def _look(
        self, what: str, log: str, query: Callable[[], tuple[Entry, ...]], *, for_turns: bool = True
    ) -> tuple[Entry, ...]:
        began = self._operations.now
        entries = self._operate(what, query)
        look = Look(began, self._operations.now, self._invocation.name, log, entries, for_turns)
        self._operations.record.looks.append(look)
        return entries

    def _operate(self, what: str, effect: Callable[[], T]) -> T:
        rates, operations, name = self._operations.rates, self._operations, f"{self._invocation.name}: {what}"
        if operations.fault(self._invocation, f"{what} is refused", rates.refused):
            operations.pass_time(self._invocation, RETRIES_S)
            raise LogError("DynamoDB: refused")
        if operations.fault(self._invocation, f"{what} hangs", rates.hanging):
            operations.pass_time(self._invocation, TABLE_TIMEOUT_S)
            raise LogError("DynamoDB: timed out")
        if operations.fault(self._invocation, f"{what} is done but not answered", rates.unanswered):
            operations.act(self._invocation, effect, 0.0, 0.0)
            operations.pass_time(self._invocation, TABLE_TIMEOUT_S)
            raise LogError("DynamoDB: timed out")
        if operations.fault(self._invocation, f"{what} is slow", rates.slow):
            slow = operations.chance.between(f"{name}, how slow", 0.0, SLOW_S)
            before = operations.chance.between(f"{name}, slow before", 0.0, slow)
            return operations.act(self._invocation, effect, before, slow - before)
        return operations.act(self._invocation, effect, *operations.times(self._invocation, 0.005, 0.02))


def _newest(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    opening = max((number for number, one in enumerate(entries) if isinstance(one.event, SessionOpened)), default=0)
    return entries[opening:] if entries and isinstance(entries[opening].event, SessionOpened) else entries
