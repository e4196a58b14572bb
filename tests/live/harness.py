"""Sessions with doubles of their ports: a test sends frames to them, and sees what they cause."""

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any

from functions.live.deps import Frame, Ports
from functions.live.session import Sessions
from functions.relay import Agent, Voice
from functions.relay.log.events import Announced, AnswerEnded, Closed, Entry
from functions.relay.log.keys import Key, announcement, call_log, session_log
from functions.relay.ports import Model
from functions.relay.wire.model import StreamEvent
from tests.doubles import MemoryLog, RecordingLine, RecordingTimer, ScriptedModel
from tests.live.ports import HeardLine

CALL = "CA1"
CALLER, CALLED = "+15550101", "+15550100"
GREETING = "Good evening!"
DESK = Agent("You answer.", GREETING, {"en-US": Voice("Google", "en-US-Neural2-A")})
BAR = Agent("You answer.", "Bar, hello!", {"it-IT": Voice("Google", "it-IT-Neural2-A")})


class SessionHarness:
    """Sessions of two agents. The test controls everything that they talk to."""

    def __init__(
        self, *answers: Iterable[StreamEvent | Exception], log: MemoryLog | None = None, desk: Agent = DESK
    ) -> None:
        self.log = log or MemoryLog()
        self.private = MemoryLog()
        self.do_not_call = MemoryLog()
        self.line = RecordingLine()
        self.timer = RecordingTimer()
        self.model = ScriptedModel(*answers)
        self.ended: list[AnswerEnded] = []
        self.sessions = self.with_model(self.model, desk)
        self._ids = count(1)

    def with_model(self, model: Model, desk: Agent = DESK) -> Sessions:
        ports = Ports(self.log, self.line, model, self.timer, self.private, self.do_not_call)
        return Sessions(ports, {"desk": desk, "bar": BAR}, report=self.note)

    def with_line(self, line: HeardLine, model: Model) -> Sessions:
        return replace(
            self.with_model(model), ports=Ports(self.log, line, model, self.timer, self.private, self.do_not_call)
        )

    def note(self, ended: AnswerEnded) -> None:
        self.ended.append(ended)

    def frame(self, message: dict[str, Any], connection: str = "c1", at: int = 0) -> Frame:
        number = next(self._ids)
        return Frame(connection, Key(at or 1000 + number, f"m{number}"), json.dumps(message))

    def setup(self, connection: str = "c1", at: int = 0, **more: Any) -> Frame:
        message = {"type": "setup", "sessionId": f"VX-{connection}", "callSid": CALL, "from": CALLER, "to": CALLED}
        ticket = {"customParameters": {"ticket": self.ticket(connection)}}
        frame = self.frame({**message, **ticket, **more}, connection, at)
        announced = [event for event in self.log.events(call_log(CALL)) if isinstance(event, Announced)]
        known = {event.ticket for event in announced}
        if announced and "customParameters" not in more and self.ticket(connection) not in known:
            again = replace(announced[-1], ticket=self.ticket(connection), at=frame.key.at, follows=connection)
            self.log.append(call_log(CALL), Entry(announcement(len(announced)), again))
        return frame

    def ticket(self, connection: str = "c1") -> str:
        return f"ticket-of-{connection}"

    def prompt(self, text: str, connection: str = "c1", at: int = 0) -> Frame:
        return self.frame({"type": "prompt", "voicePrompt": text, "lang": "en-US", "last": True}, connection, at)

    def announced(self, agent: str = "desk") -> "SessionHarness":
        announced = Announced(agent, CALLER, CALLED, ticket=self.ticket(), at=1000)
        self.log.append(call_log(CALL), Entry(announcement(0), announced))
        return self

    def opened(self, connection: str = "c1") -> "SessionHarness":
        self.announced().sessions.receive(self.setup(connection))
        self.timer.notes.clear()
        return self

    def events(self, connection: str = "c1") -> list[Any]:
        return self.log.events(session_log(connection))

    def says(self, connection: str = "c1") -> list[Any]:
        """Return the words that were sent to this socket."""
        return [message for to, message in self.line.sent if to == connection]


def dropped(harness: SessionHarness, *messages: dict[str, Any]) -> None:
    """Let the first socket close after these frames, and another one continue the call."""
    for message in messages:
        harness.sessions.receive(harness.frame(message))
    harness.log.append(session_log("c1"), Entry(Key(2000, "end"), Closed(1006)))
    assert harness.sessions.receive(harness.setup("c2")) == "resumed"
