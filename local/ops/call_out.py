"""`make call-out`: lets the deployed function `calls` place a call, and follows the call until it is over."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.arguments import agent_name, e164, pair, stage_name
from local.ops.account import region
from local.ops.deployed import outputs, service_stack
from local.ops.speak import OpsError, say

OUTPUT = "CallOut"
"""The output of the Service stack with the function's name."""

LONGEST_FOLLOW_S = 300.0
"""Seconds for which a call is followed. The call itself may last longer."""

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=30)
"""No retries: a repeated request would place a second call."""

LEGAL = {
    "consent": "the legal basis of the call, such as 'asked for a reminder on 2026-11-02'",
    "dlt-header": "for India: the operator's DLT id of who calls",
    "dlt-template": "for India: the operator's DLT id of what is said",
}
"""Options that environment variables may give as well, such as CONSENT and DLT_HEADER."""

Ask = Callable[[Mapping[str, Any]], dict[str, Any]]


def main(arguments: list[str] | None = None, every: float = 2.0) -> int:
    """Place one call; return 0 when it is over, 1 if it was not placed, 2 if the function could not be invoked."""
    given = _parser().parse_args(arguments)
    say(f"Asking Hotline ({given.stage}) to call {given.to} with the agent {given.agent}. This rings a real phone.")
    try:
        ask = asking(function_named(service_stack(given.stage)))
        answer = ask(_order(given))
        if answer["status"] != "placed":
            say(f"Not placed ({answer.get('why') or answer['status']}): {answer['reason']}")
            return 1
        say(f"Placed: {answer['call']}.")
        _follow(ask, answer["call"], every)
    except OpsError as error:
        say(str(error))
        return 2
    return 0


def _order(given: argparse.Namespace) -> dict[str, Any]:
    """Return the payload of an order; without the options that were not given."""
    order = {"to": given.to, "agent": given.agent, "parameters": dict(given.parameter), "consent": given.consent}
    dlt = {"header": given.dlt_header, "template": given.dlt_template}
    return order | ({"dlt": dlt} if any(dlt.values()) else {})


def _follow(ask: Ask, call: str, every: float) -> None:
    """Print each change of a call until it is over."""
    told, until = "", time.monotonic() + LONGEST_FOLLOW_S
    while time.monotonic() < until:
        progress = ask({"call": call})
        if "over" not in progress:
            cause = f"The state of the call could not be read: {progress.get('reason')}"
            raise OpsError(cause, "The call may go on. `make call` shows its record once it is over.")
        if (line := _line(progress)) != told:
            say(line)
            told = line
        if progress["over"]:
            return
        time.sleep(every)
    say("The call goes on, but this command stops following it.")


def _line(progress: Mapping[str, Any]) -> str:
    by = f", answered by {progress['answered_by']}" if progress["answered_by"] else ""
    seconds = f", {progress['seconds']} s" if progress["over"] else ""
    return f"  {progress['status']}{by}{seconds}"


def function_named(stack: str) -> str:
    """Return the function's name from the stack."""
    told = outputs(stack)
    if OUTPUT not in told:
        raise OpsError(f"The stack {stack} cannot place calls yet.", "Deploy it again: make deploy")
    return told[OUTPUT]


def asking(function: str) -> Ask:
    """Return a function that invokes the Lambda function."""
    client = boto3.client("lambda", region_name=region(), config=ONCE)

    def ask(payload: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = client.invoke(FunctionName=function, Payload=json.dumps(payload).encode())
            body = json.loads(answer["Payload"].read())
        except (ClientError, BotoCoreError) as error:
            cure = "You need the IAM permission lambda:InvokeFunction."
            raise OpsError(f"{function} could not be invoked: {error}.", cure) from error
        if answer.get("FunctionError"):
            raise OpsError(f"{function} failed: {body.get('errorMessage', 'its log says why')}")
        return dict(body)

    return ask


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make call-out", description=__doc__)
    parser.add_argument("to", type=e164, help="the number to call, such as +12125550142")
    parser.add_argument("agent", type=agent_name, help="who calls: a name in functions/agents")
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        type=pair,
        metavar="NAME=VALUE",
        help="the parameters for the agent",
    )
    for name, words in LEGAL.items():
        parser.add_argument(f"--{name}", default=os.environ.get(name.upper().replace("-", "_"), ""), help=words)
    return parser


if __name__ == "__main__":
    sys.exit(main())
