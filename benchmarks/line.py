"""The line that is measured: a laptop line, with the table in another process and a model that keeps time."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.laptop import Laptop, environ, laptop
from local.phone import Phone
from tests.servers.bedrock import BedrockServer, BedrockWire
from tests.servers.steps import Finish, Step, Text

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
    """Streams the same 40 tokens each time, and notes when it was asked, when it began and when it ended."""

    def __init__(self) -> None:
        """Answer the first token after 300 ms, and one each 20 ms from then."""
        super().__init__(FIRST, BETWEEN)
        self.asked: list[float] = []
        self.timed = _TimedWire()
        self.wire = self.timed
        self.script(*ANSWER)

    def take(self, asked: object) -> tuple[Step, ...]:
        """Note when a request came."""
        self.asked.append(time.monotonic())
        return super().take(asked)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Measured:
    """A line under measurement."""

    laptop: Laptop
    model: TimedModel
    table: str

    def phone(self) -> Phone:
        """Return a phone that plays a hundred times as fast as people listen."""
        return self.laptop.phone(speed=100.0)

    def delay(self, table: float, post: float) -> None:
        """Put so many seconds on each table call and each post."""
        urllib.request.urlopen(f"{self.table}/delay", data=str(table).encode()).read()
        self.laptop.gateway.faults.post_delay = post

    def table_calls(self) -> list[tuple[float, float, str]]:
        """Return when each call to the table since the last question began and ended, and which it was."""
        with urllib.request.urlopen(f"{self.table}/calls", data=b"") as response:
            return [(began, ended, what) for began, ended, what in json.load(response)]


@contextmanager
def measured() -> Iterator[Measured]:
    """Start the line, and stop it at the end of the block."""
    made_up = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    with _table() as table, TimedModel() as model:
        given = environ({"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url, **made_up})
        with given, laptop("bedrock", "eu.anthropic.claude-haiku-5-5", Path(".build/bench.log"), table) as line:
            yield Measured(line, model, table)


@contextmanager
def _table() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.table"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
