"""What the streams of two services have in common: blocks that open, grow and close, each with its index."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from local.models.steps import Fail, Finish, Garbage, Refuse, Text, Thought, Use

Block = Text | Thought | Use


class Wire(ABC):
    """How one service writes its stream; a block's index counts from 0."""

    content_type: str

    @abstractmethod
    def check(self, path: str, body: Any, size: int) -> Refuse | None:
        """Return how the service refuses a request to this path with a body of this size; None if it accepts it."""

    @abstractmethod
    def begin(self, finish: Finish) -> bytes:
        """Return the first events; `finish` holds the tokens of the input."""

    @abstractmethod
    def open(self, index: int, step: Block) -> bytes:
        """Return the start of a block."""

    @abstractmethod
    def piece(self, index: int, kind: type[Block], text: str) -> bytes:
        """Return a piece of a block."""

    @abstractmethod
    def close(self, index: int) -> bytes:
        """Return the end of a block."""

    @abstractmethod
    def fail(self, step: Fail) -> bytes:
        """Return an error in the middle of the stream."""

    @abstractmethod
    def finish(self, step: Finish) -> bytes:
        """Return the last events."""

    @abstractmethod
    def refuse(self, step: Refuse) -> tuple[dict[str, str], Any]:
        """Return the headers and the JSON body of an HTTP error."""


class Writer:
    """Writes the steps of one answer."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._open: type[Block] | None = None
        self._index = -1

    def write(self, step: Block | Fail | Garbage | Finish) -> Iterator[bytes]:
        """Return the bytes of a step, in the pieces in which they are sent."""
        match step:
            case Text(text) | Thought(text):
                yield self._opened(step) + self._wire.piece(self._index, type(step), text)
            case Use():
                yield self._opened(step)
                yield from (self._wire.piece(self._index, Use, fragment) for fragment in step.fragments)
            case Fail():
                yield self._wire.fail(step)
            case Garbage(data):
                yield data
            case Finish():
                yield self._closed() + self._wire.finish(step)

    def _opened(self, step: Block) -> bytes:
        if self._open is type(step) and not isinstance(step, Use):
            return b""
        closed = self._closed()
        self._open, self._index = type(step), self._index + 1
        return closed + self._wire.open(self._index, step)

    def _closed(self) -> bytes:
        before, self._open = self._open, None
        return self._wire.close(self._index) if before else b""
