"""What a law does not hold against a run: a cause, why it is excused, and how it is recognised."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, ParamSpec

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Excuse(Generic[P]):
    """One cause for which a law makes an exception; `holds` says whether it is given."""

    law: int
    cause: str
    why: str
    holds: Callable[P, bool]


def excused(excuses: Iterable[Excuse[P]], *about: P.args, **named: P.kwargs) -> bool:
    """Return whether one of the excuses holds."""
    return any(excuse.holds(*about, **named) for excuse in excuses)
