"""What the commands print and ask, and the error that names its cure."""

import sys


class OpsError(RuntimeError):
    """A command cannot go on; `str(error)` names the cause, and `cure` says what to do."""

    def __init__(self, cause: str, cure: str = "") -> None:
        super().__init__(cause)
        self.cure = cure

    def __str__(self) -> str:
        """Return the cause and the cure."""
        return " ".join([str(self.args[0]), *([self.cure] if self.cure else [])])


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def agreed(question: str, yes: bool) -> bool:
    """Return whether to go on. `yes` is --yes; without it this asks in the terminal, and Ctrl-D means no."""
    if yes:
        return True
    if not sys.stdin.isatty():
        say(f"{question} There is no terminal to ask: add YES=1 to go on.")
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        say("")
        return False
