"""Holds what an invocation works with: the ports, the agents, a clock and task groups."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import NoReturn

from functions.live.tasks import TaskGroup, ThreadTasks
from functions.relay import Agent
from functions.relay.agent.caller import no_secret
from functions.relay.agent.tools import ToolError
from functions.relay.answer.speech import BUSY_GAP_S, BUSY_TRIES
from functions.relay.answer.states import Unexpected, refuse
from functions.relay.cost_limits import Limits
from functions.relay.counts import LimitName
from functions.relay.dataclass import dataclass
from functions.relay.log.events import AnswerEnded
from functions.relay.log.keys import Key, session_log
from functions.relay.planning import MOST_DAYS_AHEAD, NumberFacts
from functions.relay.ports import Line, Log, Model, PrivateLog, Sent, Timer, TimerError
from functions.relay.text.private import NoRecognizer, Recognizer
from functions.relay.wire.messages import Outgoing

JOIN_S = 2.0
"""Seconds that tasks may still take once the invocation has done its work."""

logger = logging.getLogger("hotline")


def no_facts(_number: str) -> NoReturn:
    """Raise ToolError: nothing is known of numbers."""
    raise ToolError("No call back is possible: nothing here knows the rules of numbers.")


@dataclass(frozen=True, slots=True)
class Ports:
    """The adapters that a session needs: tables, socket, model and queue."""

    log: Log
    line: Line
    model: Model
    timer: Timer
    private: PrivateLog
    do_not_call: Log
    """The logs of the numbers that must not be called."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame from Twilio as the gateway delivered it."""

    connection: str
    key: Key
    body: str
    source: str = ""
    """The address from which it came; empty if it is not known."""

    late_s: float = 0.0
    """Seconds from its time in `key` until an invocation began to handle it: a new environment takes longest."""

    @property
    def log(self) -> str:
        """The log of this frame's session."""
        return session_log(self.connection)


@dataclass(frozen=True, slots=True)
class Deps:
    """What every invocation needs: the ports, the agents, a clock, and a maker of task groups."""

    ports: Ports
    agents: Mapping[str, Agent]
    clock: Callable[[], float] = monotonic
    tasks: Callable[[], TaskGroup] = ThreadTasks
    secret: Callable[[str], str] = no_secret
    """Reads a secret that agents have listed."""

    report: Callable[[AnswerEnded], None] = lambda _: None
    """Called with how each answer ended."""

    limits: Limits = Limits()
    """What a call may cost."""

    limited: Callable[[LimitName], None] = lambda _: None
    """Called with the limit that a call has reached."""

    recognizer: Recognizer = NoRecognizer()
    """Recognises private numbers, such as those of cards."""

    drafts: bool = True
    """Whether answers may be drafted. With a model that keeps the conversation itself, they may not."""

    facts_of: Callable[[str], NumberFacts] = no_facts
    """Returns the kind, the country and the time zones of a number in E.164."""

    costs_extra: Callable[[str], bool] = lambda _: False
    """Returns whether a call to a number in E.164 costs more than one to an ordinary number."""

    most_ahead: timedelta = timedelta(days=MOST_DAYS_AHEAD)
    """How far ahead a call may be planned."""

    unexpected: Unexpected = refuse
    """Called when something happens that the table of a state does not hold. In production it must not raise."""

    def agent(self, name: str) -> Agent:
        """Return the agent of that name. If a deployment during the call removed it, return the first agent."""
        return self.agents.get(name) or next(iter(self.agents.values()))

    def remind(self, seconds: int, reminder: str) -> bool:
        """Send a reminder; return whether it was sent. If not, write an error to the log; the call goes on."""
        try:
            self.ports.timer.remind(seconds, reminder)
        except TimerError as error:
            logger.error("a reminder was not sent: %s", error)
            return False
        return True

    def say(self, connection: str, message: Outgoing) -> bool:
        """Post one message, again while the line is busy; return whether it may have arrived."""
        for _ in range(BUSY_TRIES):
            outcome = self.ports.line.send(connection, message)
            if outcome is not Sent.BUSY:
                return outcome is not Sent.GONE
            self.tasks().wait(lambda: False, BUSY_GAP_S)
        return False

    @contextmanager
    def task_group(self) -> Iterator[TaskGroup]:
        """Give the block a task group, and wait for the group's tasks when the block ends."""
        tasks = self.tasks()
        try:
            yield tasks
        finally:
            if left := tasks.join(JOIN_S):
                logger.error("tasks still ran when the invocation returned: %s", ", ".join(left))
