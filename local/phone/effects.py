"""What a session asks its runner to do, and what it reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .frames import Message
from .records import Clause, Problem, Speaking, Words


@dataclass(frozen=True, slots=True)
class Send:
    """Send this message to the application."""

    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket; the session is over."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The caller heard these words; those of one cycle join as they are."""

    text: str
    cycle: int


@dataclass(frozen=True, slots=True)
class Took:
    """A valid message of the application was accepted."""

    message: Message


@dataclass(frozen=True, slots=True)
class Warned:
    """Something happened that is allowed, but worth a look."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The caller has said or keyed everything that they began."""


Effect = Send | Close | Heard | Took | Warned | Finished | Problem | Clause | Words | Speaking
