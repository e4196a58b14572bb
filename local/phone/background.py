"""An event loop in a thread of its own, for a synchronous program."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any


class Background:
    """Runs coroutines in one thread until `close`, which cancels what is left and waits for the thread to end."""

    def __init__(self, name: str) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Future[None]] = set()
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self._started.wait()

    def start(self, work: Coroutine[Any, Any, None], done: Callable[[BaseException | None], None]) -> None:
        """Run `work`; `done` is told, in the thread, when it is over, and by what error it failed, if it did."""

        def begin() -> None:
            task = asyncio.ensure_future(work)
            self._tasks.add(task)
            task.add_done_callback(lambda task: self._finished(task, done))

        self.call(begin)

    def call(self, function: Callable[[], None]) -> None:
        """Have `function` called in the thread soon."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(function)

    def close(self) -> None:
        """End the thread; a second time nothing happens."""
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
        # A transport that was closed lets go of its socket one turn of the loop later.
        await asyncio.sleep(0)
