"""How the words of one answer leave: when a message is sent, and what became of it.

The first words leave at once. After that a message carries a clause, or what a quarter of a second brought. One
message is in flight at a time: API Gateway does not keep the order of two, and each one spends the account's request
quota, which all calls share.
"""

from dataclasses import dataclass

from functions.relay.answer.playback import Playback
from functions.relay.answer.script import Script
from functions.relay.answer.states import SPEECH, Machine, SpeechEvent, SpeechState, Unexpected, refuse
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Outgoing, Text

CLAUSE_GAP_S = 0.15
"""Seconds from one message to the next that ends a clause, at least."""

LONGEST_GAP_S = 0.25
"""Seconds after which words leave even in the middle of a clause."""

BUSY_GAP_S = 0.2
"""Seconds from a try on a busy line to the next."""

BUSY_TRIES = 15
"""Tries of one message on a busy line."""

CLOSING_S = 2.0
"""Seconds after the last word within which a session that was told to end has ended. It takes Twilio 90 ms."""

CLAUSE_ENDS = ".,:;!?…\n\u3002\uff0c\uff1f\uff01"

QUIET = frozenset({SpeechState.SPOKEN, SpeechState.HUSHED, SpeechState.GONE, SpeechState.GIVEN_UP})
"""The states in which no message is sent."""


@dataclass(slots=True)
class _Flight:
    """A message that has left. `again_at` is when it is sent again, None while its fate is not known."""

    message: Outgoing
    tries: int = 0
    again_at: float | None = None


class Speech:
    """The talk cycle of one answer, and the message in flight. Times are seconds of one clock."""

    def __init__(self, script: Script, playback: Playback, unexpected: Unexpected = refuse) -> None:
        """`unexpected` is called with a transition that is not in the table."""
        self.first_words_at: float | None = None
        self._script, self._playback = script, playback
        self._cycle = Machine(SpeechState.OPEN, SPEECH, unexpected)
        self._flight: _Flight | None = None
        self._left_at: float | None = None
        self._hurried_to = -1
        self._end: End | None = None

    @property
    def state(self) -> SpeechState:
        """How far the cycle is."""
        return self._cycle.state

    @property
    def left(self) -> bool:
        """Whether a message has left."""
        return self._left_at is not None

    @property
    def in_flight(self) -> bool:
        """Whether a message has left whose fate is not known, or that is sent again."""
        return self._flight is not None

    def hurry(self) -> None:
        """Let the words that wait leave without a gap: no more are expected for a while."""
        self._hurried_to = len(self._script.text)

    def finish(self, end: End | None = None) -> None:
        """Close the cycle after the last word, and then end the session if `end` is given."""
        self._end = end
        self._cycle.on(SpeechEvent.FINISH)

    def finish_again(self, end: End, at: float) -> None:
        """Only send `end`, not before `at`: the invocation that claimed it died and may already have sent it."""
        self.finish(end)
        self._cycle.on(SpeechEvent.CLAIM)
        self._flight, self._left_at = _Flight(end, again_at=at), at

    def claim(self) -> None:
        """Learn that the end is claimed: it must be sent, whatever is newer."""
        self._cycle.on(SpeechEvent.CLAIM)

    def give_up(self) -> None:
        """Leave the end to another invocation."""
        self._flight = None
        self._cycle.on(SpeechEvent.GIVE_UP)

    def hush(self) -> None:
        """Send nothing more. A message in flight stays so until its fate is known."""
        if self._flight and self._flight.again_at is not None:
            self._flight = None
        self._cycle.on(SpeechEvent.HUSH)

    def due(self) -> float | None:
        """Return when the next message leaves; None while there is none to send."""
        if self.state in QUIET:
            return None
        if self._flight:
            return self._flight.again_at
        if self.state is not SpeechState.OPEN or self._script.has_switches or self._hurried:
            return 0.0
        if not self._script.ready.strip():
            return None
        if self._left_at is None or not self._script.started:
            return 0.0
        return self._left_at + (CLAUSE_GAP_S if self._ends_clause() else LONGEST_GAP_S)

    def take(self, now: float) -> Outgoing | None:
        """Return the message that leaves now, if one is due."""
        due = self.due()
        if due is None or due > now:
            return None
        if self._flight is None:
            self._flight, self._left_at = self._leave(now), now
        self._flight.again_at = None
        return self._flight.message

    def sent(self, fate: Sent, now: float) -> Outgoing | None:
        """Learn what became of the message in flight. Return it if it has arrived.

        An end whose fate is unknown is sent again when all words will have been played and the session would have
        ended.
        """
        flight = self._flight
        if flight is None:
            return None
        match fate, flight.message:
            case Sent.GONE, End():
                self._arrive(flight.message, now)
            case Sent.LOST, End():
                flight.again_at = max(now, self._playback.until) + CLOSING_S
            case Sent.GONE, _:
                self._drop()
            case Sent.BUSY, _:
                self._busy(flight, now)
            case _:
                self._arrive(flight.message, now)
                return flight.message
        return None

    def _busy(self, flight: _Flight, now: float) -> None:
        flight.tries += 1
        flight.again_at = now + BUSY_GAP_S
        if self.state is SpeechState.HUSHED:
            self._flight = None
        elif flight.tries > BUSY_TRIES and self.state is not SpeechState.LEAVING:
            self._drop()

    def _leave(self, now: float) -> _Flight:
        message = self._next()
        if isinstance(message, Text):
            self._playback.play(message.token, now)
        return _Flight(message)

    def _next(self) -> Outgoing:
        closing = self.state is not SpeechState.OPEN
        if closing and self._end and self._script.exhausted and self._may_end:
            return self._end
        return self._script.take(closing)

    @property
    def _may_end(self) -> bool:
        """Whether the cycle is closed: one without words needs no closing."""
        return self.state is not SpeechState.CLOSING or not self._script.text

    @property
    def _hurried(self) -> bool:
        return bool(self._script.ready) and self._hurried_to == len(self._script.text)

    def _ends_clause(self) -> bool:
        return any(character in CLAUSE_ENDS for character in self._script.ready)

    def _arrive(self, message: Outgoing, now: float) -> None:
        self._flight = None
        self._script.arrive()
        if self.first_words_at is None and self._script.text:
            self.first_words_at = now
        match message:
            case Text(last=True) if self._end:
                self._cycle.on(SpeechEvent.CLOSE)
            case Text(last=True) | End():
                self._cycle.on(SpeechEvent.ARRIVE)
            case _:
                pass

    def _drop(self) -> None:
        self._flight = None
        self._cycle.on(SpeechEvent.DROP)
