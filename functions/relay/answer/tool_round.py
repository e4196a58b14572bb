"""Handles the tool calls of one request to the model: which tools run, and which result each call gets."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from functions.relay.agent.outcomes import Utterance
from functions.relay.agent.phrases import Spoken
from functions.relay.agent.tools import DigitsPrompt, Tool, ToolError, ToolExit, in_words
from functions.relay.answer.actions import Action, Append, Run, ToolEnded
from functions.relay.log.events import DigitsRequested, ToolCalled, ToolReturned
from functions.relay.log.keys import Key, Slot
from functions.relay.wire.accepted import CallIds
from functions.relay.wire.model import AgentMessage, Message, ToolCall, ToolResult, ToolResults

SAYING_AFTER_S = 0.3
"""Seconds that a tool may take before its `saying` covers the wait."""

TOO_SLOW = "It did not answer in time."

TO_BE_KEYED = "The caller is asked to key in the digits now. They are not in yet."

ONE_AT_A_TIME = "The caller is already keying in digits; ask for this afterwards."


MOST_CALLS = len(Slot.TOOL_CALLED.slots)
"""Most tool calls of one request to the model: each has its slots in the log."""

TOO_MANY = f"It was not run: one answer may hold {MOST_CALLS} tool calls. Call it again if it is still needed."


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A tool call of an older answer that may still run, and where its result will be logged."""

    call: ToolCall
    result: Key


class SideEffects(IntEnum):
    """What tools have done. If the answer fails, the caller is told the truth about it."""

    NONE = 0
    """No tool was started."""

    FAILED = 1
    """All tools that were started have failed."""

    DONE = 2
    """A tool did its work, or may have done it: its result is not known."""


@dataclass(slots=True, eq=False)
class _Begun:
    """A call whose tool was started. `repeats` are equal calls, each with the slot of its result."""

    call: ToolCall
    tool: Tool
    since: float
    result_slot: int
    covered: bool = False
    result: ToolResult | None = None
    repeats: list[tuple[ToolCall, int]] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether the tool has done its work, or may have.

        A tool for digits does not count: it may ask again. One that only reads may find something new.
        """
        if self.tool.digits_prompt or self.tool.read_only or self.result is None:
            return False
        return not self.result.failed or self.result.text == TOO_SLOW

    @property
    def may_cover(self) -> bool:
        return bool(self.tool.saying) and not self.covered


class ToolRound:
    """The tool calls of one request to the model. Times are seconds of one clock."""

    def __init__(
        self, slot: int, ids: CallIds, before: "ToolRound | None" = None, open_calls: tuple[OpenCall, ...] = ()
    ) -> None:
        """Begin without tool calls. `slot` is the first one of the round's entries.

        `ids` makes each tool call's id unique within the call. `before` is the round before in the same answer.
        `open_calls` are those of older answers.
        """
        self.slot = slot
        self.ends_part: ToolExit | None = None
        """The result that ends the agent's part; None if it goes on."""

        self.digits_prompt: DigitsPrompt | None = None
        """The digits that the caller is asked to key in; None for none."""

        self.needs_request = False
        """Whether the model must be asked again, to get a result of this round."""
        self._ids, self._open_calls = ids, open_calls
        self._calls: list[ToolCall] = []
        self._results: dict[str, ToolResult] = {}
        self._begun: list[_Begun] = []
        self._done_before = before.done if before else ()
        self._running: dict[str, _Begun] = {}
        self._unlogged: list[Append] = []

    @property
    def busy(self) -> bool:
        """Whether a tool runs."""
        return bool(self._running)

    @property
    def empty(self) -> bool:
        """Whether the model has called no tool."""
        return not self._calls

    @property
    def side_effects(self) -> SideEffects:
        """What the tools of this round have done so far."""
        results = [begun.result for begun in self._begun]
        if any(result is None or not result.failed or result.text == TOO_SLOW for result in results):
            return SideEffects.DONE
        return SideEffects.FAILED if results else SideEffects.NONE

    @property
    def done(self) -> tuple[_Begun, ...]:
        """The calls of this answer whose work is done, or may be. Later rounds repeat their results."""
        return (*self._done_before, *(one for one in self._begun if one.is_done))

    def start(self, call: ToolCall, tool: Tool | None, now: float) -> Iterator[Action]:
        """Start what the model calls. An equal call of this answer is not made again: both get the same result.

        Models repeat a call whose result they have been told, also after an output that was cut off or empty.
        """
        own = replace(call, id=self._ids.own(call.id))
        if len(self._calls) >= MOST_CALLS:
            self._settle(own, TOO_MANY, failed=True)  # no slot is left for it: the log does not hold it
        elif tool is None:
            yield from self.resolve(own, f"There is no tool {call.name}.", failed=True)
        elif begun := self._same(own, tool):
            yield from self._repeat(own, begun)
        elif tool.digits_prompt:
            yield from self._collect(own, tool)
        else:
            yield self.run(own, tool, now, self._awaited(own, tool))

    def run(self, call: ToolCall, tool: Tool, now: float, awaited: Key | None = None) -> Run:
        """Run a tool, or wait for the result at `awaited`."""
        called, returned = self._next_slots()
        self._calls.append(call)
        self._running[call.id] = _Begun(call, tool, now, returned)
        self._begun.append(self._running[call.id])
        return Run(tool, call, called, returned, awaited)

    def resolve(self, call: ToolCall, text: str, failed: bool = False) -> Iterator[Action]:
        """Give a tool call this result without running anything."""
        called, returned = self._next_slots()
        self._settle(call, text, failed)
        yield Append(called, ToolCalled(call.id, call.name, call.arguments))
        yield Append(returned, ToolReturned(call.id, text, failed))

    def end(self, ended: ToolEnded) -> tuple[Utterance, ...]:
        """Handle the end of a tool; return what the caller hears of its result."""
        begun = self._running.pop(ended.id, None)
        if begun is None:
            return ()
        begun.result = ToolResult(ended.id, in_words(ended.outcome), ended.failed)
        self._results[ended.id] = begun.result
        for call, slot in begun.repeats:
            self._unlogged.append(self._shared(call, slot, begun.result))
        match ended.outcome:
            case str():
                self.needs_request = True
            case tuple(utterances):
                self.needs_request = self.needs_request or any(one.answer for one in utterances)
                return utterances
            case exit:
                self.ends_part = self.ends_part or exit
        return ()

    def give_up(self) -> None:
        """Stop waiting for tools."""
        self._running.clear()

    def watch_time(self, now: float) -> Iterator[Action]:
        """Stop waiting for tools that are too slow. Append the shared results of equal calls."""
        for running in list(self._running.values()):
            if now >= running.since + running.tool.deadline:
                self.end(ToolEnded(running.call.id, TOO_SLOW, failed=True))
                took_ms = round((now - running.since) * 1000)
                late = ToolReturned(running.call.id, TOO_SLOW, failed=True, took_ms=took_ms)
                yield Append(running.result_slot, late)
        yield from self._unlogged
        self._unlogged.clear()

    def cover(self, now: float) -> list[Spoken]:
        """Return the words that cover the wait for slow tools, each once."""
        due = [one for one in self._running.values() if one.may_cover and now >= one.since + SAYING_AFTER_S]
        for running in due:
            running.covered = True
        return [running.tool.saying for running in due]

    def wake(self, may_cover: bool) -> Iterator[float]:
        """Yield the times at which `watch_time` or `cover` has something to do."""
        for running in self._running.values():
            yield running.since + running.tool.deadline
            if may_cover and running.may_cover:
                yield running.since + SAYING_AFTER_S

    def messages(self, said: str) -> tuple[Message, Message]:
        """Return this round as messages for the model; `said` is what the agent said in it."""
        return AgentMessage(said, tuple(self._calls)), ToolResults(
            tuple(self._results[call.id] for call in self._calls)
        )

    def _settle(self, call: ToolCall, text: str, failed: bool) -> None:
        self._calls.append(call)
        self._results[call.id] = ToolResult(call.id, text, failed)
        self.needs_request = True

    def _same(self, call: ToolCall, tool: Tool) -> _Begun | None:
        """Return an equal call, even if its JSON is written differently; None if there is none."""
        begun = (one for one in (*self._begun, *self._done_before) if one.tool is tool)
        return next((one for one in begun if tool.same(one.call.arguments, call.arguments)), None)

    def _awaited(self, call: ToolCall, tool: Tool) -> Key | None:
        """Return where the result of an equal call of an older answer will be logged; None if there is none."""
        equal = (one for one in self._open_calls if one.call.name == call.name)
        return next((one.result for one in equal if tool.same(one.call.arguments, call.arguments)), None)

    def _repeat(self, call: ToolCall, begun: _Begun) -> Iterator[Action]:
        """Let a call share the result of an equal call, which may have come already."""
        called, returned = self._next_slots()
        self._calls.append(call)
        yield Append(called, ToolCalled(call.id, call.name, call.arguments))
        if begun in self._done_before:
            self.needs_request = True
        if begun.result:
            yield self._shared(call, returned, begun.result)
        else:
            begun.repeats.append((call, returned))

    def _shared(self, call: ToolCall, slot: int, result: ToolResult) -> Append:
        self._results[call.id] = replace(result, id=call.id)
        return Append(slot, ToolReturned(call.id, result.text, result.failed))

    def _collect(self, call: ToolCall, tool: Tool) -> Iterator[Action]:
        """Ask the caller to key in digits. Another turn runs the tool when they have come."""
        if problem := self._problem(call, tool):
            yield from self.resolve(call, problem, failed=True)
            return
        self.digits_prompt = tool.digits_prompt
        self._begun.append(_Begun(call, tool, 0.0, 0, result=ToolResult(call.id, TO_BE_KEYED)))
        yield from self.resolve(call, TO_BE_KEYED)
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
