"""The steps of a scripted answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text. Consecutive pieces share a block."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """A block of thinking, which the caller must not hear."""

    text: str


@dataclass(frozen=True, slots=True)
class Use:
    """A tool call of the model; its arguments come in these pieces."""

    id: str
    name: str
    fragments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of these seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stall:
    """A pause until the client gives up or the server stops. As the first step: not even an HTTP status."""


@dataclass(frozen=True, slots=True)
class Fail:
    """An error in the middle of the stream, with the service's own name for it."""

    code: str
    message: str = "The service says no more."


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are not an event of the stream."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Json:
    """A whole body in place of a stream."""

    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refuse:
    """An HTTP error in place of a stream."""

    status: int
    code: str
    message: str = "The service says no more."
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The end, with the stop reason as both services write it, and the tokens used."""

    reason: str = "end_turn"
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0


Step = Text | Thought | Use | Pause | Stall | Fail | Garbage | Json | Refuse | Drop | Finish


def spoken(text: str) -> tuple[Text, ...]:
    """Return the text as steps of one word each, spaces before the words."""
    starts = [0, *(place for place, sign in enumerate(text) if sign == " " and place), len(text)]
    return tuple(Text(text[start:end]) for start, end in pairwise(starts))
