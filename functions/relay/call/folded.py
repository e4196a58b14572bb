"""Folds a log that has grown since it was last folded.

If only newer entries came, it goes on from the earlier call. Otherwise it begins again.
"""

from collections.abc import Iterable
from functools import reduce

from functions.relay.call.call import Call, advance, fold
from functions.relay.call.sorting import as_heard
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Entries, Entry


@dataclass(frozen=True, slots=True)
class Folded:
    """Some entries, in the order in which they were heard, and the call that they describe."""

    entries: Entries = ()
    call: Call = Call()

    def extended_to(self, entries: Iterable[Entry]) -> Call:
        """Return the call that these entries describe, as `fold` does. They usually begin with the known ones."""
        heard = as_heard(entries)
        size = len(self.entries)
        return reduce(advance, heard[size:], self.call) if heard[:size] == self.entries else fold(heard)


def folded(entries: Iterable[Entry]) -> Folded:
    """Return these entries with their call."""
    heard = as_heard(entries)
    return Folded(heard, reduce(advance, heard, Call()))
