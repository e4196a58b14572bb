"""One call and all that is known of it: what the caller does on it, and what came of each thing."""

from collections.abc import Callable
from itertools import groupby

from functions.relay.wire.model import Usage
from local.aws.gateway_server import Record
from local.phone import Call, CallError
from local.testing.checks import ExpectationError, Stretch
from local.testing.lines import Line
from local.testing.log import CallLog, ToolCall
from local.testing.transcript import written

__tracebackhide__ = True

Verify = Callable[[], None]
"""Raises what a test must hear of after each exchange, such as a script that was too short."""


class Conversation:
    """One call and all that is known of it; the agent's answer to each thing that the caller does is a `Stretch`."""

    def __init__(self, call: Call, line: Line, log: CallLog, verify: Verify) -> None:
        self.call, self._log, self._verify = call, log, verify
        self._gateway, self._queue, self._clock = line.dev_stack.gateway, line.dev_stack.queue, line.clock
        self._first = 0

    @property
    def tools(self) -> tuple[ToolCall, ...]:
        """Every tool that the model has asked for."""
        self._gateway.settled()
        return self._log.tools(self.call.sid)

    @property
    def usage(self) -> Usage:
        """The tokens of all answers so far."""
        self._gateway.settled()
        return self._log.usage(self.call.sid)

    @property
    def transcript(self) -> str:
        """The conversation so far, the tools where they ran, and what Twilio would report."""
        return written(self.call, self._log.tools(self.call.sid))

    @property
    def handed_to(self) -> str | None:
        """Whom the caller was put through to."""
        self._part()
        return self.call.dialed

    @property
    def end_claim(self) -> bool:
        """Whether the agent hung up in good order."""
        self._part()
        in_order = all(one.ended and one.ended.status == "ended" for one in self.call.sessions[-1:])
        return self.call.over and [verb.name for verb in self.call.verbs[-1:]] == ["Hangup"] and in_order

    @property
    def language(self) -> str:
        """The language in which the agent speaks now: the last one that it set, or that the session began with."""
        session = self.call.sessions[-1]
        messages = [frame.message for frame in self.call.frames if frame.session == session.id]
        switched = [one["ttsLanguage"] for one in messages if one.get("type") == "language"]
        return str([session.attributes.get("language", ""), *switched][-1])

    @property
    def agents(self) -> tuple[str, ...]:
        """The names of the agents that have had the caller, one after another."""
        self._part()
        return tuple(name for name, _ in groupby(session.parameters["agent"] for session in self.call.sessions))

    @property
    def whole(self) -> Stretch:
        """All of it."""
        return self._stretch("on the whole call", self.call.heard, since=0, before=())

    def exchange(self, when: str, act: Callable[[], str]) -> Stretch:
        """Let the caller do something, and return what came of it."""
        turns, before = len(self.call.turns), self._log.tools(self.call.sid)
        heard = self._done(act)
        return self._stretch(when, heard, since=turns, before=before)

    def do(self, act: Callable[[], object]) -> None:
        """Let the caller do something that is not waited for."""
        self._done(lambda: str(act()))

    def hear_out(self, speak: Callable[[], object]) -> str:
        """Let the caller speak, and return all that they hear in answer, also from a session that follows."""
        speak()
        self._part()
        return self.call.answer

    def press(self, keys: str) -> str:
        """Press keys, and hear what follows."""
        before = self.call.heard
        self.call.press(keys)
        self._settle()
        return self.call.heard.removeprefix(before).strip()

    def stay_silent(self, seconds: float) -> str:
        """Let so many seconds pass in which the caller says nothing, and hear what the agent says in them."""
        before = self.call.heard
        self._settle()
        connections = self._log.connections(self.call.sid)
        while not self.call.over and (note := self._clock.next_due(connections, seconds)):
            seconds -= note.seconds
            self._queue.deliver(note.text)
            self._settle()
        return self.call.heard.removeprefix(before).strip()

    def _settle(self) -> None:
        """Wait until each side has taken in what the other has sent, and nobody speaks."""
        for _ in range(2):  # once for what was sent, once for what the line reports of the answer
            self._gateway.wait(lambda: self._cut() or self._passed("in") >= self._sent("twilio"))
            self._gateway.settled()
            if not self.call.over:
                self.call.wait_until(
                    lambda call: call.over or self._cut() or self._sent("app") >= self._passed("out")
                )
            self.call.catch_up()

    def _part(self) -> None:
        """Wait for what follows a session that the agent has ended: its last words are heard before that."""
        if self.call.over:
            return
        self._settle()
        last = self._session
        if any(frame.session == last and frame.message.get("type") == "end" for frame in self.call.frames):
            self.call.wait_until(lambda call: call.over or self._session != last)

    # Of the newest session alone: what was sent before a socket was lost may never arrive.

    def _cut(self) -> bool:
        """Whether the socket was open and is not any more."""
        return any(one.connection_id not in self._gateway.connections for one in self._frames()[:1])

    def _sent(self, sender: str) -> int:
        session = self._session
        return sum(one.sender == sender and one.session == session for one in self.call.frames)

    def _passed(self, direction: str) -> int:
        return sum(one.direction == direction for one in self._frames())

    def _frames(self) -> list[Record]:
        """Return what has passed through the gateway, from the first frame on, which names the session."""
        records, session = self._gateway.record[self._first :], self._session
        for number, one in enumerate(records):
            if one.direction == "in" and session and session in one.payload:
                self._first += number
                return [other for other in records[number:] if other.connection_id == one.connection_id]
        return []

    @property
    def _session(self) -> str:
        return self.call.sessions[-1].id if self.call.sessions else ""

    def _done(self, act: Callable[[], str]) -> str:
        try:
            heard = act()
        except CallError as error:
            reason = str(error).splitlines()[0]
            self._verify()
            raise ExpectationError(f"The call did not go on: {reason}.\n{self.transcript}") from None
        self._verify()
        return heard

    def _stretch(self, when: str, heard: str, since: int, before: tuple[ToolCall, ...]) -> Stretch:
        known = {tool.id for tool in before}
        waits = tuple(None if one.first_text is None else one.first_text * 1000 for one in self.call.turns[since:])
        return Stretch(when, heard, tuple(tool for tool in self.tools if tool.id not in known), waits)
