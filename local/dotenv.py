"""Reads `.env`, a laptop's keys and secrets: NAME=value on each line. A variable that is already set wins."""

import os
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path

FILE = Path(__file__).parents[1] / ".env"

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


class DotenvError(ValueError):
    """A line of `.env` cannot be read; `str(error)` names the line and the cure, and holds no value."""


def load(file: Path = FILE, environment: MutableMapping[str, str] = os.environ) -> None:
    """Set the variables of a file that are not set yet. Without the file nothing happens. Raises DotenvError."""
    for name, value in read(file).items():
        if value:
            environment.setdefault(name, value)


def read(file: Path = FILE) -> Mapping[str, str]:
    """Return the variables in a file. Raises DotenvError."""
    found: dict[str, str] = {}
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not (matched := _LINE.fullmatch(line.strip())):
            raise DotenvError(f"{file.name}:{number}: this is not a variable; write NAME=value.")
        found[matched[1]] = _value(matched[2])
    return found


def variable_of(secret: str) -> str:
    """Return the variable that holds a secret of the agents on a laptop: `SMS_TOKEN` for `sms-token`."""
    return re.sub(r"[^A-Z0-9]", "_", secret.upper())


def _value(text: str) -> str:
    """Return a value without its quotes, or without the comment that follows it."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return re.split(r"\s+#", text, maxsplit=1)[0].strip()
