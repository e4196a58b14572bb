"""Figures of a long call: what its last turns cost, beside its early ones.

The reminders are sent but nobody takes them in: a fast call would meet its early checks among its late turns.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from json import dumps
from statistics import fmean, median

from benchmarks.calls import overhead
from benchmarks.line import Measured, TimedModel, measured
from benchmarks.report import Row
from local.phone import Call
from tests.servers.steps import Finish, spoken

TURNS = 500
EARLY = slice(20, 70)
LATE = slice(TURNS - 50, TURNS)

QUESTION = "This is question {}, and I would like to know."
ANSWER = "The kitchen is open until ten on that day. Shall I hold a table for you?"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn cost: milliseconds to the first words, calls to the table, what they read, what the model got."""

    overhead: float
    calls: int
    items: int
    bytes: int
    lines: int
    characters: int


def growth() -> Iterator[Row]:
    """Hold one long call, and return how much more its last turns cost than its early ones."""
    with measured(TimedModel((*spoken(ANSWER), Finish()), first=0, between=0)) as line:
        turns = held(line)
    yield _ratio("overhead, p50", turns, lambda turn: turn.overhead, median, 1.5)
    yield _ratio("table calls", turns, lambda turn: turn.calls, fmean, 1.2)
    yield _ratio("items read", turns, lambda turn: turn.items, fmean, 1.2)
    yield _ratio("bytes read", turns, lambda turn: turn.bytes, fmean, 1.2)
    yield _ratio("characters of a model request", turns, lambda turn: turn.characters, fmean, 1.2)
    yield Row("lines of a model request, most", max(turn.lines for turn in turns), "", 100)
    yield Row(f"items read in one of turns {_named(LATE)}, mean", round(fmean(turn.items for turn in turns[LATE])), "")
    yield Row(f"KB read in one of turns {_named(LATE)}, mean", round(fmean(turn.bytes for turn in turns[LATE]) / 1e3), "")


def held(line: Measured[TimedModel]) -> list[Turn]:
    """Hold a call of so many turns."""
    line.laptop.queue.close()
    with line.phone() as phone:
        call = phone.dial()
        turns = [_turn(line, call, number) for number in range(1, TURNS + 1)]
        call.hang_up()
    return turns


def _turn(line: Measured[TimedModel], call: Call, number: int) -> Turn:
    line.laptop.gateway.settled()
    line.table_calls()
    call.say(QUESTION.format(number))
    line.laptop.gateway.settled()
    calls, messages = line.table_calls(), line.model.requests[-1].body["messages"]
    return Turn(
        overhead=overhead(line.model, call, number - 1),
        calls=len(calls),
        items=sum(one.items for one in calls),
        bytes=sum(one.bytes for one in calls),
        lines=len(messages),
        characters=len(dumps(messages)),
    )


def _ratio(
    what: str,
    turns: list[Turn],
    figure: Callable[[Turn], float],
    mean: Callable[[list[float]], float],
    goal: float,
) -> Row:
    early, late = (mean([figure(turn) for turn in turns[part]]) for part in (EARLY, LATE))
    return Row(f"growth to turns {_named(LATE)} of {what}", round(late / early, 2), "x", goal)


def _named(part: slice) -> str:
    return f"{part.start + 1}-{part.stop}"
