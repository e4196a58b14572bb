"""One ConversationRelay session as Twilio runs it, without a socket or a clock.

It gets what arrives and what the caller does, with the time, and returns effects. The rules are those of
https://www.twilio.com/docs/voice/conversationrelay/websocket-messages and of recorded calls.
"""

from collections.abc import Mapping
from typing import Any

from . import frames
from .caller import Caller
from .effects import Close, Effect, Took
from .options import Pace, Quirks
from .outbox import Outbox
from .playback import Input, Interruptibility, Playback
from .records import Ended, Problem, Status
from .timers import Timers
from .twiml import INVALID_PARAMETER, Relay

CLOSING = "Closing websocket session"
TOO_MANY = "Too many consecutive malformed messages."
MOST_MALFORMED = 10
INVALID_MESSAGE = 64107
LOST = Problem(64105, "Websocket ended")
_ANY: frozenset[Input] = frozenset({"speech", "dtmf"})
# Twilio billed recorded sessions for this much longer than the time since their `setup`.
_BEFORE_SETUP_S = 0.3


class Session:
    """The state of one session. Every method takes the time in seconds of the call, which never runs backwards.

    After each of them `take` returns the effects to carry out, and `deadline` is the time to call `advance`. `ended`
    is set when the session is over.
    """

    def __init__(self, relay: Relay, pace: Pace, quirks: Quirks, *, by_word: bool = False) -> None:
        self._relay, self._pace, self._quirks = relay, pace, quirks
        self._outbox = Outbox(relay.events)
        self._timers = Timers()
        self._playback = Playback(pace, self._outbox.played, by_word=by_word)
        self._caller = Caller(relay, pace, quirks, playback=self._playback, outbox=self._outbox, timers=self._timers)
        self._languages = set(relay.languages)
        self._malformed = 0
        self._opened = 0.0
        self._end: frames.End | None = None
        self._closing = False
        self.ended: Ended | None = None

    @property
    def deadline(self) -> float | None:
        """When the next thing happens by itself; None if nothing will."""
        due = [when for when in (self._timers.deadline, self._playback.deadline) if when is not None]
        return min(due, default=None)

    @property
    def speaking(self) -> bool:
        """Whether the agent's voice can be heard."""
        return self._playback.voice

    @property
    def quiet(self) -> bool:
        """Whether both sides are silent, nothing waits to be spoken and no talk cycle is open."""
        talking = self._playback.open or not self._playback.idle or self._caller.busy
        return not (talking or self._end or self.ended)

    def take(self) -> list[Effect]:
        """Return the effects since the last time, in order."""
        return self._outbox.take()

    def open(self, now: float, setup: Mapping[str, Any]) -> None:
        """Send `setup` and begin the greeting."""
        self._opened = now
        self._outbox.send(**setup)
        if self._relay.fault:
            self._refuse_settings(now, self._relay.fault)
        elif self._relay.greeting:
            self._outbox.announced = not self._quirks.silent_greeting
            self._playback.text(now, self._relay.greeting, True, Interruptibility(self._relay.greeting_yields_to))

    def receive(self, now: float, data: str | bytes) -> None:
        """Handle one frame of the application."""
        self.advance(now)
        if self.ended:
            return
        try:
            message = frames.read(data, self._languages)
        except frames.MalformedError as error:
            self._refuse(now, data, error)
            return
        self._malformed = 0
        if self._end:
            self._outbox.add(Problem(INVALID_MESSAGE, f"sent after `end`: {data!r}"))
            return
        self._outbox.add(Took(message))
        self._do(now, message)
        self._close_when_drained(now)

    def speak(self, now: float, text: str, lang: str | None = None, *, after: float = 0.0) -> None:
        """Let the caller say something in `after` seconds, over the agent if it is speaking; "" is a noise."""
        self._timers.at(now + after, lambda at: self._caller.speak(at, text, lang))
        self.advance(now)

    def compose(self, now: float, on: bool) -> None:
        """Let the caller begin or stop to form words that they have not said yet."""
        self.advance(now)
        if not self.ended:
            self._caller.compose(on)

    def press(self, now: float, keys: str) -> None:
        """Let the caller press keys, one after another."""
        self._timers.at(now, lambda at: self._caller.press(at, keys))
        self.advance(now)

    def hang_up(self, now: float) -> None:
        """Let the caller hang up."""
        self.advance(now)
        self._finish(now, "completed", 1000, CLOSING)

    def lose(self, now: float, code: int, error: Problem = LOST) -> None:
        """Handle the loss of the socket, or of the session by another error."""
        self.advance(now)
        self._finish(now, "failed", code, "", error)

    def advance(self, now: float) -> None:
        """Do everything that is due by `now`, each thing at its own moment."""
        while not self.ended and (due := self.deadline) is not None and due <= now:
            if due == self._timers.deadline:
                self._timers.do_next()
            else:
                self._playback.advance(due)
            self._close_when_drained(due)

    def _do(self, now: float, message: frames.Message) -> None:
        match message:
            case frames.Text(token, last, _, interruptible, preemptible):
                self._playback.text(now, token, last, self._interruptibility(interruptible, preemptible))
            case frames.Play(source, loop, preemptible, interruptible):
                self._playback.media(now, source, loop, self._interruptibility(interruptible, preemptible))
            case frames.SendDigits(digits):
                self._playback.digits(now, digits)
            case frames.Language(tts, transcription):
                self._languages.update(language for language in (tts, transcription) if language)
                self._caller.lang = transcription or self._caller.lang
            case frames.End():
                self._end = message
                self._playback.finish(now)

    def _interruptibility(self, interruptible: bool | None, preemptible: bool | None) -> Interruptibility:
        yields_to = {None: self._relay.yields_to, True: _ANY, False: frozenset[Input]()}[interruptible]
        return Interruptibility(yields_to, self._relay.preemptible if preemptible is None else preemptible)

    def _refuse(self, now: float, data: str | bytes, error: frames.MalformedError) -> None:
        shown = data if isinstance(data, str) else repr(data)
        self._outbox.add(Problem(INVALID_MESSAGE, f"{error}: {shown}"))
        self._outbox.error(f"Invalid message received, code: {INVALID_MESSAGE}, {shown}")
        self._malformed += 1
        if self._malformed == MOST_MALFORMED:
            self._finish(now, "failed", 1007, TOO_MANY, LOST)

    def _refuse_settings(self, now: float, reason: str) -> None:
        problem = Problem(INVALID_PARAMETER, reason)
        self._outbox.add(problem)
        self._outbox.error(reason)
        self._finish(now, "failed", 1000, CLOSING, problem)

    def _close_when_drained(self, now: float) -> None:
        if self._end and self._playback.idle and not self._closing and not self.ended:
            self._closing = True
            self._timers.at(now + self._pace.close, lambda at: self._finish(at, "ended", 1000, CLOSING))

    def _finish(self, now: float, status: Status, code: int, reason: str, error: Problem | None = None) -> None:
        if self.ended:
            return
        self._hush(now)
        seconds = int(now - self._opened + _BEFORE_SETUP_S)
        handoff = self._end.handoff if self._end and status == "ended" else None
        self.ended = Ended(status, code, seconds, handoff, error)
        self._outbox.add(Close(code, reason))

    def _hush(self, now: float) -> None:
        """Count what the caller had heard of the chunk that the end of the session cuts."""
        if (cut := self._playback.cut(now)) is not None:
            self._outbox.unheard_of(cut)
