"""`make deploy` and `make bootstrap`: looks at all that is needed, says what is done where, and has the CDK do it.

Whatever `-c name=value` says goes to the CDK app as well: stage, model, model_id, model_url, langflow_url,
langflow_flow_id, caller_id, retention_days, twilio_url. The CDK shows which rights change, and asks before it gives
them.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from functions.providers import Choice, chosen, keys_of
from infra import cdk
from local.ops.account import account, region
from local.ops.before import before
from local.ops.deployed import service_stack, state_stack
from local.ops.findings import report
from local.ops.speak import OpsError, pair, say

DEFAULTS = Path(__file__).parent.parent.parent / "cdk.json"

Cdk = Callable[[list[str]], int]


def main(arguments: list[str] | None = None, run: Cdk = cdk.main) -> int:
    """Deploy; return the CDK's exit status, or 2 when something that it needs is missing."""
    given = _parser().parse_args(arguments)
    try:
        # For the CDK to mean the same Region.
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = region()
        return _bootstrap(run) if given.bootstrap else _deploy(dict(given.choice), given.yes, run)
    except OpsError as error:
        say(str(error))
        return 2


def _deploy(choices: Mapping[str, str], yes: bool, run: Cdk) -> int:
    given = {**json.loads(DEFAULTS.read_text())["context"], **choices}
    stage = given["stage"]
    try:
        models = chosen(given["model"], given.get("model_id", ""))
    except ValueError as error:
        raise OpsError(f"There is no model {given['model']!r}: {error}.", "docs/operating.md lists them.") from error
    say("Looking at what a deployment needs:")
    if report(before(models)):
        say("Nothing was deployed.")
        return 2
    named = ", ".join(map(str, models))
    say(f"Deploying {state_stack(stage)} and {service_stack(stage)} to {account()}; model {named}")
    approval = ["--require-approval", "never"] if yes else []
    status = run(["deploy", "--all", *_context(choices), *approval])
    if not status:
        say(_next(stage, models))
    return status


def _bootstrap(run: Cdk) -> int:
    here = account()
    say(f"Making the CDK's bucket and roles (the stack CDKToolkit) in {here}.")
    # Without the app: all functions would be packed for nothing.
    return run(["bootstrap", f"aws://{here.number}/{here.region}", "--app", ""])


def _context(choices: Mapping[str, str]) -> list[str]:
    return [part for name, value in choices.items() for part in ("-c", f"{name}={value}")]


def _next(stage: str, models: tuple[Choice, ...]) -> str:
    of = f" STAGE={stage}" if stage != "dev" else ""
    names = ",".join(one.provider.name for one in models)
    keys = f" MODEL={names}" if keys_of(models) else ""
    return f"Next: make secrets{of}{keys}   make number NUMBER=+1…{of}   make doctor{of}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    parser.add_argument("-c", dest="choice", action="append", default=[], type=pair, metavar="NAME=VALUE")
    parser.add_argument("--yes", action="store_true", help="let the CDK give rights without asking")
    parser.add_argument("--bootstrap", action="store_true", help="prepare the account and Region for the CDK instead")
    return parser


if __name__ == "__main__":
    sys.exit(main())
