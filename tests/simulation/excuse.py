"""An exception of a law: its cause, the reason, and how it is recognised."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, ParamSpec

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Excuse(Generic[P]):
    """One cause for which a law makes an exception. `holds` returns whether it applies."""

    law: int
    cause: str
    why: str
    holds: Callable[P, bool]


def excused(excuses: Iterable[Excuse[P]], *about: P.args, **named: P.kwargs) -> bool:
    """Return whether one of the excuses applies."""
    return any(excuse.holds(*about, **named) for excuse in excuses)
