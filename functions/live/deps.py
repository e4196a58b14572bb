"""What an invocation works with: the outside, the agents, time, and something to run its parts on."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

from functions.live.tasks import TaskGroup, ThreadTasks
from functions.relay import Agent
from functions.relay.agent.tools import no_secret
from functions.relay.answer.speech import BUSY_GAP_S, BUSY_TRIES
from functions.relay.answer.states import Unexpected, refuse
from functions.relay.limits import Limits
from functions.relay.log.events import AnswerEnded
from functions.relay.log.keys import Key, session_log
from functions.relay.ports import Line, Log, Model, Sent, Timer, TimerError
from functions.relay.wire.messages import Outgoing

JOIN_S = 2.0
"""Seconds in which tasks must end once the work is done."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class Ports:
    """The adapters of what is outside: table, socket, model and queue."""

    log: Log
    line: Line
    model: Model
    timer: Timer


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame from Twilio as the gateway delivered it."""

    connection: str
    key: Key
    body: str

    @property
    def log(self) -> str:
        """The log of this frame's session."""
        return session_log(self.connection)


@dataclass(frozen=True, slots=True)
class Deps:
    """What every invocation needs: the ports, the agents, a clock, and what runs tasks."""

    ports: Ports
    agents: Mapping[str, Agent]
    clock: Callable[[], float] = monotonic
    tasks: Callable[[], TaskGroup] = ThreadTasks
    secret: Callable[[str], str] = no_secret
    """Reads a secret that agents have listed."""

    report: Callable[[AnswerEnded], None] = lambda _: None
    """Is called with how each answer ended."""

    limits: Limits = Limits()
    """What a call may cost."""

    unexpected: Unexpected = refuse
    """Is called with what happened in a state whose table does not hold it. In production it must not raise."""

    def agent(self, name: str) -> Agent:
        """Return the agent of that name, or the first: a deployment may have changed during a call."""
        return self.agents.get(name) or next(iter(self.agents.values()))

    @property
    def soonest_silence(self) -> int | None:
        """Seconds after which the least patient of the agents breaks a silence; None if none ever does."""
        return min((agent.silence.after for agent in self.agents.values() if agent.silence), default=None)

    def remind(self, seconds: int, note: str) -> None:
        """Send a reminder. If that fails, the operator reads it in the log, and the call goes on."""
        try:
            self.ports.timer.remind(seconds, note)
        except TimerError as error:
            logger.error("a reminder was not sent: %s", error)

    def say(self, connection: str, message: Outgoing) -> bool:
        """Put one message on the line, and again while it is busy; return whether it may have arrived."""
        for _ in range(BUSY_TRIES):
            fate = self.ports.line.send(connection, message)
            if fate is not Sent.BUSY:
                return fate is not Sent.GONE
            self.tasks().wait(lambda: False, BUSY_GAP_S)
        return False

    def with_tasks(self, work: Callable[[TaskGroup], str]) -> str:
        """Run some work with a task group. All of its tasks have ended when this returns."""
        tasks = self.tasks()
        try:
            return work(tasks)
        finally:
            if left := tasks.join(JOIN_S):
                logger.error("left behind: %s", ", ".join(left))
