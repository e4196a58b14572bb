"""What Twilio hears outside of a session: the input of a <Gather>, and the message of a <Record>.

https://www.twilio.com/docs/voice/twiml/gather, …/record
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from .records import Problem
from .session import LOST
from .twiml import Verb

ANY_KEY = "1234567890*#"


@dataclass(frozen=True, slots=True)
class CallerInput:
    """What the caller has said or keyed."""

    text: str = ""
    digits: str = ""


class Ear(Protocol):
    """Where the caller can do something: a session, or a <Gather> or <Record> that listens."""

    def speak(self, now: float, text: str, lang: str | None = None, *, after: float = 0.0) -> None:
        """Let the caller say something."""

    def press(self, now: float, keys: str) -> None:
        """Let the caller press keys."""

    def compose(self, now: float, on: bool) -> None:
        """Let the caller begin or stop to form words."""

    def hang_up(self, now: float) -> None:
        """Let the caller hang up."""

    def lose(self, now: float, code: int, error: Problem = LOST) -> None:
        """Lose the socket."""

    def advance(self, now: float) -> None:
        """Do everything that is due."""


class Listening:
    """Waits in a <Gather> or a <Record> for what the caller does.

    It ends with words, with the last key that the verb asks for, or after the verb's `timeout` without either. A
    message of a <Record> ends with its first words. If `patient`, only `stay_silent` lets the time pass.
    """

    def __init__(self, verb: Verb, speed: float, *, patient: bool) -> None:
        self._given, self._records = verb.attributes, verb.name == "Record"
        self._left = float(self._given.get("timeout", "5"))
        self._speed, self._patient = speed, patient
        self._digits = ""
        self._caller_input: asyncio.Future[CallerInput | None] = asyncio.get_running_loop().create_future()

    @property
    def over(self) -> bool:
        """Whether it has what it waits for, or nothing came."""
        return self._caller_input.done()

    async def wait(self) -> CallerInput | None:
        """Return what the caller said or keyed; None if they did nothing."""
        try:
            async with asyncio.timeout(None if self._patient else self._left / self._speed):
                return await asyncio.shield(self._caller_input)
        except TimeoutError:
            return CallerInput(digits=self._digits) if self._digits else None

    def stay_silent(self, seconds: float) -> None:
        """Let seconds of the call pass in which the caller does nothing."""
        self._left -= seconds
        if self._left <= 0:
            self._end(CallerInput(digits=self._digits) if self._digits else None)

    def speak(self, _now: float, text: str, _lang: str | None = None, *, after: float = 0.0) -> None:
        """Take words; without a text it is a noise."""
        if text and (self._records or "speech" in self._given.get("input", "dtmf").split()):
            self._end(CallerInput(text))

    def press(self, _now: float, keys: str) -> None:
        """Take keys up to the last one that is asked for, or up to the one that ends the input."""
        last = self._given.get("finishOnKey", ANY_KEY if self._records else "#")
        if not self._records and "dtmf" not in self._given.get("input", "dtmf").split():
            return
        for key in keys:
            if key in last:
                self._end(CallerInput(digits=key if self._records else self._digits))
                return
            self._digits += key
            if len(self._digits) == int(self._given.get("numDigits", "0")):
                self._end(CallerInput(digits=self._digits))
                return

    def compose(self, _now: float, _on: bool) -> None:
        """Nothing reports that the caller forms words."""

    def hang_up(self, _now: float) -> None:
        """End without an input."""
        self._end(None)

    def lose(self, _now: float, _code: int, _error: Problem = LOST) -> None:
        """There is no socket to lose."""

    def advance(self, _now: float) -> None:
        """Nothing is due."""

    def _end(self, caller_input: CallerInput | None) -> None:
        if not self.over:
            self._caller_input.set_result(caller_input)
