"""Sends the words of one answer: decides when each message is sent, and handles its outcome.

The first words are sent at once. After that a message carries a clause, or the words of a quarter of a second. One
message is in flight at a time, because API Gateway does not keep the order of two. Each message counts against the
request quota of the account, which all calls share. spoken_reply.py names the path of a word.
"""

from dataclasses import dataclass

from functions.relay.answer.playback import Playback
from functions.relay.answer.script import Script
from functions.relay.answer.states import SPEECH, SpeechState, SpeechTrigger, StateMachine, Unexpected, refuse
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Media, Outgoing, Text

CLAUSE_GAP_S = 0.15
"""Least seconds from one message to the next that ends a clause."""

LONGEST_GAP_S = 0.25
"""Seconds after which words are sent even in the middle of a clause."""

BUSY_GAP_S = 0.2
"""Seconds from one try on a busy line to the next."""

BUSY_TRIES = 15
"""Most tries to send one message on a busy line."""

CLOSING_S = 2.0
"""Seconds after the last word within which Twilio ends a session that got `end`. It usually takes 90 ms."""

CLAUSE_ENDS = ".,:;!?…\n\u3002\uff0c\uff1f\uff01"

QUIET = frozenset({SpeechState.SPOKEN, SpeechState.HUSHED, SpeechState.GONE, SpeechState.GIVEN_UP})
"""The states in which no message is sent."""


@dataclass(slots=True)
class _Flight:
    """A message that was sent and has not arrived yet."""

    message: Outgoing
    final: bool = False
    """Whether it closes the last talk cycle of the answer."""

    tries: int = 0
    again_at: float | None = None
    """When the message is sent again; None while its outcome is not known."""


class Speech:
    """The talk cycle of one answer, and the message in flight. Times are seconds of one clock."""

    def __init__(self, script: Script, playback: Playback, unexpected: Unexpected = refuse) -> None:
        """`unexpected` is called with a transition that is not in the table."""
        self.first_words_at: float | None = None
        self._script, self._playback = script, playback
        self._cycle = StateMachine(SpeechState.OPEN, SPEECH, unexpected)
        self._flight: _Flight | None = None
        self._sent_at: float | None = None
        self._hurried_to = -1
        self._end: End | None = None

    @property
    def state(self) -> SpeechState:
        """How far the talk cycle is."""
        return self._cycle.state

    @property
    def has_sent(self) -> bool:
        """Whether a message has been sent."""
        return self._sent_at is not None

    @property
    def in_flight(self) -> bool:
        """Whether a sent message has no outcome yet, or is sent again."""
        return self._flight is not None

    def hurry(self) -> None:
        """Send the words that wait without a gap: no more are expected for a while."""
        self._hurried_to = len(self._script.text)

    def finish(self, end: End | None = None) -> None:
        """Close the talk cycle after the last word. If `end` is given, end the session after that."""
        self._end = end
        self._cycle.on(SpeechTrigger.FINISH)
        # A message without words would cut off what is preemptible: it has closed its own cycle.
        if self._script.exhausted and self._script.ends_preemptible:
            if self._flight:
                self._flight.final = True
            else:
                self._close()

    def finish_again(self, end: End, at: float) -> None:
        """Only send `end`, not before `at`: the invocation that claimed it died and may already have sent it."""
        self.finish(end)
        self._cycle.on(SpeechTrigger.CLAIM)
        self._flight, self._sent_at = _Flight(end, again_at=at), at

    def claim(self) -> None:
        """This answer holds the claim to end the session. `end` must be sent, whatever is newer."""
        self._cycle.on(SpeechTrigger.CLAIM)

    def purge(self, now: float) -> None:
        """Count what the line has still to play as purged by an interrupt. No repeated `end` waits for it."""
        self._playback.purge(now)
        flight = self._flight
        if flight and flight.again_at is not None and isinstance(flight.message, End):
            flight.again_at = min(flight.again_at, now + CLOSING_S)

    def give_up(self) -> None:
        """Leave the end of the session to another invocation."""
        self._flight = None
        self._cycle.on(SpeechTrigger.GIVE_UP)

    def hush(self) -> None:
        """Send nothing more. A message in flight stays in flight until its outcome is known."""
        if self._flight and self._flight.again_at is not None:
            self._flight = None
        self._cycle.on(SpeechTrigger.HUSH)

    def due(self) -> float | None:
        """Return when the next message is sent; None while there is none."""
        if self.state in QUIET:
            return None
        if self._flight:
            return self._flight.again_at
        if self.state is not SpeechState.OPEN or self._script.has_switches or self._hurried:
            return 0.0
        if not self._script.ready.strip():
            return None
        if self._sent_at is None or not self._script.started:
            return 0.0
        return self._sent_at + (CLAUSE_GAP_S if self._ends_clause() else LONGEST_GAP_S)

    def take(self, now: float) -> Outgoing | None:
        """Return the message to send now; None if none is due."""
        due = self.due()
        if due is None or due > now:
            return None
        if self._flight is None:
            self._flight, self._sent_at = self._start_next(now), now
        self._flight.again_at = None
        return self._flight.message

    def sent(self, outcome: Sent, now: float) -> Outgoing | None:
        """Handle the outcome of the message in flight. Return the message if it has arrived.

        An `end` without a known outcome is sent again after all words were played and Twilio had time to end the
        session.
        """
        flight = self._flight
        if flight is None:
            return None
        match outcome, flight.message:
            case Sent.GONE, End():
                self._arrive(flight, now)
            case Sent.LOST, End():
                flight.again_at = max(now, self._playback.until) + CLOSING_S
            case Sent.GONE, _:
                self._drop()
            case Sent.BUSY, _:
                self._busy(flight, now)
            case _:
                self._arrive(flight, now)
                return flight.message
        return None

    def _busy(self, flight: _Flight, now: float) -> None:
        flight.tries += 1
        flight.again_at = now + BUSY_GAP_S
        if self.state is SpeechState.HUSHED:
            self._flight = None
        elif flight.tries > BUSY_TRIES and self.state is not SpeechState.LEAVING:
            self._drop()

    def _start_next(self, now: float) -> _Flight:
        cuts_off = self._script.ends_preemptible
        message = self._next()
        if cuts_off and isinstance(message, Text | Media):
            self._playback.cut_off(now)
        if isinstance(message, Text):
            self._playback.play(message.token, now)
        closed = (isinstance(message, Text) and message.last) or self._script.ends_preemptible
        return _Flight(message, self.state is not SpeechState.OPEN and self._script.exhausted and closed)

    def _next(self) -> Outgoing:
        closing = self.state is not SpeechState.OPEN
        if closing and self._end and self._script.exhausted and self._may_end:
            return self._end
        return self._script.take(closing)

    @property
    def _may_end(self) -> bool:
        """Whether `end` may be sent: the talk cycle is closed, or it has no words."""
        return self.state is not SpeechState.CLOSING or not self._script.text

    @property
    def _hurried(self) -> bool:
        return bool(self._script.ready.strip()) and self._hurried_to == len(self._script.text)

    def _ends_clause(self) -> bool:
        return any(character in CLAUSE_ENDS for character in self._script.ready)

    def _arrive(self, flight: _Flight, now: float) -> None:
        self._flight = None
        self._script.arrive()
        if self.first_words_at is None and self._script.text:
            self.first_words_at = now
        if isinstance(flight.message, End):
            self._cycle.on(SpeechTrigger.ARRIVE)
        elif flight.final:
            self._close()

    def _close(self) -> None:
        self._cycle.on(SpeechTrigger.CLOSE if self._end else SpeechTrigger.ARRIVE)

    def _drop(self) -> None:
        self._flight = None
        self._cycle.on(SpeechTrigger.DROP)
