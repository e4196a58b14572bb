"""Starts a command of the project: `python -m local.start local.cli.run`.

No input of a user ends in a traceback: not Ctrl-C while packages are loading, not a terminal that cannot show every
character, not an agent's file that cannot be imported.
"""

import errno
import importlib
import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended. Source: POSIX shells, 128 and the number of SIGINT."""

UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENOTDIR, errno.EEXIST)
"""The errors of a system that does not let a file be written."""


def start(module: str) -> int:
    """Run the `main` of a module with the arguments of the command line; return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        with ended_by_ctrl_c():
            command = importlib.import_module(module)
        return int(command.main())
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # the reader has closed the pipe: nothing may be flushed to it at the end
        return 1
    except Exception as error:
        if not (words := _agents_fault(error) or _unwritable(error)):
            raise
        print(words, file=sys.stderr)
        return 2


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the process at once while the block loads packages, instead of raising KeyboardInterrupt.

    Python ignores exceptions in the callbacks of weak references, and an import calls some: it can lose a Ctrl-C.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _agents_fault(error: Exception) -> str:
    """Return what is wrong with an agent's file; empty if the error comes from another file."""
    from local.page.agents import fault  # noqa: PLC0415 - an error while this is loaded must end in words too

    found = fault(error)
    return str(found) if found.file else ""


def _unwritable(error: Exception) -> str:
    """Return which file could not be written, and why; empty for any other error."""
    match error:
        case OSError(errno=number, filename=str(file)) if number in UNWRITABLE:
            return f"{file} cannot be written: {error.strerror}. Run this where you may write, with room on the disk."
        case _:
            return ""


if __name__ == "__main__":
    name = sys.argv.pop(1)
    sys.exit(start(name))
