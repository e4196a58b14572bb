"""The row of one function: everything that the stacks need to know about it, as data."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from functions.providers import Choice
from functions.relay.agent.needs import NOTHING, Needs

T = TypeVar("T")

AGENTS = ("agents", "discovery.py")
"""What a function ships if it runs the agents."""

EVERYWHERE = (
    "__init__.py",
    "geography.py",
    "providers.py",
    "settings.py",
    "relay",
    "adapters/__init__.py",
    "adapters/aws_error.py",
    "adapters/dynamodb.py",
)
"""What a function that uses the table ships besides its handler: files, and folders with all their files."""

SHIPPED_BY_ALL = ("boto3", "aws-lambda-powertools")
"""Packages that every function ships, except `fallback`."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function as data: everything that the stacks need to know about it."""

    name: str
    memory: int
    """Megabytes."""

    timeout: int
    """Seconds."""

    source: tuple[str, ...]
    """Files and folders of `functions/` that it ships."""

    packages: tuple[str, ...]
    """Lines of requirements.txt."""

    services: tuple[str, ...]
    """AWS services for which its code makes clients."""

    settings: tuple[str, ...]
    """Fields of `functions.settings.Settings` that it gets."""

    reads_table: bool = False
    writes_table: bool = True
    keeps_private: bool = False
    """Whether it writes, reads and deletes in the table of private data."""

    clears_private: bool = False
    """Whether it reads and deletes in the table of private data."""

    adds_do_not_call: bool = False
    """Whether it stores that a number must not be called."""

    reads_do_not_call: bool = False
    counts_calls: bool = False
    """Whether it changes the counters of calls and of money."""

    admits_calls: bool = False
    """Whether it also reads these counters, before it counts a new call."""

    secrets: tuple[str, ...] = ()
    """Secrets that it may read."""

    made_secrets: tuple[str, ...] = ()
    """Secrets that a command makes or sets. No one is asked for them."""

    starts: tuple[str, ...] = ()
    """Functions that it may invoke, to warm them."""

    posts_to_callers: bool = False
    models: tuple[Choice, ...] = ()
    """The models that it may use."""

    sets_reminders: bool = False
    takes_reminders: bool = False
    follows_calls: bool = False
    """Whether the table's stream and the queue of calls that may be over invoke it."""

    plans_calls: bool = False
    """Whether it may create schedules that place calls."""

    written: tuple[str, ...] = ()
    """Files of `functions/` that synth writes, since the repository does not hold them."""

    needs: Needs = field(default=NOTHING, hash=False)
    """What the tools of agents need, if it runs agents."""

    @property
    def handler(self) -> str:
        """The handler's name for Lambda. It is in the module with the function's name."""
        return f"functions.{self.name}.handler"

    @property
    def runs_agents(self) -> bool:
        """Whether it imports the agents, and so gets what their tools need."""
        return AGENTS[0] in self.source

    def with_needs(self, needs: Needs) -> "Function":
        """Return the row with the needs of the agents' tools, if it runs agents."""
        if not self.runs_agents:
            return self
        row = replace(self, needs=needs, services=each_once((*self.services, *needs.services)))
        if not needs.secrets:
            return row
        return replace(
            row,
            source=each_once((*row.source, "adapters/secrets.py")),
            services=each_once((*row.services, "ssm")),
            settings=each_once((*row.settings, "secrets")),
            secrets=each_once((*row.secrets, *needs.secrets)),
        )


def each_once(things: Iterable[T]) -> tuple[T, ...]:
    """Return things in their order, each once."""
    once: list[T] = []
    for one in things:
        once += [] if one in once else [one]
    return tuple(once)
