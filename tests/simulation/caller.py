"""The caller: does one thing after another, each when the seed says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.simulation.agents import AgentTraits
from tests.simulation.chance import Chance
from tests.simulation.invocation import Operations
from tests.simulation.records import Record, Voiced
from tests.simulation.scheduler import Process
from tests.simulation.twilio import PACE, Twilio
from tests.simulation.words import seeming, utterance

PATIENCE_S = 40.0
"""Seconds that the caller waits for an answer before doing the next thing."""

When = Literal["after the answer", "into the answer", "at once"]


@dataclass(frozen=True, slots=True)
class Step:
    """What the caller does, and when. `parts` are the final prompts of one utterance (none: a noise), or a key."""

    does: Literal["speak", "press", "wait", "hang up", "drop"]
    when: When
    after: float
    parts: tuple[str, ...] = ()


WHENS: tuple[When, ...] = ("after the answer", "into the answer", "into the answer", "at once")

KEYS = ("5", "9", "#", "*")
"""Keys that a caller presses without being asked for digits; 9 has a meaning."""

LONG_CALL = 0.06
"""The chance of a call with many steps."""


def script(chance: Chance, gone: float, dropped: float = 0.0, *, name: str = "step", first: int = 0) -> list[Step]:
    """Return what a caller does in a session. With `dropped`, the session may end with a lost socket.

    The steps of a later session have another `name`, and numbers from `first` on.
    """
    long = not first and chance.share("a long call") < LONG_CALL
    least, most = (24, 30) if long else (2, 9)
    count = chance.count(f"{name}s", least, most)
    steps = [_step(chance, f"{name} {number}", first + number) for number in range(count)]
    kept = [
        step for number, step in enumerate(steps) if chance.happens(f"{name} {number}: {step.does} {step.when}", 1)
    ]
    which = f"{name}: " if first else ""
    if chance.happens(f"{which}the socket is lost", dropped):
        when = chance.one_of(f"{which}the socket is lost when", WHENS)
        return [*kept, Step("drop", when, chance.between(f"{which}the socket is lost after", 0.0, 3.0))]
    if chance.happens(f"{which}the caller hangs up in the middle", gone):
        kept.append(Step("hang up", "into the answer", chance.between(f"{which}hangs up after", 0.0, 3.0)))
    return kept


def _step(chance: Chance, name: str, number: int) -> Step:
    when: When = chance.one_of(f"{name} when", WHENS) if number else "after the answer"
    after = chance.between(f"{name} after", 0.0, 2.5)
    kind = chance.share(f"{name} does")
    if kind < 0.08 and number:
        return Step("press", when, after, (chance.one_of(f"{name} key", KEYS),))
    if kind > 0.94 and number:
        return Step("wait", when, chance.between(f"{name} waits", 5.0, 40.0))
    finals = 0 if kind < 0.13 and number else 1 if kind < 0.75 else chance.count(f"{name} finals", 2, 3)
    # Only an agent that redacts is told a card: another one logs it, as its author wants.
    card = AgentTraits.of(chance).redacts and chance.happens(f"{name} names a card", 0.15)
    return Step("speak", when, after, tuple(utterance(number, finals, card)))


class Caller:
    """Follows a script, as its own process."""

    def __init__(
        self, operations: Operations, record: Record, twilio: Twilio, steps: list[Step], owed: Callable[[], bool]
    ) -> None:
        """`owed` returns whether an answer is owed."""
        self._scheduler, self._record, self._twilio, self._steps = operations.scheduler, record, twilio, steps
        self._chance, self._rates, self._owed = operations.chance, operations.rates, owed
        self._questions = self._times = 0
        self._voice_since: float | None = None
        self.process = Process("caller")

    def begin(self) -> None:
        """Start."""
        self._scheduler.start(self.process, "life", self._live)

    def asked_for_digits(self) -> None:
        """Take the request for digits."""
        self._questions += 1

    def changed(self) -> None:
        """Check again: something has changed on the line."""
        self._scheduler.notify(self.process)

    def _live(self) -> None:
        self._wait(lambda: self._twilio.speaking, 2.0)
        for step in self._steps:
            self._await(step)
            self._answer_question()
            if not self._twilio.open:
                return
            self._do(step)
        self._wait(self._at_rest, PATIENCE_S)
        self._answer_question()
        self._wait(self._at_rest, PATIENCE_S)
        self._scheduler.pause(1.0)
        self._twilio.close()

    def _await(self, step: Step) -> None:
        if step.when == "after the answer":
            self._wait(self._at_rest, PATIENCE_S)
        elif step.when == "into the answer":
            self._wait(lambda: self._twilio.speaking, 10.0)
        self._wait(lambda: False, step.after)

    def _at_rest(self) -> bool:
        return self._twilio.idle and not self._owed()

    def _wait(self, holds: Callable[[], bool], seconds: float) -> None:
        self._scheduler.wait(lambda: holds() or not self._twilio.open, seconds)

    def _do(self, step: Step) -> None:
        match step.does:
            case "speak":
                self._speak(step.parts)
            case "press":
                self._press(step.parts[0])
            case "wait":
                pass
            case "hang up":
                self._twilio.close()
            case "drop":
                self._twilio.close(dropped=True)

    def _answer_question(self) -> None:
        """Key in the digits, now and then too few, too many or late; or do not key, and speak."""
        while self._questions and self._twilio.open:
            self._questions, self._times = 0, self._times + 1
            name = f"code {self._times}"
            if self._chance.happens(f"{name} is not keyed in", 0.2):
                return
            late = self._chance.happens(f"{name} comes late", 0.2)
            self._wait(lambda: False, self._chance.between(f"{name} after", 0.0, 9.0 if late else 2.5))
            digits = self._chance.count(f"{name} digits", 2, 5) if self._chance.happens(f"{name} is odd", 0.3) else 4
            ends = "" if self._chance.happens(f"{name} is not ended", 0.3) else "#"
            for key in "1234567"[:digits] + ends:
                self._press(key)
                self._wait(lambda: False, self._chance.between(f"{name} gap", 0.1, 0.8))
            self._wait(self._at_rest, PATIENCE_S)

    def _press(self, key: str) -> None:
        self._twilio.tell("dtmf", {"type": "dtmf", "digit": key})
        self._twilio.break_in()

    def _speak(self, parts: tuple[str, ...]) -> None:
        began = self._voice_since = self._scheduler.now
        self._client("on")
        self._twilio.break_in()
        for text in parts or ("",):
            if text:
                self._prompt(text.split()[0], last=False)
            self._scheduler.pause(len(text) / PACE.caller + PACE.rest)
            self._twilio.break_in()
            if text:
                self._settle(text)
                self._stops()
                self._prompt(text, last=True)
        if not parts:
            self._stops()
        self._record.audible.append((began, self._scheduler.now))

    def _settle(self, text: str) -> None:
        """Wait until the utterance is final. If answers are drafted, tell before what it seems to be."""
        if AgentTraits.of(self._chance).drafts:
            for number in range(self._chance.count(f"partials of {text}", 0, 3)):
                name = f"partial {number} of {text}"
                self._prompt(seeming(text, self._chance.share(name)), last=False)
                self._scheduler.pause(self._chance.between(f"{name} stands", 0.0, 0.9))
        self._scheduler.pause(PACE.settle / 2)

    def _prompt(self, text: str, *, last: bool) -> None:
        frame = {"type": "prompt", "voicePrompt": text, "lang": "en-US", "last": last}
        self._twilio.tell("prompt" if last else "partial", frame)

    def _stops(self) -> None:
        """Stop speaking, which the line may not report. For an utterance in several parts it reports this once."""
        now, since = self._scheduler.now, self._voice_since
        told = (one for one in self._record.emitted if one.kind == "clientSpeaking" and one.at == since)
        if since is not None and (frame := next(told, None)):
            self._record.voiced.append(Voiced(since, now, frame.key))
        self._voice_since = None
        if not self._chance.happens("the line does not tell that the caller stops", self._rates.endless):
            self._client("off")

    def _client(self, value: str) -> None:
        self._twilio.tell("clientSpeaking", {"type": "info", "name": "clientSpeaking", "value": value})
