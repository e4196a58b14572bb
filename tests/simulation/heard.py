"""What the caller heard of each turn, what the history says of it, and where this cannot be known."""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import combinations

from functions.relay.call.call import Call
from functions.relay.call.history import history
from functions.relay.log.events import AgentSaid, Closed, EndClaimed, SessionOpened
from functions.relay.log.keys import OPENING, Key
from functions.relay.wire.messages import Prompt, Text
from functions.relay.wire.model import AgentMessage
from tests.simulation.records import Emitted
from tests.simulation.seen import Seen
from tests.simulation.words import WORD

REPORTS = ("tokensPlayed", "interrupt")


class Heard:
    """What the caller heard, and the history of the call, at the end of a run."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def said(self) -> Iterator[tuple[Key, str]]:
        """Return what the history says of each turn that the log still holds in full, letters only."""
        for turn in self._seen.call.turns:
            lines = history(Call(turns=(turn,)))
            yield turn.key, letters(line.text for line in lines if isinstance(line, AgentMessage))

    @cached_property
    def heard(self) -> dict[Key, str]:
        """The words of each turn that were played, letters only. The greeting's are those of the opening entry."""
        heard: dict[Key, str] = {}
        for one in self._seen.record.heard:
            key = one.turn or self._greeting
            heard[key] = heard.get(key, "") + letters([one.text])
        return heard

    def speakers(self) -> dict[str, list[Key]]:
        """Return the turns in which the caller heard each word of the model, one for each time."""
        speakers: dict[str, list[Key]] = {}
        for one in self._seen.record.heard:
            for word in WORD.findall(one.text):
                speakers.setdefault(word, []).append(one.turn or self._greeting)
        return speakers

    # Where it cannot be known

    @property
    def line_reports_nothing(self) -> bool:
        """Whether the line does not report what it plays."""
        return not self._seen.record.reports

    @cached_property
    def anyone_killed(self) -> bool:
        """Whether an invocation that answered any turn was killed."""
        return any(self._seen.was_killed(turn.key) for turn in self._seen.turns)

    def waiting(self, key: Key) -> bool:
        """Whether words of a turn were not yet played when the socket closed."""
        return key in self._seen.record.pending

    def mixed(self, key: Key) -> bool:
        """Whether words of an older turn arrived after words of this one."""
        turns = [turn.key.frame for turn in self._seen.call.turns]
        before = turns[: turns.index(key.frame)] if key.frame in turns else []
        own = [post.arrived or 0.0 for post, _ in self._seen.texts if post.turn == key]
        older = [post.arrived or 0.0 for post, _ in self._seen.texts if post.turn.frame in before]
        return bool(own and older) and max(older) > min(own)

    def after_a_killed_end(self, key: Key) -> bool:
        """Whether a killed invocation ended the session, and that of this turn met a fault of the log."""
        claims = (one.event for one in self._seen.entries if isinstance(one.event, EndClaimed))
        killed = any(one.by != str(key) and self._seen.was_killed(Key.parse(one.by)) for one in claims)
        return killed and any(map(self._seen.faults, self._seen.of(key)))

    def cut_without_name(self, key: Key) -> bool:
        """Whether an interrupt that cut a turn does not name it by words that no other message has."""
        return any(self._unnamed(one) for one in self._seen.purges if one.key.frame > key.frame and key in one.cut)

    def _unnamed(self, purge: Emitted) -> bool:
        words = letters([json.loads(purge.body)["utteranceUntilInterrupt"]])
        said = [letters([text.token]) for _, text in self._seen.texts]
        return not words or sum(one.count(words) for one in said) != 1

    def lost(self, key: Key) -> bool:
        """Whether the line lost words of a turn."""
        return self._seen.lost(key)

    def unreported(self, key: Key) -> bool:
        """Whether a report or an interrupt of a turn was never logged."""
        return key in self._unreported

    def voice_not_noted(self, key: Key) -> bool:
        """Whether no log says that the agent began to speak, at some time after this turn began."""
        put_at, begun = self._seen.put_at, self._seen.put_at.get(key, float("inf"))
        voices = (one for one in self._seen.record.emitted if one.kind == "agentSpeaking" and '"on"' in one.body)
        return any(one.key not in put_at and one.at > begun for one in voices)

    def swapped(self, key: Key) -> bool:
        """Whether, by its key, a report of a turn came after a report of words that were played later."""
        return key in self._swapped

    @cached_property
    def _swapped(self) -> frozenset[Key]:
        reports = [one for one in self._seen.record.emitted if one.kind in REPORTS]
        moments = {
            one.at for one, later in combinations(reports, 2) if one.at < later.at and one.key.frame > later.key.frame
        }
        return frozenset(one.turn or self._greeting for one in self._seen.record.heard if one.at in moments)

    def late(self, key: Key) -> bool:
        """Whether words of a turn arrived after an interrupt that is later than its prompt."""
        purges = [one.at for one in self._seen.purges if one.key.frame > key.frame]
        return any(at < (post.arrived or 0.0) for post, _ in self._seen.texts if post.turn == key for at in purges)

    @cached_property
    def words(self) -> dict[Key, list[str]]:
        """The messages of each turn, letters only."""
        words: dict[Key, list[str]] = {}
        for post in self._seen.record.posts:
            if isinstance(post.message, Text) and post.message.token.strip():
                words.setdefault(post.turn, []).append(letters([post.message.token]))
        return words

    @cached_property
    def _unreported(self) -> frozenset[Key]:
        """The turns of which a report or an interrupt was never logged."""
        record, put_at = self._seen.record, self._seen.put_at
        missing = [one for one in record.emitted if one.kind in REPORTS and one.key not in put_at]
        moments = {one.at for one in missing}
        played = {one.turn or self._greeting for one in record.heard if one.at in moments}
        return frozenset(played | {key for one in missing for key in one.cut})

    @cached_property
    def _greeting(self) -> Key:
        return next((turn.key for turn in self._seen.call.turns if not turn.caller and not turn.cause), OPENING)

    def pending_at_the_end(self, key: Key) -> bool:
        """Whether words were not yet played when the socket closed, and `$disconnect` did not come."""
        record, entries = self._seen.record, self._seen.entries
        noted = any(isinstance(entry.event, Closed) for entry in entries)
        return record.closed is not None and not noted and key in record.pending

    def words_not_logged(self, key: Key) -> bool:
        """Whether an invocation that lived could not log words of a turn: the table failed through all retries."""
        puts = self._seen.record.puts
        noted = {
            put.by for put in puts if put.entry.key.frame == key.frame and isinstance(put.entry.event, AgentSaid)
        }
        spoke = {post.by for post, text in self._seen.texts if post.turn == key and text.token.strip()}
        return any(self._in_vain(by) for by in spoke - noted)

    def _in_vain(self, by: str) -> bool:
        """Whether an invocation lived to its end, and failed again and again to append."""
        failed = [what for what in self._seen.faults(by) if what.startswith("put") and "slow" not in what]
        return self._seen.invoked[by].killed is None and len(failed) > 1

    def unsent(self, key: Key) -> bool:
        """Whether these are the first words of a session that continues the call, and were not sent."""
        sent = any(post.turn == OPENING for post in self._seen.arrived)
        return key == self._greeting and self._seen.before is not None and not sent

    def opened_late(self, key: Key) -> bool:
        """Whether this is a prompt that was logged before the session was opened, or the words that opened it."""
        puts = self._seen.record.puts
        opened = next((put.at for put in puts if isinstance(put.entry.event, SessionOpened)), 0.0)
        prompted = [put.entry.key for put in puts if isinstance(put.entry.event, Prompt) and put.at < opened]
        return key in prompted or (bool(prompted) and key == self._greeting)

    def overtaken(self, key: Key) -> bool:
        """Whether words of this turn arrived after words of a newer one."""
        turns = [turn.key for turn in self._seen.call.turns]
        after = turns[turns.index(key) + 1 :] if key in turns else []
        newer = min((post.arrived or 0.0 for post in self._seen.arrived if post.turn in after), default=None)
        own = [post.arrived or 0.0 for post in self._seen.arrived if post.turn == key]
        return newer is not None and bool(own) and max(own) > newer

    def apologised_beside(self, key: Key) -> bool:
        """Whether another invocation apologised during the answer: a frame that comes twice has two invocations."""
        speakers = {post.by for post, _ in self._seen.texts if post.turn == key}
        speakers |= {by for by in self._seen.of(key) if not self._seen.invoked[by].checks}
        return len(speakers) > 1 and any(map(self._seen.apologised, speakers))

    def taken_while_playing(self, key: Key) -> bool:
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

    def purged_and_joined(self, key: Key) -> bool:
        """Whether a turn shared a clause with a turn that was overtaken, or of which a purge had taken words."""
        doubtful = self._purged | {one.key for one in self._seen.turns if self.overtaken(one.key)}
        return any(key in turns and turns & doubtful for turns in self._seen.record.joined)

    def purged_and_killed(self, key: Key) -> bool:
        """Whether words may seem to belong to another invocation that was killed before it logged its words."""
        unended = [turn for turn in self._seen.call.turns if turn.ended is None or turn.takeovers]
        doubtful = key in self._purged or self._seen.was_killed(key)
        unlogged = any(
            self._seen.was_killed(post.turn) and post.turn not in self._seen.put_at for post, _ in self._seen.texts
        )
        return doubtful and (len(unended) > 1 or bool((unended or unlogged) and self._purged))


def letters(texts: Iterable[str]) -> str:
    """Return texts without white space, joined: the line trims them and groups them in another way."""
    return "".join("".join(texts).split())
