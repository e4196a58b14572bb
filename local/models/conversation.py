"""A request to a model service, in a form that neither service uses: what the rules check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class CallBlock:
    """A tool call of the model."""

    id: str
    name: str
    input: Any


@dataclass(frozen=True, slots=True)
class ResultBlock:
    """The result of a tool; `texts` are its content."""

    id: str
    texts: tuple[str, ...]
    failed: bool


@dataclass(frozen=True, slots=True)
class OtherBlock:
    """A block that no rule here checks, such as a cache point."""


Block = TextBlock | CallBlock | ResultBlock | OtherBlock


@dataclass(frozen=True, slots=True)
class Message:
    """One message; the role is `user` or `assistant`."""

    role: str
    blocks: tuple[Block, ...]

    @property
    def calls(self) -> list[str]:
        """The ids of the tools asked for."""
        return [block.id for block in self.blocks if isinstance(block, CallBlock)]

    @property
    def results(self) -> list[str]:
        """The ids of the results."""
        return [block.id for block in self.blocks if isinstance(block, ResultBlock)]

    @property
    def leading_results(self) -> list[str]:
        """The ids of the results before which the message has no other content."""
        ids = []
        for block in self.blocks:
            if not isinstance(block, ResultBlock):
                break
            ids.append(block.id)
        return ids


@dataclass(frozen=True, slots=True)
class DeclaredTool:
    """A tool that the request declares."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A request. `tools` is None if the request has no such field; `size` is in bytes.

    `sound` says whether the body is JSON by RFC 8259: Python also reads NaN and halves of surrogate pairs.
    """

    messages: tuple[Message, ...]
    system: tuple[str, ...] = ()
    tools: tuple[DeclaredTool, ...] | None = None
    max_tokens: int | None = None
    cache_points: int = 0
    size: int = 0
    sound: bool = True
