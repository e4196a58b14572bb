"""Calculates what a turn takes and costs with different sizes of a function's memory.

A function with 1,769 MB has one whole processor, and less memory has less of it in proportion. A cold start is not
slower with less memory: Lambda gives a whole processor while a function starts. Sources: AWS, "Configure Lambda
function memory", "AWS Lambda Pricing" (arm64).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.report import Row
from functions.relay.record.cost import LAMBDA_GB_SECOND, LAMBDA_REQUEST

WHOLE_PROCESSOR_MB = 1769
SIZES_MB = (512, 1024, 1769)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn with a whole processor, in seconds."""

    first_words_s: float
    """From the prompt to the first words, less the model's time. All of it counts as work of the processor."""

    cpu_s: float
    lasted_s: float
    """How long the invocation ran, most of it while the model speaks."""

    def with_memory(self, size_mb: int) -> "Turn":
        """Return the turn as a function with this memory gives it."""
        share = min(1.0, size_mb / WHOLE_PROCESSOR_MB)
        cpu_s = self.cpu_s / share
        return Turn(self.first_words_s / share, cpu_s, self.lasted_s + cpu_s - self.cpu_s)

    def dollars(self, size_mb: int) -> float:
        """Return what Lambda charges for the turn, if it ran with this memory."""
        return LAMBDA_REQUEST + self.lasted_s * size_mb / 1024 * LAMBDA_GB_SECOND


def memory(turn: Turn) -> Iterator[Row]:
    """Return for each size the wait for the first words, how busy the processor is, and the costs of 1,000 turns."""
    for size_mb in SIZES_MB:
        there, name = turn.with_memory(size_mb), f"with {size_mb:,} MB"
        yield Row(f"{name}: first words, less the model's", round(there.first_words_s * 1000), "ms")
        yield Row(f"{name}: processor that a turn uses", round(100 * there.cpu_s / there.lasted_s), "%")
        yield Row(f"{name}: 1,000 turns", round(there.dollars(size_mb) * 100_000, 2), "ct")
