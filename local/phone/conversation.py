"""Runs one session over one socket: frames go into the pure session, and its effects go onto the wire."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .call_record import CallRecord
from .effects import Close, Send
from .listening import Ear
from .options import Pace, Quirks
from .records import Ended, Frame, Problem, Sender
from .routes import Routes
from .session import Session
from .wire import Received, Socket, Wire

Command = Callable[[Ear, float], None]


def advance(ear: Ear, now: float) -> None:
    """Let the caller do nothing but notice what is due."""
    ear.advance(now)


@dataclass(frozen=True, slots=True)
class Setting:
    """What all calls of a phone share. `speed` is how many seconds of the call pass in a real one.

    `fallback` is the URL that gets the call when a document fails, if the number has one. If `patient`, a <Gather>
    waits for the caller however long that takes.
    """

    wire: Wire
    routes: Routes
    pace: Pace
    quirks: Quirks
    speed: float
    fallback: str = ""
    patient: bool = False

    def now(self) -> float:
        """Return the time in seconds of the call."""
        return time.monotonic() * self.speed


class Conversation:
    """Runs a session until it has ended; meanwhile `push` lets the caller do something in it."""

    def __init__(self, setting: Setting, record: CallRecord, session: Session, session_id: str) -> None:
        self._setting, self._record, self._session, self._id = setting, record, session, session_id
        self._inbox: asyncio.Queue[Received | Command] = asyncio.Queue()
        self._socket: Socket | None = None
        self._close: Close | None = None
        self._watch: list[tuple[Callable[[], bool], Command]] = []
        self._behind = 0.0

    def push(self, command: Command) -> None:
        """Queue an action of the caller."""
        self._inbox.put_nowait(command)

    def push_when(self, condition: Callable[[], bool], command: Command) -> None:
        """Queue an action of the caller for the very step after which the condition holds."""
        self._watch.append((condition, command))
        self._inbox.put_nowait(advance)

    async def connect(self, url: str) -> None:
        """Open the socket.

        Raises:
            WireError: 64102, the handshake was refused or failed.
        """
        self._socket = await self._setting.wire.open(url, self._arrived)

    async def hold(self, setup: Mapping[str, Any]) -> Ended:
        """Send `setup` and run the session to its end. The socket stays open for `shut`."""
        await self._step(lambda _, now: self._session.open(now, setup))
        while self._session.ended is None:
            await self._step(await self._next())
        return self._session.ended

    async def shut(self) -> None:
        """Close the socket as the session asks; if it has died already, free it."""
        if self._socket and self._close and self._close.reason:
            await self._socket.close(self._close.code, self._close.reason)
        elif self._socket:
            await self._socket.drop()
        self._socket = None

    def _arrived(self, received: Received) -> None:
        if received.data is not None:
            self._record.frame(self._frame("app", received.at, received.data))
        self._inbox.put_nowait(received)

    async def _next(self) -> Received | Command | None:
        deadline = self._session.deadline
        wait = None if deadline is None else max(0.0, deadline - self._now()) / self._setting.speed
        try:
            async with asyncio.timeout(wait):
                return await self._inbox.get()
        except TimeoutError:
            return None

    async def _step(self, item: Received | Command | None) -> None:
        self._apply(item, self._in_turn())
        effects = self._session.take()
        now = time.monotonic()
        sent = [self._frame("twilio", now, _text(each.message)) for each in effects if isinstance(each, Send)]
        at = item.at if isinstance(item, Received) else now
        # Record the frames with the step: code that sees that all is quiet must also see what Twilio will still send.
        self._record.step(effects, sent, at=at, quiet=self._session.quiet, speaking=self._session.speaking)
        self._push_due()
        self._close = next((each for each in effects if isinstance(each, Close)), self._close)
        for frame in sent:
            if self._socket:
                await self._socket.send(frame.data)

    def _now(self) -> float:
        """Return the time of the call: that of the clock, less what a busy machine has cost so far."""
        return self._setting.now() - self._behind

    def _in_turn(self) -> float:
        """Return the time of this step. If a moment of the session is overdue, the call's time goes back to it.

        So each moment has a step, and code that waits for it acts in time: words that should be cut are
        not played out because this process had to wait.
        """
        now, deadline = self._now(), self._session.deadline
        if deadline is None or now <= deadline:
            return now
        self._behind += now - deadline
        return deadline

    def _push_due(self) -> None:
        due = [entry for entry in self._watch if entry[0]()]
        for entry in due:
            self._watch.remove(entry)
            self.push(entry[1])

    def _apply(self, item: Received | Command | None, now: float) -> None:
        match item:
            case None:
                self._session.advance(now)
            case Received(_, None, code):
                self._record.add(Problem(64105, f"the application closed the socket ({code})"))
                self._session.lose(now, code)
            case Received(_, data) if data is not None:
                self._session.receive(now, data)
            case command if callable(command):
                command(self._session, now)
            case _:
                pass

    def _frame(self, sender: Sender, at: float, data: str | bytes) -> Frame:
        return Frame(at, sender, data if isinstance(data, str) else repr(data), self._id)


def _text(message: Mapping[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
