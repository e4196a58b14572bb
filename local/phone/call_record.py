"""The record of one call. The thread that runs the call writes it, and any other thread reads it."""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Condition

from .effects import Effect, Finished, Heard, Send, Took, Warned
from .frames import Language, Text
from .records import (
    Clause,
    Closed,
    Ended,
    Event,
    Frame,
    Line,
    Opened,
    Outcome,
    Over,
    Problem,
    SessionRecord,
    Speaking,
    Turn,
    Words,
)
from .transcript import Transcript
from .twiml import Verb

OnEvent = Callable[[Event], None]


class CallRecord:
    """Everything that is known about a call. `changed` guards it and is notified of every change.

    `quiet`: no voice sounds, and none will without a new word from either side. `unanswered`: the last final prompt
    has no answer yet. `pending` counts what the caller is about to do. `finished` counts what the caller has said or
    keyed to the end.
    """

    def __init__(self, on_event: OnEvent | None) -> None:
        self.changed = Condition()
        self._on_event = on_event
        self.frames: list[Frame] = []
        self.errors: list[Problem] = []
        self.warnings: list[str] = []
        self.verbs: list[Verb] = []
        self.sessions: list[SessionRecord] = []
        self.whispers: list[str] = []
        self.transcript = Transcript()
        self.quiet = self.speaking = self.unanswered = self.listening = False
        self.pending = self.finished = 0
        self.outcome: Outcome | None = None
        self.crash: BaseException | None = None

    @property
    def open(self) -> bool:
        """Whether a session is open, or a <Gather> or a <Record> listens."""
        return self.listening or (bool(self.sessions) and self.sessions[-1].ended is None)

    @property
    def settled(self) -> bool:
        """Whether it is the caller's turn to do something."""
        return self.quiet and not (self.unanswered or self.pending)

    def expect(self) -> None:
        """Record that the caller is about to do something; `done` takes it back."""
        with self.changed:
            self.pending += 1

    def done(self) -> None:
        """Record that the caller has done it. The call counts as quiet again when the next step says so."""
        with self.changed:
            self.quiet, self.pending = False, max(0, self.pending - 1)

    def begin_session(self, session: SessionRecord) -> None:
        """Record a new session."""
        with self.changed:
            self.sessions.append(session)
            self.quiet, self.unanswered, self.pending = False, False, 0
            self.changed.notify_all()
        self._tell(Opened(session))

    def step(self, effects: list[Effect], sent: list[Frame], *, at: float, quiet: bool, speaking: bool) -> None:
        """Record at once what one step of a session caused, and what it sends; `at` is when a frame arrived."""
        with self.changed:
            self.frames.extend(sent)
            for effect in effects:
                self._write(effect, at)
            self.quiet, self.speaking = quiet, speaking
            self.changed.notify_all()
        for effect in effects:
            if isinstance(effect, Clause | Words | Speaking):
                self._tell(effect)

    def frame(self, frame: Frame) -> None:
        """Record a frame that arrived."""
        with self.changed:
            self.frames.append(frame)
            self.changed.notify_all()

    def end_session(self, ended: Ended) -> None:
        """Record how the session ended."""
        with self.changed:
            session = self.sessions[-1] = replace(self.sessions[-1], ended=ended)
            self.quiet = self.speaking = self.unanswered = False
            self.pending = 0
            self.changed.notify_all()
        self._tell(Closed(session))

    def add(self, entry: Problem | Verb | str) -> None:
        """Record a problem, a verb that was run, or a warning."""
        with self.changed:
            match entry:
                case Problem():
                    self.errors.append(entry)
                case Verb():
                    self.verbs.append(entry)
                case str():
                    self.warnings.append(entry)
            self.changed.notify_all()

    def say(self, text: str) -> None:
        """Record words that the caller heard outside of any session."""
        with self.changed:
            self.transcript.played(Heard(text, -len(self.verbs)))
            self.changed.notify_all()

    def listens(self, on: bool) -> None:
        """Record whether it is the caller's turn now, outside of a session."""
        with self.changed:
            self.pending = self.pending if on == self.listening else 0
            self.quiet = self.listening = on
            self.changed.notify_all()

    def hear(self, text: str, digits: str) -> None:
        """Record what the caller has said or keyed outside of a session."""
        with self.changed:
            if text:
                self.transcript.prompted(text, time.monotonic())
            for key in digits:
                self.transcript.keyed(key)
            self.finished += 1
            self.changed.notify_all()

    def whisper(self, text: str) -> None:
        """Record words that a dialled person heard, and the caller did not."""
        with self.changed:
            self.whispers.append(text)
            self.changed.notify_all()

    def finish(self, outcome: Outcome, crash: BaseException | None = None) -> None:
        """Record that the call is over; a `crash` is the phone's own failure."""
        with self.changed:
            if self.outcome is not None:
                return
            self.outcome, self.crash = outcome, crash
            self.changed.notify_all()
        self._tell(Over(outcome))

    def snapshot(self) -> tuple[list[Line], list[Turn]]:
        """Return copies of the lines and turns."""
        with self.changed:
            return list(self.transcript.lines), list(self.transcript.turns)

    def _write(self, effect: Effect, at: float) -> None:
        match effect:
            case Send(message):
                self._sent(message["type"], str(message.get("voicePrompt", message.get("digit"))), effect)
            case Took(message):
                self.transcript.took(effect, at)
                self.unanswered &= isinstance(message, Language) or (isinstance(message, Text) and not message.token)
            case Heard():
                self.transcript.played(effect)
            case Warned(text):
                self.warnings.append(text)
            case Problem():
                self.errors.append(effect)
            case Finished():
                self.finished += 1
            case _:
                pass

    def _sent(self, kind: str, words: str, effect: Send) -> None:
        match kind:
            case "prompt" if effect.message["last"]:
                self.transcript.prompted(words, time.monotonic())
                self.unanswered = True
            case "dtmf":
                self.transcript.keyed(words)
            case "interrupt":
                self.transcript.interrupted()
            case _:
                pass

    def _tell(self, event: Event) -> None:
        if self._on_event:
            self._on_event(event)
