"""Lets one task end the wait of another, as a cancel scope of trio does.

A thread that waits for a service cannot be stopped, but what it waits on can be closed. The adapter that opens a
connection registers how, and the wait then ends with an error.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, Token
from types import TracebackType

_RUNNING: "ContextVar[CancelScope | None]" = ContextVar("cancel_scope", default=None)


class CancelScope:
    """The waits of one task, which any task may cancel. The block of its `with` is the work of one task."""

    _before: "Token[CancelScope | None]"
    """How to leave the scope: set on entry."""

    def __init__(self) -> None:
        """Begin within the scope of the running task, if it has one: that scope cancels this one too."""
        self.cancelled = False
        self._closes: deque[Callable[[], None]] = deque()
        on_cancel(self.cancel)

    def __enter__(self) -> None:
        self._before = _RUNNING.set(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.forget()
        _RUNNING.reset(self._before)

    def cancel(self) -> None:
        """Close what the work waits on, now and later."""
        self.cancelled = True
        with suppress(IndexError):  # another task may cancel at the same time
            while True:
                self._closes.pop()()

    def forget(self) -> None:
        """Keep open what is registered: nothing waits on it any more, and its connection can be used again."""
        self._closes.clear()

    def add(self, close: Callable[[], None]) -> None:
        """Register how to close what the work waits on. It is closed at once if the scope is already cancelled."""
        self._closes.append(close)
        if self.cancelled:
            self.cancel()


def on_cancel(close: Callable[[], None]) -> None:
    """Register in the scope of the running task how to close what it waits on. Without a scope, nothing can be."""
    if scope := _RUNNING.get():
        scope.add(close)


def is_cancelled() -> bool:
    """Return whether the scope of the running task is cancelled, so that an error of its wait is no fault."""
    scope = _RUNNING.get()
    return scope is not None and scope.cancelled
