"""The findings of a check, one line each: a pass, a fault with its cure, or what cannot be seen from here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.ops.speak import OpsError, say


@dataclass(frozen=True, slots=True)
class Passed:
    """Something is as it should be."""

    words: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Something is wrong; `cure` says what to do."""

    words: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something cannot be seen from here; `cure` says how to find out."""

    words: str
    cure: str = ""


Finding = Passed | Failed | Unseen


def report(findings: Iterable[Finding]) -> int:
    """Print the findings as they come; return the number of faults."""
    faults = 0
    for finding in findings:
        match finding:
            case Passed(words):
                say(f"  ok    {words}")
            case Unseen(words, cure):
                say(f"  ?     {words}{_indented(cure)}")
            case Failed(words, cure):
                faults += 1
                say(f"  FAULT {words}{_indented(cure)}")
    return faults


def whole(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings. An error that ends them becomes the last finding, so that the next checks still run."""
    try:
        yield from findings
    except OpsError as error:
        yield Failed(str(error.args[0]), error.cure)


def _indented(cure: str) -> str:
    return f"\n        {cure}" if cure else ""
