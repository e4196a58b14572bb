"""What the caller heard of each turn, what history says of it, and where nobody can know."""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property

from functions.relay.call.call import Call
from functions.relay.call.history import history
from functions.relay.log.events import AgentSaid, Closed
from functions.relay.log.keys import OPENING, Key
from functions.relay.wire.messages import Text
from functions.relay.wire.model import AgentMessage
from tests.simulation.records import Emitted
from tests.simulation.seen import Seen

REPORTS = ("tokensPlayed", "interrupt")


class Heard:
    """The ear of the caller beside the history of the call, at the end of a run."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def said(self) -> Iterator[tuple[Key, str]]:
        """Return what history says of each turn that the log still tells in full, letters only."""
        for turn in self._seen.call.turns:
            lines = history(Call(turns=(turn,)))
            yield turn.key, letters(line.text for line in lines if isinstance(line, AgentMessage))

    @cached_property
    def heard(self) -> dict[Key, str]:
        """What the caller was played of each turn, letters only; the greeting's is the opening entry's."""
        heard: dict[Key, str] = {}
        for one in self._seen.record.heard:
            key = one.turn or self._greeting
            heard[key] = heard.get(key, "") + letters([one.text])
        return heard

    def uncertain(self, key: Key) -> bool:
        """Whether nobody can know what was heard of a turn."""
        if not self._seen.record.reports and self._untold(key):
            return True
        return (
            self._doubtful(key)
            or self._like_a_doubtful(key)
            or self._purged_and_joined(key)
            or self._purged_and_killed(key)
        )

    def _untold(self, key: Key) -> bool:
        """Whether only reports could have told what was heard of a turn.

        So it is where words of it still waited at the socket's end; where some arrived after an interrupt; where an
        older turn's came after them; where anybody was killed; and where the words that an interrupt names are
        none, or not of this turn alone.
        """
        arrived = [post.arrived or 0.0 for post, _ in self._seen.texts if post.turn == key]
        purges = [one for one in self._seen.purges if one.key.frame > key.frame]
        killed = any(self._seen.was_killed(prompt.key) for prompt in self._seen.prompts)
        mixed = any(
            post.turn.frame < key.frame and (post.arrived or 0.0) > at
            for post, _ in self._seen.texts
            for at in arrived
        )
        return (
            key in self._seen.record.pending
            or killed
            or self._late(key)
            or mixed
            or any(self._unnamed(one, key) for one in purges)
        )

    def _unnamed(self, purge: Emitted, key: Key) -> bool:
        """Whether an interrupt that cut a turn does not name it by words which no other message has."""
        words = letters([json.loads(purge.body)["utteranceUntilInterrupt"]])
        said = [letters([text.token]) for _, text in self._seen.texts]
        return key in purge.cut and (not words or sum(one.count(words) for one in said) != 1)

    def _doubtful(self, key: Key) -> bool:
        """Whether something of a turn did not reach the line or the log, or not in its order."""
        return (
            self._seen.lost(key)
            or self._unnoted(key)
            or self._unsent(key)
            or self._pending_at_the_end(key)
            or self._taken_while_playing(key)
            or self._overtaken(key)
            or self._apologised_beside(key)
            or key in self._unreported
        )

    def _like_a_doubtful(self, key: Key) -> bool:
        """Whether a turn was to say the same words as another, and one of them is in doubt or came late.

        Whose they were cannot be told from a report then.
        """
        late = self._late(key)
        others = (
            words
            for turn, said in self._words.items()
            if turn != key and (late or self._late(turn) or self._doubtful(turn))
            for words in said
        )
        own = self._words.get(key, [])
        return any(one in other or other in one for other in others for one in own)

    def _late(self, key: Key) -> bool:
        """Whether words of a turn arrived after an interrupt that is later than its prompt."""
        purges = [one.at for one in self._seen.purges if one.key.frame > key.frame]
        return any(at < (post.arrived or 0.0) for post, _ in self._seen.texts if post.turn == key for at in purges)

    @cached_property
    def _words(self) -> dict[Key, list[str]]:
        """The messages of each turn, letters only."""
        words: dict[Key, list[str]] = {}
        for post in self._seen.record.posts:
            if isinstance(post.message, Text) and post.message.token.strip():
                words.setdefault(post.turn, []).append(letters([post.message.token]))
        return words

    @cached_property
    def _unreported(self) -> frozenset[Key]:
        """The turns of which a report or an interrupt never came into the log."""
        record, put_at = self._seen.record, self._seen.put_at
        missing = [one for one in record.emitted if one.kind in REPORTS and one.key not in put_at]
        moments = {one.at for one in missing}
        played = {one.turn or self._greeting for one in record.heard if one.at in moments}
        return frozenset(played | {key for one in missing for key in one.cut})

    @cached_property
    def _greeting(self) -> Key:
        return next((turn.key for turn in self._seen.call.turns if not turn.caller), OPENING)

    def _pending_at_the_end(self, key: Key) -> bool:
        """Whether words still waited when the socket ended, and `$disconnect` did not come."""
        record, entries = self._seen.record, self._seen.entries
        noted = any(isinstance(entry.event, Closed) for entry in entries)
        return record.closed is not None and not noted and key in record.pending

    def _unnoted(self, key: Key) -> bool:
        """Whether words of a turn were not noted by one who lived: the log was out of reach, however often tried."""
        puts = self._seen.record.puts
        noted = {
            put.by for put in puts if put.entry.key.frame == key.frame and isinstance(put.entry.event, AgentSaid)
        }
        spoke = {post.by for post, text in self._seen.texts if post.turn == key and text.token.strip()}
        return any(self._in_vain(by) for by in spoke - noted)

    def _in_vain(self, by: str) -> bool:
        """Whether an invocation lived to its end, and could not put what it tried to again and again."""
        failed = [what for what in self._seen.faults(by) if what.startswith("put") and "slow" not in what]
        return self._seen.invoked[by].killed is None and len(failed) > 1

    def _unsent(self, key: Key) -> bool:
        """Whether it is our own first words, and who took the call up again has not sent them."""
        sent = any(post.turn == OPENING for post in self._seen.arrived)
        return key == self._greeting and self._seen.before is not None and not sent

    def _overtaken(self, key: Key) -> bool:
        """Whether words of this turn arrived after words of a newer one."""
        newer = min((post.arrived or 0.0 for post in self._seen.arrived if post.turn.frame > key.frame), default=None)
        own = [post.arrived or 0.0 for post in self._seen.arrived if post.turn == key]
        return newer is not None and bool(own) and max(own) > newer

    def _apologised_beside(self, key: Key) -> bool:
        """Whether somebody apologised beside the one who answered: a frame that comes twice has two invocations."""
        speakers = {post.by for post, _ in self._seen.texts if post.turn == key}
        return len(speakers) > 1 and any(map(self._seen.apologised, speakers))

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
