"""When an answer was owed, when the caller heard nothing meanwhile, and what is more than is promised."""

from collections.abc import Iterator
from functools import cached_property

from functions.relay.log.keys import Key
from functions.relay.wire.messages import End, Outgoing, Text
from tests.simulation.records import Emitted
from tests.simulation.seen import Seen

MEETS = 0.2
"""Seconds before the first words arrive in which an interrupt can come into the log unseen: a look and a post."""


class Silences:
    """The debts and silences of a run, at its end."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def debts(self) -> Iterator[tuple[Key, float, float]]:
        """Return from when to when each answer was owed."""
        record = self._seen.record
        for number, prompt in enumerate(self._seen.prompts):
            following = [one.at for one in self._seen.prompts[number + 1 :]]
            own = [post for post in self._seen.arrived if post.turn == prompt.key]
            answered = [post.arrived or 0.0 for post in own if isinstance(post.message, End) or _last(post.message)]
            began = min((post.arrived or 0.0 for post in own), default=record.over)
            purged = [one.at for one in self._seen.purges if prompt.key in one.cut or self._sorry_in(one, began)]
            yield prompt.key, prompt.at, min([*following, *answered, *purged, record.closed or record.over])

    def _sorry_in(self, purge: Emitted, began: float) -> bool:
        """Whether a purge took an apology that came in between the words of an answer which had begun."""
        return purge.at > began and bool(purge.cut & self._sorry)

    @cached_property
    def _sorry(self) -> set[Key]:
        return {post.turn for post in self._seen.arrived if self._seen.apologised(post.by)}

    def silences(self) -> Iterator[tuple[Key, float, float]]:
        """Return each time that a caller who was owed an answer heard nothing and said nothing."""
        for key, since, ended in self.debts():
            quiet = since
            for start, stop in sorted(self._seen.record.audible):
                if stop > quiet and start < ended:
                    if start > quiet:
                        yield key, quiet, start
                    quiet = stop
            if ended > quiet:
                yield key, quiet, ended

    def hopeless(self, key: Key) -> bool:
        """Whether more went wrong with a turn than is promised to be made good."""
        return any(map(self._hopeless, self._seen.answering(key)))

    def _hopeless(self, key: Key) -> bool:
        seen = self._seen
        if seen.lost(key) or self._met_by_interrupt(key):
            return True
        return seen.was_killed(key) and (not self._put(key) or key not in seen.record.reminded or self._twice(key))

    def _met_by_interrupt(self, key: Key) -> bool:
        """Whether an interrupt crossed with the first words: nobody can know then whose words it cut off."""
        first = min((post.arrived or 0.0 for post in self._seen.arrived if post.turn == key), default=0.0)
        return any(
            one.at <= first < self._seen.put_at.get(one.key, 0.0) + MEETS
            for one in self._seen.purges
            if one.key.frame > key.frame
        )

    def _put(self, key: Key) -> bool:
        return key in self._seen.put_at or self._seen.could_put(key)

    def _twice(self, key: Key) -> bool:
        """Whether a killed invocation's reminder was not sent, or went wrong itself; or the session never opened."""
        if self._seen.call.opened is None:
            return True
        own = self._seen.of(key)
        unsent = any(what.startswith("a reminder") for by in own for what in self._seen.faults(by))
        return unsent or any(self._seen.faults(by) for by in own if self._seen.invoked[by].reminder)


def _last(message: Outgoing) -> bool:
    return isinstance(message, Text) and message.last
