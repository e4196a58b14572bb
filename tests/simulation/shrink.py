"""Makes a failing run short: leaves out one deviation after another while the same law is broken."""

from tests.simulation.session import Result, run

MOST_RUNS = 600


def shrink(result: Result, most: int = MOST_RUNS) -> Result:
    """Return a run of the same seed that breaks the first of its laws with as few deviations as possible."""
    law = min(result.broken)
    smallest, kept, runs = result, list(result.fired), 0
    size = max(len(kept) // 2, 1)
    while runs < most:
        at, before = 0, len(kept)
        while at < len(kept) and runs < most:
            tried = run(result.seed, frozenset([*kept[:at], *kept[at + size :]]))
            runs += 1
            if law in tried.broken:
                # Deviations that no longer happen are not needed either.
                smallest, kept = tried, [name for name in kept if name in set(tried.fired)]
            else:
                at += size
        if size == 1 and len(kept) == before:
            break
        size = max(size // 2, 1)
    return smallest
