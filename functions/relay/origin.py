"""Says where an error came from without saying what it said: its message may hold the caller's words."""

import traceback

from functions.relay.ports import OperatorError


def origin(error: BaseException) -> str:
    """Return an error's class and the file and line that raised it; what is meant for the operator, in full."""
    if isinstance(error, OperatorError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return f"{type(error).__name__} at {place}"
