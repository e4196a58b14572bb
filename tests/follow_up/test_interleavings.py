"""What follows a call, in every order of its steps: reminders come twice at once, and invocations die or are slow.

Each invocation has a thread, but only one runs: before each call of a port, a seeded choice says whose step is next.
"""

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from functions.follow_up.calls import check
from functions.follow_up.claim import HOLDS_S
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.reminder import FollowUpReminder, read
from functions.providers import price_of
from functions.relay import After
from functions.relay.log.events import Entry, Event
from functions.relay.log.keys import Key, call_log
from functions.relay.record.call_record import CallRecord
from functions.relay.wire.model import Request, StreamEvent
from infra.model_functions import AFTER, AFTER_HIDDEN_S
from tests.doubles import MemoryLog, MemoryRecords, saying
from tests.fixtures.agents import DESK
from tests.follow_up.scene import Scene
from tests.relay.record.calls import CALL, PLAIN

pytestmark = pytest.mark.slow

EACH_SEED = pytest.mark.parametrize("seeds", [range(begin, begin + 25) for begin in range(0, 150, 25)], ids=str)
"""All seeds, in groups that two processes share."""


class DiedError(BaseException):
    """The invocation was killed: nothing of it runs any more."""


@dataclass
class Message:
    """A message in the queue."""

    reminder: str
    due: int
    taken: int = 0
    """How many invocations have it now."""

    deleted: bool = False


@dataclass
class Invocation:
    """One delivery of a message, in its own thread."""

    message: Message
    began: int
    may_go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    ended: bool = False
    dead: bool = False


class Queue:
    """The port `Timer`, which delivers as SQS does: at least once, and again later if the invocation failed."""

    def __init__(self, seed: int, deaths: int) -> None:
        """Let `deaths` invocations die by chance, and others be so slow that Lambda kills them."""
        self.chance, self.deaths, self.died, self.now = Random(seed), deaths, 0, 0
        self.messages: list[Message] = []
        self._seconds = (0, 0, 0, 1, 20) if deaths else (0, 0, 0, 1)
        self._running: list[Invocation] = []
        self._paused = threading.Semaphore(0)
        self._mine = threading.local()

    def remind(self, seconds: int, reminder: str) -> None:
        self.step()
        self.messages.append(Message(reminder, self.now + seconds))

    def step(self) -> None:
        """Let others go on before this step; raise DiedError if the invocation is dead by then."""
        mine: Invocation = self._mine.invocation
        self._paused.release()
        mine.may_go.acquire()
        if mine.dead:
            raise DiedError

    def run(self, handle: Callable[[FollowUpReminder], object]) -> None:
        """Deliver all messages, each once or twice at once, until none is left."""
        while self._running or self.messages:
            if not self._running:
                self.now = max(self.now, min(one.due for one in self.messages))
            for message in [one for one in self.messages if one.due <= self.now and not one.taken]:
                for _ in range(self.chance.choice((1, 1, 2))):
                    self._start(message, handle)
            self._go_on(self.chance.choice(self._running))
            self.now += self.chance.choice(self._seconds)

    def _start(self, message: Message, handle: Callable[[FollowUpReminder], object]) -> None:
        invocation = Invocation(message, self.now)
        message.taken, message.due = message.taken + 1, self.now + AFTER_HIDDEN_S

        def work() -> None:
            self._mine.invocation = invocation
            try:
                self.step()
                handle(read(message.reminder))
                message.deleted = True
            except (Exception, DiedError):  # noqa: BLE001 - whatever it was, the queue delivers the message again
                pass
            invocation.ended = True
            self._paused.release()

        threading.Thread(target=work, daemon=True).start()
        self._paused.acquire()
        self._running.append(invocation)

    def _go_on(self, one: Invocation) -> None:
        dies = self.died < self.deaths and self.chance.random() < 0.05
        if dies or self.now > one.began + AFTER.timeout:
            self.died += 1
            one.dead = True
        one.may_go.release()
        self._paused.acquire()
        if one.ended:
            self._running.remove(one)
            one.message.taken -= 1
            self.messages = [left for left in self.messages if left.taken or not left.deleted]


class SteppedLog(MemoryLog):
    """The port `Log`, whose every call is a step."""

    def __init__(self, queue: Queue, whole: MemoryLog) -> None:
        super().__init__()
        self._logs, self._queue = whole._logs, queue

    def append(self, log: str, entry: Entry) -> bool:
        self._queue.step()
        return super().append(log, entry)

    def read(self, log: str) -> tuple[Entry, ...]:
        self._queue.step()
        return super().read(log)

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        self._queue.step()
        return super().later(log, key, kinds)


@dataclass
class Told:
    """The port `Outlet`, which takes a step to be told, and notes when two invocations tell it at once."""

    queue: Queue
    fails: int
    name: str = "event"
    records: list[CallRecord] = field(default_factory=list)
    telling: int = 0
    at_once: bool = False

    def tell(self, record: CallRecord) -> None:
        self.telling += 1
        self.at_once |= self.telling > 1
        try:
            self.queue.step()
        finally:
            self.telling -= 1
        if self.fails:
            self.fails -= 1
            raise RuntimeError
        self.records.append(record)


@dataclass
class Reader:
    """The port `Model` that summarizes, and counts how often it was asked."""

    queue: Queue
    asked: int = 0

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        self.asked += 1
        self.queue.step()
        yield from saying("They asked for a table.")  # type: ignore[misc]


def followed(seed: int, deaths: int = 0, fails: int = 0) -> tuple[Told, Reader]:
    """Follow a call up with three reminders; return who was told, and the model."""
    queue, scene = Queue(seed, deaths), Scene().put(PLAIN)
    told, model = Told(queue, fails), Reader(queue)
    deps = FollowUpDeps(
        SteppedLog(queue, scene.log),
        MemoryRecords(),
        queue,
        lambda: str,
        price_of,
        {"rosa": replace(DESK, after=After(summary=True))},
        [told],
        model=lambda name: (model, name),
        clock=lambda: float(queue.now),
    )
    queue.messages = [Message(FollowUpReminder(call_log(CALL), 60, f"n{number}").write(), 0) for number in range(3)]
    queue.run(lambda reminder: check(deps, reminder))
    return told, model


@EACH_SEED
def test_each_is_told_once_whatever_comes_twice(seeds: range) -> None:
    for seed in seeds:
        told, model = followed(seed)
        assert [one.summary for one in told.records] == ["They asked for a table."], seed
        assert (model.asked, told.at_once) == (1, False), seed


@EACH_SEED
def test_what_failed_is_told_once_later(seeds: range) -> None:
    for seed in seeds:
        told, model = followed(seed, fails=2)
        assert (len(told.records), model.asked, told.at_once) == (1, 1, False), seed


@EACH_SEED
def test_a_death_loses_nothing_and_repeats_one_thing(seeds: range) -> None:
    for seed in seeds:
        told, model = followed(seed, deaths=1)
        assert 1 <= len(told.records) <= 1 + told.queue.died, seed
        assert 1 <= model.asked <= 1 + told.queue.died, seed
        assert not told.at_once, seed


def test_a_claim_outlives_its_invocation_and_ends_before_the_retry() -> None:
    assert AFTER.timeout < HOLDS_S < AFTER_HIDDEN_S
