"""Work that goes on at the same time within one invocation, and waiting for it: all that Hotline does with threads.

Whatever waits, waits for a condition. So the same code runs on threads, and under a scheduler that owns time and
decides who runs next.
"""

from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")

WAIT_SLICE_S = 60.0
"""Seconds that a wait without an end takes at a time."""


class TaskGroup(Protocol):
    """What an invocation runs its parts on. Seconds are those of the invocation's clock."""

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Begin a part, which runs beside the others and raises nothing."""

    def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds; return whether it did within so many seconds."""

    def notify(self) -> None:
        """Let those who wait look at their conditions again, since something has changed."""

    def join(self, seconds: float) -> list[str]:
        """Wait until all parts have ended, for so many seconds at most; return the names of those that have not."""


class ThreadTasks:
    """The port `TaskGroup` on threads."""

    def __init__(self) -> None:
        """Begin with no part."""
        self._changed = Condition()
        self._threads: list[Thread] = []

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Start the work in a new thread."""
        # A tool that never returns must not keep the process from ending.
        thread = Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds, or so many seconds."""
        with self._changed:
            return self._changed.wait_for(holds, timeout=max(seconds, 0))

    def notify(self) -> None:
        """Wake those who wait."""
        with self._changed:
            self._changed.notify_all()

    def join(self, seconds: float) -> list[str]:
        """Wait until all parts have ended, for so many seconds at most; return the names of those that have not."""
        until = monotonic() + seconds
        for thread in self._threads:
            thread.join(max(until - monotonic(), 0))
        return [thread.name for thread in self._threads if thread.is_alive()]


class Future(Generic[T]):
    """A part of the work whose result is wanted later."""

    def __init__(self, tasks: TaskGroup, name: str, work: Callable[[], T]) -> None:
        """Begin it."""
        self._tasks, self._work = tasks, work
        self._result: T
        self._error: Exception | None = None
        self._done = False
        tasks.start(name, self._run)

    def result(self) -> T:
        """Wait for the result and return it. Raises what the work raised."""
        while not self._tasks.wait(lambda: self._done, WAIT_SLICE_S):
            continue
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work()
        except Exception as error:  # noqa: BLE001 - it is raised where the result is wanted
            self._error = error
        self._done = True
        self._tasks.notify()
