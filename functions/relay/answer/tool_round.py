"""One question to the model, and the tools that it asks for: which run, and what the model is told of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from functions.relay.agent.outcomes import Utterance
from functions.relay.agent.phrases import Spoken
from functions.relay.agent.tools import DigitsPrompt, Tool, ToolError, ToolExit, in_words
from functions.relay.answer.steps import Action, Append, Run, ToolEnded
from functions.relay.log.events import DigitsRequested, ToolCalled, ToolReturned
from functions.relay.log.keys import Slot
from functions.relay.wire.accepted import CallIds
from functions.relay.wire.model import AgentMessage, Message, ToolCall, ToolResult, ToolResults

SAYING_AFTER_S = 0.3
"""Seconds that a tool may take before its own words cover the wait."""

TOO_SLOW = "It did not answer in time."

TO_BE_KEYED = "The caller is asked to key in the digits now. They are not in yet."

ONE_AT_A_TIME = "The caller is already keying in digits; ask for this afterwards."


class Deeds(IntEnum):
    """What tools have done, so that the caller can be told the truth when an answer fails."""

    NONE = 0
    """No tool was begun."""

    FAILED = 1
    """Each tool that was begun has failed."""

    DONE = 2
    """A tool did its work, or may have: what came of it is not known."""


@dataclass(slots=True)
class _Begun:
    """A call whose tool was begun. `repeats` are calls for the same, each with the slot of its result."""

    call: ToolCall
    tool: Tool
    since: float
    result_slot: int
    covered: bool = False
    result: ToolResult | None = None
    repeats: list[tuple[ToolCall, int]] = field(default_factory=list)

    @property
    def may_cover(self) -> bool:
        return bool(self.tool.saying) and not self.covered


class ToolRound:
    """The tools of one question. `slot` is where its notes begin; times are seconds of one clock.

    `parting` is what ends the agent's part, `digits_prompt` what the caller is asked to key in, and `wanted` tells
    whether there is something that the model must be told.
    """

    def __init__(self, slot: int, ids: CallIds) -> None:
        """Begin with no tool; `ids` are those of the call, which no two tool calls share."""
        self.slot = slot
        self.parting: ToolExit | None = None
        self.digits_prompt: DigitsPrompt | None = None
        self.wanted = False
        self._ids = ids
        self._calls: list[ToolCall] = []
        self._results: dict[str, ToolResult] = {}
        self._begun: list[_Begun] = []
        self._running: dict[str, _Begun] = {}
        self._unnoted: list[Append] = []

    @property
    def busy(self) -> bool:
        """Whether a tool runs."""
        return bool(self._running)

    @property
    def empty(self) -> bool:
        """Whether the model has asked for no tool."""
        return not self._calls

    @property
    def deeds(self) -> Deeds:
        """What the tools have done so far."""
        results = [begun.result for begun in self._begun]
        if any(result is None or not result.failed or result.text == TOO_SLOW for result in results):
            return Deeds.DONE
        return Deeds.FAILED if results else Deeds.NONE

    def start(self, call: ToolCall, tool: Tool | None, now: float) -> Iterator[Action]:
        """Do what the model asks for. What it asks for twice in one answer is done once, and both get the result."""
        own = replace(call, id=self._ids.own(call.id))
        if tool is None:
            yield from self.know(own, f"There is no tool {call.name}.", failed=True)
        elif begun := self._same(own, tool):
            yield from self._repeat(own, begun)
        elif tool.digits_prompt:
            yield from self._collect(own, tool)
        else:
            yield self.run(own, tool, now)

    def run(self, call: ToolCall, tool: Tool, now: float) -> Run:
        """Run a tool."""
        called, returned = self._next_slots()
        self._calls.append(call)
        self._running[call.id] = _Begun(call, tool, now, returned)
        self._begun.append(self._running[call.id])
        return Run(tool, call, called, returned)

    def know(self, call: ToolCall, text: str, failed: bool = False) -> Iterator[Action]:
        """Answer a tool's call that nothing needs to run for."""
        called, returned = self._next_slots()
        self._calls.append(call)
        self._results[call.id] = ToolResult(call.id, text, failed)
        self.wanted = True
        yield Append(called, ToolCalled(call.id, call.name, call.arguments))
        yield Append(returned, ToolReturned(call.id, text, failed))

    def end(self, ended: ToolEnded) -> tuple[Utterance, ...]:
        """Take in what came of a tool; return what the caller is to hear of it."""
        begun = self._running.pop(ended.id, None)
        if begun is None:
            return ()
        begun.result = ToolResult(ended.id, in_words(ended.outcome), ended.failed)
        self._results[ended.id] = begun.result
        for call, slot in begun.repeats:
            self._unnoted.append(self._shared(call, slot, begun.result))
        match ended.outcome:
            case str():
                self.wanted = True
            case tuple(utterances):
                self.wanted = self.wanted or any(one.answer for one in utterances)
                return utterances
            case parting:
                self.parting = self.parting or parting
        return ()

    def give_up(self) -> None:
        """Wait for no tool any more."""
        self._running.clear()

    def watch_time(self, now: float) -> Iterator[Action]:
        """Give up the tools that are too slow; note the results that calls share with others."""
        for running in list(self._running.values()):
            if now >= running.since + running.tool.deadline:
                self.end(ToolEnded(running.call.id, TOO_SLOW, failed=True))
                took_ms = round((now - running.since) * 1000)
                late = ToolReturned(running.call.id, TOO_SLOW, failed=True, took_ms=took_ms)
                yield Append(running.result_slot, late)
        yield from self._unnoted
        self._unnoted.clear()

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
        return AgentMessage(said, tuple(self._calls)), ToolResults(
            tuple(self._results[call.id] for call in self._calls)
        )

    def _same(self, call: ToolCall, tool: Tool) -> _Begun | None:
        """Return the call of this round that asks for the same, however it is written."""
        begun = (one for one in self._begun if one.tool is tool)
        return next((one for one in begun if tool.same(one.call.arguments, call.arguments)), None)

    def _repeat(self, call: ToolCall, begun: _Begun) -> Iterator[Action]:
        """Let a call share the result of another, which may be there already."""
        called, returned = self._next_slots()
        self._calls.append(call)
        yield Append(called, ToolCalled(call.id, call.name, call.arguments))
        if begun.result:
            yield self._shared(call, returned, begun.result)
        else:
            begun.repeats.append((call, returned))

    def _shared(self, call: ToolCall, slot: int, result: ToolResult) -> Append:
        self._results[call.id] = replace(result, id=call.id)
        return Append(slot, ToolReturned(call.id, result.text, result.failed))

    def _collect(self, call: ToolCall, tool: Tool) -> Iterator[Action]:
        """Have the caller key in digits: another turn runs the tool when they are in."""
        if problem := self._problem(call, tool):
            yield from self.know(call, problem, failed=True)
            return
        self.digits_prompt = tool.digits_prompt
        self._begun.append(_Begun(call, tool, 0.0, 0, result=ToolResult(call.id, TO_BE_KEYED)))
        yield from self.know(call, TO_BE_KEYED)
        yield Append(Slot.DIGITS_REQUESTED.at(self.slot), DigitsRequested(call.name, call.arguments))

    def _problem(self, call: ToolCall, tool: Tool) -> str:
        if self.digits_prompt:
            return ONE_AT_A_TIME
        try:
            tool.given(call.arguments)
        except ToolError as error:
            return str(error)
        return ""

    def _next_slots(self) -> tuple[int, int]:
        number = len(self._calls)
        return Slot.TOOL_CALLED.at(self.slot, number), Slot.TOOL_RETURNED.at(self.slot, number)
