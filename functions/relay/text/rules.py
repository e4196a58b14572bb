"""Defines a rule of what is spoken: where it may begin, where it is complete, and what is said then."""

import re
from collections.abc import Callable

from functions.relay.dataclass import dataclass
from functions.relay.text.pattern import Pattern
from functions.relay.text.spoken_text import SpokenText


@dataclass(frozen=True, slots=True)
class TextRule:
    """How one kind of markup is spoken."""

    begun: str
    """Matches text that may become this markup when more text comes."""

    whole: Pattern
    """Matches the complete markup."""

    act: Callable[[SpokenText, re.Match[str]], object]
    """Says what is spoken in its place."""

    at_words: bool = False
    """Whether the markup may begin with a letter, a digit or a space."""


def rule(
    begun: str, whole: str, act: Callable[[SpokenText, re.Match[str]], object], *, at_words: bool = False
) -> TextRule:
    """Return a rule. `whole` is a pattern as text."""
    return TextRule(begun, Pattern(whole), act, at_words)


def drop(out: SpokenText, _: re.Match[str]) -> None:
    """Say nothing, but separate two numbers that had a sign between them."""
    out.remove()


NEVER = r"(?!)"
"""The `begun` of a rule for which an earlier rule already waits."""
