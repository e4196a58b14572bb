"""Measures the first words from a cold environment beside those from a warm one, and what memory they need.

A whole call hides a cold start: the phone's ring starts an environment, and the greeting is spoken meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.calls import overhead
from benchmarks.gateway.deployment import Deployment, deployed
from benchmarks.gateway.functions import Invocation
from benchmarks.line import TimedModel
from benchmarks.memory import Turn, memory
from benchmarks.report import Row
from benchmarks.turn_watch import TurnWatch
from benchmarks.waterfall import Span, keep, turn_spans
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
    keep(cold=_usual(from_cold).spans, warm=_usual(warm).spans)
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
    deployment.settled()
    watch = TurnWatch(deployment)
    call.say("Go on.")
    deployment.settled()
    seen = watch.seen()
    return Heard(overhead(deployment.model, call, watch.number), seen.invocation, turn_spans(seen))
