"""What the caller hears and when: one queue of speech, recordings and tones, driven by a given clock.

Nothing here waits. Every method gets the time, in seconds. `deadline` says when the next thing will happen, and
`advance` makes it happen. So a test can run an hour of speech in a millisecond and know each moment exactly.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .clauses import begun, clauses, words
from .options import Pace

Input = Literal["speech", "dtmf"]


@dataclass(frozen=True, slots=True)
class Voice:
    """The agent's voice begins or stops."""

    on: bool


@dataclass(frozen=True, slots=True)
class Played:
    """A chunk was played, or was cut after `text`. Chunks of one cycle are joined as they are."""

    text: str
    kind: Literal["text", "media", "digits"]
    cycle: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Begun:
    """The line begins to play a clause."""

    text: str


@dataclass(frozen=True, slots=True)
class Sounded:
    """The line begins to play a word."""

    text: str


Sound = Voice | Played | Begun | Sounded


@dataclass(frozen=True, slots=True)
class Interruptibility:
    """What may cut an item: the kinds of caller input, and any later item."""

    yields_to: frozenset[Input] = frozenset({"speech", "dtmf"})
    preemptible: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """What was playing when the caller broke in: the chunk as far as it was heard, and for how long."""

    played: Played
    milliseconds: int
    voice: bool


@dataclass(frozen=True, slots=True)
class _Item:
    kind: Literal["text", "media", "digits"]
    text: str
    seconds: float
    cycle: int
    interruptibility: Interruptibility


class Playback:
    """A queue that is played to the caller in order. `text`, `media` and `digits` add to it.

    Args:
        pace: how fast it is played.
        emit: called with `Voice`, `Played` and, with `by_word`, `Begun` and `Sounded`, as each happens.
        by_word: whether every clause and every word is reported as it begins.
    """

    def __init__(self, pace: Pace, emit: Callable[[Sound], None], *, by_word: bool = False) -> None:
        self._pace, self._emit, self._by_word = pace, emit, by_word
        self._queue: deque[_Item] = deque()
        self._playing: _Item | None = None
        self._began = 0.0
        self._words: deque[tuple[float, str]] = deque()
        self._ready = 0.0
        self._rest, self._rest_at, self._rest_interruptibility = "", 0.0, Interruptibility()
        self._cycle = 0
        self.open = False
        self.voice = False

    @property
    def playing(self) -> bool:
        """Whether something plays now, or the voice only waits for the rest of a clause."""
        return self._playing is not None or self.voice

    @property
    def idle(self) -> bool:
        """Whether nothing plays and nothing waits."""
        return not (self._playing or self._queue or self._rest.strip())

    @property
    def deadline(self) -> float | None:
        """When the next thing happens by itself; None if nothing will."""
        if self._playing:
            return self._words[0][0] if self._words else self._began + self._playing.seconds
        if self._queue:
            return self._ready
        return max(self._ready, self._rest_at + self._pace.hold) if self._rest.strip() else None

    def yields_to(self, kind: Input) -> bool:
        """Whether something plays that this kind of input stops."""
        interruptibility = self._playing.interruptibility if self._playing else self._rest_interruptibility
        return self.playing and kind in interruptibility.yields_to

    def text(self, now: float, token: str, last: bool, interruptibility: Interruptibility) -> None:
        """Queue a token of the open talk cycle, or of a new one, and close the cycle with `last`."""
        self.advance(now)
        if token and not self.open:
            self._begin_cycle(now)
        self.open = (self.open or bool(token)) and not last
        if token:
            self._break_silence(now)
            self._rest_interruptibility = self._rest_interruptibility if self._rest.strip() else interruptibility
            self._rest, self._rest_at = self._rest + token, now
        self._queue_clauses(now, whole=last)
        self._rest = "" if last else self._rest
        self.advance(now)

    def media(self, now: float, source: str, loop: int, interruptibility: Interruptibility) -> None:
        """Queue a recording, played `loop` times."""
        self._begin_cycle(now)
        self._put(now, "media", source, loop * self._pace.media, interruptibility)

    def digits(self, now: float, digits: str) -> None:
        """Queue tones, which no input of the caller stops."""
        waits = digits.count("w")
        seconds = waits * 0.5 + (len(digits) - waits) * self._pace.digit
        self._put(now, "digits", digits, seconds, Interruptibility(frozenset()))

    def finish(self, now: float) -> None:
        """Close the cycle: text that waits for punctuation waits no longer."""
        self.open = False
        self._queue_clauses(now, whole=True)
        self.advance(now)

    def advance(self, now: float) -> None:
        """Do everything that is due by `now`, each thing at its own moment."""
        while (due := self.deadline) is not None and due <= now:
            self._step(due)

    def cut(self, now: float) -> Cut | None:
        """Stop what plays and drop everything that waits. If nothing plays, return None and drop nothing."""
        self.advance(now)
        if not self.playing:
            return None
        milliseconds = int((now - self._began) * 1000) if self._playing else 0
        cut = Cut(self._heard(now), milliseconds, self.voice)
        self._queue.clear()
        self._rest, self._playing, self.open, self.voice = "", None, False, False
        return cut

    def _begin_cycle(self, now: float) -> None:
        self.advance(now)
        self._cycle += 1
        current = self._playing or (self._queue[0] if self._queue else None)
        if current and current.interruptibility.preemptible:
            self._preempt(now)

    def _preempt(self, now: float) -> None:
        if self._playing:
            self._emit(self._heard(now))
        self._playing, self._rest = None, ""
        while self._queue and self._queue[0].interruptibility.preemptible:
            self._queue.popleft()
        self._hush()
        self._ready = now + self._pace.preempted

    def _break_silence(self, now: float) -> None:
        if self.idle:
            self._ready = max(self._ready, now + self._pace.start)

    def _put(
        self,
        now: float,
        kind: Literal["media", "digits"],
        text: str,
        seconds: float,
        interruptibility: Interruptibility,
    ) -> None:
        self._queue_clauses(now, whole=True)
        self._break_silence(now)
        self._queue.append(_Item(kind, text, seconds, self._cycle, interruptibility))
        self.advance(now)

    def _queue_clauses(self, now: float, *, whole: bool) -> None:
        closed, rest = clauses(self._rest)
        for chunk in [*closed, rest] if whole else closed:
            if chunk.strip():
                seconds = len(chunk.strip()) / self._pace.voice
                self._queue.append(_Item("text", chunk, seconds, self._cycle, self._rest_interruptibility))
                self._ready = max(self._ready, now)
        # A lone space is not spoken, but belongs before the next token of the cycle.
        self._rest = "" if whole and rest.strip() else rest
        if self.idle:
            self._hush()

    def _step(self, due: float) -> None:
        if self._words:
            self._emit(Sounded(self._words.popleft()[1]))
        elif self._playing:
            self._end_item(self._playing, due)
        else:
            self._queue_clauses(due, whole=not self._queue)
            self._next(due)

    def _end_item(self, item: _Item, now: float) -> None:
        self._playing = None
        self._emit(Played(item.text, item.kind, item.cycle))
        self._ready = now
        if not self._more_speech():
            self._hush()
        if self._queue:
            self._next(now)

    def _next(self, now: float) -> None:
        if not self._queue:
            return
        self._playing, self._began = self._queue.popleft(), now
        if self._playing.kind != "text":
            return
        if not self.voice:
            self.voice = True
            self._emit(Voice(True))
        if self._by_word:
            self._emit(Begun(self._playing.text))
            timed = words(self._playing.text, self._pace.voice)
            self._words = deque((now + after, word) for after, word in timed)

    def _more_speech(self) -> bool:
        return self._queue[0].kind == "text" if self._queue else bool(self._rest.strip())

    def _hush(self) -> None:
        if self.voice:
            self.voice = False
            self._emit(Voice(False))

    def _heard(self, now: float) -> Played:
        self._words.clear()
        item = self._playing
        if item is None or item.kind != "text":
            return Played("", item.kind if item else "text", self._cycle, whole=False)
        return Played(begun(item.text, now - self._began, self._pace.voice), "text", item.cycle, whole=False)
