"""When an answer was owed, when the caller heard nothing meanwhile, and which silences are too long."""

from collections.abc import Iterator
from functools import cached_property

from functions.relay.log.events import MachineAnswered, NoiseEnded
from functions.relay.log.keys import Key
from functions.relay.wire.messages import End, Outgoing, Text
from tests.simulation.records import Emitted, Posted
from tests.simulation.seen import Seen

MEETS_S = 0.2
"""Seconds before the first words arrive in which an interrupt may be logged unseen: a look and a post."""


class Silences:
    """The owed answers and the silences of a run, at its end."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def debts(self) -> Iterator[tuple[Key, float, float]]:
        """Return from when to when each answer was owed. A machine waits for none, and ends what was owed before."""
        record = self.seen.record
        for number, prompt in enumerate(self.seen.owed):
            if prompt.text == MachineAnswered.__name__:
                continue
            following = [one.at for one in self.seen.owed[number + 1 :]]
            own = [post for post in self.seen.arrived if post.turn == prompt.key]
            own += self._continued(prompt.key) if own else []
            answered = [post.arrived or 0.0 for post in own if isinstance(post.message, End) or _last(post.message)]
            began = min((post.arrived or 0.0 for post in own), default=record.over)
            purged = [one.at for one in self.seen.purges if prompt.key in one.cut or self._sorry_in(one, began)]
            yield prompt.key, prompt.at, min([*following, *answered, *purged, record.closed or record.over])

    def _continued(self, key: Key) -> list[Posted]:
        """Return the words with which a turn after a noise continued the answer to this turn."""
        noises = {put.entry.key for put in self.seen.record.puts if isinstance(put.entry.event, NoiseEnded)}
        return [post for post in self.seen.arrived if post.turn in noises and post.turn > key]

    def _sorry_in(self, purge: Emitted, began: float) -> bool:
        """Whether a purge took an apology that came between the words of an answer which had begun."""
        return purge.at > began and bool(purge.cut & self._sorry)

    @cached_property
    def _sorry(self) -> set[Key]:
        return {post.turn for post in self.seen.arrived if self.seen.apologised(post.by)}

    def silences(self) -> Iterator[tuple[Key, float, float]]:
        """Return each time that a caller who was owed an answer heard nothing and said nothing."""
        for key, since, ended in self.debts():
            quiet = since
            for start, stop in sorted(self.seen.record.audible):
                if stop > quiet and start < ended:
                    if start > quiet:
                        yield key, quiet, start
                    quiet = stop
            if ended > quiet:
                yield key, quiet, ended

    def met_by_interrupt(self, key: Key) -> bool:
        """Whether an interrupt crossed with the first words: then nothing says whose words it cut off."""
        first = min((post.arrived or 0.0 for post in self.seen.arrived if post.turn == key), default=0.0)
        return any(
            one.at <= first < self.seen.put_at.get(one.key, 0.0) + MEETS_S
            for one in self.seen.purges
            if one.key.frame > key.frame
        )

    def put(self, key: Key) -> bool:
        """Whether the prompt of a turn was logged, or could have been."""
        return key in self.seen.put_at or self.seen.could_put(key)

    def reminded_in_vain(self, key: Key) -> bool:
        """Whether a reminder of a turn was not sent, or one that it had or shared met a fault."""
        unsent = any(what.startswith("a reminder") for by in self.seen.of(key) for what in self.seen.faults(by))
        return unsent or any(map(self.seen.faults, self.seen.checking(key)))


def _last(message: Outgoing) -> bool:
    return isinstance(message, Text) and message.last
