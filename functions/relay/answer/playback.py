"""Estimates from the words' length how long the caller still hears them, and when a silence must be covered."""

from functions.relay.call.call import Call
from functions.relay.text.letters import bare

CHARACTERS_PER_S = 20
"""About how many characters a voice speaks in a second. In recorded calls it is 17 to 22."""

COVER_SILENCE_AFTER_S = 5.0
"""Seconds of silence after which a sentence covers it, while the model or a tool works."""


class Playback:
    """When the words of one answer will have been played. All times are seconds of one clock."""

    def __init__(self, now: float, older: int = 0, *, waited: float = 0.0) -> None:
        """`older` is how many letters of older answers the line has still to play.

        `waited` is for how many seconds the caller has waited, before this invocation began to answer. A sentence
        follows after half of the usual silence at the earliest: the first words of the answer may come before.
        """
        self._older_until = now + older / CHARACTERS_PER_S
        self._until = now - min(waited, COVER_SILENCE_AFTER_S / 2)

    @property
    def until(self) -> float:
        """When all sent words will have been played."""
        return max(self._until, self._older_until)

    @property
    def silence_at(self) -> float:
        """When the silence after the last word must be covered."""
        return self._until + COVER_SILENCE_AFTER_S

    def play(self, words: str, now: float) -> None:
        """Count these words, which are sent now. A space alone breaks no silence."""
        if not words.strip():
            return
        self._until = max(self._until, now) + len(words) / CHARACTERS_PER_S

    def cut_off(self, now: float) -> None:
        """Count the words of this answer that still play as cut off at `now`."""
        self._until = min(self._until, now)

    def purge(self, now: float) -> None:
        """Count all words that still play, also those of older answers, as cut off at `now`."""
        self.cut_off(now)
        self._older_until = min(self._older_until, now)

    def cover(self, now: float) -> None:
        """Begin a new silence at `now`: a sentence covers the old one."""
        self._until = now

    def seconds(self, now: float) -> float:
        """Return for how many seconds the caller still hears words, of this or an older answer."""
        return max(self.until - now, 0.0)

    def own_seconds(self, now: float) -> float:
        """Return for how many seconds the caller still hears words of this answer."""
        return max(self._until - now, 0.0)


def unplayed(call: Call) -> int:
    """Return how many letters of older answers the line has still to play; 0 if the line does not report."""
    return sum(len(bare(turn.to_come)) for turn in call.turns if turn.pending) if call.reports else 0
