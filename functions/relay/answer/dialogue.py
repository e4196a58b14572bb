"""What the model is asked in one answer, what was wrong with what it sent, and how long it took."""

from collections.abc import Iterator
from enum import Enum

from functions.relay.agent.agent import Agent
from functions.relay.answer.briefing import Briefing
from functions.relay.answer.tool_round import Deeds, ToolRound
from functions.relay.call.call import Call
from functions.relay.call.history import BY_KEY, history, merged
from functions.relay.log.events import DigitsEntered, NoiseEnded, ToolCalled, ToolReturned
from functions.relay.log.keys import next_round, round_start
from functions.relay.wire.accepted import CallIds, ids_in
from functions.relay.wire.model import AgentMessage, CallerMessage, FailureKind, FinishReason, Message, Request, Usage

MODEL_PATIENCE_S = 7.0
"""Seconds that a model may send nothing: the caller should never wait more than eight."""

ASK_UNTIL_S = 15.0
"""Seconds into an answer after which the model is not asked again: its stream must end before the deadline."""

MOST_ROUNDS = 6
"""Requests to the model in one answer."""

MOST_REPAIRS = 1
"""Times that a model is asked once more when nothing came of it, in one answer."""

MOST_CONTINUATIONS = 2
"""Times that a model is asked to go on with an answer that was cut off, in one answer."""


class Flaw(Enum):
    """What is wrong with what the model sent. The value is what it is told when it is asked once more."""

    EMPTY = "(Nothing in your answer could be heard. Answer the caller in short spoken sentences.)"
    """It ended without a word that can be spoken, and without a tool."""

    CUT = (
        "(Your answer was cut off. Go on with the next word, repeat nothing, and be brief. If you were about to use \
a tool, use it now.)"
    )
    """It ended in the middle: at the limit of tokens, or since the stream broke."""

    NOISE = "(A noise interrupted you, and the caller said nothing. Go on with the next word, and repeat nothing.)"
    """A noise silenced it in the middle."""

    LOST = ""
    """The stream broke before the first word. The same question is asked again."""


class Dialogue:
    """The questions of one answer to the model. Times are seconds of one clock."""

    def __init__(self, call: Call, slot: int, now: float) -> None:
        """Begin with the messages up to the caller's last one; `slot` is where the answer's notes begin."""
        self.flaw: Flaw | None = None
        """What is wrong with the newest thing that the model sent."""

        self._messages = owed(call)
        self._ids = CallIds([BY_KEY, *ids_in(self._messages)])
        self.round = ToolRound(round_start(slot, 1), self._ids)
        """The tools of the newest question."""

        self.usage = Usage()
        self.model = ""
        """The model that answered last."""

        self.first_ms = 0
        """Milliseconds to the first thing that the model sent."""

        self._sid, self._turn = names(call)
        self._rounds = self._repairs = 0
        self._deeds = deeds_before(call)
        self._began = self._heard_at = now

    @property
    def stalls_at(self) -> float:
        """When the model has sent nothing for too long."""
        return self._heard_at + MODEL_PATIENCE_S

    def too_late(self, now: float) -> bool:
        """Whether there is no time left for another question."""
        return now > self._began + ASK_UNTIL_S

    @property
    def exhausted(self) -> bool:
        """Whether the model has been asked as often as it may be."""
        return self._rounds >= MOST_ROUNDS

    @property
    def may_repair(self) -> bool:
        """Whether the model is asked once more after a flaw."""
        return self._repairs < (MOST_CONTINUATIONS if self.flaw is Flaw.CUT else MOST_REPAIRS)

    @property
    def deeds(self) -> Deeds:
        """What the tools of the answer have done so far."""
        return max(self._deeds, self.round.deeds)

    def ask(self, agent: Agent, briefing: Briefing, said: str, now: float) -> Request:
        """Return the next question. The model is told of the round before it, in which `said` was said."""
        if self._rounds or self.flaw or not self.round.empty:
            self._messages = merged((*self._messages, *self._told(said)))
            self._deeds = self.deeds
            self._repairs += self.flaw not in (None, Flaw.NOISE)
            self.round, self.flaw = ToolRound(next_round(self.round.slot), self._ids), None
        self._rounds += 1
        self._heard_at = now
        prompt, situation = briefing.prompt, briefing.situation
        return Request(prompt, self._messages, agent.specs, situation=situation, call=self._sid, turn=self._turn)

    def _told(self, said: str) -> Iterator[Message]:
        """Yield what the model is told of the round that is over."""
        if not self.round.empty:
            yield from self.round.lines(said)
        elif said and self.flaw is not Flaw.LOST:
            yield AgentMessage(said)
        if self.flaw and self.flaw.value and not self.round.wanted:
            yield CallerMessage(self.flaw.value)

    def end(self, reason: FinishReason, spoke: bool) -> None:
        """Note how the model ended its round, in which it `spoke` or not."""
        if reason == "length" or (reason == "tools" and spoke and self.round.empty):
            self.flaw = Flaw.CUT
        elif self.round.empty and not spoke:
            self.flaw = Flaw.EMPTY

    def fail(self, kind: FailureKind, spoke: bool) -> bool:
        """Note that the stream broke. Return whether it is of use to ask once more."""
        self.flaw = Flaw.CUT if spoke else Flaw.LOST
        return kind not in ("refused", "stalled")

    def hear(self, now: float) -> None:
        """Note that the model sent something now."""
        self._heard_at = now
        self.first_ms = self.first_ms or round((now - self._began) * 1000)

    def spend(self, usage: Usage, model: str = "") -> None:
        """Add the tokens of one request, and note who answered it."""
        self.model = model or self.model
        one = self.usage
        self.usage = Usage(
            one.input + usage.input,
            one.output + usage.output,
            one.cache_read + usage.cache_read,
            one.cache_write + usage.cache_write,
        )


def owed(call: Call) -> tuple[Message, ...]:
    """Return the messages up to the caller's last one: older words that still play may look like this answer's."""
    messages = history(call)
    goes_on = call.turns and isinstance(call.turns[-1].cause, DigitsEntered | NoiseEnded)
    return messages[:-1] if messages and isinstance(messages[-1], AgentMessage) and not goes_on else messages


def names(call: Call) -> tuple[str, str]:
    """Return the SID of a call and the key of the caller's newest turn, as text."""
    sid = call.opened.call if call.opened else ""
    return sid, str(call.turns[-1].key) if call.turns else ""


def deeds_before(call: Call) -> Deeds:
    """Return what tools have done in the last turn before its answer was taken over."""
    acts = call.turns[-1].acts if call.turns else ()
    called = {act.id for act in acts if isinstance(act, ToolCalled)}
    failed = {act.id for act in acts if isinstance(act, ToolReturned) and act.failed}
    if called - failed:
        return Deeds.DONE
    return Deeds.FAILED if called else Deeds.NONE
