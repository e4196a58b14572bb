"""What the model is asked in one answer, and how long it took."""

from functions.relay.agent.agent import Agent
from functions.relay.answer.briefing import Briefing
from functions.relay.answer.tool_round import ToolRound
from functions.relay.call.call import Call
from functions.relay.call.history import BY_KEY, history, merged
from functions.relay.log.events import DigitsEntered
from functions.relay.log.keys import next_round, round_start
from functions.relay.wire.accepted import CallIds, ids_in
from functions.relay.wire.model import AgentMessage, Message, Request, Usage

MODEL_PATIENCE_S = 7.0
"""Seconds that a model may send nothing: the caller should never wait more than eight."""

ASK_UNTIL_S = 15.0
"""Seconds into an answer after which the model is not asked again: its stream must end before the deadline."""

MOST_ROUNDS = 6
"""Requests to the model in one answer."""


class Dialogue:
    """The questions of one answer to the model. Times are seconds of one clock."""

    def __init__(self, messages: tuple[Message, ...], slot: int, now: float, sid: str = "", turn: str = "") -> None:
        """Begin with the messages up to the caller's last one; `slot` is where the answer's notes begin.

        `sid` is the call's, and `turn` the key of the caller's turn as text.
        """
        self._ids = CallIds([BY_KEY, *ids_in(messages)])
        self.round = ToolRound(round_start(slot, 1), self._ids)
        """The tools of the newest question."""

        self.usage = Usage()
        self.model = ""
        """The model that answered last."""

        self.first_ms = 0
        """Milliseconds to the first thing that the model sent."""

        self._messages, self._sid, self._turn = messages, sid, turn
        self._rounds = 0
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

    def ask(self, agent: Agent, briefing: Briefing, said: str, now: float) -> Request:
        """Return the next question. The model is told of the round before it, in which `said` was said."""
        if self.round.wanted:
            self._messages = merged((*self._messages, *self.round.lines(said)))
            self.round = ToolRound(next_round(self.round.slot), self._ids)
        self._rounds += 1
        self._heard_at = now
        prompt, situation = briefing.prompt, briefing.situation
        return Request(prompt, self._messages, agent.specs, situation=situation, call=self._sid, turn=self._turn)

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
    keyed = call.turns and isinstance(call.turns[-1].cause, DigitsEntered)
    return messages[:-1] if messages and isinstance(messages[-1], AgentMessage) and not keyed else messages


def names(call: Call) -> tuple[str, str]:
    """Return the SID of a call and the key of the caller's newest turn, as text."""
    sid = call.opened.call if call.opened else ""
    return sid, str(call.turns[-1].key) if call.turns else ""
