"""When the caller spoke, as far as the line reported it, and what the agent began meanwhile."""

from collections.abc import Iterator

from functions.live.barge_in import HOLD_AT_MOST_S, PROMPT_AFTER_S
from functions.relay.call.floor import LONGEST_NOISE_S, LONGEST_SPEECH_S, WORDS
from functions.relay.log.events import Cause, DigitsEntered, KeyPressed, MachineAnswered, TimeUp
from functions.relay.ports import Sent
from functions.relay.wire.messages import Info, Text
from tests.simulation.records import Emitted, Posted, Put, Voiced
from tests.simulation.seen import HAIR_S, IN_TIME_S, Seen


class Voices:
    """The caller's voice in a run, at its end."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def talked_over(self) -> Iterator[tuple[Posted, Voiced]]:
        """Return the first words of each answer that were sent while the caller spoke, and the log said so."""
        for post in self._first_words():
            for voice in self.seen.record.voiced:
                since = self.known_at(voice)
                held = since + IN_TIME_S + HAIR_S < post.began < min(voice.ended, since + HOLD_AT_MOST_S)
                if held and voice.key.frame > post.turn.frame:
                    yield post, voice

    def begun_over(self) -> Iterator[tuple[Put, Voiced]]:
        """Return the turns that a reminder began while the caller spoke, and the log said so when it was read."""
        for put in self.seen.record.puts:
            if put.log == self.seen.log and self._by_a_clock(put):
                for voice in self.seen.record.voiced:
                    if self.known_at(voice) < self._read_at(put) and put.at < voice.ended:
                        yield put, voice

    def known_at(self, voice: Voiced) -> float:
        """Return when the beginning of a voice was logged; never counts as late."""
        return self.seen.put_at.get(voice.key, float("inf"))

    def waited_long(self, put: Put) -> bool:
        """Whether the reminder that began a turn had waited for the floor as long as it may."""
        return self.seen.invoked[put.by].waited >= LONGEST_SPEECH_S

    def spoken_long(self, put: Put, voice: Voiced) -> bool:
        """Whether a voice sounded for so long without a word that it no longer counts."""
        return put.at - voice.began >= min(LONGEST_SPEECH_S, LONGEST_NOISE_S)

    def without_words(self, put: Put) -> bool:
        """Whether the caller was heard for so long without a word of either side that sounds no longer count."""
        words = [
            one.at
            for one in self.seen.record.puts
            if one.at < put.at and (isinstance(one.entry.event, WORDS) or _of_the_agent(one))
        ]
        newest = max(words, default=0.0)
        heard = (one.began for one in self.seen.record.voiced if one.began >= newest)
        return put.at - min(heard, default=put.at) >= LONGEST_NOISE_S - 1

    def held_already(self, post: Posted, voice: Voiced) -> bool:
        """Whether the words had waited as long as they may for older voices that this one followed at once."""
        newer = voice
        for one in sorted(self.seen.record.voiced, key=lambda one: one.key, reverse=True):
            if post.turn.frame < one.key.frame < newer.key.frame:
                quiet, known = self._quiet(one, newer), self.known_at(newer)
                if self.seen.looked(post.by, known - quiet, known - PROMPT_AFTER_S - IN_TIME_S - HAIR_S):
                    return False
                if post.began >= self.known_at(one) + HOLD_AT_MOST_S:
                    return True
                newer = one
        return False

    def _quiet(self, older: Voiced, newer: Voiced) -> float:
        """Return for how many seconds the log says that nobody spoke between two voices; below 0 if it does not."""
        ends = (one for one in self._ends() if older.began < one.at <= newer.began)
        told = (self.seen.put_at[one.key] for one in ends if one.key in self.seen.put_at)
        return self.known_at(newer) - min(told, default=float("inf"))

    def _ends(self) -> Iterator[Emitted]:
        return (one for one in self.seen.record.emitted if one.kind == "clientSpeaking" and '"off"' in one.body)

    def out_of_order(self, voice: Voiced) -> bool:
        """Whether, by the timestamp of another clock, the voice before ended after this one began."""
        return any(one.at <= voice.began and one.key > voice.key for one in self._ends())

    def _first_words(self) -> Iterator[Posted]:
        begun = set[str]()
        for post in self.seen.record.posts:
            if post.by not in begun and post.fate is not Sent.BUSY and isinstance(post.message, Text):
                begun.add(post.by)
                yield post

    def _by_a_clock(self, put: Put) -> bool:
        match put.entry.event:
            case DigitsEntered() | KeyPressed() | MachineAnswered():
                return False
            case TimeUp():
                # A prompt or digits that come after the end of their call's time end it in place of an answer.
                return self.seen.invoked[put.by].checks
            case event:
                return isinstance(event, Cause)

    def _read_at(self, put: Put) -> float:
        """Return when the invocation that began a turn had begun to read the log."""
        return max((look.began for look in self.seen.looks_of[put.by] if look.ended <= put.at), default=0.0)


def _of_the_agent(put: Put) -> bool:
    event = put.entry.event
    return isinstance(event, Info) and event.name in ("agentSpeaking", "tokensPlayed")
