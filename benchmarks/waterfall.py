"""Draws the turns that `make bench` has kept: what happens from the prompt to the last word, on one scale.

docs/performance.md shows them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.gateway.functions import Invocation
from benchmarks.gateway.server import Passed
from benchmarks.line import TableCall

WIDTH = 60
KEPT = Path(__file__).parent / "turns.json"
"""The spans of a cold, a warm and a drafted turn, by their names."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that happens during a turn, in milliseconds from the moment when the prompt reached the gateway."""

    what: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one turn. All times are seconds by the clock of this machine."""

    prompt_at: float
    invocation: Invocation
    draft: Invocation | None
    """The invocation of a partial prompt that has drafted the answer."""

    table: Sequence[TableCall]
    asked: float
    first_token: float
    last_token: float
    frames: Sequence[Passed]
    reminded: Sequence[float]
    """When each reminder was sent."""


def turn_spans(seen: Seen) -> tuple[Span, ...]:
    """Return the spans of a turn, those that begin first first."""
    zero = seen.prompt_at

    def span(what: str, began: float, ended: float) -> Span:
        return Span(what, round((began - zero) * 1000, 1), round((ended - zero) * 1000, 1))

    invocation = seen.invocation
    spans = [span("function runs", invocation.began + invocation.start_s, invocation.ended or invocation.began)]
    if invocation.cold:
        spans.append(span("environment starts", invocation.began, invocation.began + invocation.start_s))
    if seen.draft:
        spans.append(span("draft runs", seen.draft.began + seen.draft.start_s, seen.draft.ended or seen.draft.began))
    spans += [
        span("model thinks", seen.asked, seen.first_token),
        span("model speaks", seen.first_token, seen.last_token),
    ]
    spans += [span(f"table: {one.what}", one.began, one.ended) for one in seen.table]
    spans += [span("words are posted", one.at, one.at) for one in seen.frames if one.direction == "out"]
    spans += [span("reminder is sent", at, at) for at in seen.reminded]
    return tuple(sorted(spans, key=lambda one: one.began))


def draw(spans: Sequence[Span], width: int = WIDTH) -> str:
    """Return the spans as lines of text, those with the same name in one line."""
    column = max(len(span.what) for span in spans)
    return "\n".join(_lines(spans, column, width))


def _lines(spans: Sequence[Span], column: int, width: int) -> Iterator[str]:
    start, end = min(0.0, *(span.began for span in spans)), max(span.ended for span in spans)
    left = f"{start:.0f} ms"
    yield f"{'':{column}} {left}{f'{end:.0f} ms':>{width - len(left)}}"
    for name in dict.fromkeys(span.what for span in spans):
        ours = [span for span in spans if span.what == name]
        bar = [" "] * width
        for span in ours:
            first, last = (
                min(width - 1, int((at - start) / (end - start) * width)) for at in (span.began, span.ended)
            )
            bar[first : last + 1] = "█" * (last + 1 - first)
        yield f"{name:{column}} {''.join(bar)} {_said(ours)}".rstrip()


def _said(spans: Sequence[Span]) -> str:
    """Return when it began and how long it took; of several, how many there were."""
    first = f"at {spans[0].began:.0f} ms"
    if len(spans) > 1:
        return f"{first}, {len(spans)} times"
    took = spans[0].ended - spans[0].began
    return f"{first}, {took:.0f} ms" if took else first


def read(text: str) -> dict[str, list[Span]]:
    """Return the turns of a file that the benchmark has kept, by their names."""
    return {name: [Span(**span) for span in spans] for name, spans in json.loads(text).items()}


def keep(**turns: Sequence[Span]) -> None:
    """Keep these turns, by their names, beside the others."""
    kept = json.loads(KEPT.read_text()) | {name: [asdict(span) for span in spans] for name, spans in turns.items()}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n")
