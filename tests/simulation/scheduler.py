"""A scheduler that owns the time: every task is a thread, and only the scheduled task runs.

A task gives up its turn wherever it would wait, so a run is a sequence of steps in one order, which the seed
chooses. Time does not pass during a step. It passes only when no task is ready.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread

from tests.simulation.chance import Chance

LATE_S = 1e-6
"""Seconds by which every wait is late, as real ones are: otherwise a wait that ends a hair too soon would never
end."""


class Killed(BaseException):
    """Raised in each task of a process that has been killed, wherever it is: nothing that it does has an effect."""


class OverrunError(Exception):
    """The run did not end in the time that it had."""


@dataclass(eq=False)
class Process:
    """What lives and dies together: an invocation with all of its tasks."""

    name: str
    dead: bool = False
    tasks: "list[Task]" = field(default_factory=list)


@dataclass(eq=False)
class Task:
    """A task of a process. Parked, it goes on at `wakes`, or when it was notified and its condition holds."""

    name: str
    process: Process
    work: Callable[[], object]
    wakes: float
    holds: Callable[[], bool] | None = None
    told: bool = False
    ended: bool = False
    worker: "_Worker | None" = None


class Scheduler:
    """Runs tasks one at a time; `now` is in seconds."""

    def __init__(self, chance: Chance, limit: float, note: Callable[[str], None] = lambda _: None) -> None:
        """End every run after `limit` seconds of its own time. `note` is called with whatever a task raised."""
        self.now = 0.0
        self.crashes: list[str] = []
        self._chance, self._limit, self._note = chance, limit, note
        self._tasks: list[Task] = []
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._current: Task | None = None
        self._failure: BaseException | None = None
        self._closing = False
        self._idle: list[_Worker] = []
        self._workers: list[_Worker] = []
        self._main = Lock()
        self._main.acquire()

    def start(self, process: Process, name: str, work: Callable[[], object]) -> Task:
        """Start a task of a process."""
        task = Task(name, process, work, self.now)
        process.tasks.append(task)
        self._tasks.append(task)
        return task

    def at(self, moment: float, call: Callable[[], None]) -> None:
        """Do something at a moment, in no process; it must not wait."""
        self._number += 1
        heapq.heappush(self._calls, (max(moment, self.now), self._number, call))

    def pause(self, seconds: float = 0.0) -> None:
        """Let time pass for the running task; meanwhile all others run."""
        task = self._running()
        task.wakes, task.holds = self.now + seconds, None
        self._park(task)

    def waker(self) -> Callable[[], None]:
        """Return what ends a pause of the running task, called by another task."""
        task = self._running()

        def wake() -> None:
            task.wakes = min(task.wakes, self.now)

        return wake

    def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds, checked when the process is notified; return False after `seconds`."""
        until = self.now + max(seconds, 0.0) + LATE_S
        self.pause()
        task = self._running()
        while not holds():
            if self.now >= until:
                return False
            task.wakes, task.holds, task.told = until, holds, False
            self._park(task)
        return True

    def notify(self, process: Process) -> None:
        """Let the tasks of a process check their conditions."""
        for task in process.tasks:
            task.told = True

    def alive(self) -> None:
        """Raise Killed in a task whose process has been killed."""
        self._running()

    @property
    def running(self) -> str:
        """The name of the running process."""
        return self._running().process.name

    def kill(self, process: Process) -> None:
        """Stop all tasks of a process forever, wherever they are."""
        process.dead = True

    def run(self) -> None:
        """Run until nothing is left to do. Raises OverrunError, and what a call raised."""
        self._hand_on()
        self._main.acquire()
        self._close()
        if self._failure is not None:
            raise self._failure

    def _running(self) -> Task:
        task = self._current
        assert task is not None, "only a part of a process can wait"
        if task.process.dead:
            raise Killed
        return task

    def _park(self, task: Task) -> None:
        following = self._next()
        if following is not task:
            self._pass(following)
            assert task.worker is not None
            task.worker.go.acquire()
        self._current = task
        if task.process.dead:
            raise Killed

    def _hand_on(self) -> None:
        self._pass(self._next())

    def _pass(self, following: Task | None) -> None:
        self._current = following
        if following is None:
            self._main.release()
            return
        if following.worker is None:
            following.worker = self._idle.pop() if self._idle else self._hire()
            following.worker.task = following
        following.worker.go.release()

    def _hire(self) -> "_Worker":
        worker = _Worker(self._do)
        self._workers.append(worker)
        return worker

    def _next(self) -> Task | None:
        """Return the task that runs next. First do the calls that are due, and let as much time pass as needed."""
        try:
            while True:
                ready = [task for task in self._tasks if self._ready(task)]
                due = bool(self._calls) and self._calls[0][0] <= self.now and not self._closing
                if not ready and not due:
                    if self._closing or not self._pass_time():
                        return None
                    continue
                chosen = self._chance.first_of(len(ready) + due)
                if chosen < len(ready):
                    return ready[chosen]
                heapq.heappop(self._calls)[2]()
        except BaseException as error:  # noqa: BLE001 - it is raised where the run was started
            self._failure = self._failure or error
            return None

    def _ready(self, task: Task) -> bool:
        if task.process.dead or task.wakes <= self.now:
            return True
        if task.told and task.holds is not None:
            task.told = task.holds()
            return task.told
        return False

    def _pass_time(self) -> bool:
        moments = [task.wakes for task in self._tasks]
        moments += [self._calls[0][0]] if self._calls else []
        if not moments:
            return False
        self.now = max(self.now, min(moments))
        if self.now > self._limit:
            waiting = sorted(f"{task.process.name}: {task.name}" for task in self._tasks)
            raise OverrunError(f"not at an end after {self._limit:.0f} s: {', '.join(waiting)}")
        return True

    def _do(self, worker: "_Worker") -> None:
        """Run a task to its end, in its worker's thread, and then let the next task run."""
        task = worker.task
        assert task is not None
        try:
            if not task.process.dead:
                task.work()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - a part that raises is something to be found
            self.crashes.append(f"{task.process.name}: {task.name} raised {type(error).__name__}: {error}")
            self._note(self.crashes[-1])
        task.ended = True
        self._tasks.remove(task)
        self.notify(task.process)
        worker.task = None
        self._idle.append(worker)
        self._hand_on()

    def _close(self) -> None:
        """End all tasks that still run, and the workers."""
        self._closing = True
        for task in self._tasks:
            task.process.dead = True
        self._hand_on()
        self._main.acquire()
        for worker in self._workers:
            worker.go.release()
            worker.thread.join()


class _Worker:
    """A thread that runs one task after another, each in its turn."""

    def __init__(self, do: Callable[["_Worker"], None]) -> None:
        self.task: Task | None = None
        self.go = Lock()
        self.go.acquire()
        self._do = do
        self.thread = Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        while True:
            self.go.acquire()
            if self.task is None:
                return
            self._do(self)


class ScheduledTasks:
    """The port `TaskGroup` on the scheduler: the tasks of one invocation."""

    def __init__(self, scheduler: Scheduler, process: Process) -> None:
        self._scheduler, self._process = scheduler, process
        self._tasks: list[Task] = []

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Start a task."""
        self._scheduler.alive()
        self._tasks.append(self._scheduler.start(self._process, name, work))

    def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds, for at most `seconds`."""
        return self._scheduler.wait(holds, seconds)

    def notify(self) -> None:
        """Let the waiting tasks check again."""
        self._scheduler.notify(self._process)

    def join(self, seconds: float) -> list[str]:
        """Wait until all tasks have ended; return the names of those that have not."""
        self._scheduler.wait(lambda: all(task.ended for task in self._tasks), seconds)
        return [task.name for task in self._tasks if not task.ended]
