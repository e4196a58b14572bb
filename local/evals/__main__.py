"""`make evals`: carries the scenarios in tests/evals, and prints what came of them."""

import argparse
import os
import sys
from pathlib import Path
from typing import get_args

from functions.settings import MODEL_IDS, ModelName
from local.credentials import missing
from local.dev_stack import environ, region
from local.evals.cast import cast
from local.evals.reading import ScenarioError
from local.evals.report import dollars, price, table
from local.evals.running import run
from local.evals.scenario import Scenario, found, read
from local.testing.lines import line
from local.testing.log import total
from local.testing.phone import AgentPhone

SCENARIOS = Path(__file__).parent.parent.parent / "tests" / "evals"
LOG = Path(".build/evals.log")

EPILOG = """
Offline, the built-in model answers and the lines under `caller` are said: that finds a scenario that is broken, not
an agent that is. With MODEL=claude or MODEL=bedrock the agent's model is real, another plays the `persona`, and a
third judges; that costs money. Exit status: 0 all passed, 1 some failed, 2 nothing was run.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the scenarios; return the exit status."""
    given = _parser().parse_args(arguments)
    if lack := missing(given.model):
        print(lack, file=sys.stderr)
        return 2
    try:
        scenarios = [read(file) for file in found(given.paths or [SCENARIOS])]
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    return _run(scenarios, given.model, given.model_id)


def _run(scenarios: list[Scenario], model: ModelName, model_id: str) -> int:
    its_id = model_id or MODEL_IDS[model]
    print(f"Scenarios: {len(scenarios)}. Model: {its_id or 'offline'} …", file=sys.stderr, flush=True)
    with environ({"AWS_DEFAULT_REGION": region()}):
        others, results = cast(model, model_id), []
    with line(model, model_id, log=LOG) as running:
        for scenario in scenarios:
            with AgentPhone(running) as phone:
                results.append(run(scenario, phone, others))
    print(table(results, price(its_id)))
    if others.judge:
        spent = total(others.judge.spent)
        cost = dollars(spent, price(its_id))
        print(f"The callers and the judge took {spent.input} tokens in, {spent.output} out: {cost}.")
    return 0 if all(one.passed for one in results) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make evals", description=__doc__, epilog=EPILOG)
    parser.add_argument("paths", nargs="*", type=Path, help="scenarios, or folders of them; tests/evals if left out")
    names = ", ".join(get_args(ModelName))
    default = os.environ.get("MODEL") or "offline"
    parser.add_argument("--model", type=_model, default=default, metavar="MODEL", help=f"one of {names}")
    parser.add_argument("--model-id", default=os.environ.get("MODEL_ID", ""), help="another model than the usual one")
    return parser


def _model(name: str) -> str:
    if name not in get_args(ModelName):
        raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(get_args(ModelName))}")
    return name


if __name__ == "__main__":
    sys.exit(main())
