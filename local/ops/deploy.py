"""`make deploy`, `make diff`, `make bootstrap`: checks what is needed, says what will be done, and runs the CDK.

Each `-c name=value` goes to the CDK app too: stage, model, model_id, model_url, langflow_url, langflow_flow_id,
caller_id, retention_days, twilio_url. The CDK shows which rights change, and asks before it gives them.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from functions.providers import Choice, chosen, keys_of
from functions.settings import Settings
from infra import cdk
from infra.stages import DEFAULT_STAGE, differing, of_stage, read
from local.arguments import add_yes, pair
from local.ops.account import Account, account, region
from local.ops.deployed import service_stack, state_stack
from local.ops.findings import report
from local.ops.preflight import preflight
from local.ops.speak import OpsError, agreed, say

KNOWN = Path(__file__).parent.parent.parent / ".build" / "accounts"
"""The accounts and Regions that the user has agreed to on this machine, one on each line. `make clean` deletes it."""

Cdk = Callable[[list[str]], int]


def main(arguments: list[str] | None = None, run: Cdk = cdk.main) -> int:
    """Deploy; return the CDK's exit status, 1 if the user said no, or 2 if something is missing."""
    given = _parser().parse_args(arguments)
    try:
        # So that the CDK uses the same Region.
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = region()
        if given.bootstrap:
            return _bootstrap(run, given.yes)
        return _deploy(dict(given.choice), given.yes, run, given.diff)
    except OpsError as error:
        say(str(error))
        return 2


def _deploy(choices: Mapping[str, str], yes: bool, run: Cdk, diff: bool = False) -> int:
    stage = choices.get("stage", DEFAULT_STAGE)
    written = _written(stage)
    given = {**written, **choices}
    model = given.get("model", Settings().model)
    try:
        models = chosen(model, given.get("model_id", ""))
    except ValueError as error:
        raise OpsError(f"There is no model {model!r}: {error}.", "docs/operating.md lists them.") from error
    for sentence in differing(written, choices):
        say(f"Note: {sentence} The next deployment does not know this choice unless you write it there.")
    if diff:
        return run(["diff", "--all", *_context(choices)])
    say("Checking what a deployment needs:")
    if report(preflight(models)):
        say("Nothing was deployed.")
        return 2
    here, named = account(), ", ".join(map(str, models))
    say(f"Deploying {state_stack(stage)} and {service_stack(stage)} to {here}; model {named}")
    if not _agreed_to(here, yes):
        return 1
    approval = ["--require-approval", "never"] if yes else []
    status = run(["deploy", "--all", *_context(choices), *approval])
    if not status:
        say(_next(stage, models))
    return status


def _written(stage: str) -> dict[str, str]:
    """Return the choices for a stage in cdk.json. Raises OpsError for a choice that it cannot hold."""
    try:
        return of_stage(read(), stage)
    except (ValueError, KeyError, OSError) as error:
        raise OpsError(f"cdk.json cannot be read: {error}", "docs/operating.md shows what it holds.") from error


def _agreed_to(here: Account, yes: bool) -> bool:
    """Return whether to change this account in this Region. Asks before the first change from this machine."""
    name = f"{here.number} {here.region}"
    known = KNOWN.read_text().splitlines() if KNOWN.exists() else []
    if name in known:
        return True
    if not agreed(f"This machine has not changed {name} before. Are the account and the Region right?", yes):
        return False
    KNOWN.parent.mkdir(exist_ok=True)
    KNOWN.write_text("".join(f"{one}\n" for one in [*known, name]))
    return True


def _bootstrap(run: Cdk, yes: bool) -> int:
    here = account()
    say(f"Making the CDK's bucket and roles (the stack CDKToolkit) in {here}.")
    if not _agreed_to(here, yes):
        return 1
    # Without the app, because it would pack all functions for nothing.
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
    add_yes(parser, "deploy into an account for the first time, and give rights, without asking")
    parser.add_argument("--diff", action="store_true", help="show what a deployment would change, and change nothing")
    parser.add_argument("--bootstrap", action="store_true", help="prepare the account and Region for the CDK instead")
    return parser


if __name__ == "__main__":
    sys.exit(main())
