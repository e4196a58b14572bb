"""Defines one kind of text for machines: a delimiter that opens it, and the delimiters inside it."""

import re
from collections.abc import Callable

from functions.relay.dataclass import dataclass
from functions.relay.text.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of text for machines."""

    begun: str
    """Matches text that may become an opening delimiter."""

    opens: Pattern
    """Matches an opening delimiter."""

    delimiters: Callable[[re.Match[str]], Pattern | None]
    """Returns the pattern of the delimiters inside the section; None if the section is only its opening delimiter.

    The groups `close` and `open` end and begin a level. Any other delimiter, such as a string, is skipped.
    """


def section(begun: str, opens: str, closes: str) -> Section:
    """Return a section between two delimiters, given as patterns."""
    pattern = Pattern(f"(?P<close>{closes})")
    return Section(begun, Pattern(opens), lambda _: pattern)
