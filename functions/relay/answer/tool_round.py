"""One question to the model, and the tools that it asks for: which run, and what the model is told of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.relay.agent.outcomes import Utterance
from functions.relay.agent.phrases import Spoken
from functions.relay.agent.tools import DigitsPrompt, Tool, ToolError, ToolExit, in_words
from functions.relay.answer.steps import Action, Append, Run, ToolEnded
from functions.relay.log.events import DigitsRequested, ToolCalled, ToolReturned
from functions.relay.wire.model import AgentMessage, Message, ToolCall, ToolResult, ToolResults

SAYING_AFTER_S = 0.3
"""Seconds that a tool may take before its own words cover the wait."""

TOO_SLOW = "It did not answer in time."

TO_BE_KEYED = "The caller is asked to key in the digits now. They are not in yet."

ONE_AT_A_TIME = "The caller is already keying in digits; ask for this afterwards."


@dataclass(slots=True)
class _Running:
    ask: ToolCall
    tool: Tool
    since: float
    result_slot: int
    covered: bool = False

    @property
    def may_cover(self) -> bool:
        return bool(self.tool.saying) and not self.covered


class ToolRound:
    """The tools of one question. `slot` is where its notes begin; times are seconds of one clock.

    `parting` is what ends the agent's part, `digits_prompt` what the caller is asked to key in, and `wanted` tells
    whether there is something that the model must be told.
    """

    def __init__(self, slot: int) -> None:
        """Begin with no tool."""
        self.slot = slot
        self.parting: ToolExit | None = None
        self.digits_prompt: DigitsPrompt | None = None
        self.wanted = False
        self._asks: list[ToolCall] = []
        self._answers: dict[str, ToolResult] = {}
        self._running: dict[str, _Running] = {}

    @property
    def busy(self) -> bool:
        """Whether a tool runs."""
        return bool(self._running)

    def start(self, ask: ToolCall, tool: Tool | None, now: float) -> Iterator[Action]:
        """Do what the model asks for."""
        match tool:
            case None:
                self._asks.append(ask)
                self._answer(ask, f"There is no tool {ask.name}.", failed=True)
            case Tool(digits_prompt=None):
                yield self.run(ask, tool, now)
            case _:
                yield from self._collect(ask, tool)

    def run(self, ask: ToolCall, tool: Tool, now: float) -> Run:
        """Run a tool."""
        slot = self._next_slot()
        self._asks.append(ask)
        self._running[ask.id] = _Running(ask, tool, now, slot + 1)
        return Run(tool, ask, slot, slot + 1)

    def know(self, ask: ToolCall, text: str, failed: bool = False) -> Iterator[Action]:
        """Answer a tool's call that nothing needs to run for."""
        slot = self._next_slot()
        self._asks.append(ask)
        self._answer(ask, text, failed)
        yield Append(slot, ToolCalled(ask.id, ask.name, ask.arguments))
        yield Append(slot + 1, ToolReturned(ask.id, text, failed))

    def end(self, ended: ToolEnded) -> tuple[Utterance, ...]:
        """Take in what came of a tool; return what the caller is to hear of it."""
        running = self._running.pop(ended.id, None)
        match ended.outcome:
            case _ if running is None:
                return ()
            case str(text):
                self._answer(running.ask, text, ended.failed)
            case tuple(utterances):
                self._answers[ended.id] = ToolResult(ended.id, in_words(utterances))
                self.wanted = self.wanted or any(one.answer for one in utterances)
                return utterances
            case parting:
                self.parting = self.parting or parting
        return ()

    def give_up(self) -> None:
        """Wait for no tool any more."""
        self._running.clear()

    def watch_time(self, now: float) -> Iterator[Action]:
        """Give up the tools that are too slow."""
        for running in list(self._running.values()):
            if now >= running.since + running.tool.deadline:
                self.end(ToolEnded(running.ask.id, TOO_SLOW, failed=True))
                yield Append(running.result_slot, ToolReturned(running.ask.id, TOO_SLOW, failed=True))

    def cover(self, now: float) -> list[Spoken]:
        """Return the words of the tools whose wait they are to cover from now on."""
        due = [one for one in self._running.values() if one.may_cover and now >= one.since + SAYING_AFTER_S]
        for running in due:
            running.covered = True
        return [running.tool.saying for running in due]

    def wake(self, may_cover: bool) -> Iterator[float]:
        """Return when time must be looked at."""
        for running in self._running.values():
            yield running.since + running.tool.deadline
            if may_cover and running.may_cover:
                yield running.since + SAYING_AFTER_S

    def lines(self, said: str) -> tuple[Message, Message]:
        """Return what the model is told of this round, in which so much was said."""
        answers = tuple(self._answers[ask.id] for ask in self._asks)
        return AgentMessage(said, tuple(self._asks)), ToolResults(answers)

    def _collect(self, ask: ToolCall, tool: Tool) -> Iterator[Action]:
        """Have the caller key in digits: another turn runs the tool when they are in."""
        if problem := self._problem(ask, tool):
            yield from self.know(ask, problem, failed=True)
            return
        self.digits_prompt = tool.digits_prompt
        yield from self.know(ask, TO_BE_KEYED)
        yield Append(self.slot + 89, DigitsRequested(ask.name, ask.arguments))

    def _problem(self, ask: ToolCall, tool: Tool) -> str:
        if self.digits_prompt:
            return ONE_AT_A_TIME
        try:
            tool.given(ask.arguments)
        except ToolError as error:
            return str(error)
        return ""

    def _answer(self, ask: ToolCall, text: str, failed: bool = False) -> None:
        self._answers[ask.id] = ToolResult(ask.id, text, failed)
        self.wanted = True

    def _next_slot(self) -> int:
        return self.slot + 1 + 2 * len(self._asks)
