"""Makes the metrics of a call that is over from its record. Each has one dimension with few values.

A metric costs $0.30 a month for each value of its dimension, so neither callers nor calls nor agents are dimensions.
Source: AWS, "Amazon CloudWatch pricing".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from functions.relay.record.call_record import CallRecord
from functions.relay.record.turn_record import ToolOutcome, TurnRecord


class Metric(StrEnum):
    """The metrics of calls, by their names in CloudWatch."""

    CALLS = "Calls"
    """Calls that are over, by `Ending`."""

    PATH = "Path"
    """Milliseconds between the caller's last word and the agent's voice, by `Stage`."""

    TOOLS = "ToolTime"
    """Milliseconds that a tool ran, by `Outcome`."""

    TOKENS = "Tokens"
    """Tokens of a call, by `Kind`."""

    CENTS = "Cents"
    """Cents of a call, by `Part`."""


class Stage(StrEnum):
    """The stages of the path from the caller's last word to the agent's voice, in order."""

    LISTENING = "listening"
    """From the caller's last word until the words reach us: speech recognition."""

    MODEL = "model"
    """From the words to the model's first token."""

    POSTING = "posting"
    """From the first token until the first clause is on the line."""

    SPEAKING = "speaking"
    """From the first clause until the caller hears the voice: speech synthesis."""


@dataclass(frozen=True, slots=True)
class Measure:
    """The values of one metric and one value of its dimension."""

    metric: Metric
    unit: Literal["Count", "Milliseconds", "None"]
    dimension: str
    of: str
    """The dimension's value."""

    values: tuple[float, ...]


def measures_of(record: CallRecord) -> tuple[Measure, ...]:
    """Return what is measured of a call. A value that is not known is left out."""
    measures = (Measure(Metric.CALLS, "Count", "Ending", record.ending, (1,)), *_paths(record), *_tools(record))
    return tuple(one for one in (*measures, *_tokens(record), *_cents(record)) if one.values)


def _paths(record: CallRecord) -> Iterator[Measure]:
    stages = [_stages(turn) for turn in record.turns]
    for stage in Stage:
        known = tuple(float(ms) for turn in stages if (ms := turn.get(stage)) is not None)
        yield Measure(Metric.PATH, "Milliseconds", "Stage", stage, known)


def _stages(turn: TurnRecord) -> dict[Stage, int | None]:
    """Return how long each stage of a turn took, in milliseconds; None if that is not known."""
    heard, token, words, voice = turn.last_word_ms, turn.first_token_ms, turn.first_words_ms, turn.voice_ms
    return {
        Stage.LISTENING: _between(heard, 0) if turn.caller else None,
        Stage.MODEL: token,
        Stage.POSTING: _between(token, words),
        Stage.SPEAKING: _between(words, voice),
    }


def _between(begin: int | None, end: int | None) -> int | None:
    """Return the time between two moments; None if one is not known or they are not in order."""
    return end - begin if begin is not None and end is not None and end >= begin else None


def _tools(record: CallRecord) -> Iterator[Measure]:
    tools = [tool for turn in record.turns for tool in turn.tools]
    for outcome in (ToolOutcome.DONE, ToolOutcome.FAILED):
        took = tuple(float(tool.took_ms) for tool in tools if tool.outcome is outcome)
        yield Measure(Metric.TOOLS, "Milliseconds", "Outcome", outcome, took)


def _tokens(record: CallRecord) -> Iterator[Measure]:
    tokens = record.tokens
    kinds = {
        "input": tokens.input,
        "output": tokens.output,
        "cache read": tokens.cache_read,
        "cache write": tokens.cache_write,
    }
    for kind, number in kinds.items():
        yield Measure(Metric.TOKENS, "Count", "Kind", kind, (float(number),) if number else ())


def _cents(record: CallRecord) -> Iterator[Measure]:
    cents = record.cents
    parts = {"model": cents.model, "twilio": cents.twilio, "aws": cents.aws}
    for part, number in parts.items():
        yield Measure(Metric.CENTS, "None", "Part", part, () if number is None else (round(number, 4),))
