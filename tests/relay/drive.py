"""Drives an answer by hand: records what it asks for, and checks the rules on which its runner relies."""

from collections.abc import Callable
from typing import Any

from functions.relay import Agent, Tool, Voice, tool
from functions.relay.agent.phrases import phrases
from functions.relay.agent.tools import Outcome
from functions.relay.answer.actions import (
    Action,
    Append,
    Ask,
    ClaimEnd,
    EndClaimHeld,
    Happening,
    Interrupted,
    ModelFailed,
    Post,
    Remind,
    Run,
    Stop,
    Superseded,
    Tick,
    ToolEnded,
)
from functions.relay.answer.answer import Answer
from functions.relay.answer.spoken_reply import GuardFor, unguarded
from functions.relay.call.call import Call, fold
from functions.relay.log.events import AgentSaid, AnswerEnded, Entry, Event
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Outgoing, Prompt, Text
from functions.relay.wire.model import Finished, Request, TextDelta, ToolCall
from tests.relay.scenes import at, opened

SORRY = phrases("en-US")


def find(reference: str) -> str:
    """Look up a booking."""
    return f"{reference} is on Friday"


def weather(day: str) -> str:
    """Look up the weather."""
    return f"Sunny on {day}"


def agent(*tools: Callable[..., Any] | Tool) -> Agent:
    given = tools or (tool(find, saying="Let me look.", deadline=4.0), weather)
    return Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, tools=given)


def call(*entries: Entry) -> Call:
    return fold([opened(greeting="Hello!"), *entries, at(5000, Prompt("What about K4T9?"))])


class Drive:
    """An answer, the clock, and everything that it asked for."""

    def __init__(
        self,
        agent: Agent | None = None,
        call: Call | None = None,
        allowed: float = 25.0,
        guard: GuardFor = unguarded,
        waited: float = 0.0,
    ) -> None:
        self.now = 100.0
        self.began = self.now
        self.answer = Answer(
            agent or default_agent, call or default_call, self.now, allowed, guard=guard, waited=waited
        )
        self.requests: list[Request] = []
        self.running: dict[str, Run] = {}
        self.posted: list[Outgoing] = []
        self.breaks_silence: list[bool] = []
        """Whether each message but `end` broke a silence of the line."""

        self.delivered: list[Outgoing] = []
        self.events: dict[int, Event] = {}
        self.flight: Outgoing | None = None
        self.asking = False
        self.reminds: list[Remind] = []
        self.stopped = 0
        self.superseded = self.committed = False
        self._do(self.answer.begin())

    # --- What happens ---

    def happen(self, happening: Happening, after: float = 0.0) -> "Drive":
        """Report an event to the answer, some seconds after the event before."""
        assert not self.answer.done, "nothing happens to an answer that is done"
        self.now += after
        match happening:
            case Finished() | ModelFailed():
                self.asking = False
            case Superseded():
                self.superseded = True
            case Interrupted():
                self.superseded = self.superseded or bool(self.posted)
            case EndClaimHeld():
                self.committed = True
            case ToolEnded():
                self.running.pop(happening.id, None)
            case _:
                pass
        self._do(self.answer.advance(happening, self.now))
        return self

    def words(self, *tokens: str, every: float = 0.0) -> "Drive":
        for token in tokens:
            self.happen(TextDelta(token), every)
        return self

    def tool_calls(self, id: str, name: str = "find", arguments: str = "{}") -> "Drive":
        return self.happen(ToolCall(id, name, arguments))

    def returns(self, id: str, outcome: Outcome, failed: bool = False, after: float = 0.0) -> "Drive":
        return self.happen(ToolEnded(id, outcome, failed), after)

    def sends(self, fate: Sent = Sent.DELIVERED, after: float = 0.03) -> "Drive":
        """Let the line report how the message in flight ended."""
        assert self.flight is not None, "no message is in flight"
        message, self.flight = self.flight, None
        if isinstance(message, End) and fate is not Sent.BUSY and not self.committed:
            self.happen(EndClaimHeld())
        if fate in (Sent.DELIVERED, Sent.LOST):
            self.delivered.append(message)
        return self.happen(fate, after)

    def flows(self) -> "Drive":
        """Deliver every message, and let time pass as the answer asks, until only another event can make it go on."""
        while not self.answer.done and (self.flight or self._speech_is_due()):
            if self.flight:
                self.sends()
            else:
                self.ticks(self.answer.wake)
        return self

    def ticks(self, moment: float) -> "Drive":
        return self.happen(Tick(), max(moment - self.now, 0.0))

    def waits(self, seconds: float) -> "Drive":
        """Let time pass, with a tick whenever the answer wants one. Every message is delivered at once."""
        until = self.now + seconds
        while not self.answer.done and (self.flight or self.answer.wake < until):
            if self.flight:
                self.sends(after=0.0)
            else:
                self.ticks(self.answer.wake)
        if not self.answer.done:
            self.ticks(until)
        return self

    def dawdles(self, seconds: float) -> "Drive":
        """Let the model send only white space: it is not silent."""
        until = self.now + seconds
        while self.now < until and not self.answer.done:
            if self.asking:
                self.happen(TextDelta(" "))
            self.waits(min(5.0, until - self.now))
        return self

    # --- The result ---

    @property
    def spoken(self) -> str:
        """Everything that was sent to the caller's line."""
        return "".join(message.token for message in self.delivered if isinstance(message, Text))

    @property
    def lasts(self) -> int:
        return sum(isinstance(message, Text) and message.last for message in self.posted)

    @property
    def ended(self) -> AnswerEnded:
        assert self.answer.done, "the answer goes on"
        (ended,) = [event for event in self.events.values() if isinstance(event, AnswerEnded)]
        return ended

    @property
    def said(self) -> list[str]:
        """The logged words, part by part."""
        return [event.text for _, event in sorted(self.events.items()) if isinstance(event, AgentSaid)]

    def _speech_is_due(self) -> bool:
        return self.answer.wake < self.began + 20 and not self.running and not self.asking

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Ask(request):
                    assert not self.asking, "the model is asked one question at a time"
                    self.asking = True
                    self.requests.append(request)
                case Stop():
                    assert self.asking, "a model that is not asked cannot be stopped"
                    self.asking, self.stopped = False, self.stopped + 1
                case Run():
                    self.running[action.call.id] = action
                case Remind():
                    self.reminds.append(action)
                case Post(message, breaks_silence):
                    self.breaks_silence.append(breaks_silence)
                    self._post(message)
                case ClaimEnd(message):
                    self._post(message)
                case Append(slot, event):
                    assert slot not in self.events, f"place {slot} is taken by {self.events[slot]}"
                    self.events[slot] = event
        assert self.answer.done or self.answer.wake > self.now, "it wants to be woken in the past, again and again"

    def _post(self, message: Outgoing) -> None:
        assert self.flight is None, "nothing orders two messages at once"
        assert not self.superseded or self.committed, "nothing stale is spoken"
        ended = any(isinstance(one, End) for one in self.delivered)
        assert not ended or isinstance(message, End), "the end comes last"
        self.flight = message
        self.posted.append(message)


default_agent = agent()
default_call = call()
