"""Measures the wait for the first words when the first of two models stalls."""

from collections.abc import Iterator
from math import inf
from statistics import median

from benchmarks.line import TimedModel, measured
from benchmarks.report import Row
from local.models.server import Asked
from local.models.steps import Stall, Step

STALLS, ANSWERS = "eu.amazon.nova-2-lite-v1:0", "eu.anthropic.claude-haiku-5-5"
CALLS = 3
"""Calls that are measured. Each has a new stack: a stack skips a stalled model for a minute."""

WITHIN_MS = 1_500
"""Milliseconds that a stalled model may cost the caller: after them, another model is asked."""


class StallingModel(TimedModel):
    """Never begins to answer as the first model, and answers as the second."""

    def take(self, asked: Asked) -> tuple[Step, ...]:
        """Return the steps for the model that the request names."""
        return (Stall(),) if "nova" in asked.path else super().take(asked)


def stalled() -> Iterator[Row]:
    """Return what the stalled model costs: the wait in the turn in which it stalls, less that in the next turn.

    In the next turn it is passed over, so the second model answers alone.
    """
    waits = [_wait() for _ in range(CALLS)]
    yield Row("first words after a stalled model, p50 less those without it", round(median(waits)), "ms", WITHIN_MS)
    yield Row("first words after a stalled model, slowest", round(max(waits)), "ms")


def _wait() -> float:
    """Return what the stalled model costs the first turn of a call, in milliseconds."""
    with measured(StallingModel(), models=f"bedrock:{STALLS}, bedrock:{ANSWERS}") as line:
        line.delay(0.005, 0.03)
        with line.phone() as phone:
            call = phone.dial()
            for _ in range(2):
                call.say("Go on.")
                line.dev_stack.gateway.settled()
            first, second = (turn.first_text or inf for turn in call.turns)
            call.hang_up()
    return (first - second) * 1000
