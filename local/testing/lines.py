"""The laptop lines that tests of agents dial: with a scripted, the built-in or a real model."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

import boto3

from local.aws.gateway_server import Gateway, Sources
from local.dev_stack import DevStack, dev_stack
from local.environment import environ
from local.testing import clock, messages, orders
from local.testing.clock import Clock
from local.testing.orders import Orders
from local.testing.script import ScriptServer
from local.testing.transcripts import Transcripts

_ids = count()

IN_ORDER = Sources(new_id=lambda: f"{next(_ids):015d}=")
"""Ids in the order of arrival. Fast speakers send several frames in one millisecond; the ids keep their order."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, the calls that are ordered on it, the time of its calls, and their transcripts."""

    dev_stack: DevStack
    orders: Orders
    clock: Clock
    transcripts: Transcripts

    @property
    def failures(self) -> int:
        """How often a handler has failed, or the gateway has sent its own error, when everything is quiet."""
        gateway, queue = self.dev_stack.gateway, self.dev_stack.queue
        gateway.settled()
        queue.settled()
        own = sum(one.direction == "gateway-error" for one in gateway.record)
        return len(gateway.failures) + len(queue.failures) + own


@contextmanager
def line(model: str, model_id: str = "", *, log: Path) -> Iterator[Line]:
    """Run a line until the block ends, with what replaces Twilio's REST API and the clock."""
    outside, taken, time = Gateway(stage="outside"), Orders(), Clock()
    texts = messages.Messages()
    outside.route(http={orders.ROUTE: taken.take, messages.ROUTE: texts.take, clock.ROUTE: time.take})
    with outside.running() as urls:
        there = urls.http
        with dev_stack(model, model_id, log, twilio=there, timers=there, sources=IN_ORDER) as running:
            time.behind = running.aws
            yield Line(running, taken, time, Transcripts(outside))


class Lines:
    """Each kind of line, started when a test first asks for it. The handlers log to `file`."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._running = ExitStack()
        self._real: Line | None = None

    @cached_property
    def server(self) -> ScriptServer:
        """The server of the scripted model."""
        return self._running.enter_context(ScriptServer())

    @cached_property
    def scripted(self) -> Line:
        """A line whose model follows a script: Bedrock's adapter and SDK, and a Bedrock on this machine."""
        endpoint = {
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": self.server.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        with environ(endpoint):
            return self._running.enter_context(line("bedrock", log=self._log))

    @cached_property
    def offline(self) -> Line:
        """A line with the built-in model, which matches words."""
        return self._running.enter_context(line("offline", log=self._log))

    def real(self, model: str, model_id: str) -> Line:
        """Return a line with a real model, which costs money; one for the whole test run."""
        if self._real is None:
            # A boto3 session remembers its credentials, and those of the other lines are invented.
            boto3.setup_default_session()
            self._real = self._running.enter_context(line(model, model_id, log=self._log))
        return self._real

    def close(self) -> None:
        """Stop all lines."""
        self._running.close()
