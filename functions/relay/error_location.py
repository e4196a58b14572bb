"""Says where an error came from without saying what it said: its message may hold the caller's words."""

import sys
import traceback
from pathlib import Path
from types import FrameType

from functions.relay.ports import OperatorError

ROOT = Path(__file__).parents[2]

INNER = ("functions.relay", "functions.discovery", "dataclasses")
"""Modules that no user writes in."""


def location_of(error: BaseException) -> str:
    """Return an error's class and the file and line that raised it; what is meant for the operator, in full."""
    if isinstance(error, OperatorError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return f"{type(error).__name__} at {place}"


def written_at() -> str:
    """Return the file and line that a user wrote which is being run: what is under way outside of the core."""
    frame: FrameType | None = sys._getframe(1)
    while frame and str(frame.f_globals.get("__name__")).startswith(INNER):
        frame = frame.f_back
    return source_line(frame.f_code.co_filename, frame.f_lineno) if frame else "an unknown place"


def source_line(file: str, number: int) -> str:
    """Return a line of a file as one says it: its path from the project's root, and its number."""
    path = Path(file)
    return f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{number}"
