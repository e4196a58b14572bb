"""An event loop in its own thread, for a synchronous program."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any


class Background:
    """Runs coroutines in one thread until `close`, which cancels those that still run and waits for the thread."""

    def __init__(self, name: str) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Future[None]] = set()
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self._started.wait()

    def start(self, work: Coroutine[Any, Any, None], done: Callable[[BaseException | None], None]) -> None:
        """Run `work`. When it has ended, `done` is called in the thread, with the error if it failed."""

        def begin() -> None:
            task = asyncio.ensure_future(work)
            self._tasks.add(task)
            task.add_done_callback(lambda task: self._finished(task, done))

        self.call(begin)

    def call(self, function: Callable[[], None]) -> None:
        """Call `function` in the thread soon."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(function)

    def close(self) -> None:
        """End the thread; a second call does nothing."""
        if self._thread.is_alive():
            self.call(self._stop.set)
            self._thread.join()

    def _finished(self, task: asyncio.Future[None], done: Callable[[BaseException | None], None]) -> None:
        self._tasks.discard(task)
        done(None if task.cancelled() else task.exception())

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started.set()
        await self._stop.wait()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        # A transport that was closed frees its socket one turn of the loop later.
        await asyncio.sleep(0)
