"""Defines one kind of text for machines: a mark that opens it, and the marks inside it."""

import re
from collections.abc import Callable

from functions.relay.dataclass import dataclass
from functions.relay.text.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of text for machines."""

    begun: str
    """Matches text that may become an opening mark."""

    opens: Pattern
    """Matches an opening mark."""

    marks: Callable[[re.Match[str]], Pattern | None]
    """Returns the pattern of the marks inside the section; None if the section is only its opening mark.

    The groups `close` and `open` end and begin a level. Any other mark, such as a string, is skipped.
    """


def section(begun: str, opens: str, closes: str) -> Section:
    """Return a section between two marks, given as patterns."""
    pattern = Pattern(f"(?P<close>{closes})")
    return Section(begun, Pattern(opens), lambda _: pattern)
