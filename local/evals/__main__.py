"""`make evals`: runs the scenarios in tests/evals, and prints the results."""

import argparse
import sys
from pathlib import Path

from functions.providers import OFFLINE, chosen
from local.credentials import add_model_options, missing
from local.environment import environ, region
from local.evals.cast import cast
from local.evals.reading import ScenarioError
from local.evals.report import dollars, price, table
from local.evals.running import run
from local.evals.scenario import SCENARIOS, Scenario, found, read
from local.testing.lines import line
from local.testing.log import total
from local.testing.phone import AgentPhone

LOG = Path(".build/evals.log")

EPILOG = """
Offline, the built-in model answers and the caller says the lines under `caller`: that finds a broken scenario,
not a broken agent. With MODEL=… the agent's model is real, another model plays the `persona`, and a third
judges; that costs money. Exit status: 0 all passed, 1 some failed, 2 nothing was run.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the scenarios; return the exit status."""
    given = _parser().parse_args(arguments)
    if lack := missing(chosen(given.model, given.model_id)):
        print(lack, file=sys.stderr)
        return 2
    try:
        scenarios = [read(file) for file in found(given.paths or [SCENARIOS])]
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    return _run(scenarios, given.model, given.model_id)


def _run(scenarios: list[Scenario], model: str, model_id: str) -> int:
    first = chosen(model, model_id)[0]
    its_id = first.model_id
    print(f"Scenarios: {len(scenarios)}. Model: {its_id or 'offline'} …", file=sys.stderr, flush=True)
    with environ({"AWS_DEFAULT_REGION": region()}):
        others, results = cast(first), []
    with line(model, model_id, log=LOG) as running:
        for scenario in scenarios:
            with AgentPhone(running) as phone:
                results.append(run(scenario, phone, others))
    print(table(results, price(its_id)))
    if others.judge:
        spent = total(others.judge.spent)
        cost = dollars(spent, price(its_id))
        print(f"The callers and the judge used {spent.input} tokens in, {spent.output} out: {cost}.")
    return 0 if all(one.passed for one in results) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make evals", description=__doc__, epilog=EPILOG)
    parser.add_argument("paths", nargs="*", type=Path, help="scenarios, or folders of them; tests/evals if left out")
    add_model_options(parser, OFFLINE.name)
    return parser


if __name__ == "__main__":
    sys.exit(main())
