"""Runs the line that is measured: a laptop line with the table in another process and a model that keeps time."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from local.aws.gateway_server import Sources
from local.dev_stack import DevStack, dev_stack
from local.environment import environ
from local.models.bedrock import BedrockServer, BedrockWire
from local.models.server import ModelRequest
from local.models.steps import Finish, Step, Text
from local.phone import Phone

M = TypeVar("M", bound=BedrockServer)

MODEL = "bedrock:eu.anthropic.claude-haiku-5-5"
TOKENS = 40
FIRST = 0.3
BETWEEN = 0.02

ANSWER: tuple[Step, ...] = (
    *(Text(f" word{',' if number % 9 == 8 else ''}") for number in range(TOKENS - 1)),
    Text(" end."),
    Finish(),
)


class _TimedWire(BedrockWire):
    def __init__(self) -> None:
        self.first: list[float] = []
        self.ended: list[float] = []
        self._begun = False

    def begin(self, finish: Finish) -> bytes:
        self._begun = False
        return super().begin(finish)

    def piece(self, index: int, kind: type, text: str) -> bytes:
        if not self._begun:
            self._begun = True
            self.first.append(time.monotonic())
        return super().piece(index, kind, text)

    def finish(self, step: Finish) -> bytes:
        self.ended.append(time.monotonic())
        return super().finish(step)


class TimedModel(BedrockServer):
    """Streams the same answer each time, and records when it was asked, when it began and when it ended."""

    def __init__(self, answer: tuple[Step, ...] = ANSWER, first: float = FIRST, between: float = BETWEEN) -> None:
        """By default, answer with 40 tokens, the first after 300 ms and each other one after 20 ms."""
        super().__init__(first, between)
        self.asked: list[float] = []
        self.timed = _TimedWire()
        self.wire = self.timed
        self.script(*answer)

    def take(self, request: ModelRequest) -> tuple[Step, ...]:
        """Record when a request came."""
        self.asked.append(time.monotonic())
        return super().take(request)


class TableCall(NamedTuple):
    """One call to the table: when it began and ended, its kind, and what DynamoDB read for it."""

    began: float
    ended: float
    what: str
    items: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Measured(Generic[M]):
    """A line under measurement."""

    dev_stack: DevStack
    model: M
    table: str

    def phone(self, speed: float = 100.0) -> Phone:
        """Return a phone that by default plays a hundred times as fast as people listen."""
        return self.dev_stack.phone(speed=speed)

    def delay(self, table: float, post: float) -> None:
        """Delay each table call and each post by these seconds."""
        urllib.request.urlopen(f"{self.table}/delay", data=str(table).encode()).read()
        self.dev_stack.gateway.faults.post_delay = post

    def table_calls(self) -> list[TableCall]:
        """Return the calls to the table since the last request."""
        return table_calls(self.table)


def table_calls(table: str) -> list[TableCall]:
    """Return the calls to the table at this URL since the last request."""
    with urllib.request.urlopen(f"{table}/calls", data=b"") as response:
        return [TableCall(*call) for call in json.load(response)]


@contextmanager
def measured(model: M, sources: Sources | None = None, models: str = MODEL) -> Iterator[Measured[M]]:
    """Start the line with this model, and stop both at the end of the block; `sources` has the gateway's clock.

    `models` are those that the line asks, in order; `model` answers for each of them.
    """
    made_up = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    with running_table() as table, model:
        given = environ({"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url, **made_up})
        with given, dev_stack(models, log=Path(".build/bench.log"), table=table, sources=sources) as line:
            yield Measured(line, model, table)


@contextmanager
def running_table() -> Iterator[str]:
    """Run the table in another process until the block ends; yield its URL."""
    command = [sys.executable, "-m", "benchmarks.table"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
