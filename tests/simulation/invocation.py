"""One invocation and the operations of its tasks, each with a start, an effect and an end.

An invocation can be killed at any point of an operation.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from functions.relay.log.keys import Key
from tests.simulation.chance import Chance
from tests.simulation.fault_rates import FaultRates
from tests.simulation.records import Invoked, Record
from tests.simulation.scheduler import Process, Scheduler

T = TypeVar("T")


@dataclass(eq=False)
class Invocation(Process):
    """An invocation and the turn that it is about. `dies_at` counts the points at which it can be killed."""

    turn: Key = Key(0, "")
    clock_off: float = 0.0
    dies_at: int = 0
    points: int = 0
    on_time: bool = True
    drawn: int = 0
    drafts: bool = False
    """Whether it drafts the answer to a prompt that is not there yet."""

    late_s: float = 0.0
    """Seconds that it starts late."""

    invoked: Invoked = field(default_factory=lambda: Invoked("", 0.0, None))

    before: Key = Key(0, "")
    """The turn for which it spoke before it began its newest one."""

    ending: Key | None = None
    """The turn that ends the call, while the log cannot be read."""

    def begins(self, turn: Key) -> None:
        """Record that this invocation begins a turn; its words from now on are for that turn."""
        self.before = self.turn
        self.turn = self.invoked.turn = turn
        self.invoked.began_turn = True

    def cannot_read(self) -> None:
        """Record that it cannot read the log: if it has just begun to end the call, it apologises for its prompt."""
        if self.turn.frame == self.before.after("over").frame:
            self.ending, self.turn = self.turn, self.before
            self.invoked.turn = self.before

    def can_read(self) -> None:
        """Record that it has read the log: it ends the call after all."""
        if self.ending:
            self.turn = self.invoked.turn = self.ending
            self.ending = None

    def claims(self, turn: Key, record: Record) -> None:
        """Record that this invocation answers a prompt with what it has drafted."""
        self.turn = self.invoked.turn = turn
        self.drafts = False
        for asked in record.asked:
            if asked.by == self.name:
                asked.turn, asked.draft = turn, False

    def drops(self, partial: Key, record: Record) -> None:
        """Record that nobody hears what this invocation has drafted."""
        asked = next((one for one in record.asked if one.by == self.name), None)
        if asked:
            asked.turn, asked.draft = partial, True


@dataclass(frozen=True, slots=True)
class Operations:
    """What the doubles of the ports share: time, chance, faults, and the points at which invocations are killed."""

    scheduler: Scheduler
    chance: Chance
    rates: FaultRates
    record: Record
    killed: Callable[[Invocation], None]

    @property
    def now(self) -> float:
        """The time of now."""
        return self.scheduler.now

    def fault(self, invocation: Invocation, what: str, odds: float) -> bool:
        """Whether a fault happens in an operation that an invocation begins."""
        self.scheduler.alive()
        if not odds or not self.chance.happens(f"{invocation.name}: {what}", odds):
            return False
        self.record.fault(self.now, invocation.name, what)
        return True

    def act(self, invocation: Invocation, effect: Callable[[], T], before: float, after: float) -> T:
        """Do an operation: its effect in the middle, other tasks before and after, and three points to die at."""
        self.pass_time(invocation, before)
        result = effect()
        self.pass_time(invocation, after)
        self._point(invocation)
        return result

    def pass_time(self, invocation: Invocation, seconds: float) -> None:
        """Let time pass in an operation. The invocation can be killed before it."""
        self._point(invocation)
        self.scheduler.pause(seconds)

    def times(self, invocation: Invocation, usual: float, most: float) -> tuple[float, float]:
        """Return how long an operation takes until its effect, and from its effect to its end."""
        if invocation.on_time:
            return usual / 2, usual / 2
        invocation.drawn += 1
        name = f"{invocation.name}, time {invocation.drawn}"
        whole = self.chance.between(name, 0.0, most)
        before = whole * self.chance.share(f"{name} before")
        return before, whole - before

    def _point(self, invocation: Invocation) -> None:
        self.scheduler.alive()
        invocation.points += 1
        if invocation.points == invocation.dies_at:
            self.record.fault(self.now, invocation.name, f"killed at point {invocation.points}")
            self.killed(invocation)
            self.scheduler.alive()
