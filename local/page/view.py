"""Folds a tape into everything that the page shows of a call, as JSON. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from functions.relay import Agent
from functions.relay.call.turn import Turn
from functions.relay.log.events import Announced, AnswerEnded
from functions.relay.wire.model import Usage
from local.page.call_view import CALL, ObservedCall, observed_call
from local.page.frames import frames
from local.page.observations import (
    CallEnded,
    ClauseBegun,
    EntryAppended,
    FramePassed,
    MessagePosted,
    Observation,
    TableRequested,
)
from local.page.prices import Used, costs
from local.page.timeline import shapes
from local.page.transcript import lines, next_request
from local.page.waits import waits

View = dict[str, Any]

MOST_CLAUSES = 12
"""The newest clauses that a page gets, so that it can speak each even if a message is late."""

KEYED = ("shapes", "frames")
"""The parts of a view whose items have ids, so that only changed items are sent."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the tape does not hold: the agents by name, which model answers, and whether the calls are watched."""

    agents: Mapping[str, Agent] = field(default_factory=dict)
    model: str = "offline"
    model_id: str = ""
    live: bool = True
    prompts: Mapping[str, str] = field(default_factory=dict)
    """The prompts that a replay knows, by the names of their logs. Others are shown as the agents have them today."""


NOTHING: View = {
    "call": None,
    "lines": [],
    "shapes": {},
    "frames": {},
    "waits": [],
    "history": None,
    "cost": None,
    "steps": [],
    "step": None,
}
"""The view before the first call."""


def view(observations: Sequence[Observation], setting: Setting, step: int | None = None) -> View:
    """Return what the page shows of the newest call: as it is now, or as it was after `step` entries of its log."""
    whole = observed_call(observations, live=setting.live)
    if whole is None:
        return NOTHING
    steps = [
        (number, observation) for number, observation in whole.observations if isinstance(observation, EntryAppended)
    ]
    if step is None or not 0 < step < len(steps):
        return {**_view(whole, setting), "steps": _steps(steps, whole), "step": None}
    then = observed_call(observations, live=setting.live, until=steps[step - 1][0])
    return {**(_view(then, setting) if then else NOTHING), "steps": _steps(steps, whole), "step": step}


def _steps(steps: Sequence[tuple[int, EntryAppended]], found: ObservedCall) -> list[tuple[float, str]]:
    """Return the moments that the page can show: the time of each entry of the call's logs, and its kind."""
    return [(round(kept.at - found.began, 1), type(kept.entry.event).__name__) for _, kept in steps]


def _view(found: ObservedCall, setting: Setting) -> View:
    last = found.sessions[-1] if found.sessions else None
    return {
        "call": _call(found),
        "lines": lines(found),
        "shapes": shapes(found),
        "frames": frames(found),
        "waits": waits(found),
        "history": next_request(last, setting.agents, setting.prompts) if last else None,
        "cost": _cost(found, setting),
    }


def calls_of(begins: Sequence[EntryAppended]) -> list[View]:
    """Return the calls of the run, for the list of them, the oldest first."""
    return [
        {"sid": one.log.removeprefix(CALL), "at": one.at, "agent": event.agent, "caller": event.caller}
        for one in begins
        if isinstance(event := one.entry.event, Announced)
    ]


def changes(before: View, after: View) -> View:
    """Return the parts in which `after` differs from `before`, which the page knows."""
    told: View = {}
    for name, part in after.items():
        if name not in before or part != before[name]:
            told[name] = _keyed(before.get(name, {}), part) if name in KEYED else part
    return told


def _keyed(before: View, after: View) -> View:
    put = {name: item for name, item in after.items() if before.get(name) != item}
    return {"put": put, "gone": [name for name in before if name not in after]}


def _call(found: ObservedCall) -> View:
    outcome = next(
        (observation.outcome for _, observation in found.observations if isinstance(observation, CallEnded)), ""
    )
    clauses = [
        (number, observation.text)
        for number, observation in found.observations
        if isinstance(observation, ClauseBegun)
    ]
    return {
        "sid": found.sid,
        "agent": found.agent,
        "caller": found.caller,
        "called": found.called,
        "began": found.began,
        "last": round(found.last - found.began, 1),
        "outcome": outcome,
        "live": found.live,
        "sessions": [round(session.began - found.began, 1) for session in found.sessions],
        "clauses": clauses[-MOST_CLAUSES:],
    }


def _cost(found: ObservedCall, setting: Setting) -> View:
    used = _used(found)
    dollars = costs(used, setting.model_id)
    usage = {**asdict(used.usage), "requests": sum(1 for turn in _turns(found) if turn.ended)}
    total = sum(amount or 0.0 for amount in dollars.values())
    return {"usage": usage, "minutes": used.minutes, **dollars, "total": total, "offline": setting.model == "offline"}


def _used(found: ObservedCall) -> Used:
    observations = [observation for _, observation in found.observations]
    tabled = [observation.what for observation in observations if isinstance(observation, TableRequested)]
    kept = sum(isinstance(observation, EntryAppended) for observation in observations)
    turns = [turn for turn in _turns(found) if turn.ended]
    writes = sum(what.startswith("put") for what in tabled) if found.live else kept
    return Used(
        minutes=(found.last - found.began) / 60_000,
        usage=_usage(turn.ended.usage for turn in turns if turn.ended),
        frames_in=_frames_in(observations) if found.live else kept,
        posts=sum(isinstance(each, MessagePosted) for each in observations) if found.live else len(turns),
        reads=len(tabled) - writes if found.live else len(turns),
        writes=writes,
        busy=sum(_busy(observations, turn) for turn in turns),
    )


def _turns(found: ObservedCall) -> list[Turn]:
    return [turn for session in found.sessions for turn in session.whole.turns if turn.caller]


def _frames_in(observations: Sequence[Observation]) -> int:
    return sum(isinstance(observation, FramePassed) and observation.way == "in" for observation in observations)


def _busy(observations: Sequence[Observation], turn: Turn) -> float:
    """Return the seconds from a prompt to the end of its answer."""
    ends = (one.at for one in observations if isinstance(one, EntryAppended) and _ends(one, turn))
    return max(0.0, (next(ends, float(turn.key.at)) - turn.key.at) / 1000)


def _ends(kept: EntryAppended, turn: Turn) -> bool:
    return isinstance(kept.entry.event, AnswerEnded) and kept.entry.key.frame == turn.key.frame


def _usage(all_: Iterator[Usage] | Any) -> Usage:
    found = list(all_)
    return Usage(
        sum(one.input for one in found),
        sum(one.output for one in found),
        sum(one.cache_read for one in found),
        sum(one.cache_write for one in found),
    )
