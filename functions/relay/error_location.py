"""Says where an error came from. It leaves out the error's message, which may hold the caller's words."""

import sys
import traceback
from pathlib import Path
from types import FrameType

from functions.relay.ports import OperatorError

ROOT = Path(__file__).parents[2]

INNER = ("functions.relay", "functions.discovery", "dataclasses")
"""Modules in which users write nothing."""

WRITTEN_BY = (("functions", "agents"), ("tests",), ("functions",))
"""The folders below the root in which the line of an error is looked for, in this order."""


def location_of(error: BaseException) -> str:
    """Return the class, file and line of an error, such as `KeyError at functions/agents/helpline.py:31`.

    The line is the innermost one that the user wrote: a line of the standard library or of a package does not help
    the author of an agent. For an `OperatorError`, return its message.
    """
    if isinstance(error, OperatorError):
        return str(error)
    frames = [(one.filename, one.lineno or 0) for one in traceback.extract_tb(error.__traceback__)]
    for folder in WRITTEN_BY:
        if inside := [frame for frame in frames if _below_root(frame[0]).parts[: len(folder)] == folder]:
            return f"{type(error).__name__} at {source_line(*inside[-1])}"
    return f"{type(error).__name__} at {source_line(*frames[-1]) if frames else 'an unknown place'}"


def written_at() -> str:
    """Return the file and line outside the core that runs now: a line that the user wrote."""
    frame: FrameType | None = sys._getframe(1)
    while frame and str(frame.f_globals.get("__name__")).startswith(INNER):
        frame = frame.f_back
    return source_line(frame.f_code.co_filename, frame.f_lineno) if frame else "an unknown place"


def source_line(file: str, number: int) -> str:
    """Return a line of a file, such as `functions/agents/helpline.py:31`."""
    return f"{_below_root(file)}:{number}"


def _below_root(file: str) -> Path:
    """Return a path relative to the project's root; unchanged if it is elsewhere or already relative."""
    path = Path(file)
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
