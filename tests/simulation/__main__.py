"""Runs seeds for as long as asked, or one seed with its trace; a seed that breaks a law is shrunk and printed."""

import argparse
import sys
from itertools import count
from time import monotonic

from tests.simulation.laws import LAWS
from tests.simulation.session import Result, run
from tests.simulation.shrink import shrink

EVERY = 10.0
"""Seconds between two lines of progress."""


def main() -> int:
    """Return 1 if a law was broken."""
    options = _options()
    if options.seed is not None:
        return _one(options.seed, trace=options.trace)
    began, told = monotonic(), monotonic()
    for seed in count(options.from_seed):
        result = run(seed)
        if result.broken:
            return _failed(result)
        now = monotonic()
        if now - told > EVERY or now - began > options.minutes * 60:
            told, done = now, seed + 1 - options.from_seed
            _say(f"{done} seeds up to {seed} in {now - began:.0f} s: no law was broken")
        if now - began > options.minutes * 60:
            break
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to run seeds")
    parser.add_argument("--from-seed", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="run this one only")
    parser.add_argument("--trace", action="store_true", help="print all that happens in it, before it is shrunk")
    return parser.parse_args()


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
