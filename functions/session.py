"""What one frame of a session makes happen: it is put into the log, and a setup or a prompt is acted upon."""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic, sleep

from functions.conduct import Place, Ports, conduct
from functions.relay import Agent, Caller
from functions.relay.answer import Answer
from functions.relay.call import Call, fold, superseded
from functions.relay.events import Announced, Ended, Entry, Joined, Key, Opened, Refused, call_log, session_log
from functions.relay.history import LONG, begun_anew, history
from functions.relay.messages import End, Problem, Prompt, Setup, Text, read
from functions.relay.ports import LogError

OPENING_TAKES = 3.0
"""Seconds that a prompt waits for its session to be opened: frames overlap, and setup's may be the slower one."""

logger = logging.getLogger("hotline")


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
class Sessions:
    """Runs sessions for the agents by name; `report` hears how each answer ended."""

    ports: Ports
    agents: Mapping[str, Agent]
    clock: Callable[[], float] = monotonic
    report: Callable[[Ended], None] = lambda _: None

    def receive(self, frame: Frame) -> str:
        """Take in one frame; return in a word what was done. Raises LogError."""
        message = read(frame.body)
        match message:
            case Setup():
                return self._open(frame, message)
            case Prompt(text) if text.strip():
                return self._reply(frame, message)
            case _:
                self.ports.log.append(frame.log, Entry(frame.key, message))
                if isinstance(message, Problem):
                    logger.warning("Twilio reported a problem, code %s", message.code)
                return type(message).__name__.lower()

    def warm(self) -> None:
        """Open the connection to the table, so that the first prompt need not."""
        self.ports.log.read("warm")

    def _open(self, frame: Frame, setup: Setup) -> str:
        log, calls = self.ports.log, call_log(setup.call)
        if not log.append(frame.log, Entry(frame.key, setup)):
            return "repeated"
        known = [entry.event for entry in log.read(calls)]
        announced = next((event for event in reversed(known) if isinstance(event, Announced)), None)
        if announced is None:
            return self._refuse(frame)
        earlier = [event.connection for event in known if isinstance(event, Joined)]
        if frame.connection in earlier:
            return "repeated setup"
        opened = self._opened(setup, announced, earlier)
        log.append(frame.log, Entry(frame.key.under(2), opened))
        log.append(calls, Entry(frame.key, Joined(frame.connection)))
        if earlier and opened.greeting:
            self.ports.line.send(frame.connection, Text(opened.greeting, last=True))
        return "resumed" if earlier else "opened"

    def _refuse(self, frame: Frame) -> str:
        self.ports.log.append(frame.log, Entry(frame.key.under(2), Refused()))
        self.ports.line.send(frame.connection, End())
        return "refused"

    def _opened(self, setup: Setup, announced: Announced, earlier: list[str]) -> Opened:
        agent = self.agents[announced.agent]
        before = fold(self.ports.log.read(session_log(earlier[-1]))) if earlier else None
        greeting = _taken_up(before, agent) if before else agent.greeting
        remembered = history(before) if before else ()
        return Opened(announced.agent, setup.call, setup.caller, setup.called, greeting, setup.parameters, remembered)

    def _reply(self, frame: Frame, prompt: Prompt) -> str:
        started = self.clock()
        try:
            entries = self._put_and_read(frame, prompt)
        except LogError as error:
            logger.error("a prompt found the log out of reach: %s", error)
            return self._apologise(frame)
        if entries is None:
            return "repeated"
        call = fold(entries)
        if call.over or superseded(entries, frame.key):
            return "not wanted any more"
        if call.opened is None:
            return self._apologise(frame)
        answer = Answer(self.agents[call.opened.agent], call, started)
        conduct(answer, self.ports, _place(frame, call.opened, entries), self.clock)
        self.report(answer.ended)
        self._begin_anew(frame, entries)
        return "answered"

    def _apologise(self, frame: Frame) -> str:
        sentence = next(iter(self.agents.values())).phrases.trouble
        self.ports.line.send(frame.connection, Text(sentence, last=True))
        return "apologised"

    def _put_and_read(self, frame: Frame, prompt: Prompt) -> tuple[Entry, ...] | None:
        """Put the prompt and read the log at the same time; None if the prompt stood there already."""
        own = Entry(frame.key, prompt)
        with ThreadPoolExecutor(max_workers=1) as pool:
            put = pool.submit(self.ports.log.append, frame.log, own)
            entries = (*self._read_open(frame), own)
            return entries if put.result() else None

    def _read_open(self, frame: Frame) -> tuple[Entry, ...]:
        """Return the session's log once it is open: setup's invocation may be the slower one."""
        until = self.clock() + OPENING_TAKES
        while True:
            entries = self.ports.log.read(frame.log)
            if any(isinstance(entry.event, Opened | Refused) for entry in entries) or self.clock() > until:
                return entries
            sleep(0.05)

    def _begin_anew(self, frame: Frame, entries: tuple[Entry, ...]) -> None:
        """Let a long log begin anew, so that the next turn reads no more than this one did."""
        if len(entries) <= LONG:
            return
        try:
            if anew := begun_anew(fold(self.ports.log.read(frame.log))):
                self.ports.log.append(frame.log, Entry(*anew))
        except LogError as error:
            logger.warning("a long log was not begun anew: %s", error)


def _taken_up(before: Call, agent: Agent) -> str:
    """Return what the agent says after a lost socket: a sentence if that fell into an answer, else nothing."""
    return agent.phrases.back if before.turns and before.turns[-1].unfinished else ""


def _place(frame: Frame, opened: Opened, entries: Iterable[Entry]) -> Place:
    caller = Caller(opened.caller, opened.called, opened.call, opened.parameters)
    return Place(frame.log, frame.key, frame.connection, caller, frozenset(entry.key for entry in entries))
