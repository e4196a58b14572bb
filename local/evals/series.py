"""Runs scenarios many times, with one agent or with two that take turns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from functions.agents import AGENTS
from local.evals.rates import Rate
from local.evals.reading import ScenarioError
from local.evals.running import Result
from local.evals.scenario import Scenario, read

Show = Callable[[str], None]
"""Shows a line of progress."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is tried: scenarios, all with their own agent, or all with another agent or prompt."""

    label: str
    """The agent's name, or the file of the prompt; empty if each scenario has its own agent."""

    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """The results of one scenario and one side."""

    scenario: str
    side: str
    results: tuple[Result, ...]

    @property
    def rate(self) -> Rate:
        """How many of the calls passed."""
        return Rate(sum(one.passed for one in self.results), len(self.results))


def sides_of(paths: Sequence[Path], against: str) -> tuple[Side, ...]:
    """Return the scenarios of the files; then the same with the agent or the prompt that `against` names, if any.

    Raises ScenarioError.
    """
    scenarios = tuple(read(path) for path in paths)
    if not against:
        return (Side("", scenarios),)
    names = sorted({str(one.agent) for one in scenarios})
    if len(names) > 1:
        raise ScenarioError(
            f"AGAINST={against} compares with one agent, and these scenarios are of {', '.join(names)}. "
            "Name scenarios of one agent: ARGS=tests/evals/name.yaml."
        )
    return Side(names[0], scenarios), Side(against, _other(paths, scenarios, names[0], against))


def _other(paths: Sequence[Path], scenarios: Iterable[Scenario], name: str, against: str) -> tuple[Scenario, ...]:
    if against == name:
        raise ScenarioError(f"AGAINST={against} is the agent of these scenarios. Name another agent, or a prompt.")
    if against in AGENTS:
        return tuple(read(path, against) for path in paths)
    if not (file := Path(against)).is_file():
        raise ScenarioError(
            f"AGAINST={against} is neither an agent ({', '.join(AGENTS)}) nor a file that holds a prompt."
        )
    try:
        prompt = file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise ScenarioError(f"AGAINST={against} is not a text in UTF-8. Save the prompt as a text file.") from error
    if not prompt:
        raise ScenarioError(f"AGAINST={against} is empty. Write a prompt into it.")
    other = replace(AGENTS[name], prompt=prompt)
    return tuple(replace(one, agent=other) for one in scenarios)


def run_all(sides: Sequence[Side], repeat: int, run: Callable[[Scenario], Result], show: Show) -> tuple[Series, ...]:
    """Run each scenario `repeat` times with each side; return a series for each scenario and side.

    The sides take turns, so that a slow hour of a model's service changes both alike.
    """
    return tuple(
        series
        for row in zip(*(side.scenarios for side in sides), strict=True)
        for series in _series(sides, row, repeat, run, show)
    )


def _series(
    sides: Sequence[Side], row: Sequence[Scenario], repeat: int, run: Callable[[Scenario], Result], show: Show
) -> Iterator[Series]:
    """Yield the series of one scenario; `row` has it as each side runs it."""
    results: list[list[Result]] = [[] for _ in sides]
    for _ in range(repeat):
        for side, scenario, those in zip(sides, row, results, strict=True):
            those.append(run(scenario))
            passed = sum(one.passed for one in those)
            label = f", {side.label}" if side.label else ""
            show(f"{scenario.name}{label}: {passed} of {len(those)} passed, {repeat - len(those)} to go")
    for side, scenario, those in zip(sides, row, results, strict=True):
        yield Series(scenario.name, side.label, tuple(those))
