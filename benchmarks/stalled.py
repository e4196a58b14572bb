"""Measures the wait for the first words when the first of two models stalls."""

from collections.abc import Iterable, Iterator
from math import inf
from statistics import median
from typing import NamedTuple

from benchmarks.line import TimedModel, measured
from benchmarks.report import Row
from local.models.server import ModelRequest
from local.models.steps import Stall, Step

STALLS, ANSWERS = "eu.amazon.nova-2-lite-v1:0", "eu.anthropic.claude-haiku-5-5"
CALLS = 3
"""Calls that are measured. Each has a new stack: a stack skips a stalled model for a minute."""

ASKED_INSTEAD = 3
"""The place of the request of a hand-over: after that of the first turn and that to the model which stalls."""

WITHIN_MS = 1_500
"""Milliseconds that a stalled model may cost the caller: after them, another model is asked."""


class StallingModel(TimedModel):
    """Answers a call's first turn as the first model, and as the second model in all turns. Else it never begins."""

    def __init__(self) -> None:
        super().__init__()
        self.handed_over_after_s = 0.0

    def take(self, request: ModelRequest) -> tuple[Step, ...]:
        """Return the steps for the model that the request names."""
        steps = super().take(request)
        if STALLS.partition(":")[0] in request.path and len(self.asked) > 1:
            return (Stall(),)
        if len(self.asked) == ASKED_INSTEAD:
            self.handed_over_after_s = self.asked[-1] - self.asked[-2]
        return steps


class Waits(NamedTuple):
    """What a caller waited for in one call, in milliseconds."""

    handed_over: float
    """From the request to the model that stalls until the request to the second model."""

    stalled: float
    """To the first words of the turn in which the first model stalls."""

    alone: float
    """To those of the next turn, in which the second model is asked at once."""

    @property
    def cost(self) -> float:
        """What the stalled model cost the caller: more than the second model's own time."""
        return self.stalled - self.alone


def stalled() -> Iterator[Row]:
    """Return when the second model is asked, and how long the caller waits more than with that model alone."""
    waits = [_waits() for _ in range(CALLS)]
    costs = [one.cost for one in waits]
    yield Row("second model asked after a stalled one, p50", _p50(one.handed_over for one in waits), "ms", WITHIN_MS)
    yield Row("first words of the second model alone, p50", _p50(one.alone for one in waits), "ms")
    yield Row("first words after a stalled model, p50", _p50(one.stalled for one in waits), "ms")
    yield Row("first words after a stalled model, p50 less those without it", _p50(costs), "ms", WITHIN_MS)
    yield Row("first words after a stalled model, slowest less those without it", round(max(costs)), "ms")


def _p50(values: Iterable[float]) -> int:
    return round(median(values))


def _waits() -> Waits:
    """Measure one call. Its first turn opens the connections, so that the others differ by the model alone."""
    model = StallingModel()
    with measured(model, models=f"bedrock:{STALLS}, bedrock:{ANSWERS}") as line:
        line.delay(0.005, 0.03)
        with line.phone() as phone:
            call = phone.dial()
            for _ in range(3):
                call.say("Go on.")
                line.dev_stack.gateway.settled()
            _, second, third = (turn.first_text or inf for turn in call.turns)
            call.hang_up()
    return Waits(model.handed_over_after_s * 1000, second * 1000, third * 1000)
