"""One answer to the caller, as a state machine: what happened goes in, what is to be done comes out.

No I/O, clock or thread: whoever runs it does the actions, reports what came of them, and calls it again at `wake`.
A newer event of the caller ends it at once; it is then quiet, and records what had reached the line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from json import dumps

from functions.relay.agent import Agent
from functions.relay.call import Call
from functions.relay.events import Answered, Ended, Ending, Said
from functions.relay.history import history
from functions.relay.messages import End, Text
from functions.relay.model import (
    AgentSaid,
    Finished,
    Line,
    Request,
    ToolAnswer,
    ToolAsk,
    ToolsAnswered,
    Usage,
    Words,
)
from functions.relay.ports import Sent
from functions.relay.speech import Speech
from functions.relay.steps import (
    Action,
    Ask,
    Happening,
    Interrupted,
    ModelFailed,
    Note,
    Post,
    Run,
    Stop,
    Superseded,
    ToolEnded,
)
from functions.relay.tools import EndCall, HandOff, Tool

DEADLINE = 25.0
"""Seconds that an answer may take; the gateway speaks its own error into the call after 29."""

PATIENCE = 7.0
"""Seconds that a model may send nothing; the caller should never wait more than eight."""

ASK_UNTIL = 15.0
"""Seconds after which the model is not asked again: its stream must have ended before the deadline."""

QUIET = 5.0
"""Seconds of silence after which a word covers it, while the model or a tool is at work."""

SPOKEN = 20
"""Characters that a voice speaks in a second, about: recorded calls give 17 to 22."""

SAYING_AFTER = 0.3
"""Seconds that a tool may take before its own words cover the wait."""

MOST_ROUNDS = 6

TOO_SLOW = "It did not answer in time."


@dataclass(slots=True)
class _Running:
    ask: ToolAsk
    tool: Tool
    since: float
    answer_place: int
    covered: bool = False


class Answer:
    """The answer to the last prompt of a call. All times are seconds of one clock.

    Call `begin` once, then `advance` with each happening, until `done`.
    """

    def __init__(
        self, agent: Agent, call: Call, now: float, allowed: float = DEADLINE, *, place: int = 0, begun: bool = False
    ) -> None:
        """Prepare the answer; `allowed` is how many seconds it may take.

        For one that is taken over, `place` is where its notes begin, and `begun` whether the caller has heard the
        beginning: that cannot be gone on with, so it is apologised for.
        """
        self.done = False
        self._agent = agent
        self._lines: tuple[Line, ...] = _owed(history(call))
        self._speech = Speech(lead=_lead(call))
        self._speakable = agent.speakable(agent.language)
        self._started = now
        self.deadline = now + allowed
        self._ending: Ending | None = None
        self._meant: Ending | None = None
        self._quiet = False
        self._round = 0
        self._first_place, self._begun = place, begun
        self._spoken_until = now
        self._asking = False
        self._asks: list[ToolAsk] = []
        self._answers: dict[str, ToolAnswer] = {}
        self._running: dict[str, _Running] = {}
        self._model_spoke = False
        self._parting: HandOff | EndCall | None = None
        self._asked_at = now
        self._model_at = now
        self._model_ms = 0
        self._usage = Usage()

    @property
    def ended(self) -> Ended:
        """How it ended so far, with its times and its cost."""
        first = self._speech.first_words_at
        words_ms = round((first - self._started) * 1000) if first is not None else 0
        # What fell silent when its last message had left ended as it was meant to, once that has arrived.
        how = (self._meant if self._speech.done else None) or self._ending or "failed"
        return Ended(how, words_ms, self._model_ms, self._usage)

    @property
    def wake(self) -> float:
        """When to call `advance` with a Tick, should nothing else happen before."""
        times = [self.deadline] if self._ending is None or self._running else []
        times += [self._model_at + PATIENCE] if self._asking else []
        times += [self._spoken_until + QUIET] if self._ending is None else []
        times += [due for due in [self._speech.due()] if due is not None]
        for running in self._running.values():
            times.append(running.since + running.tool.deadline)
            times += [running.since + SAYING_AFTER] if self._may_cover(running) else []
        return min(times, default=self.deadline + DEADLINE)

    def begin(self) -> list[Action]:
        """Return the first things to do."""
        if not self._begun:
            return [self._ask()]
        return [*self._apologise("failed", self._agent.phrases.trouble), *self._go_on(self._started)]

    def advance(self, happening: Happening, now: float) -> list[Action]:
        """Return what is to be done after something happened."""
        return [*self._take_in(happening, now), *self._watch_time(now), *self._go_on(now)]

    def _take_in(self, happening: Happening, now: float) -> Iterator[Action]:
        match happening:
            case Sent():
                self._speech.sent(happening, now)
                if self._speech.gone:
                    yield from self._fall_silent("gone")
            case ToolEnded():
                self._tool_ended(happening)
            case Superseded():
                yield from self._fall_silent("superseded")
            case Interrupted() if self._speech.left:
                yield from self._fall_silent("superseded")
            case Words() | ToolAsk() | Finished() | ModelFailed() if self._asking and self._ending is None:
                self._model_at = now
                self._model_ms = self._model_ms or round((now - self._asked_at) * 1000)
                yield from self._hear_model(happening, now)

    def _hear_model(self, happening: Words | ToolAsk | Finished | ModelFailed, now: float) -> Iterator[Action]:
        match happening:
            case Words(text):
                self._model_says(self._speakable.feed(text))
            case ToolAsk():
                self._model_says(self._speakable.rest())
                yield from self._start(happening, now)
            case Finished(reason, usage):
                self._model_says(self._speakable.rest())
                self._asking = False
                self._usage = _sum(self._usage, usage)
                if reason == "refused":
                    yield from self._apologise("failed", self._agent.phrases.nothing)
            case ModelFailed():
                self._asking = False
                yield from self._apologise("failed", self._agent.phrases.trouble)

    def _model_says(self, words: str) -> None:
        self._model_spoke = self._model_spoke or bool(words.strip())
        self._speech.add(words)

    def _start(self, ask: ToolAsk, now: float) -> Iterator[Action]:
        number = len(self._asks)
        self._asks.append(ask)
        if tool := self._agent.toolbox.get(ask.name):
            place = self._place(1 + 2 * number)
            self._running[ask.id] = _Running(ask, tool, now, place + 1)
            yield Run(tool, ask, place, place + 1)
        else:
            self._answers[ask.id] = ToolAnswer(ask.id, f"There is no tool {ask.name}.", failed=True)

    def _tool_ended(self, ended: ToolEnded) -> None:
        if self._running.pop(ended.id, None) is None:
            return
        match ended.outcome:
            case str(text):
                self._answers[ended.id] = ToolAnswer(ended.id, text, ended.failed)
            case parting:
                self._parting = self._parting or parting

    def _watch_time(self, now: float) -> Iterator[Action]:
        for running in list(self._running.values()):
            if now >= running.since + running.tool.deadline:
                self._tool_ended(ToolEnded(running.ask.id, TOO_SLOW, failed=True))
                yield Note(running.answer_place, Answered(running.ask.id, TOO_SLOW, failed=True))
            elif self._may_cover(running) and now >= running.since + SAYING_AFTER:
                running.covered = True
                self._speech.add_sentence(running.tool.saying)
        if self._ending is None and now >= self._spoken_until + QUIET:
            self._spoken_until = now
            self._speech.add_sentence(self._agent.phrases.moment)
        if now >= self.deadline:
            self._running.clear()
            if self._ending is None:
                yield from self._apologise("late", self._agent.phrases.late)
        if self._asking and now >= self._model_at + PATIENCE:
            yield from self._apologise("failed", self._agent.phrases.trouble)

    def _may_cover(self, running: _Running) -> bool:
        return bool(running.tool.saying) and not running.covered and self._ending is None

    def _go_on(self, now: float) -> Iterator[Action]:
        if self._ending is None and not self._asking and not self._running:
            yield from self._next_round(now)
        elif not self._asking:
            self._speech.hurry()
        if message := self._speech.take(now):
            if isinstance(message, Text):
                self._spoken_until = max(self._spoken_until, now) + len(message.token) / SPOKEN
            yield Post(message)
        if self._ending and not self._speech.in_flight and not self._running and (self._quiet or self._speech.done):
            self.done = True
            yield from self._notes()

    def _next_round(self, now: float) -> Iterator[Action]:
        match self._parting:
            case HandOff(reason, to, saying):
                self._part("handed off", saying, End(dumps({"reason": reason, "to": to})))
            case EndCall(_, saying):
                self._part("goodbye", saying, End())
            case None if not self._asks:
                if not self._model_spoke:
                    self._speech.add_sentence(self._agent.phrases.nothing)
                self._finish("complete")
            case None if now > self._started + ASK_UNTIL:
                yield from self._apologise("late", self._agent.phrases.late)
            case None if self._round + 1 == MOST_ROUNDS:
                yield from self._apologise("failed", self._agent.phrases.trouble)
            case None:
                yield self._ask_again(now)

    def _part(self, ending: Ending, saying: str, end: End) -> None:
        if not self._model_spoke and saying:
            self._speech.add_sentence(saying)
        self._finish(ending, end)

    def _ask_again(self, now: float) -> Ask:
        said = self._speech.last_part()
        answers = tuple(self._answers[ask.id] for ask in self._asks)
        self._lines += (AgentSaid(said, tuple(self._asks)), ToolsAnswered(answers))
        self._speech.mark()
        self._round, self._asks, self._answers = self._round + 1, [], {}
        self._model_at = now
        return self._ask()

    def _ask(self) -> Ask:
        self._asking, self._speakable = True, self._agent.speakable(self._agent.language)
        return Ask(Request(self._agent.prompt, self._lines, self._agent.specs))

    def _apologise(self, ending: Ending, sentence: str) -> Iterator[Action]:
        if self._asking:
            self._asking = False
            yield Stop()
        self._model_says(self._speakable.rest())
        self._speech.add_sentence(sentence)
        self._finish(ending)

    def _finish(self, ending: Ending, end: End | None = None) -> None:
        self._ending = ending
        self._speech.finish(end)

    def _fall_silent(self, ending: Ending) -> Iterator[Action]:
        if self._quiet or self._speech.done:
            return
        self._meant, self._ending, self._quiet = self._ending, ending, True
        self._speech.hush()
        if self._asking:
            self._asking = False
            yield Stop()

    def _notes(self) -> Iterator[Note]:
        for number, text in enumerate(self._speech.parts()):
            if text.strip():
                yield Note(self._place(0, number), Said(text.strip()))
        yield Note(self._place(99), self.ended)

    def _place(self, number: int, part: int | None = None) -> int:
        return self._first_place + 100 * ((self._round if part is None else part) + 1) + number


def _owed(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines up to the caller's last: older words still being played may look like this answer's."""
    return lines[:-1] if lines and isinstance(lines[-1], AgentSaid) else lines


def _lead(call: Call) -> str:
    """Return a space if the answer before was left open on the line: its last word would be glued to our first."""
    before = call.turns[-2] if len(call.turns) > 1 else None
    open_cycle = before and not before.cut and (before.ended is None or before.ended.how == "superseded")
    return " " if open_cycle else ""


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.input + other.input,
        one.output + other.output,
        one.cache_read + other.cache_read,
        one.cache_write + other.cache_write,
    )
