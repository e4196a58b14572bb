"""Measures what twenty calls need of Lambda: invocations, environments with their cold starts, errors, seconds.

Each environment is a process that serves one event at a time, behind a gateway of the benchmark's own. The calls have
the notes of recorded calls: what was played, and who speaks.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateway.deployment import HERE, Deployment, deployed, worktree
from benchmarks.line import TimedModel
from benchmarks.report import Row
from local.phone import CallError, Phone

CALLS = 20
TURNS = 5

SPEED = 10.0
"""How many times as fast as people the callers listen and speak. The deployment runs at its own speed. So a turn is
hardly longer than its answer, as with the peers, whose callers do not listen; but every note of the line is sent."""

GREETING_S = 2.5
"""Seconds for which the callers listen to the greeting, as people do. In this time their first environments start."""

APART_S = 1.0
"""Seconds from one call's beginning to the next. In Lambda each cold start has its own processor; here all share
this machine's, and must not be what is measured."""

WAIT_S = 60.0
"""Seconds on this machine after which an answer counts as lost."""

INVOCATIONS_PER_TURN = 3
ENVIRONMENTS = 40

REMINDED = ("reminders", "silence")
"""What the function of reminders is called, now and in older commits."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the calls of one checkout needed."""

    invocations: Counter[str]
    """By function and by what invoked it, such as "default prompt"."""

    environments: Counter[str]
    """By function."""

    waited: int
    """The events that found no environment free: Lambda would start one for each of them."""

    notes_put: int
    seconds: float
    cpu_s: float
    errors: int
    unanswered: int
    reminders_due: int
    """Reminders that come only after the last call is over."""

    @property
    def per_turn(self) -> float:
        """The invocations of all functions, for each turn of a caller."""
        return self.invocations.total() / (CALLS * TURNS)

    @property
    def reminders(self) -> int:
        """The invocations by reminders, of which there are some for each turn."""
        return sum(number for what, number in self.invocations.items() if what.partition(" ")[0] in REMINDED)


def twenty_calls(against: str = "") -> Iterator[Row]:
    """Return the figures of this checkout, and of another commit's as well if one is named."""
    yield from rows(measure(HERE), "", INVOCATIONS_PER_TURN, ENVIRONMENTS)
    if against:
        with worktree(against) as checkout:
            yield from rows(measure(checkout), f" at {against}")


def rows(one: Measured, name: str, per_turn: float | None = None, environments: float | None = None) -> Iterator[Row]:
    """Return the figures of one checkout as rows, with their goals."""
    goal = None if per_turn is None else 0
    title = f"{CALLS} calls of {TURNS} turns{name}"
    yield Row(f"{title}: invocations", one.invocations.total(), "", None, "180")
    yield Row(f"{title}: invocations a turn", round(one.per_turn, 2), "", per_turn, "1.8")
    yield Row(f"{title}: invocations by reminders", one.reminders, "", None, "0")
    yield Row(f"{title}: environments", one.environments.total(), "", environments, "18")
    yield Row(f"{title}: events that found no environment free", one.waited, "")
    yield Row(f"{title}: notes put without a function", one.notes_put, "")
    yield Row(f"{title}: errors", one.errors, "", goal)
    yield Row(f"{title}: turns without an answer", one.unanswered, "", goal)
    yield Row(f"{title}: from the first ring to the last hang-up", round(one.seconds, 1), "s", None, "11")
    yield Row(f"{title}: processor, cold starts included", round(one.cpu_s, 1), "s")
    yield Row(f"{title}: reminders that come after the last call", one.reminders_due, "")


def measure(checkout: Path) -> Measured:
    """Hold the calls with the functions of a checkout."""
    with deployed(TimedModel(), checkout) as deployment:
        began = time.monotonic()
        unanswered, errors = _hold_all(deployment)
        return _measured(deployment, unanswered, errors, time.monotonic() - began)


def _measured(deployment: Deployment[TimedModel], unanswered: int, errors: int, seconds: float) -> Measured:
    gateway = deployment.gateway
    done = list(gateway.functions.invocations)
    _explain(invocations := Counter(f"{one.function} {one.what}" for one in done))
    return Measured(
        invocations=invocations,
        environments=Counter(one.function for one in gateway.functions.environments),
        waited=gateway.functions.waited,
        notes_put=gateway.put,
        seconds=seconds,
        cpu_s=sum(one.cpu_s + one.start_cpu_s for one in done),
        errors=errors + len(gateway.errors) + sum(bool(one.error) for one in done),
        unanswered=unanswered,
        reminders_due=gateway.due,
    )


def _explain(invocations: Counter[str]) -> None:
    for what, number in invocations.most_common():
        print(f"  {number:5}  {what}", file=sys.stderr)


def _hold_all(deployment: Deployment[TimedModel]) -> tuple[int, int]:
    """Hold all calls; return how many turns had no answer, and how much went wrong."""
    with deployment.phone(SPEED) as phone, ThreadPoolExecutor(CALLS) as pool:
        held = list(pool.map(lambda number: _hold(phone, number), range(CALLS)))
    return sum(unanswered for unanswered, _ in held), sum(errors for _, errors in held)


def _hold(phone: Phone, number: int) -> tuple[int, int]:
    time.sleep(APART_S * number)
    answered, errors, call = 0, 0, phone.dial(caller=f"+155501{number:02d}", listen=False)
    time.sleep(GREETING_S)
    try:
        for turn in range(TURNS):
            heard = call.say(f"This is caller {number}, turn {turn}.", timeout=WAIT_S)
            answered += _whole(heard)
        call.hang_up()
    except CallError as error:
        print(error, file=sys.stderr)
        errors += 1
    return TURNS - answered, errors + len(call.errors)


def _whole(heard: str) -> bool:
    """Whether these words are the model's whole answer. Print them if not: an apology counts as no answer."""
    if not (whole := heard.endswith(" end.")):
        print(f"heard: {heard!r}", file=sys.stderr)
    return whole
