"""`make evals`: runs the scenarios in tests/evals, and prints the results."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from functions.providers import OFFLINE, chosen
from local.credentials import add_model_options, missing
from local.environment import environ, region
from local.evals.cast import Cast, cast
from local.evals.reading import ScenarioError
from local.evals.report import difference_of, dollars, price, rates, table
from local.evals.running import Result, run
from local.evals.scenario import SCENARIOS, Scenario, found
from local.evals.series import Series, Side, run_all, sides_of
from local.testing.lines import Line, line
from local.testing.log import total
from local.testing.phone import AgentPhone

LOG = Path(".build/evals.log")

COMPARED, MOST_TIMES = 20, 1000
"""Runs of each scenario to compare two agents: the default of REPEAT, and its maximum."""

EPILOG = """
Offline, the built-in model answers and the caller says the lines under `caller`: that finds a broken scenario,
not a broken agent. With MODEL=… the agent's model is real, another model plays the `persona`, and a third
judges; that costs money. Exit status: 0 all passed, 1 some failed, 2 nothing was run. With AGAINST: 0, or 1 if the
other agent is worse by more than chance explains.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the scenarios; return the exit status."""
    given = _parser().parse_args(arguments)
    if lack := missing(chosen(given.model, given.model_id)):
        print(lack, file=sys.stderr)
        return 2
    try:
        sides = sides_of(found(given.paths or [SCENARIOS]), given.against)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    return _run(sides, given.repeat or (COMPARED if given.against else 1), given.model, given.model_id)


def _run(sides: Sequence[Side], repeat: int, model: str, model_id: str) -> int:
    first = chosen(model, model_id)[0]
    costs, calls = price(first.model_id), repeat * sum(len(side.scenarios) for side in sides)
    head = f"Scenarios: {len(sides[0].scenarios)}. Calls: {calls}. Model: {first.model_id or 'offline'} …"
    print(head, file=sys.stderr, flush=True)
    with environ({"AWS_DEFAULT_REGION": region()}):
        others = cast(first)
    with line(model, model_id, log=LOG) as running:
        series = run_all(sides, repeat, lambda one: _call(one, running, others), Progress(calls).show)
    single = [one.results[0] for one in series] if repeat == 1 and len(sides) == 1 else []
    print(table(single, costs) if single else rates(series, costs))
    if others.judge:
        spent = total(others.judge.spent)
        used = f"{spent.input} tokens in, {spent.output} out: {dollars(spent, costs)}"
        print(f"The callers and the judge used {used}.")
    return _status(sides, series)


def _call(scenario: Scenario, running: Line, others: Cast) -> Result:
    with AgentPhone(running) as phone:
        return run(scenario, phone, others)


def _status(sides: Sequence[Side], series: Sequence[Series]) -> int:
    if len(sides) == 1:
        return 0 if all(one.rate.passed == one.rate.calls for one in series) else 1
    difference = difference_of(series)
    return 1 if difference.value < 0 and not difference.is_chance else 0


class Progress:
    """Shows on standard error how many calls are done: on one line of a terminal, or a line each."""

    def __init__(self, calls: int) -> None:
        self._calls, self._done, self._terminal = calls, 0, sys.stderr.isatty()

    def show(self, text: str) -> None:
        """Show that a call is done."""
        self._done += 1
        begin = "\r\x1b[K" if self._terminal else ""
        end = "" if self._terminal and self._done < self._calls else "\n"
        print(f"{begin}[{self._done}/{self._calls}] {text}", end=end, file=sys.stderr, flush=True)


def _times(text: str) -> int:
    """Return how often to run each scenario; 0 if that is not said. Raises ArgumentTypeError."""
    if not text:
        return 0
    if not text.isdecimal() or not 1 <= int(text) <= MOST_TIMES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_TIMES}, such as REPEAT=20")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make evals", description=__doc__, epilog=EPILOG)
    parser.add_argument("paths", nargs="*", type=Path, help="scenarios, or folders of them; tests/evals if left out")
    parser.add_argument(
        "--repeat",
        type=_times,
        default=os.environ.get("REPEAT", ""),
        help=f"run each scenario so many times, and print rates; default: 1, with AGAINST {COMPARED}",
    )
    parser.add_argument(
        "--against",
        default=os.environ.get("AGAINST", ""),
        help="compare with another agent of functions/agents, or with the prompt in a text file",
    )
    add_model_options(parser, OFFLINE.name)
    return parser


if __name__ == "__main__":
    sys.exit(main())
