"""Words on their way to the caller: when a message leaves, and how much each carries.

The first words leave at once, then a clause at a time or what a quarter of a second brought, and never two messages
at once: nothing orders them, and every post spends the account's request quota, which all calls share.
"""

from dataclasses import dataclass
from itertools import pairwise

from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Outgoing, Text

CLAUSE_GAP_S = 0.15
"""Seconds that pass at least before a finished clause leaves."""

LONGEST_GAP_S = 0.25
"""Seconds after which words leave even in the middle of a clause."""

BUSY_GAP_S = 0.2
"""Seconds before a message is tried again on a line that was busy."""

BUSY_TRIES = 15

CLOSING_S = 2.0
"""Seconds after the last word within which a session that was told to end has ended: it takes Twilio 90 ms."""

CLAUSE_ENDS = ".,:;!?…\n\u3002\uff0c\uff1f\uff01"


@dataclass(frozen=True, slots=True)
class SpeakingOptions:
    """How words are spoken: in which of the session's languages, and whether they may be cut; None: as it is set."""

    language: str | None = None
    interruptible: bool | None = None


@dataclass(frozen=True, slots=True)
class _Switch:
    """A place in the text: what is sent there, and how the words after it are spoken."""

    at: int
    message: Outgoing | None
    manner: SpeakingOptions


class Speech:
    """One answer's words, the message in flight, and the talk cycle. Times are seconds of one clock."""

    def __init__(self, lead: str = "", manner: SpeakingOptions = SpeakingOptions()) -> None:
        """Begin; `lead` goes before the first word, for an unfinished cycle that it would be glued to."""
        self._manner = self._manner_now = manner
        self._bends: list[_Switch] = []
        self.first_words_at: float | None = None
        self.gone = False
        self.done = False
        self._lead = lead
        self._text = ""
        self._taken = 0
        self._delivered = 0
        self._marks = [0]
        self._flight: Outgoing | None = None
        self._again_at: float | None = None
        self._tries = 0
        self._left_at = 0.0
        self._hurried = False
        self._apart = False
        self._finishing = False
        self._bent = False
        self._hushed = False
        self._closed = False
        self._end: End | None = None
        self.committed = False
        self.given_up = False

    @property
    def left(self) -> bool:
        """Whether a message has left."""
        return bool(self._taken) or self.in_flight or self._bent

    @property
    def in_flight(self) -> bool:
        """Whether a message has left and its fate is not known."""
        return self._flight is not None

    def add(self, words: str) -> None:
        """Say these words after all that was given before."""
        if self._apart and words:
            words, self._apart = words if words[0].isspace() else f" {words}", False
        self._text += words
        self._hurried = False

    def add_sentence(self, sentence: str) -> None:
        """Say a sentence of its own, set off from the words before and after."""
        self.add(f" {sentence}" if self._text and not self._text[-1].isspace() else sentence)
        self._apart = True

    def put(self, message: Outgoing) -> None:
        """Send something else in its place among the words."""
        self._bend(message, self._manner)

    def turn_to(self, language: str, message: Outgoing) -> None:
        """Go on in another language; the message that says so is sent first."""
        self._manner = SpeakingOptions(language, self._manner.interruptible)
        self._bend(message, self._manner)

    def say_whole(self, sentence: str) -> None:
        """Say a sentence of its own that nothing the caller does may cut."""
        self._bend(None, SpeakingOptions(self._manner.language, interruptible=False))
        self.add_sentence(sentence)
        self._bend(None, self._manner)

    @property
    def waiting(self) -> str:
        """The words that have not left yet."""
        return self._text[self._taken :]

    def hurry(self) -> None:
        """Let what waits leave without a gap: no more words are coming for a while."""
        self._hurried = True

    def mark(self) -> None:
        """Begin a new part, set off from the words before: what is said from here answers another question."""
        if self._text and not self._text[-1].isspace():
            self.add(" ")
        self._marks.append(len(self._text))

    def last_part(self) -> str:
        """Return all the words of the newest part, those on their way included."""
        return self._text[self._marks[-1] :].strip()

    def finish(self, end: End | None = None) -> None:
        """Close the cycle after the last word, and then, if given, end the session."""
        self._finishing = True
        self._end = end

    def finish_again(self, end: End, at: float) -> None:
        """Do no more than end the session, at a moment: who was to do it may have done so, and is gone."""
        self.finish(end)
        self.committed, self._closed, self._flight, self._again_at = True, True, end, at

    def commit(self) -> None:
        """Learn that nobody else ends the session: now that must be done, whatever is newer."""
        self.committed, self._hushed = True, False

    def give_up(self) -> None:
        """Leave it to somebody else to end the session."""
        self._flight, self._hushed, self.given_up = None, True, True

    def hush(self) -> None:
        """Send nothing more; a message that is on its way stays so until its fate is known."""
        self._hushed = True
        if self._again_at is not None:
            self._flight = None

    def parts(self) -> tuple[str, ...]:
        """Return what reached the line of each part."""
        edges = [*self._marks, len(self._text)]
        return tuple(self._text[start : min(stop, self._delivered)] for start, stop in pairwise(edges))

    def due(self) -> float | None:
        """Return when the next message leaves, or None while there is none to send."""
        if self.done or self.gone or self._hushed:
            return None
        if self._flight:
            return self._again_at
        if self._finishing or self._bends or (self._hurried and self._ready):
            return 0.0
        if not self._ready.strip():
            return None
        if not self._taken:
            return 0.0
        return self._left_at + (CLAUSE_GAP_S if self._ends_clause() else LONGEST_GAP_S)

    def take(self, now: float) -> Outgoing | None:
        """Return the message that leaves now, if one is due."""
        due = self.due()
        if due is None or due > now:
            return None
        if self._flight is None:
            self._flight, self._left_at = self._next(), now
        self._again_at = None
        return self._flight

    def sent(self, fate: Sent, now: float, played_at: float = 0.0) -> Outgoing | None:
        """Learn what became of the message in flight; return it if it has arrived.

        All words will have been played at `played_at`, about: an end whose fate is unknown is sent again once the
        session would have ended, had it arrived.
        """
        message = self._flight
        match fate:
            case Sent.GONE if isinstance(self._flight, End):
                self._arrived(now)
            case Sent.LOST if isinstance(self._flight, End):
                self._again_at = max(now, played_at) + CLOSING_S
            case Sent.GONE:
                self._drop()
            case Sent.BUSY if self._hushed:
                self._flight = None
            case Sent.BUSY:
                self._tries += 1
                self._again_at = now + BUSY_GAP_S
                if self._tries > BUSY_TRIES and not self.committed:
                    self._drop()
            case Sent.DELIVERED | Sent.LOST:
                self._arrived(now)
                return message
        return None

    def _bend(self, message: Outgoing | None, manner: SpeakingOptions) -> None:
        self._bends.append(_Switch(len(self._text), message, manner))
        self._go_round()

    def _go_round(self) -> None:
        """Take to the manner of each bend that is reached and sends nothing: what is left is something to send."""
        while self._bends and self._bends[0].at == self._taken and not self._bends[0].message:
            self._manner_now = self._bends.pop(0).manner

    @property
    def _ready(self) -> str:
        return self._text[self._taken : self._until]

    @property
    def _until(self) -> int:
        """How far the words reach that can leave in one message."""
        return self._bends[0].at if self._bends else len(self._text)

    def _ends_clause(self) -> bool:
        return any(character in CLAUSE_ENDS for character in self._ready)

    def _next(self) -> Outgoing:
        if self._bends and self._bends[0].at == self._taken and (message := self._bends[0].message):
            self._manner_now, self._bent = self._bends.pop(0).manner, True
            self._go_round()
            return message
        if self._finishing and self._end and self._taken == len(self._text) and self._closed_or_silent():
            return self._end
        token, manner = self._lead + self._ready, self._manner_now
        self._lead, self._taken = "", self._until
        self._go_round()
        return Text(token, self._finishing and not self._bends, manner.language, manner.interruptible)

    def _closed_or_silent(self) -> bool:
        return self._closed or not self._text

    def _arrived(self, now: float) -> None:
        message, self._flight, self._tries = self._flight, None, 0
        self._delivered = self._taken
        if self.first_words_at is None and self._text:
            self.first_words_at = now
        match message:
            case Text(last=True):
                self._closed = True
                self.done = self._end is None
            case End():
                self.done = True
            case _:
                pass

    def _drop(self) -> None:
        self._flight, self.gone = None, True
