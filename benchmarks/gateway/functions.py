"""Lambda on this machine: an environment is a process that handles one event at a time and stays warm.

In Lambda each cold start has its own processor. Here as many run at once as this machine has processors, and the
others wait. An event that waits goes to the first environment that is free, and a start that no event needs any more
is left out. Lambda would not leave it out: `Functions.waited` counts each event that found no environment free.
"""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import defaultdict, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from local.aws.gateway import Event, Outcome, Raised, Returned

SCRIPT = Path(__file__).with_name("environment.py")
LONGEST_LINE = 8 * 1024 * 1024
LOG = Path(".build/bench-environments.log")


@dataclass(slots=True)
class Invocation:
    """One invocation. All times are in seconds; `began` and `ended` are by the clock of this machine."""

    function: str
    what: str
    """What invoked it: the type of a frame, the path of a webhook, or the kind of a reminder."""

    began: float
    cold: bool = False
    start_s: float = 0.0
    """How long it waited for an environment. A cold one had to start."""

    start_cpu_s: float = 0.0
    cpu_s: float = 0.0
    ended: float | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """A process that has imported a handler. `cpu_s` are the seconds of the processor that its start took."""

    function: str
    process: Process
    cpu_s: float

    @classmethod
    async def start(cls, function: str, checkout: Path, variables: Mapping[str, str]) -> Self:
        """Start a process, and wait until it has imported the handler. Raises EOFError if that fails."""
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("a") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, str(SCRIPT), function),
                cwd=checkout,
                env=dict(variables),
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                limit=LONGEST_LINE,
            )
        try:
            return cls(function, process, (await _answer(process))["cpu_s"])
        except (EOFError, asyncio.CancelledError):
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise

    async def handle(self, event: Event) -> Any:
        """Return the answer to one event."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(event).encode() + b"\n")
        return await _answer(self.process)

    async def stop(self) -> None:
        """End the process."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


async def _answer(process: Process) -> Any:
    assert process.stdout
    if not (line := await process.stdout.readline()):
        raise EOFError(f"An environment ended; see {LOG}.")
    return json.loads(line)


Waiting = asyncio.Future[tuple[Environment, bool]]
"""An event that waits for an environment, and learns whether that is new."""


@dataclass(slots=True)
class Functions:
    """The functions of a checkout: an event runs in the environment that was used last, or in a new one."""

    checkout: Path
    variables: Mapping[str, str]
    invocations: list[Invocation] = field(default_factory=list)
    environments: list[Environment] = field(default_factory=list)
    waited: int = 0
    """The events that found no environment free, whether one was started for them or not."""

    _idle: dict[str, list[Environment]] = field(default_factory=lambda: defaultdict(list))
    _waiting: dict[str, deque[Waiting]] = field(default_factory=lambda: defaultdict(deque))
    _processors: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(os.cpu_count() or 1))
    _starts: set[asyncio.Task[None]] = field(default_factory=set)

    async def invoke(self, function: str, event: Event, what: str) -> Outcome:
        """Run a function and record it."""
        one = Invocation(function, what, time.monotonic())
        self.invocations.append(one)
        environment, one.cold = await self._free(function)
        one.start_s = time.monotonic() - one.began
        answer = await environment.handle(event)
        self._release(environment, cold=False)
        one.ended, one.cpu_s, one.error = time.monotonic(), answer["cpu_s"], answer.get("error", "")
        one.start_cpu_s = environment.cpu_s if one.cold else 0.0
        return Raised(RuntimeError(one.error)) if one.error else Returned(answer["value"])

    async def forget(self) -> None:
        """End the environments that handle nothing: the next event of each function finds a cold start."""
        idle = [one for some in self._idle.values() for one in some]
        self._idle.clear()
        for one in idle:
            await one.stop()

    async def stop(self) -> None:
        """End all environments, when no event is left. Those that still start are not waited for."""
        for start in self._starts:
            start.cancel()
        await asyncio.gather(*self._starts, return_exceptions=True)
        for one in self.environments:
            await one.stop()

    async def _free(self, function: str) -> tuple[Environment, bool]:
        """Return an environment that handles nothing, and whether it is new."""
        if idle := self._idle[function]:
            return idle.pop(), False
        self.waited += 1
        waiting: Waiting = asyncio.get_running_loop().create_future()
        self._waiting[function].append(waiting)
        start = asyncio.create_task(self._start(function))
        self._starts.add(start)
        start.add_done_callback(self._starts.discard)
        return await waiting

    async def _start(self, function: str) -> None:
        """Start an environment, unless all events have found one meanwhile."""
        async with self._processors:
            if not self._waiting[function]:
                return
            try:
                environment = await Environment.start(function, self.checkout, self.variables)
            except EOFError as error:
                if waiting := self._waiting[function]:
                    waiting.popleft().set_exception(error)
                return
        self.environments.append(environment)
        self._release(environment, cold=True)

    def _release(self, environment: Environment, *, cold: bool) -> None:
        """Give an environment to the event that has waited longest, or keep it warm."""
        if waiting := self._waiting[environment.function]:
            waiting.popleft().set_result((environment, cold))
        else:
            self._idle[environment.function].append(environment)
