"""Measures the first words from a cold environment beside those from a warm one, and what memory they need.

A whole call hides a cold start: the phone's ring starts an environment, and the greeting is spoken meanwhile.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from benchmarks.calls import overhead
from benchmarks.gateway.deployment import Deployment, deployed
from benchmarks.gateway.events import frame_kind
from benchmarks.gateway.functions import Invocation
from benchmarks.line import TableCall, TimedModel, table_calls
from benchmarks.memory import Turn, memory
from benchmarks.report import Row
from benchmarks.waterfall import KEPT, Seen, Span, turn_spans
from local.phone import Call

CALLS = 7
SPEED = 100.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One turn: the milliseconds to its first words less the model's, the invocation that answered, and its spans."""

    waited_ms: float
    invocation: Invocation
    spans: tuple[Span, ...]


def cold() -> Iterator[Row]:
    """Hold calls with three turns each; return the waits, the cold start, and the table of memory sizes."""
    with deployed(TimedModel()) as deployment, deployment.phone(SPEED) as phone:
        called = [_call(deployment, phone.dial) for _ in range(CALLS)]
    hidden, from_cold, warm = (list(turns) for turns in zip(*called, strict=True))
    KEPT.write_text(json.dumps(_kept(cold=_usual(from_cold), warm=_usual(warm)), indent=1) + "\n")
    yield Row("first words from a warm environment, p50 less the model's", _p50(warm), "ms")
    yield Row("first words from a cold environment, p50 less the model's", _p50(from_cold), "ms")
    yield Row("first turn of a call that found all cold, p50 less the model's", _p50(hidden), "ms")
    start_s = median(one.invocation.start_cpu_s for one in from_cold)
    yield Row("cold start of default, processor", round(start_s * 1000), "ms")
    cpu_s = median(one.invocation.cpu_s for one in warm)
    lasted_s = median((one.invocation.ended or 0) - one.invocation.began for one in warm)
    yield from memory(Turn(_p50(warm) / 1000, cpu_s, lasted_s))


def _p50(turns: Sequence[Heard]) -> float:
    return round(median(one.waited_ms for one in turns), 1)


def _usual(turns: Sequence[Heard]) -> Heard:
    """Return the turn with the median wait."""
    return sorted(turns, key=lambda one: one.waited_ms)[len(turns) // 2]


def _kept(**turns: Heard) -> dict[str, list[dict[str, object]]]:
    return {name: [asdict(span) for span in one.spans] for name, one in turns.items()}


def _call(deployment: Deployment[TimedModel], dial: Callable[[], Call]) -> tuple[Heard, Heard, Heard]:
    """Hold a call; return its first turn, a turn for which an environment starts, and a turn in a warm one."""
    gateway = deployment.gateway
    gateway.run(gateway.functions.forget())
    call = dial()
    hidden = _turn(deployment, call)
    gateway.run(gateway.functions.forget())
    turns = hidden, _turn(deployment, call), _turn(deployment, call)
    call.hang_up()
    gateway.run(gateway.settled())
    return turns


def _turn(deployment: Deployment[TimedModel], call: Call) -> Heard:
    gateway, model = deployment.gateway, deployment.model
    gateway.run(gateway.settled())
    number, frames, invocations = len(model.asked), len(gateway.frames), len(gateway.functions.invocations)
    reminded = len(gateway.reminded)
    table_calls(deployment.table)
    call.say("Go on.")
    gateway.run(gateway.settled())
    invocation = next(one for one in gateway.functions.invocations[invocations:] if one.what == "prompt")
    seen = Seen(
        prompt_at=next(one.at for one in gateway.frames[frames:] if frame_kind(one.text) == "prompt"),
        invocation=invocation,
        table=[one for one in table_calls(deployment.table) if _during(one, invocation)],
        asked=model.asked[number],
        first_token=model.timed.first[number],
        last_token=model.timed.ended[number],
        frames=gateway.frames[frames:],
        reminded=gateway.reminded[reminded:],
    )
    return Heard(overhead(model, call, number), seen.invocation, turn_spans(seen))


def _during(one: TableCall, invocation: Invocation) -> bool:
    """Whether this call to the table was the invocation's: notes of the line and reminders make others."""
    return one.what != "put Info" and invocation.began <= one.began < (invocation.ended or 0)
