"""Wrappers around the ports of the handlers. They record each request, and fail if the page orders a fault.

The handlers are those of Lambda and do not know of it: only the ports in their modules are replaced.
"""

import time
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from types import ModuleType
from typing import TYPE_CHECKING

from functions.live.deps import Ports
from functions.live.lazy_start import LazyStart
from functions.relay.log.events import Entry, Event
from functions.relay.log.keys import Key
from functions.relay.ports import Line, Log, LogError, Model, Sent
from functions.relay.wire.messages import Outgoing, write
from functions.relay.wire.model import Finished, ModelError, Request, StreamEvent
from functions.webhooks.deps import WebhookDeps
from local.page.observations import (
    EntryAppended,
    MessagePosted,
    ModelAsked,
    ModelEnded,
    ModelSpoke,
    TableRequested,
    Tape,
    moment,
)

if TYPE_CHECKING:
    from functions.live.session import Sessions

SLOW_TABLE_S = 0.8
"""Seconds that a slow table adds to a request. Two such waits are still shorter than the clients' timeouts."""


@dataclass(slots=True)
class Switches:
    """The faults that are switched on. Any thread may change them."""

    slow_table: bool = False
    throttled_model: bool = False


class WatchedLog:
    """Records what passes through a `Log`."""

    def __init__(self, log: Log, tape: Tape, switches: Switches) -> None:
        self._log, self._tape, self._switches = log, tape, switches

    def append(self, log: str, entry: Entry) -> bool:
        """Append the entry."""
        began = self._begin()
        try:
            new = self._log.append(log, entry)
        except LogError as error:
            self._tell(began, log, f"put {type(entry.event).__name__}", str(error))
            raise
        if new:
            self._tape.add(EntryAppended(moment(), log, entry))
        self._tell(began, log, f"put {type(entry.event).__name__}{'' if new else ', which was there'}")
        return new

    def read(self, log: str) -> tuple[Entry, ...]:
        """Read the log."""
        began = self._begin()
        try:
            entries = self._log.read(log)
        except LogError as error:
            self._tell(began, log, "read", str(error))
            raise
        self._tell(began, log, f"read {len(entries)}")
        return entries

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        """Look for newer entries."""
        began = self._begin()
        try:
            entries = self._log.later(log, key, kinds)
        except LogError as error:
            self._tell(began, log, "look", str(error))
            raise
        self._tell(began, log, f"look: {len(entries)} newer" if entries else "look")
        return entries

    def _begin(self) -> float:
        began = time.monotonic()
        if self._switches.slow_table:
            time.sleep(SLOW_TABLE_S)
        return began

    def _tell(self, began: float, log: str, what: str, trouble: str = "") -> None:
        self._tape.add(TableRequested(moment(), (time.monotonic() - began) * 1000, log, what, trouble))


class WatchedLine:
    """Records what passes through a `Line`."""

    def __init__(self, line: Line, tape: Tape) -> None:
        self._line, self._tape = line, tape

    def send(self, connection: str, message: Outgoing) -> Sent:
        """Send the message."""
        began = time.monotonic()
        fate = self._line.send(connection, message)
        took = (time.monotonic() - began) * 1000
        self._tape.add(MessagePosted(moment(), took, connection, write(message), fate.value))
        return fate


class WatchedModel:
    """Records what passes through a `Model`."""

    _numbers = count(1)

    def __init__(self, model: Model, tape: Tape, switches: Switches) -> None:
        self._model, self._tape, self._switches = model, tape, switches

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Ask the model. Raises ModelError, also when the page throttles the model."""
        number = next(self._numbers)
        self._tape.add(ModelAsked(moment(), number, request))
        ended = ModelEnded(0.0, number, "stopped")
        try:
            with closing(self._pieces(request)) as pieces:
                for first, piece in pieces:
                    if first:
                        self._tape.add(ModelSpoke(moment(), number))
                    if isinstance(piece, Finished):
                        ended = ModelEnded(0.0, number, piece.reason, piece.usage)
                    yield piece
        except ModelError as error:
            ended = replace(ended, how=error.kind)
            raise
        finally:
            self._tape.add(replace(ended, at=moment()))

    def _pieces(self, request: Request) -> Generator[tuple[bool, StreamEvent], None, None]:
        if self._switches.throttled_model:
            raise ModelError("throttled", "throttled by the page")
        with closing(self._model.ask(request)) as pieces:
            for number, piece in enumerate(pieces):
                yield not number, piece


class WatchedStart:
    """Wraps the `LazyStart` of a handler, so that its sessions have watched ports."""

    def __init__(self, start: LazyStart, tape: Tape, switches: Switches) -> None:
        self._start, self._tape, self._switches = start, tape, switches

    def sessions(self) -> "Sessions | None":
        """Return what runs the sessions, with watched ports; None if the handler cannot start."""
        sessions = self._start.sessions()
        return replace(sessions, ports=self._watched(sessions.ports)) if sessions else None

    def say_sorry(self, connection: str, body: str) -> None:
        """Apologise, as the handler does when it cannot start."""
        self._start.say_sorry(connection, body)

    def _watched(self, ports: Ports) -> Ports:
        log = WatchedLog(ports.log, self._tape, self._switches)
        model = WatchedModel(ports.model, self._tape, self._switches)
        return replace(ports, log=log, line=WatchedLine(ports.line, self._tape), model=model)


def watch(modules: Mapping[str, ModuleType], tape: Tape, switches: Switches) -> None:
    """Wrap the ports of these handlers' modules."""
    for module in modules.values():
        held = vars(module)
        if isinstance(start := held.get("start"), LazyStart):
            held["start"] = WatchedStart(start, tape, switches)
        if isinstance(deps := held.get("deps"), WebhookDeps):
            held["deps"] = replace(deps, log=WatchedLog(deps.log, tape, switches))
        if "log" in held:
            held["log"] = WatchedLog(held["log"], tape, switches)
