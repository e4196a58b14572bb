"""Runs Lambda handlers in their own threads, at the same time as Lambda does, and records what went wrong."""

import asyncio
import json
import logging
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Literal

from local.aws.gateway import Deadline, Event, Outcome, Raised, Returned, TimedOut

logger = logging.getLogger("hotline.gateway")

Handler = Callable[[dict[str, Any], Any], Any]
Direction = Literal["in", "out", "gateway-error"]
Before = Callable[[Event], object] | None


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function: its handler, its name, its timeout in seconds and its memory in MB."""

    handler: Handler
    name: str = "local"
    timeout: float = 30.0
    memory_mb: int = 1024


def as_functions(handlers: Mapping[str, Handler | Function]) -> dict[str, Function]:
    """Return every value as a Function. A bare handler gets default settings and the name of its module."""
    return {key: as_function(value) for key, value in handlers.items()}


def as_function(value: Handler | Function) -> Function:
    """Return the function, or a bare handler as a function."""
    if isinstance(value, Function):
        return value
    return Function(value, name=str(getattr(value, "__module__", "local")).replace(".", "-"))


@dataclass(frozen=True, slots=True)
class Context:
    """The second argument of a handler. Source: "Using the Lambda context object to retrieve Python..."."""

    function_name: str
    memory_limit_in_mb: int
    deadline: float
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    log_stream_name: str = "local"

    @property
    def invoked_function_arn(self) -> str:
        """The ARN under which the function was called. Its Region and account are invented."""
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """The CloudWatch log group of the function."""
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Return whole milliseconds until the function's timeout; never negative."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


@dataclass(frozen=True, slots=True)
class Record:
    """One frame that passed: when (monotonic seconds), in which direction, on which connection, and its text."""

    at: float
    direction: Direction
    connection_id: str
    payload: str


@dataclass(frozen=True, slots=True)
class Failure:
    """One invocation that raised or ran out of time: its function, its event and the exception."""

    function_name: str
    event: Event
    error: BaseException


class Journal:
    """Everything that happened, in order. Any thread may write, read, or wait for a condition."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.failures: list[Failure] = []
        self.running = 0
        self.listeners: list[Callable[[Record], object]] = []
        self._changed = threading.Condition()

    def frame(self, direction: Direction, connection_id: str, payload: str) -> None:
        """Add a frame, with the time of now."""
        with self._changed:
            self.records.append(record := Record(time.monotonic(), direction, connection_id, payload))
            self._changed.notify_all()
        for listener in self.listeners:
            listener(record)

    def failure(self, function: Function, event: Event, error: BaseException) -> None:
        """Add a failed invocation and log it to `hotline.gateway`, with its traceback if it has one."""
        logger.error("The function %s failed", function.name, exc_info=error)
        with self._changed:
            self.failures.append(Failure(function.name, event, error))
            self._changed.notify_all()

    def count(self, change: int) -> None:
        """Change the number of invocations that have started and have not ended."""
        with self._changed:
            self.running += change
            self._changed.notify_all()

    def wait(self, holds: Callable[[], bool], timeout: float) -> bool:
        """Wait until `holds()`, which is called after every change; return False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(holds, timeout)


def invoke(function: Function, event: Event, journal: Journal, before: Before = None) -> Outcome:
    """Run a function in this thread, after `before`. Record a failure, and raise nothing."""
    try:
        if before is not None:
            before(event)
        context = Context(function.name, function.memory_mb, time.monotonic() + function.timeout)
        return Returned(function.handler(event, context))
    except BaseException as error:  # noqa: BLE001 - Lambda reports whatever escapes, SystemExit too
        journal.failure(function, event, error)
        return Raised(error)


class Workers:
    """Threads that start when all others are busy and stay for the next job, so that no job waits."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._free = 0
        self._lock = threading.Lock()

    def submit(self, job: Callable[[], None]) -> None:
        """Run `job`, which must not raise, at once in a free thread."""
        with self._lock:
            self._free -= 1
            if self._free < 0:
                self._start()
        self._jobs.put(job)

    def _start(self) -> None:
        # A daemon: a handler that never returns must not keep the process from ending.
        thread = threading.Thread(target=self._work, name=f"lambda-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        self._free += 1
        thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            del job  # otherwise the last event would live as long as this thread waits
            with self._lock:
                self._free += 1

    def stop(self, timeout: float) -> bool:
        """End every thread; return False if one was still busy after `timeout` seconds and was left behind."""
        for _ in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)


class Invoker:
    """Lambda for an event loop: runs functions in threads and always reports their outcome."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._workers = Workers()
        self._pending: set[asyncio.Future[Any]] = set()

    def start(self, function: Function, event: Event, before: Before = None) -> asyncio.Future[Outcome]:
        """Run at once, after `before`, in the same thread; return a future of the running loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()

        def done(outcome: Outcome) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(future.set_result, outcome)

        self._keep(future)
        self.journal.count(+1)
        self._workers.submit(lambda: self._run(function, event, before, done))
        return future

    def _run(self, function: Function, event: Event, before: Before, done: Callable[[Outcome], None]) -> None:
        done(invoke(function, event, self.journal, before))
        self.journal.count(-1)

    async def within(
        self, function: Function, event: Event, future: asyncio.Future[Outcome], patience: float
    ) -> Outcome:
        """Return the outcome, or TimedOut after `patience` seconds or the function's timeout. The thread runs on."""
        await asyncio.wait((future,), timeout=min(patience, function.timeout))
        if future.done():
            return future.result()
        deadline = Deadline.FUNCTION if function.timeout <= patience else Deadline.INTEGRATION
        self.journal.failure(function, event, TimeoutError(f"{deadline.value} timeout"))
        return TimedOut(deadline)

    async def outcome(self, function: Function, event: Event, patience: float, before: Before = None) -> Outcome:
        """Start and wait: see `start` and `within`."""
        return await self.within(function, event, self.start(function, event, before), patience)

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine in the background of the loop; `drain` waits for it."""
        self._keep(asyncio.create_task(work))

    def _keep(self, future: asyncio.Future[Any]) -> None:
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)

    async def drain(self, timeout: float) -> None:
        """Wait for everything that runs, at most `timeout` seconds."""
        if self._pending:
            await asyncio.wait(self._pending, timeout=timeout)

    def stop(self, timeout: float) -> bool:
        """End the threads; return False if one was still busy after `timeout` seconds and was left behind."""
        return self._workers.stop(timeout)


def invocation_payload(outcome: Outcome) -> tuple[bytes, str | None]:
    """Return the body of Lambda's Invoke response and its `X-Amz-Function-Error`; None if the function returned.

    Source: the Invoke page of the Lambda API reference.
    """
    match outcome:
        case Returned(value):
            return _marshalled(value)
        case Raised(error):
            return json.dumps(_error_document(error)).encode(), "Unhandled"
        case _:
            return json.dumps({"errorMessage": "Task timed out"}).encode(), "Unhandled"


def _marshalled(value: object) -> tuple[bytes, str | None]:
    try:
        return json.dumps(value).encode(), None
    except (TypeError, ValueError) as error:
        return json.dumps(_error_document(error)).encode(), "Unhandled"


def _error_document(error: BaseException) -> dict[str, object]:
    stack = traceback.format_tb(error.__traceback__)
    return {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": stack}
