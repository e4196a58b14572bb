"""Reads the lines that are typed or piped in during a call into commands. Pure."""

import re
from dataclasses import dataclass
from enum import Enum

HELP = """Type what the caller says and press Enter. While the agent speaks, this interrupts it.
  /interrupt [words]   barge in           /dtmf 5    press keys: 0 to 9, * and #
  /drop                lose the socket    /hangup    hang up
  /call                call again         /answer    take a planned call that rings
  /quit                end (or Ctrl-C, Ctrl-D)"""

PIPED_HELP = (
    "Only in a script: /hears words fails if the caller has not heard the words by then. "
    "A line that begins with # is a comment."
)


@dataclass(frozen=True, slots=True)
class Say:
    """The caller says this. If the agent speaks, this interrupts it."""

    text: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The caller barges in while the agent speaks, with these words, or with a noise if there are none."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses these keys."""

    keys: str


@dataclass(frozen=True, slots=True)
class Hears:
    """The caller must have heard these words by now."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no such command; `reason` says what is possible."""

    reason: str


class Plain(Enum):
    """The commands without an argument."""

    ANSWER = "/answer"
    CALL = "/call"
    DROP = "/drop"
    HANG_UP = "/hangup"
    HELP = "/help"
    NOTHING = ""
    QUIT = "/quit"


Command = Say | Interrupt | Press | Hears | Refused | Plain


def read(line: str) -> Command:
    """Return the command in a line. A line without a slash at its beginning is what the caller says."""
    name, _, rest = line.strip().partition(" ")
    argument = rest.strip()
    match name.lower():
        case "/interrupt":
            return Interrupt(argument)
        case "/dtmf" if re.fullmatch(r"[0-9*#]+", argument):
            return Press(argument)
        case "/dtmf":
            return Refused(f"{argument!r} are no keys: press 0 to 9, * and #, such as /dtmf 5")
        case "/hears" if argument:
            return Hears(argument)
        case command if command in {one.value for one in Plain} and not argument:
            return Plain(command)
        case command if command.startswith("/"):
            return Refused(f"There is no command {line.strip()!r}.\n{HELP}")
        case _:
            return Say(line.strip())
