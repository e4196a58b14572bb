"""Runs a function in a thread while the webhook goes on."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")


class BackgroundTask(Generic[T]):
    """Work that has begun in its own thread. Late work continues there, because a thread cannot be stopped."""

    def __init__(self, name: str, work: Callable[[], T]) -> None:
        """Begin the work. `name` is that of the thread."""
        self._work = work
        self._returned: SimpleQueue[Callable[[], T]] = SimpleQueue()
        threading.Thread(target=copy_context().run, args=(self._run,), name=name, daemon=True).start()

    def result(self, seconds: float) -> T:
        """Return what the work returned, or raise what it raised. Raises TimeoutError after `seconds`. Ask once."""
        try:
            returned = self._returned.get(timeout=seconds)
        except Empty:
            raise TimeoutError from None
        return returned()

    def _run(self) -> None:
        try:
            value = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._returned.put(partial(_raise, error))
        else:
            self._returned.put(lambda: value)


def _raise(error: BaseException) -> NoReturn:
    raise error
