"""Where speech may be cut: splits a text into the clauses that are synthesised, and a clause into its words."""

import re
from dataclasses import dataclass
from itertools import pairwise

from .options import Pace

# A full stop inside "3.50" or a colon inside "10:30" closes nothing. One before a space or at the end does.
_CLAUSE = re.compile(r".*?[:.,?!]+[\"')\]]*(?=\s|\Z)", re.DOTALL)
_WORD = re.compile(r"\s*\S+")


def clauses(text: str) -> tuple[list[str], str]:
    """Return the closed clauses of a text, each with the space before it, and the rest that is still open."""
    found = [match.group() for match in _CLAUSE.finditer(text)]
    return found, text[sum(map(len, found)) :]


def begun(text: str, seconds: float, rate: float) -> str:
    """Return the words of a text that have begun `seconds` into it, at `rate` characters a second.

    Recorded calls count a word from its first sound: fifteen milliseconds into "This is" they report "This".
    """
    ends = [match.end() for match in _WORD.finditer(text) if _offset(match, text) < seconds * rate]
    return text[: max(ends, default=0)]


def words(text: str, rate: float) -> list[tuple[float, str]]:
    """Return each word of a text with the space before it, and the seconds after which it begins."""
    return [(_offset(match, text) / rate, match.group()) for match in _WORD.finditer(text)]


def _offset(match: re.Match[str], text: str) -> int:
    silent = len(text) - len(text.lstrip())
    return match.end() - len(match.group().lstrip()) - silent


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the caller says without a pause: partial texts and the final one, each with its second from the start."""

    text: str
    partials: tuple[tuple[float, str], ...]
    final_after: float


def utterance(text: str, pace: Pace) -> Utterance:
    """Return how a recogniser would report `text`, spoken at the caller's pace."""
    length = len(text) / pace.caller
    ticks = [pace.partial * tick for tick in range(1, int(length / pace.partial) + 1)]
    partials = [(tick, begun(text, tick, pace.caller)) for tick in ticks] + [(length, text)]
    # A text that has not changed is not reported again.
    fresh = [now for before, now in pairwise([(0.0, ""), *partials]) if now[1] != before[1]]
    return Utterance(text, tuple(fresh), length + pace.settle)


def parts(text: str, count: int) -> list[str]:
    """Split what the caller says into at most `count` parts of about as many words each."""
    spoken = text.split()
    size = max(1, -(-len(spoken) // max(1, count)))
    return [" ".join(spoken[at : at + size]) for at in range(0, len(spoken), size)] if count > 1 else [text]
