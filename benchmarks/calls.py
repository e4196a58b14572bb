"""Measures calls: the wait for the first words, the end of an answer, posts, table trips, stale words."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.line import Measured, TimedModel
from benchmarks.report import Row
from local.phone import Call

TURNS = 24
UNCOUNTED = 4
INTERRUPTIONS = 8
TOO_LATE = 0.15

GOALS = {(0, 0): (12, "21; Twilio's own SDK 7"), (5, 10): (None, ""), (5, 30): (45, "51")}


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, in milliseconds from the prompt frame. `trips` are table round trips, one after the other."""

    overhead: float
    after_model: float
    posts: int
    trips: int


def answers(line: Measured[TimedModel], table_ms: int, post_ms: int) -> Iterator[Row]:
    """Return the figures of plain answers, with these delays on each table call and each post."""
    line.delay(table_ms / 1000, post_ms / 1000)
    with line.phone() as phone:
        call = phone.dial()
        turns = [_turn(line, call) for _ in range(TURNS)][UNCOUNTED:]
        call.hang_up()
    name, (goal, others) = f"{table_ms}/{post_ms}", GOALS[table_ms, post_ms]
    overheads = [turn.overhead for turn in turns]
    yield Row(f"first words {name}, p50 less the model's", round(median(overheads), 1), "ms", goal, others)
    yield Row(f"first words {name}, slowest", round(max(overheads), 1), "ms")
    if (table_ms, post_ms) == (5, 30):
        ends = median(turn.after_model for turn in turns)
        yield Row("last words after the model's end 5/30, p50", round(ends, 1), "ms", 60, "500")
        yield Row("posts of a 40-token answer, most", max(turn.posts for turn in turns), "", 8, "41")
        yield Row("table trips before the model is asked, most", max(turn.trips for turn in turns), "", 1, "1 to 3")


def interruptions(line: Measured[TimedModel]) -> Row:
    """Return how many frames were posted too late after an interruption."""
    line.delay(0.005, 0.03)
    late = 0
    with line.phone() as phone:
        for _ in range(INTERRUPTIONS):
            call = phone.dial()
            call.speak("Go on.")
            call.interrupt(after="word")
            line.dev_stack.gateway.settled()
            late += _late(call)
            call.hang_up()
    return Row("frames posted 150 ms and more after an interruption", late, "", 0, "35")


def overhead(model: TimedModel, call: Call, number: int) -> float:
    """Return the milliseconds from the call's last prompt to its first words, minus those of the model's answer."""
    return ((call.turns[-1].first_text or 0) - (model.timed.first[number] - model.asked[number])) * 1000


def _turn(line: Measured[TimedModel], call: Call) -> Turn:
    line.dev_stack.gateway.settled()
    line.table_calls()
    number = len(line.model.asked)
    call.say("Go on.")
    asked, turn = line.model.asked[number], call.turns[-1]
    last = [frame.at for frame in call.frames if frame.sender == "app"][-1]
    before = [
        (one.began, one.ended)
        for one in line.table_calls()
        if turn.sent_at <= one.began and one.ended <= asked and one.what in ("put Prompt", "read")
    ]
    return Turn(
        overhead=overhead(line.model, call, number),
        after_model=(last - line.model.timed.ended[number]) * 1000,
        posts=turn.texts,
        trips=_depth(before),
    )


def _depth(calls: list[tuple[float, float]]) -> int:
    """Return the longest chain of calls, each of which began after the one before had ended."""
    depth, until = 0, 0.0
    for began, ended in sorted(calls, key=lambda call: call[1]):
        if began >= until:
            depth, until = depth + 1, ended
    return depth


def _late(call: Call) -> int:
    interrupted = next(frame.at for frame in call.frames if frame.message.get("type") == "interrupt")
    return sum(frame.sender == "app" and frame.at > interrupted + TOO_LATE for frame in call.frames)
