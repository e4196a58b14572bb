"""Task groups: the tasks of one invocation, which run at the same time. Only this module uses threads.

A task always waits for a condition, never for a time alone. So the same code runs on threads, and under the
simulation's scheduler, which owns the time and decides which task runs next.
"""

from collections.abc import Callable
from contextvars import copy_context
from threading import Condition, Thread
from time import monotonic
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")

WAIT_SLICE_S = 60.0
"""Seconds of one wait for a result; it is repeated until the result is there."""


MOMENT_S = 0.03
"""Seconds that a less urgent task waits: the request to the model needs the processor first."""


class TaskGroup(Protocol):
    """Runs the tasks of one invocation. Seconds are those of the invocation's clock."""

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Start a task, which must raise nothing."""

    def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds, for at most `seconds`; return whether it holds."""

    def notify(self) -> None:
        """Have every waiting task check its condition again."""

    def join(self, seconds: float) -> list[str]:
        """Wait until all tasks have ended, for at most `seconds`; return the names of those that have not."""


class ThreadTasks:
    """The port `TaskGroup` on threads."""

    def __init__(self) -> None:
        """Start with no task."""
        self._changed = Condition()
        self._threads: list[Thread] = []

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Start the work in a new thread."""
        # A tool that never returns must not keep the process from ending.
        thread = Thread(target=copy_context().run, args=(work,), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds, for at most `seconds`; return whether it holds."""
        with self._changed:
            return self._changed.wait_for(holds, timeout=max(seconds, 0))

    def notify(self) -> None:
        """Wake all waiting tasks."""
        with self._changed:
            self._changed.notify_all()

    def join(self, seconds: float) -> list[str]:
        """Wait until all tasks have ended, for at most `seconds`; return the names of those that have not."""
        until = monotonic() + seconds
        for thread in self._threads:
            thread.join(max(until - monotonic(), 0))
        return [thread.name for thread in self._threads if thread.is_alive()]


class Signal:
    """Something that happens once, and that tasks may wait for."""

    def __init__(self, tasks: TaskGroup) -> None:
        """It has not happened yet."""
        self._tasks, self._happened = tasks, False

    def set(self) -> None:
        """Note that it has happened, and wake the tasks that wait for it."""
        self._happened = True
        self._tasks.notify()

    def wait(self, seconds: float) -> bool:
        """Wait until it has happened, for at most `seconds`; return whether it has."""
        return self._tasks.wait(lambda: self._happened, seconds)


class Future(Generic[T]):
    """A task whose result is wanted later."""

    def __init__(self, tasks: TaskGroup, name: str, work: Callable[[], T]) -> None:
        """Start the task."""
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

    def done_within(self, seconds: float) -> bool:
        """Wait for the result for at most `seconds`; return whether it is there."""
        return self._tasks.wait(lambda: self._done, seconds)

    def _run(self) -> None:
        try:
            self._result = self._work()
        except Exception as error:  # noqa: BLE001 - it is raised where the result is wanted
            self._error = error
        self._done = True
        self._tasks.notify()
