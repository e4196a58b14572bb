"""The line, the model and the timer of one invocation, with the faults that each can have."""

from collections.abc import Callable, Generator

from functions.relay.agent.phrases import phrases
from functions.relay.cancel_scope import is_cancelled, on_cancel
from functions.relay.log.keys import OPENING, Key
from functions.relay.ports import Sent, TimerError
from functions.relay.wire.messages import Outgoing, Text, write
from functions.relay.wire.model import Finished, ModelError, Request, StreamEvent, TextDelta, ToolCall, ToolResults
from tests.simulation.invocation import Invocation, Operations
from tests.simulation.records import Posted, RequestToModel
from tests.simulation.words import answer

POST_TIMEOUT_S = 3.0
"""Seconds after which an unanswered post is given up."""

MODEL_TIMEOUT_S = 6.0
"""Seconds of silence after which the model's client gives up."""

QUEUE_TIMEOUT_S = 1.0

BACK = phrases("en-US").back
"""What a session says that continues a call. It belongs to the session's opening, in every invocation."""

Take = Callable[[str, Key], bool]
Bring = Callable[[int, str], None]


class SeenLine:
    """The port `Line` of one invocation. `take` is the socket, and returns whether it is open."""

    def __init__(self, take: Take, operations: Operations, invocation: Invocation) -> None:
        self._take, self._operations, self._invocation = take, operations, invocation

    def send(self, connection: str, message: Outgoing) -> Sent:
        """Post a message, unless a fault happens, or seems to happen."""
        operations, rates = self._operations, self._operations.rates
        operations.scheduler.alive()
        # What a noise cut of a session's first words is said again, by the turn of that noise.
        again = self._invocation.turn is not None and self._invocation.turn.by_reminder
        opens = isinstance(message, Text) and message.token == BACK and not again
        turn = OPENING if opens else self._invocation.turn
        posted = Posted(operations.now, self._invocation.name, turn, message)
        operations.record.posts.append(posted)
        posted.fate = self._meet(posted, rates.busy, rates.timed_out, rates.lost)
        if posted.fate is not Sent.DELIVERED:
            operations.record.note(operations.now, self._invocation.name, f"post was {posted.fate.name}")
        return posted.fate

    def _meet(self, posted: Posted, busy: float, timed_out: float, lost: float) -> Sent:
        operations, invocation = self._operations, self._invocation
        if operations.fault(invocation, "a post is refused", busy):
            operations.pass_time(invocation, 0.01)
            return Sent.BUSY
        if operations.fault(invocation, "a post is lost", lost):
            operations.pass_time(invocation, POST_TIMEOUT_S)
            return Sent.LOST
        timed_out_here = operations.fault(invocation, "a post is not answered", timed_out)
        before, after = operations.times(invocation, 0.02, 0.06)
        taken = operations.act(invocation, lambda: self._arrive(posted), before, after)
        if timed_out_here:
            operations.pass_time(invocation, POST_TIMEOUT_S)
            return Sent.LOST
        return Sent.DELIVERED if taken else Sent.GONE

    def _arrive(self, posted: Posted) -> bool:
        text = write(posted.message)
        self._operations.record.note(self._operations.now, self._invocation.name, f"posts {text}")
        taken = self._take(text, posted.turn)
        posted.arrived = self._operations.now if taken else None
        return taken


class SeenModel:
    """The port `Model` of one invocation: an answer in words that no other answer has, or a tool call."""

    def __init__(self, operations: Operations, invocation: Invocation) -> None:
        self._operations, self._invocation = operations, invocation
        self._asked = 0

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream an answer."""
        operations, invocation = self._operations, self._invocation
        self._asked += 1
        on_cancel(operations.scheduler.waker())
        name = f"{invocation.name}, answer {self._asked}"
        asked = RequestToModel(operations.now, invocation.name, invocation.turn, request, draft=invocation.drafts)
        operations.record.asked.append(asked)
        operations.record.note(operations.now, invocation.name, f"asks the model: {request.messages[-1]}")
        rates, chance = operations.rates, operations.chance
        if operations.fault(invocation, "the model fails", rates.failing):
            self._be_silent(chance.between(f"{name} fails after", 0.0, 2.0))
            raise ModelError("overloaded", "overloaded")
        after_tools = isinstance(request.messages[-1], ToolResults)
        pieces = answer(chance, rates, invocation.name, name, may_ask=bool(request.tools) and not after_tools)
        breaks_at = self._index("the model breaks off", rates.breaking, name, len(pieces))
        stalls_at = self._index("the model stalls", rates.stalling, name, len(pieces))
        self._be_silent(chance.between(f"{name} first", 0.2, 0.9) if not invocation.on_time else 0.4)
        for number, piece in enumerate(pieces):
            if number in (breaks_at, stalls_at):
                self._be_silent(MODEL_TIMEOUT_S if number == stalls_at else 0.0)
                raise ModelError("stalled" if number == stalls_at else "overloaded", "in the middle")
            if isinstance(piece, ToolCall):
                asked.wants.append(piece.name)
            yield piece
            if isinstance(piece, TextDelta | Finished):
                self._be_silent(0.03)

    def _be_silent(self, seconds: float) -> None:
        """Let time pass, unless the connection is closed meanwhile."""
        self._operations.pass_time(self._invocation, seconds)
        if is_cancelled():
            raise ModelError("broken", "the connection was closed")

    def _index(self, what: str, odds: float, name: str, pieces: int) -> int:
        if not self._operations.fault(self._invocation, what, odds):
            return -1
        return self._operations.chance.count(f"{name}: {what} at", 0, pieces - 1)


class SeenTimer:
    """The port `Timer` of one invocation; `bring` is the queue."""

    def __init__(self, bring: Bring, operations: Operations, invocation: Invocation) -> None:
        self._bring, self._operations, self._invocation = bring, operations, invocation

    def remind(self, seconds: int, reminder: str) -> None:
        """Send a reminder, unless a fault happens, or seems to happen."""
        operations, invocation = self._operations, self._invocation
        if operations.fault(invocation, "a reminder is not sent", operations.rates.reminderless):
            operations.pass_time(invocation, QUEUE_TIMEOUT_S)
            raise TimerError("SQS: timed out")
        unanswered = operations.fault(invocation, "a reminder is not answered", operations.rates.reminderless)
        operations.act(invocation, lambda: self._bring(seconds, reminder), *operations.times(invocation, 0.01, 0.05))
        if unanswered:
            operations.pass_time(invocation, QUEUE_TIMEOUT_S)
            raise TimerError("SQS: timed out")
