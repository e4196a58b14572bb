"""Run a range of seeds, or one seed with its trace. The first seed that breaks a law is shrunk and printed."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import Pool
from time import monotonic, process_time

from tests.simulation.laws import LAWS
from tests.simulation.session import Result, run
from tests.simulation.shrink import shrink

PROGRESS_EVERY_S = 10.0
"""Seconds between two lines of progress."""

BATCH = 100
"""Seeds that each process gets at a time."""

CHUNK = 5
"""Seeds that a process takes from a batch at a time, so that all processes end a batch at about the same moment."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One seed that was run: the laws that it broke, and the processor's seconds that it used."""

    seed: int
    laws: tuple[int, ...]
    cpu_s: float


Runs = Callable[[range], Iterable[Tried]]


@dataclass(slots=True)
class Tally:
    """What the seeds so far have shown, and how fast they ran."""

    began: float = field(default_factory=monotonic)
    seeds: int = 0
    cpu_s: float = 0.0
    broken: list[Tried] = field(default_factory=list)

    def add(self, tried: Tried) -> None:
        """Count one more seed."""
        self.seeds += 1
        self.cpu_s += tried.cpu_s
        if tried.laws:
            self.broken.append(tried)

    @property
    def seconds(self) -> float:
        """Seconds since the first seed began."""
        return monotonic() - self.began

    def __str__(self) -> str:
        found = f"{len(self.broken)} broke a law" if self.broken else "no law was broken"
        speed = f"{self.seeds * 60 / max(self.seconds, 0.001):.0f} seeds a minute"
        cpu = f"{self.cpu_s / max(self.seeds, 1):.3f} CPU seconds a seed"
        return f"{self.seeds} seeds in {self.seconds:.0f} s: {found} ({speed}, {cpu})"


def main(arguments: list[str] | None = None) -> int:
    """Return 1 if a law was broken."""
    options = _options(arguments)
    if options.seed is not None:
        return _one(options.seed, trace=options.trace)
    tally, told = Tally(), 0.0
    with _processes(options.jobs) as runs:
        for seeds in _batches(options.from_seed, options.seeds, BATCH * options.jobs):
            for tried in runs(seeds):
                tally.add(tried)
                if tried.laws:
                    _say(f"seed {tried.seed} breaks law {', '.join(map(str, tried.laws))}")
            if tally.seconds - told > PROGRESS_EVERY_S:
                told = tally.seconds
                _say(f"up to seed {seeds[-1]}: {tally}")
            if options.seeds is None and tally.seconds > options.minutes * 60:
                break
    _say(f"from seed {options.from_seed}: {tally}")
    return _failed(run(tally.broken[0].seed)) if tally.broken else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--from-seed", type=int, default=0, help="the first seed of the range (0)")
    parser.add_argument("--seeds", type=int, help="how many seeds to run; without it --minutes decides")
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long to begin new seeds (1)")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes share the seeds (1)")
    parser.add_argument("--seed", type=int, help="run this seed only")
    parser.add_argument("--trace", action="store_true", help="print all that happens in it, before it is shrunk")
    return parser.parse_args(arguments)


def _batches(first: int, seeds: int | None, size: int) -> Iterator[range]:
    """Return the seeds in batches; without `seeds` the batches never end."""
    if seeds is None:
        return (range(at, at + size) for at in count(first, size))
    last = first + seeds
    return (range(at, min(at + size, last)) for at in range(first, last, size))


@contextmanager
def _processes(jobs: int) -> Iterator[Runs]:
    """Return what runs a batch of seeds: this process, or `jobs` others."""
    if jobs == 1:
        yield lambda seeds: map(_try, seeds)
        return
    with Pool(jobs) as pool:
        yield lambda seeds: pool.imap(_try, seeds, CHUNK)


def _try(seed: int) -> Tried:
    began = process_time()
    broken = run(seed).broken
    return Tried(seed, tuple(broken), process_time() - began)


def _one(seed: int, *, trace: bool) -> int:
    result = run(seed)
    if trace:
        _say(result.trace)
    if result.broken:
        return _failed(result)
    _say(f"seed {seed}: no law was broken")
    return 0


def _failed(result: Result) -> int:
    _say(f"seed {result.seed}:", *_laws(result), "shrinking …")
    short = shrink(result)
    _say("", f"the shortest schedule found ({len(short.fired)} deviations of {len(result.fired)}):")
    _say(*(f"  {name}" for name in short.fired))
    _say("", short.trace, "", *_laws(short))
    _say("", f"replay: python -m tests.simulation --seed {result.seed} --trace")
    return 1


def _laws(result: Result) -> list[str]:
    docs = {number: (law.__doc__ or "").partition("\n")[0] for number, law in LAWS.items()} | {0: "0: a run ends."}
    return [
        line for law, how in result.broken.items() for line in (f"law {docs[law]}", *(f"  - {one}" for one in how))
    ]


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
