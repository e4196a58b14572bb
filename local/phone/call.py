"""A call as a test or a terminal uses it: what the caller does, and what a test can wait for."""

import time
from collections.abc import Callable

from .background import Background
from .call_facts import CallFacts
from .call_record import CallRecord
from .conversation import Command, advance
from .driver import Driver
from .forms import Identity
from .listening import Ear
from .records import Problem


class CallError(Exception):
    """The call did not go as the caller wanted; the text ends with the conversation so far."""


class WaitError(CallError, TimeoutError):
    """The awaited event did not happen in time."""


class Call(CallFacts):
    """One call, made by `Phone.dial`. All methods and properties may be used from any thread.

    Methods that wait raise `WaitError` after `timeout` real seconds (default: the phone's own), and `CallError` if
    the call is over.
    """

    def __init__(
        self, driver: Driver, identity: Identity, record: CallRecord, background: Background, timeout: float
    ) -> None:
        super().__init__(identity, record)
        self._driver, self._background, self._timeout = driver, background, timeout

    # What the caller does

    def say(self, text: str, *, lang: str | None = None, timeout: float | None = None) -> str:
        """Let the agent finish, say something, listen to the whole answer and return the words that were heard.

        The answer is over when its talk cycle is closed and played, or when the session has ended and what follows it
        has begun. To speak over the agent see `interrupt` and `speak`.
        """
        self._wait(lambda: self._record.settled, "the agent to let the caller speak", timeout)
        return self._exchange(lambda session, now: session.speak(now, text, lang), repr(text), timeout)

    def speak(self, text: str, *, lang: str | None = None) -> None:
        """Say something at once, over the agent if it is speaking, and do not wait."""
        self._push(lambda session, now: session.speak(now, text, lang))

    def interrupt(self, text: str = "", *, after: str = "", into: float = 0.3, timeout: float | None = None) -> str:
        """Break in when the agent's voice has been on for `into` seconds and the caller has heard `after`.

        Returns what the agent answers to `text`. Without text the caller only makes a noise, which has no answer.
        """
        return self._exchange(
            lambda session, now: session.speak(now, text, after=into),
            f"{text!r} over the agent",
            timeout,
            when=lambda: self._record.speaking and after in self.heard,
        )

    def compose(self, on: bool) -> None:
        """Begin or stop to form words, as a user who types. It is no silence, and does not interrupt the agent."""
        self._push(lambda session, now: session.compose(now, on))

    def press(self, keys: str, *, timeout: float | None = None) -> None:
        """Press keys at once, over the agent if it is speaking; return when the last one is pressed."""
        record, finished, ended = self._record, self._record.finished, self._ended_sessions
        self._push(lambda session, now: session.press(now, keys))
        # A <Gather> may wait for more keys.
        more = self._record.listening
        self._wait(
            lambda: (
                record.finished > finished or self._ended_sessions > ended or self.over or (more and record.settled)
            ),
            "the keys",
            timeout,
        )

    def drop(self, *, timeout: float | None = None) -> None:
        """Lose the socket as a network fault would (1006), and wait for the next session or the end of the call."""
        self._end_session(lambda session, now: session.lose(now, 1006), timeout)

    def fail(self, error: int, *, timeout: float | None = None) -> None:
        """Let Twilio end the session with one of its errors, such as 64111, and wait for what follows."""
        self._end_session(lambda session, now: session.lose(now, 1000, Problem(error, "")), timeout)

    def stay_silent(self, seconds: float, *, timeout: float | None = None) -> None:
        """Do nothing for seconds of the call while a <Gather> or a <Record> listens, and hear what follows."""

        def act() -> None:
            self._record.done()
            self._driver.stay_silent(seconds)

        self._record.expect()
        self._background.call(act)
        self._wait(lambda: self._record.settled or self.over, "what follows the silence", timeout)

    def detect(self, answered_by: str) -> None:
        """Let Twilio report now who has answered, to an application that has placed the call with AsyncAmd."""
        self._background.call(lambda: self._driver.detect(answered_by))

    def hang_up(self, *, timeout: float | None = None) -> None:
        """Hang up and wait until the call is over. If the call is over, nothing happens."""
        if not self.over:
            self._background.call(self._driver.hang_up)
        self._wait(lambda: self.over, "the call to end", timeout)

    # What a test can wait for

    def hears(self, text: str, *, timeout: float | None = None) -> str:
        """Wait until the caller has heard this text, in any case; return everything that they have heard."""
        self._wait(lambda: text.lower() in self.heard.lower(), f"the agent to say {text!r}", timeout)
        return self.heard

    def wait_until(self, condition: "Callable[[Call], bool]", *, timeout: float | None = None) -> None:
        """Wait until a condition of this call holds. It is checked after every change."""
        self._wait(lambda: condition(self), "a condition", timeout)

    def wait_until_over(self, *, timeout: float | None = None) -> "Call":
        """Wait until the call is over, and return it."""
        self._wait(lambda: self.over, "the call to end", timeout)
        return self

    def wait_until_quiet(self, *, timeout: float | None = None) -> "Call":
        """Wait until everything is said and answered, or the call is over; return the call."""
        self._wait(lambda: self._record.settled or self.over, "the agent to finish", timeout)
        return self

    def catch_up(self, *, timeout: float | None = None) -> "Call":
        """Process everything that has arrived by now, wait until it is played, and return the call."""
        if self._record.open:
            self._push(advance)
        return self.wait_until_quiet(timeout=timeout)

    def _push(self, command: Command, when: Callable[[], bool] | None = None) -> None:
        record = self._record
        if not record.open:
            raise self._error(f"nothing listens to the caller, the call is {self.outcome or 'in progress'}")

        def act(session: Ear, now: float) -> None:
            command(session, now)
            record.done()

        record.expect()
        self._background.call(lambda: self._driver.push(act, when))

    def _exchange(
        self, command: Command, said: str, timeout: float | None, when: Callable[[], bool] | None = None
    ) -> str:
        record, ended = self._record, self._ended_sessions
        finished, self._answered_from = record.finished, len(self.turns)

        def act(session: Ear, now: float) -> None:
            # When this begins, the caller's words before are finished, and answered in part.
            nonlocal finished
            finished, self._answered_from = record.finished, len(self.turns)
            command(session, now)

        def answered() -> bool:
            return self.over or (record.settled and (record.finished > finished or self._ended_sessions > ended))

        self._push(act, when)
        self._wait(answered, f"an answer to {said}", timeout)
        return self.answer

    def _end_session(self, command: Command, timeout: float | None) -> None:
        ended = self._ended_sessions
        self._push(command)
        self._wait(
            lambda: self.over or (self._ended_sessions > ended and self._record.open),
            "what follows the session",
            timeout,
        )

    def _wait(self, condition: Callable[[], bool], what: str, timeout: float | None) -> None:
        deadline = time.monotonic() + (self._timeout if timeout is None else timeout)
        changed = self._record.changed
        with changed:
            while not condition():
                if self.over:
                    raise self._error(f"the call ended ({self.outcome}) while waiting for {what}")
                if not changed.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    raise self._error(f"waited too long for {what}", WaitError)
        self._raise_crash()

    def _raise_crash(self) -> None:
        if self._record.crash:
            raise self._error("the phone itself failed") from self._record.crash

    def _error(self, reason: str, kind: type[CallError] = CallError) -> CallError:
        notes = [*self.errors, *self.warnings]
        found = "".join(f"\n  {note}" for note in notes)
        error = kind(f"{reason}{found}\n{self.transcript}")
        error.__cause__ = self._record.crash
        return error
