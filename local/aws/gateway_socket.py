"""One open WebSocket of the gateway, its settings, and the faults that a test causes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from local.aws.gateway import Event, FrameMeter, Limits
from local.aws.gateway_events import Connection, Sources
from local.aws.gateway_invoke import Direction, Journal


@dataclass(slots=True)
class Faults:
    """The faults that a test causes; by default none.

    `on_post(connection_id, data)` returns an HTTP status such as 410 or 429: the post gets it, and is not sent.
    `post_delay` is how long a post takes, in seconds: half before its frame is sent, half after.
    `before_invoke(event)` runs before a WebSocket handler, in that handler's thread: block to hold it back.
    `copies(event)` is how often a message or $disconnect is delivered: 2 is twice, 0 is never. `on_post` and `copies`
    run in the gateway's own thread: they must not block.
    """

    on_post: Callable[[str, bytes], int | None] | None = None
    post_delay: float = 0.0
    before_invoke: Callable[[Event], object] | None = None
    copies: Callable[[Event], int] | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What does not change while a gateway runs. `selection` is the route selection expression."""

    stage: str
    limits: Limits
    sources: Sources
    faults: Faults
    selection: str = "$request.body.type"


@dataclass(slots=True, eq=False)
class Socket:
    """An open WebSocket. The first to end it resolves `end` with the close code and the reason."""

    connection: Connection
    ws: web.WebSocketResponse
    meter: FrameMeter
    transport: asyncio.Transport
    end: asyncio.Future[tuple[int, str]]
    active_at: float
    journal: Journal
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self) -> None:
        """Start the idle time again."""
        self.active_at = self.end.get_loop().time()

    def finish(self, code: int, reason: str = "") -> None:
        """End the connection, unless it has ended. From now on a post to it is answered with 410."""
        if not self.end.done():
            self.end.set_result((code, reason))

    async def send(self, direction: Direction, text: str) -> bool:
        """Send a frame; return False if the connection has ended."""
        if self.end.done() or self.transport.is_closing():
            return False
        self.touch()
        # Record it before it is sent: a client that has read a frame must find it in the record.
        self.journal.frame(direction, self.connection.connection_id, text)
        try:
            await self.ws.send_str(text)
        except ConnectionError:
            return False
        return True
