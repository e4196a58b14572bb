"""A rule of what is spoken: where it may begin, where it is whole, and what is said then."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from functions.relay.text.spoken_text import SpokenText


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of markup is spoken: `begun` matches where more text may make it one, `whole` where it is."""

    begun: str
    whole: re.Pattern[str]
    act: Callable[[SpokenText, re.Match[str]], object]


def rule(begun: str, whole: str, act: Callable[[SpokenText, re.Match[str]], object]) -> Rule:
    """Return a rule, its `whole` given as a pattern's text."""
    return Rule(begun, re.compile(whole), act)


def drop(out: SpokenText, _: re.Match[str]) -> None:
    """Say nothing, and keep two numbers apart that had a mark between them."""
    out.remove()


NEVER = r"(?!)"
"""The `begun` of a rule that an earlier one waits for."""
