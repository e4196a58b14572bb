"""Compiles a regular expression when it is first used: to compile all of this folder would slow each cold start."""

import re
from functools import cached_property


class Pattern:
    """A regular expression that is not compiled yet."""

    def __init__(self, text: str, flags: int = 0) -> None:
        """`text` and `flags` as in `re.compile`."""
        self.text, self.flags = text, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern. Raises re.error."""
        return re.compile(self.text, self.flags)
