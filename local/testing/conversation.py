"""One call and everything that is known of it: what the caller does, and the answers."""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from functions.relay import CallRecord
from functions.relay.agent.intelligence import FindingValue
from functions.relay.wire.model import Usage
from local.aws.gateway_server import Record
from local.phone import Call, CallError
from local.testing.checks import ExpectationError, Stretch
from local.testing.clock import Pending
from local.testing.lines import Line
from local.testing.log import CallLog, ToolCall
from local.testing.transcript import written

__tracebackhide__ = True

Verify = Callable[[], None]
"""Called after each exchange. Raises what the test must see, such as a script that was too short."""


class Conversation:
    """One call and everything that is known of it. The agent's answer to each action of the caller is a `Stretch`."""

    def __init__(self, call: Call, line: Line, log: CallLog, verify: Verify) -> None:
        self.call, self._log, self._verify = call, log, verify
        self._laptop = line.dev_stack
        self._gateway, self._queue, self._clock = line.dev_stack.gateway, line.dev_stack.queue, line.clock
        self._transcripts = line.transcripts
        self._first = 0

    @property
    def tools(self) -> tuple[ToolCall, ...]:
        """Every tool call of the model so far."""
        self._gateway.settled()
        return self._log.tools(self.call.sid)

    @property
    def usage(self) -> Usage:
        """The tokens of all answers so far."""
        self._gateway.settled()
        return self._log.usage(self.call.sid)

    def followed_up(self) -> CallRecord:
        """Do what follows the call, and return its record. Raises ExpectationError if that fails."""
        if not self.call.over:
            raise ExpectationError("The call goes on; let the caller hang up, or the agent.")
        self._gateway.settled()
        self._queue.settled()
        return self._after(lambda: self._laptop.follow_up(self.call.sid))

    def analysed(self, found: Mapping[str, FindingValue]) -> CallRecord:
        """Let Twilio finish the transcript of the call; return the record. Raises ExpectationError if it fails."""
        self.followed_up()
        transcript = self._transcripts.finish(self.call.sid, found, self._laptop)
        return self._after(lambda: self._laptop.follow_up_transcript(transcript))

    def _after(self, act: Callable[[], None]) -> CallRecord:
        """Do something that follows the call, and return its record. Raises ExpectationError if it fails."""
        failures = len(self._laptop.follow_ups.failures)
        act()
        if new := self._laptop.follow_ups.failures[failures:]:
            raise ExpectationError(f"After the call: {new[0].error}") from new[0].error
        after: Any = self._laptop.modules["after"]
        record: CallRecord = after.deps.records.get(self.call.sid)
        return record

    @property
    def transcript(self) -> str:
        """The conversation so far, with the tools where they ran, and the errors that Twilio would report."""
        return written(self.call, self._log.tools(self.call.sid))

    @property
    def handed_to(self) -> str | None:
        """The number or address to which the caller was put through."""
        self._part()
        return self.call.dialed

    @property
    def end_claim(self) -> bool:
        """Whether the agent said goodbye and hung up."""
        self._part()
        in_order = all(one.ended and one.ended.status == "ended" for one in self.call.sessions[-1:])
        return self.call.over and [verb.name for verb in self.call.verbs[-1:]] == ["Hangup"] and in_order

    @property
    def language(self) -> str:
        """The language in which the agent speaks now: the last one that it set, or the first of the session."""
        session = self.call.sessions[-1]
        messages = [frame.message for frame in self.call.frames if frame.session == session.id]
        switched = [one["ttsLanguage"] for one in messages if one.get("type") == "language"]
        return str([session.attributes.get("language", ""), *switched][-1])

    @property
    def agents(self) -> tuple[str, ...]:
        """The names of the agents that have answered the caller, in order."""
        self._part()
        return tuple(name for name, _ in groupby(session.parameters["agent"] for session in self.call.sessions))

    @property
    def whole(self) -> Stretch:
        """The whole call so far."""
        return self._stretch("on the whole call", self.call.heard, since=0, before=())

    def exchange(self, when: str, act: Callable[[], str]) -> Stretch:
        """Let the caller do something, and return the answer."""
        turns, before = len(self.call.turns), self._log.tools(self.call.sid)
        heard = self._done(act)
        return self._stretch(when, heard, since=turns, before=before)

    def do(self, act: Callable[[], object]) -> None:
        """Let the caller do something, and do not wait for an answer."""
        self._done(lambda: str(act()))

    def hear_out(self, speak: Callable[[], object]) -> str:
        """Let the caller speak; return what they hear in answer, also from a session that follows."""
        speak()
        self._part()
        return self.call.answer

    def press(self, keys: str) -> str:
        """Press keys, and listen to what follows."""
        before = self.call.heard
        self.call.press(keys)
        self._settle()
        return self.call.heard.removeprefix(before).strip()

    def stay_silent(self, seconds: float) -> str:
        """Let the caller be silent for `seconds`; return what the agent says in them."""
        before = self.call.heard
        self._settle()
        if self.call.listening:
            self.call.stay_silent(seconds)
            return self.call.heard.removeprefix(before).strip()
        connections = self._log.connections(self.call.sid)
        while not self.call.over and (due := self._next_due(connections, seconds)):
            seconds -= due.seconds
            self._queue.deliver(due.text)
            self._settle()
        return self.call.heard.removeprefix(before).strip()

    def _next_due(self, connections: list[str], seconds: float) -> Pending | None:
        """Let a silence last up to the next reminder, and return it; None if none is due within the seconds."""
        after: Any = self._laptop.modules["after"]
        agent = after.deps.agents.get(self.call.sessions[-1].parameters["agent"])
        if agent and agent.silence:
            self._clock.words_are_heard(connections, agent.silence.after)
        return self._clock.next_due(connections, seconds)

    def _settle(self) -> None:
        """Wait until each side has handled what the other has sent, and both are silent."""
        for _ in range(2):  # once for the frames that were sent, once for the line's reports of the answer
            self._gateway.wait(lambda: self._cut() or self._passed("in") >= self._sent("twilio"))
            self._gateway.settled()
            if not self.call.over:
                self.call.wait_until(
                    lambda call: call.over or self._cut() or self._sent("app") >= self._passed("out")
                )
            self.call.catch_up()

    def _part(self) -> None:
        """Wait for what follows a session that the agent has ended. The caller first hears its last words."""
        if self.call.over:
            return
        self._settle()
        last = self._session
        if any(frame.session == last and frame.message.get("type") == "end" for frame in self.call.frames):
            self.call.wait_until(lambda call: call.over or self._session != last)

    # Only of the newest session: frames from before a socket was lost may never arrive.

    def _cut(self) -> bool:
        """Whether the socket was open and has closed."""
        return any(one.connection_id not in self._gateway.connections for one in self._frames()[:1])

    def _sent(self, sender: str) -> int:
        session = self._session
        return sum(one.sender == sender and one.session == session for one in self.call.frames)

    def _passed(self, direction: str) -> int:
        return sum(one.direction == direction for one in self._frames())

    def _frames(self) -> list[Record]:
        """Return the frames that have passed the gateway, from the first one, which names the session."""
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
