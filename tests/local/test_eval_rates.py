"""Evals that run scenarios many times: rates, their intervals, and the comparison of two agents or prompts."""

import re
from collections.abc import Iterable
from itertools import cycle
from pathlib import Path

import pytest

from functions.agents import AGENTS
from functions.relay import Agent
from functions.relay.wire.model import Usage
from local.evals.__main__ import Progress, main
from local.evals.rates import Difference, Rate, together
from local.evals.reading import ScenarioError
from local.evals.report import price, rates
from local.evals.running import Result
from local.evals.scenario import Scenario
from local.evals.series import Series, Side, run_all, sides_of
from tests.local.test_evals import FOUND, UNKNOWN, Carry, carried

__all__ = ["carried"]

# Intervals


@pytest.mark.parametrize(
    ("passed", "calls", "low", "high"),
    [(18, 20, 0.6990, 0.9721), (20, 20, 0.8389, 1), (0, 20, 0, 0.1611), (81, 263, 0.2553, 0.3662), (1, 1, 0.2065, 1)],
)
def test_an_interval_is_wilsons(passed: int, calls: int, low: float, high: float) -> None:
    """81 of 263 is the example of Newcombe, "Two-sided confidence intervals for the single proportion", 1998."""
    interval = Rate(passed, calls).interval
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=6e-5)


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """56 of 70 against 48 of 80 is the first example of Newcombe's table II."""
    difference = Difference(Rate(48, 80), Rate(56, 70))
    assert difference.value == pytest.approx(0.2)
    assert (difference.interval.low, difference.interval.high) == pytest.approx((0.0524, 0.3339), abs=6e-5)
    assert not difference.is_chance
    assert Difference(Rate(18, 20), Rate(15, 20)).is_chance


@pytest.mark.parametrize("passed", range(21))
def test_an_interval_holds_its_rate(passed: int) -> None:
    rate = Rate(passed, 20)
    assert rate.value in rate.interval
    assert 0 in Difference(rate, rate).interval


def test_rates_add_up() -> None:
    assert together([Rate(1, 2), Rate(3, 4)]) == Rate(4, 6)


# Series


def result(passed: bool, name: str = "found") -> Result:
    return Result(name, () if passed else ("must: hears 'Friday'",), 0, 1, (400.0,), Usage(10, 5), "  agent: Hm.")


def series(side: str, outcomes: Iterable[bool], name: str = "found") -> Series:
    return Series(name, side, tuple(result(one, name) for one in outcomes))


def test_each_scenario_runs_so_many_times_and_sides_take_turns() -> None:
    ran: list[str] = []
    outcomes, shown = cycle([True, True, False]), list[str]()

    def run(scenario: Scenario) -> Result:
        ran.append(f"{scenario.name} {scenario.agent}")
        return result(next(outcomes))

    def side(label: str) -> Side:
        return Side(label, (Scenario("a", label, ()), Scenario("b", label, ())))

    found = run_all([side("old"), side("new")], 3, run, shown.append)
    assert ran == [*["a old", "a new"] * 3, *["b old", "b new"] * 3]
    assert [(one.scenario, one.side, one.rate) for one in found] == [
        ("a", "old", Rate(2, 3)),
        ("a", "new", Rate(2, 3)),
        ("b", "old", Rate(2, 3)),
        ("b", "new", Rate(2, 3)),
    ]
    assert (len(shown), shown[2]) == (12, "a, old: 1 of 2 passed, 1 to go")


def test_a_table_shows_rates_and_how_often_what_failed() -> None:
    ten = [*[True] * 8, False, False]
    told = rates([series("", ten), series("", [True] * 10, "other")], price("")).splitlines()
    assert told[0].split() == ["scenario", "passed", "rate", "95", "%", "interval", "first", "words", "cost"]
    assert told[1].split() == ["found", "8/10", "80%", "49%", "to", "94%", "400", "ms", "$0.00000"]
    assert told[3].split() == ["all", "18/20", "90%", "70%", "to", "97%", "400", "ms", "$0.00000"]
    assert "  2 x must: hears 'Friday'" in told
    assert told[-1] == "18 of 20 passed."


@pytest.mark.parametrize(
    ("new", "row", "verdict"),
    [
        (20, "+50% +24% to +70%", "The second is better: the interval does not hold 0."),
        (0, "-50% -70% to -24%", "The second is worse: the interval does not hold 0."),
        (12, "+10% -19% to +37%", "The difference may be chance: its interval holds 0."),
    ],
)
def test_two_sides_are_compared(new: int, row: str, verdict: str) -> None:
    told = rates([series("old", [True, False] * 10), series("new", [n < new for n in range(20)])], price(""))
    assert f"difference {row}" in re.sub(r" +", " ", told)
    assert verdict in told


# The command


def files(folder: Path, *texts: str) -> list[Path]:
    for number, text in enumerate(texts):
        (folder / f"s{number}.yaml").write_text(text)
    return sorted(folder.glob("*.yaml"))


def test_another_prompt_replaces_the_agents(tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("Be brief.\n")
    own, other = sides_of(files(tmp_path, FOUND), str(prompt))
    [scenario] = other.scenarios
    assert (own.label, own.scenarios[0].agent, other.label) == ("front_desk", "front_desk", str(prompt))
    assert isinstance(scenario.agent, Agent)
    assert scenario.agent.prompt == "Be brief."
    assert scenario.agent.tools == AGENTS["front_desk"].tools


def test_another_agent_takes_the_same_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AGENTS, "second", AGENTS["front_desk"])
    monkeypatch.setitem(AGENTS, "deaf", Agent("p", "g", AGENTS["front_desk"].voices))
    _, other = sides_of(files(tmp_path, FOUND), "second")
    assert other.scenarios[0].agent == "second"
    with pytest.raises(ScenarioError, match=r"calls_tool is 'find_booking'; the agent's tools are switch_language"):
        sides_of(files(tmp_path, FOUND), "deaf")


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("nobody", "AGAINST=nobody is neither an agent (front_desk) nor a file that holds a prompt."),
        ("front_desk", "AGAINST=front_desk is the agent of these scenarios. Name another agent, or a prompt."),
        ("empty.txt", "AGAINST=empty.txt is empty. Write a prompt into it."),
        ("bytes.txt", "AGAINST=bytes.txt is not a text in UTF-8."),
    ],
)
def test_what_cannot_be_compared_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], against: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "bytes.txt").write_bytes(b"\xff")
    [path] = files(tmp_path, FOUND)
    assert main([str(path), "--against", against]) == 2
    assert said in capsys.readouterr().err


def test_scenarios_of_two_agents_are_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AGENTS, "second", AGENTS["front_desk"])
    paths = files(tmp_path, FOUND, UNKNOWN.replace("front_desk", "second"))
    with pytest.raises(ScenarioError, match="these scenarios are of front_desk, second"):
        sides_of(paths, "second")


@pytest.mark.parametrize("times", ["0", "-1", "many", "1001"])
def test_a_number_of_times_that_cannot_be_is_refused(times: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--repeat", times])
    assert "is not a number from 1 to 1000, such as REPEAT=20" in capsys.readouterr().err


def test_progress_is_a_line_for_each_call(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(2)
    progress.show("found: 1 of 1 passed, 1 to go")
    progress.show("found: 2 of 2 passed, 0 to go")
    assert capsys.readouterr().err.splitlines() == [
        "[1/2] found: 1 of 1 passed, 1 to go",
        "[2/2] found: 2 of 2 passed, 0 to go",
    ]


@pytest.mark.slow
def test_whole_calls_are_repeated_and_compared(carried: Carry, tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_text("You answer the phone at Rosa's.")
    done = carried("tests/evals", "--model", "offline", REPEAT="2", AGAINST="prompt.txt")
    told = re.sub(r" +", " ", done.out)
    for scenario in ("found", "unknown"):
        assert f"\n{scenario} front_desk 2/2 100% 34% to 100% " in told
    assert "\nall front_desk 4/4 100% 51% to 100% " in told
    assert "\n prompt.txt 4/4 " in told
    assert "The difference may be chance" in told
    assert "[8/8] unknown, prompt.txt: 2 of 2 passed, 0 to go" in done.err


def test_the_page_shows_a_table_as_it_is_printed() -> None:
    """docs/testing.md shows the table for 18 and 12 of 20."""
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
    told = rates([series("", [n < 18 for n in range(20)]), series("b", [n < 12 for n in range(20)])], price(""))
    for row in told.splitlines()[1:4]:
        numbers = re.findall(r"(?:\d+/20 .*|-.*) to +[-+]?\d+%", row)
        assert numbers and re.sub(r" +", " ", numbers[0]) in re.sub(r" +", " ", page)
