"""Builds what the model is sent: each request of one answer, and what was wrong with the output.

A request has the prompt and the situation, from instructions.py, and the messages of the call, from call/history.py.
`Request`, in wire/model.py, is its form; the adapter of a provider translates that.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Literal

from functions.relay.agent.agent import Agent
from functions.relay.answer.instructions import Instructions
from functions.relay.answer.tool_round import OpenCall, SideEffects, ToolRound
from functions.relay.call.call import Call
from functions.relay.call.history import BY_KEY, fitting, history, merged
from functions.relay.call.turn import Turn
from functions.relay.cost_limits import slices_due
from functions.relay.deadlines import ASK_UNTIL_S, LONGEST_INVOCATION_MS, MODEL_PATIENCE_S
from functions.relay.log.events import DigitsEntered, NoiseEnded, ToolCalled, ToolReturned
from functions.relay.log.keys import next_round, round_start
from functions.relay.text.utterance import ends_sentence
from functions.relay.wire.accepted import CallIds, ids_in
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    FailureKind,
    FinishReason,
    Message,
    Request,
    ToolCall,
    Usage,
)

MOST_ROUNDS = 6
"""Most requests to the model in one answer."""

MOST_REPAIRS = 1
"""How often one answer asks the model again after it sent nothing of use."""

MOST_CONTINUATIONS = 2
"""How often one answer asks the model to continue after its text was cut off."""


class Flaw(Enum):
    """What is wrong with the model's output. The value is what the model is told when it is asked again."""

    EMPTY = "(Nothing in your answer could be heard. Answer the caller in short spoken sentences.)"
    """It ended without a word that can be spoken, and without a tool call."""

    CUT = (
        "(Your answer was cut off. Go on with the next word, repeat nothing, and be brief. If you were about to use \
a tool, use it now.)"
    )
    """It ended in the middle: at the token limit, or because the stream broke."""

    UNCALLED = "(No tool has run. If you need one, call it now, and not in your text. Else go on. Repeat nothing.)"
    """It ended to wait for a tool that it never called, or it wrote the call into its text, where nothing runs it."""

    NOISE = "(A noise interrupted you, and the caller said nothing. Go on with the next word, and repeat nothing.)"
    """A noise interrupted the agent in the middle."""

    LOST = ""
    """The stream broke before the first word. The same question is asked again."""


class ModelRequests:
    """The requests that one answer makes to the model. Times are seconds of one clock."""

    def __init__(self, call: Call, slot: int, now: float, turn_began: float) -> None:
        """`slot` is the first one of the answer's entries. `now` is when the answer begins, `turn_began` its turn."""
        self.flaw: Flaw | None = None
        """What is wrong with the model's newest output; None if nothing is."""

        self._messages = unanswered_messages(call)
        self._ids = CallIds([BY_KEY, *ids_in(self._messages)])
        self._open_calls = open_calls(call)
        self.round = ToolRound(round_start(slot, 1), self._ids, None, self._open_calls)
        """The tools of the newest request."""

        self.usage = Usage()
        self.model = ""
        """The name of the model that answered last."""

        self.limit = ""
        """The limit that kept a model from being asked, such as `cents`; empty if none did."""

        self.failure: FailureKind | Literal[""] = ""
        """Why the newest request failed; empty if it did not."""

        self.first_ms = 0
        """Milliseconds from the beginning of the turn to the first event of the model's stream."""

        self._sid, self._turn = names(call)
        self._slices, self._side_effects = slices_of(call), side_effects_before(call)
        self._rounds = self._repairs = 0
        self._to_continue = ""
        self._began = self._sign_at = now
        self._turn_began = turn_began

    @property
    def stalls_at(self) -> float:
        """When the model will have sent nothing for too long."""
        return self._sign_at + MODEL_PATIENCE_S

    def too_late(self, now: float) -> bool:
        """Whether no time is left for another request."""
        return now > self._began + ASK_UNTIL_S

    @property
    def exhausted(self) -> bool:
        """Whether the answer has made as many requests as it may."""
        return self._rounds >= MOST_ROUNDS

    @property
    def may_repair(self) -> bool:
        """Whether the model may be asked again after a flaw."""
        return self._repairs < (MOST_CONTINUATIONS if self.flaw in (Flaw.CUT, Flaw.UNCALLED) else MOST_REPAIRS)

    @property
    def side_effects(self) -> SideEffects:
        """What the tools of this answer have done so far."""
        return max(self._side_effects, self.round.side_effects)

    @property
    def agent_spoke_last(self) -> bool:
        """Whether the history ends with the agent's words: the model must be told to go on."""
        return bool(self._messages) and isinstance(self._messages[-1], AgentMessage)

    def ask(self, agent: Agent, instructions: Instructions, said: str, now: float) -> Request:
        """Return the next request. It includes the round before it, in which the agent said `said`."""
        if self._rounds or self.flaw or not self.round.empty:
            self._messages = fitting(merged((*self._messages, *self._told(said))))
            self._side_effects = self.side_effects
            self._repairs += self.flaw not in (None, Flaw.NOISE)
            self._to_continue = self._words_to_continue(said)
            self.round, self.flaw = self._next_round(), None
        self._rounds += 1
        self._sign_at, self.failure = now, ""
        due, self._slices = self._slices, range(0)
        return Request(
            instructions.prompt,
            self._messages,
            agent.specs,
            situation=instructions.situation,
            call=self._sid,
            turn=self._turn,
            slices=due,
        )

    def _next_round(self) -> ToolRound:
        return ToolRound(next_round(self.round.slot), self._ids, self.round, self._open_calls)

    def _told(self, said: str) -> Iterator[Message]:
        """Yield the messages that describe the previous round to the model."""
        if not self.round.empty:
            yield from self.round.messages(said)
        elif said and self.flaw is not Flaw.LOST:
            yield AgentMessage(said)
        if self.flaw and self.flaw.value and not self.round.needs_request:
            yield CallerMessage(self.flaw.value)

    def _words_to_continue(self, said: str) -> str:
        """Return the agent's words with which the model is told to go on; empty if it is told something else."""
        match self.flaw:
            case Flaw.CUT if not self.round.needs_request:
                return said or self._to_continue
            case Flaw.NOISE:
                return next((one.text for one in reversed(self._messages) if isinstance(one, AgentMessage)), "")
            case Flaw.LOST:
                return self._to_continue
            case _:
                return ""

    def end(self, reason: FinishReason, spoke: bool, said: str, called: bool) -> None:
        """Handle the end of the model's stream. `spoke` says whether the model said anything in this round.

        `said` is all text of the round. A model that adds nothing but punctuation to a whole sentence has ended it.
        `called`: it has written a tool's call into its text.
        """
        sign = "" if any(map(str.isalnum, said)) else said
        if self.round.empty and (called or (reason == "tools" and spoke)):
            self.flaw = Flaw.UNCALLED
        elif reason == "length":
            self.flaw = Flaw.CUT
        elif self.round.empty and not spoke and not ends_sentence(self._to_continue + sign):
            self.flaw = Flaw.EMPTY

    def record_failure(self, kind: FailureKind, spoke: bool, called: bool) -> bool:
        """Handle a broken stream. Return whether it makes sense to ask again. `called` as in `end`."""
        cut = Flaw.UNCALLED if called and self.round.empty else Flaw.CUT
        self.flaw, self.failure = cut if spoke else Flaw.LOST, kind
        return kind not in ("refused", "stalled")

    def note_sign(self, now: float) -> None:
        """Remember that the model sent something at `now`."""
        self._sign_at = now
        self.first_ms = self.first_ms or round((now - self._turn_began) * 1000)

    def spend(self, usage: Usage, model: str = "") -> None:
        """Add the tokens of one request, and remember which model answered it."""
        self.model = model or self.model
        one = self.usage
        self.usage = Usage(
            one.input + usage.input,
            one.output + usage.output,
            one.cache_read + usage.cache_read,
            one.cache_write + usage.cache_write,
        )


def unanswered_messages(call: Call) -> tuple[Message, ...]:
    """Return the messages up to the caller's last one. Older words that still play may look like this answer's."""
    messages = history(call)
    goes_on = call.turns and isinstance(call.turns[-1].cause, DigitsEntered | NoiseEnded)
    return messages[:-1] if messages and isinstance(messages[-1], AgentMessage) and not goes_on else messages


def slices_of(call: Call) -> range:
    """Return the slices of the call's time that this answer's first request pays for."""
    if call.opened is None or not call.turns:
        return range(0)
    earlier = [turn for turn in call.turns[:-1] if turn.key.at]
    asked = [turn.key.at for turn in earlier if turn.ended and turn.ended.model_ms]
    paid = max(asked, default=min((turn.key.at for turn in earlier), default=0))
    return slices_due(call.opened.began, paid, call.turns[-1].key.at)


def names(call: Call) -> tuple[str, str]:
    """Return the SID of the call and the key of the caller's newest turn, as text."""
    sid = call.opened.call if call.opened else ""
    return sid, str(call.turns[-1].key) if call.turns else ""


def open_calls(call: Call) -> tuple[OpenCall, ...]:
    """Return the tool calls of older answers without a result that their invocations may still make."""
    since = call.turns[-1].key.at - LONGEST_INVOCATION_MS if call.turns else 0
    return tuple(
        OpenCall(ToolCall(act.id, act.name, act.arguments), turn.key.under(slot + 1))
        for turn in call.turns[:-1]
        if turn.key.at >= since
        for act, slot in zip(turn.acts, turn.slots, strict=True)
        if isinstance(act, ToolCalled) and not _has_result(turn, act)
    )


def _has_result(turn: Turn, called: ToolCalled) -> bool:
    return any(isinstance(act, ToolReturned) and act.id == called.id for act in turn.acts)


def side_effects_before(call: Call) -> SideEffects:
    """Return what tools did in the last turn before its answer was taken over."""
    acts = call.turns[-1].acts if call.turns else ()
    called = {act.id for act in acts if isinstance(act, ToolCalled)}
    failed = {act.id for act in acts if isinstance(act, ToolReturned) and act.failed}
    if called - failed:
        return SideEffects.DONE
    return SideEffects.FAILED if called else SideEffects.NONE
