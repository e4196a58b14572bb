"""Measures a long call: the cost of its last turns, compared with a younger call that takes turns with it.

The two are compared at the same time, so that other work on the machine does not look like growth. The reminders are
sent but not handled: in a fast call, early checks would come during its late turns.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from json import dumps
from statistics import fmean, median

from benchmarks.calls import overhead
from benchmarks.line import Measured, TimedModel, measured
from benchmarks.report import Row
from local.models.steps import Finish, spoken
from local.phone import Call

TURNS = 500
"""Turns of the long call."""

YOUNG = 20
"""Turns of the younger call when it is compared with the end of the long one."""

COMPARED = 50
"""Turns of each call that are compared."""

COMPARISON = f"turns {TURNS - COMPARED + 1}-{TURNS} to {YOUNG + 1}-{YOUNG + COMPARED}"

QUESTION = "This is question {}, and I would like to know."
ANSWER = "The kitchen is open until ten on that day. Shall I hold a table for you?"

Mean = Callable[[Iterable[float]], float]


@dataclass(frozen=True, slots=True)
class Turn:
    """The cost of one turn: ms to the first words, calls to the table and what they read, what the model got."""

    overhead: float
    calls: int
    items: int
    bytes: int
    lines: int
    characters: int


def growth() -> Iterator[Row]:
    """Hold one long call, and return how much more its last turns cost than early ones."""
    with measured(TimedModel((*spoken(ANSWER), Finish()), first=0, between=0)) as line:
        yield from rows(*_held(line))


def rows(early: list[Turn], late: list[Turn]) -> Iterator[Row]:
    """Return the figures of early and of late turns."""

    def grown(what: str, figure: Callable[[Turn], float], mean: Mean = fmean, goal: float = 1.2) -> Row:
        ratio = mean([figure(turn) for turn in late]) / mean([figure(turn) for turn in early])
        return Row(f"{COMPARISON}: {what}", round(ratio, 2), "x", goal)

    yield grown("overhead, p50", lambda turn: turn.overhead, median, 1.5)
    yield grown("table calls", lambda turn: turn.calls)
    yield grown("items read", lambda turn: turn.items)
    yield grown("bytes read", lambda turn: turn.bytes)
    yield grown("characters of a model request", lambda turn: turn.characters)
    yield Row("lines of a model request in a long call, most", max(turn.lines for turn in late), "", 100)
    yield Row("items read in a late turn, mean", round(fmean(turn.items for turn in late)), "")
    yield Row("bytes read in a late turn, mean", round(fmean(turn.bytes for turn in late) / 1e3), "KB")


def _held(line: Measured[TimedModel]) -> tuple[list[Turn], list[Turn]]:
    """Return early turns of one call and late turns of another."""
    line.dev_stack.queue.close()
    with line.phone() as phone:
        long, young = phone.dial(), phone.dial()
        for number in range(TURNS - COMPARED):
            _turn(line, long, number)
        for number in range(YOUNG):
            _turn(line, young, number)
        turns = [
            (_turn(line, young, YOUNG + number), _turn(line, long, TURNS - COMPARED + number))
            for number in range(COMPARED)
        ]
        for call in (long, young):
            call.hang_up()
    early, late = zip(*turns, strict=True)
    return list(early), list(late)


def _turn(line: Measured[TimedModel], call: Call, number: int) -> Turn:
    line.dev_stack.gateway.settled()
    line.table_calls()
    request = len(line.model.asked)
    call.say(QUESTION.format(number + 1))
    line.dev_stack.gateway.settled()
    calls, messages = line.table_calls(), line.model.requests[request].body["messages"]
    return Turn(
        overhead=overhead(line.model, call, request),
        calls=len(calls),
        items=sum(one.items for one in calls),
        bytes=sum(one.bytes for one in calls),
        lines=len(messages),
        characters=len(dumps(messages)),
    )
