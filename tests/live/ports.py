"""Doubles of the ports that a test can wait for and hold up: with conditions, not with sleeps."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from queue import SimpleQueue
from threading import Condition, Event, Semaphore
from time import monotonic
from typing import TypeVar

from functions.relay.cancel_scope import on_cancel
from functions.relay.log.events import Entry
from functions.relay.log.events import Event as LogEvent
from functions.relay.log.keys import Key
from functions.relay.ports import LogError, Sent
from functions.relay.wire.messages import End, Outgoing, Text
from functions.relay.wire.model import Finished, ModelError, Request, StreamEvent
from tests.doubles import MemoryLog
from tests.endpoint import WAIT_S

T = TypeVar("T")

OUT_OF_REACH = LogError("DynamoDB: out of reach")


@contextmanager
def in_the_background(work: Callable[[], T]) -> Iterator["Future[T]"]:
    """Do something in a thread; leave the block when it is done. Its error is raised here."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        yield future
    future.result(0)


class HeardLine:
    """The port `Line`: records what was sent, when, and in which thread. `fate` says how each post ends."""

    def __init__(self, fate: Callable[[Outgoing], Sent] = lambda _: Sent.DELIVERED) -> None:
        self.messages: list[Outgoing] = []
        self.times: list[float] = []
        self.tries = 0
        self._fate = fate
        self._changed = Condition()

    def send(self, connection: str, message: Outgoing) -> Sent:
        fate = self._fate(message)
        with self._changed:
            self.tries += 1
            if fate in (Sent.DELIVERED, Sent.LOST):
                self.messages.append(message)
                self.times.append(monotonic())
            self._changed.notify_all()
        return fate

    def wait_for(self, messages: int) -> None:
        """Wait until so many messages have reached the line."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.messages) >= messages, WAIT_S), self.messages

    def wait_for_last(self) -> None:
        """Wait until the cycle is closed."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(self.lasts), WAIT_S), self.messages

    @property
    def words(self) -> str:
        return "".join(message.token for message in self.messages if isinstance(message, Text))

    @property
    def lasts(self) -> list[bool]:
        return [message.last for message in self.messages if isinstance(message, Text)]

    @property
    def ends(self) -> list[End]:
        return [message for message in self.messages if isinstance(message, End)]


MOST_REQUESTS = 8
"""How many requests a `FedModel` can be fed."""


class FedModel:
    """The port `Model`, fed by the test piece by piece. `closed` is set when its stream has been closed."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.begun = Event()
        self.closed = Event()
        self._numbers = count()
        self._fed: list[SimpleQueue[StreamEvent | ModelError]] = [SimpleQueue() for _ in range(MOST_REQUESTS)]
        self._finished = 0

    def feed(self, *pieces: StreamEvent) -> None:
        """Give pieces to the first request until it is finished, the next pieces to the second, and so on."""
        for piece in pieces:
            self._fed[self._finished].put(piece)
            self._finished += isinstance(piece, Finished)

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        pieces = self._fed[next(self._numbers)]
        self.asked.append(request)
        on_cancel(lambda: pieces.put(ModelError("broken", "the connection was closed")))
        self.begun.set()
        try:
            while not isinstance(piece := pieces.get(timeout=WAIT_S), Finished):
                if isinstance(piece, ModelError):
                    raise piece
                yield piece
            yield piece
        finally:
            self.closed.set()


class TalkingModel:
    """The port `Model` that never stops by itself: it sends a piece every few milliseconds once it may begin."""

    def __init__(self, piece: StreamEvent) -> None:
        self.may_begin = Event()
        self.may_begin.set()
        self.closed = Event()
        self.closed_at = 0.0
        self._piece = piece
        self._spoken = Semaphore(0)

    def wait_for_pieces(self, pieces: int) -> None:
        """Wait until so many more pieces have been read."""
        assert all(self._spoken.acquire(timeout=WAIT_S) for _ in range(pieces))

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        end = monotonic() + WAIT_S
        assert self.may_begin.wait(WAIT_S)
        try:
            while not self.closed.wait(0.004) and monotonic() < end:
                yield self._piece
                self._spoken.release()
        finally:
            self.closed_at = monotonic()
            self.closed.set()


class TroubledLog(MemoryLog):
    """The port `Log` that fails in the methods that `broken` names. It counts the looks and reads that were tried."""

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken = set(broken)
        self.reads = 0
        self.looks = 0
        self.answers_looks = Event()
        self.answers_looks.set()
        self._tried = Condition()

    def append(self, log: str, entry: Entry) -> bool:
        if {"append", f"append {type(entry.event).__name__}"} & self.broken:
            raise OUT_OF_REACH
        return super().append(log, entry)

    def read(self, log: str) -> tuple[Entry, ...]:
        with self._tried:
            self.reads += 1
            self._tried.notify_all()
        if "read" in self.broken:
            raise OUT_OF_REACH
        return super().read(log)

    def later(self, log: str, key: Key, kinds: tuple[type[LogEvent], ...] = ()) -> tuple[Entry, ...]:
        with self._tried:
            self.looks += 1
            self._tried.notify_all()
        if "later" in self.broken:
            raise OUT_OF_REACH
        assert self.answers_looks.wait(WAIT_S)
        return super().later(log, key, kinds)

    def wait_for_reads(self, reads: int) -> None:
        with self._tried:
            assert self._tried.wait_for(lambda: self.reads >= reads, WAIT_S)

    def wait_for_looks(self, looks: int) -> None:
        with self._tried:
            assert self._tried.wait_for(lambda: self.looks >= looks, WAIT_S)
