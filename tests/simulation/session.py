"""One run of one seed, and what is found in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from functions.relay.log.keys import session_log
from tests.simulation.caller import Step
from tests.simulation.chance import Chance
from tests.simulation.fault_rates import FaultRates
from tests.simulation.laws import broken
from tests.simulation.records import Record
from tests.simulation.scheduler import OverrunError
from tests.simulation.seen import Seen, Spoken
from tests.simulation.words import without_card
from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Result:
    """A run: the laws that it broke, its deviations, and everything that happened, in each session of the call."""

    seed: int
    broken: dict[int, list[str]]
    fired: tuple[str, ...]
    records: tuple[Record, ...]

    @property
    def record(self) -> Record:
        """What happened in the first session."""
        return self.records[0]

    @property
    def trace(self) -> str:
        """Everything that happened, in order."""
        return "\n".join(self.record.lines)


def run(
    seed: int, only: frozenset[str] | None = None, rates: FaultRates | None = None, steps: list[Step] | None = None
) -> Result:
    """Run a seed; with `only`, with no other deviations than these."""
    chance = Chance(seed, only)
    world = World(chance, rates, steps)
    try:
        world.run()
    except OverrunError as error:
        return Result(seed, {0: [str(error)]}, tuple(chance.fired), _records(world))
    found: dict[int, list[str]] = {}
    for seen in _seen(world):
        for law, how in broken(seen).items():
            found.setdefault(law, []).extend(how)
    return Result(seed, found, tuple(chance.fired), _records(world))


def _records(world: World) -> tuple[Record, ...]:
    return tuple(session.record for session in world.sessions)


def _seen(world: World) -> Iterator[Seen]:
    before: Seen | None = None
    for session in world.sessions:
        log = session_log(session.connection)
        before = Seen(session.record, log, world.store.query(log), _prompts(session.record), before)
        yield before


def _prompts(record: Record) -> tuple[Spoken, ...]:
    prompts = (one for one in record.emitted if one.kind == "prompt")
    return tuple(Spoken(one.key, one.at, without_card(json.loads(one.body)["voicePrompt"])) for one in prompts)
