"""Shows the errors of handlers and tools with tracebacks, only on the laptop, since they may hold a caller's words.

The handlers log the class and the line of an error. They log while they handle the error, so a logging handler still
sees all of it, and no code of `functions/` needs to know.
"""

import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import functions.agents
from functions.relay.ports import OperatorError

AGENTS = str(functions.agents.__path__[0])

Tell = Callable[[str], object]
"""Called with the text of one error, in the thread of the handler. The text may have several lines."""


@contextmanager
def tracebacks_to(tell: Tell) -> Iterator[None]:
    """Show each error that a handler logs, until the block ends."""
    logger, handler = logging.getLogger("hotline"), _Tracebacks(tell)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Tracebacks(logging.Handler):
    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Show the error that is being handled while this is logged. Of an OperatorError, show only the message."""
        error = sys.exc_info()[1]
        if error is None or isinstance(error, OperatorError):
            self._tell(record.getMessage())
        else:
            self._tell(f"{record.getMessage()}\n{_shown(error)}")


def _shown(error: BaseException) -> str:
    """Return a traceback that begins at the first line of an agent's file, if it passes through one."""
    trace = error.__traceback__
    while trace and not trace.tb_frame.f_code.co_filename.startswith(AGENTS):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace or error.__traceback__)).rstrip()
