"""Everything that a seed decides. Each decision has a name, so a run can be repeated, and repeated with fewer faults.

The usual happens by itself. Everything else is a deviation, has a name, and is added to the list `fired`. A run with
a list of names deviates only in those. A value depends only on its name and the seed, never on earlier values: so
leaving out one deviation does not change the others.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")

SCALE = float(1 << 64)


class Chance:
    """What one seed decides. With `only`, no other deviations happen than these."""

    def __init__(self, seed: int, only: frozenset[str] | None = None) -> None:
        self.seed = seed
        self.fired: dict[str, None] = {}
        self._only = only
        self._times: Counter[str] = Counter()
        self._order = Random(seed)
        self._shuffles: bool | None = None

    def happens(self, what: str, odds: float) -> bool:
        """Whether a deviation happens. A count makes its name unique."""
        self._times[what] += 1
        name = f"{what}, {self._times[what]}" if self._times[what] > 1 else what
        if self.share(name) >= odds or not (self._only is None or name in self._only):
            return False
        self.fired[name] = None
        return True

    def share(self, name: str) -> float:
        """Return a number from 0 up to 1, by the name."""
        digest = blake2b(f"{self.seed}/{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / SCALE

    def between(self, name: str, least: float, most: float) -> float:
        """Return a number between two numbers, by the name."""
        return least + (most - least) * self.share(name)

    def count(self, name: str, least: int, most: int) -> int:
        """Return a whole number from `low` to `high`, by the name."""
        return least + int(self.share(name) * (most - least + 1))

    def one_of(self, name: str, options: Sequence[T]) -> T:
        """Return one of the options, by the name."""
        return options[int(self.share(name) * len(options))]

    def first_of(self, candidates: int) -> int:
        """Return which of the tasks that are ready at one moment goes first: in turn, unless the seed shuffles."""
        if self._shuffles is None:
            self._shuffles = self.happens("those who are ready go in any order", 1.0)
        return self._order.randrange(candidates) if self._shuffles and candidates > 1 else 0
