"""What the caller heard of each turn, what history says of it, and where nobody can know."""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property

from functions.relay.call import Call
from functions.relay.events import Closed, Key
from functions.relay.history import history
from functions.relay.model import AgentSaid
from tests.simulation.seen import Seen

REPORTS = ("tokensPlayed", "interrupt", "setup")


class Hearing:
    """The ear of the caller beside the history of the call, at the end of a run."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    @property
    def comparable(self) -> bool:
        """Whether all that Twilio reported came into the log, and no words were heard that could not be noted."""
        reported = (one.key in self._seen.put_at for one in self._seen.record.emitted if one.kind in REPORTS)
        return all(reported) and not any(self._seen.apologised(post.by) for post in self._seen.arrived)

    def said(self) -> Iterator[tuple[Key, str]]:
        """Return what history says of each turn that the log still tells in full, letters only."""
        for turn in self._seen.call.turns:
            lines = history(Call(turns=(turn,)))
            yield turn.key, letters(line.text for line in lines if isinstance(line, AgentSaid))

    @cached_property
    def heard(self) -> dict[Key, str]:
        """What the caller was played of each turn, letters only; the greeting's is the opening entry's."""
        greeting = next((turn.key for turn in self._seen.call.turns if not turn.caller), Key(0, ""))
        heard: dict[Key, str] = {}
        for one in self._seen.record.heard:
            key = one.turn or greeting
            heard[key] = heard.get(key, "") + letters([one.text])
        return heard

    def uncertain(self, key: Key) -> bool:
        """Whether nobody can know what was heard of a turn."""
        return (
            self._seen.lost(key)
            or self._unnoted(key)
            or self._pending_at_the_end(key)
            or self._taken_while_playing(key)
            or self._overtaken(key)
            or self._echoed(key)
            or self._purged_and_joined(key)
            or self._purged_and_killed(key)
        )

    def _pending_at_the_end(self, key: Key) -> bool:
        """Whether words still waited when the socket ended, and `$disconnect` did not come."""
        record, entries = self._seen.record, self._seen.entries
        noted = any(isinstance(entry.event, Closed) for entry in entries)
        return record.closed is not None and not noted and key in record.pending

    def _unnoted(self, key: Key) -> bool:
        """Whether the words of a turn could not be noted, though it was tried again."""
        failed = [what for by in self._seen.of(key) for what in self._seen.faults(by) if what.startswith("put Said")]
        return sum("slow" not in what for what in failed) > 1

    def _overtaken(self, key: Key) -> bool:
        """Whether words of this turn arrived after words of a newer one."""
        newer = min((post.arrived or 0.0 for post in self._seen.arrived if post.turn.frame > key.frame), default=None)
        own = [post.arrived or 0.0 for post in self._seen.arrived if post.turn == key]
        return newer is not None and bool(own) and max(own) > newer

    def _taken_while_playing(self, key: Key) -> bool:
        """Whether words of one speaker of this turn were heard after another had begun."""
        own = [(post, text) for post, text in self._seen.texts if post.turn == key]
        begun: dict[str, float] = {}
        for post, _ in own:
            begun.setdefault(post.by, post.arrived or 0.0)
        taken = max(begun.values(), default=0.0)
        first = len(letters(text.token for post, text in own if begun[post.by] < taken))
        heard = len(letters(one.text for one in self._seen.record.heard if one.turn == key and one.at < taken))
        return first > heard

    def _echoed(self, key: Key) -> bool:
        """Whether words that are said twice are reported after the interrupt that cut them off, or after a purge."""
        heard = [letters([one.text]) for one in self._seen.record.heard if one.turn == key]
        if key in self._purged and len(set(heard)) < len(heard):
            return True
        return any(words in letters(self._texts_of(key)) for words in self._echoes)

    @cached_property
    def _echoes(self) -> list[str]:
        played = [one for one in self._seen.record.emitted if one.kind == "tokensPlayed"]
        said = [letters([text.token]) for _, text in self._seen.texts]
        found = []
        for purge in self._seen.purges:
            words = letters([json.loads(purge.body)["utteranceUntilInterrupt"]])
            after = any(one.at == purge.at and one.key > purge.key for one in played)
            found += [words] if after and sum(one.count(words) for one in said) > 1 else []
        return found

    def _texts_of(self, key: Key) -> Iterator[str]:
        return (text.token for post, text in self._seen.texts if post.turn == key)

    @cached_property
    def _purged(self) -> frozenset[Key]:
        return frozenset(key for one in self._seen.purges for key in one.cut)

    def _purged_and_joined(self, key: Key) -> bool:
        """Whether a turn shared a clause with one of which a purge had taken words, or that was overtaken."""
        doubtful = self._purged | {one.key for one in self._seen.prompts if self._overtaken(one.key)}
        return any(key in turns and turns & doubtful for turns in self._seen.record.joined)

    def _purged_and_killed(self, key: Key) -> bool:
        """Whether words may seem to be those of somebody else who was killed before noting what was said."""
        unended = [turn for turn in self._seen.call.turns if turn.ended is None or turn.taken]
        doubtful = key in self._purged or self._seen.was_killed(key)
        return doubtful and (len(unended) > 1 or bool(unended and self._purged))


def letters(texts: Iterable[str]) -> str:
    """Return texts without white space, joined: the line trims and regroups it."""
    return "".join("".join(texts).split())
