"""`make call-out`: has the deployed `calls` function place a call, and tells how it goes until it is over."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

OUTPUT = "CallOut"
"""The output of the Service stack that names the function."""

LONGEST = 300.0
"""Seconds for which a call is followed; it goes on all the same."""

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=30)
"""A request that is repeated would be a second call."""

Ask = Callable[[Mapping[str, Any]], dict[str, Any]]


class CallOutError(RuntimeError):
    """The call could not be asked for; `str(error)` says what to do."""


def main(arguments: list[str] | None = None, every: float = 2.0) -> int:
    """Place one call; return 0 once it is over, 1 if it was not placed, 2 if it could not be asked for."""
    given = _parser().parse_args(arguments)
    _say(f"Asking Hotline ({given.stage}) to call {given.to} with the agent {given.agent}. This rings a real phone.")
    try:
        ask = _asking(_function(f"Hotline-{given.stage}-Service"))
        answer = ask({"to": given.to, "agent": given.agent, "parameters": dict(given.parameter)})
        if answer["status"] != "placed":
            _say(f"Not placed ({answer.get('why') or answer['status']}): {answer['reason']}")
            return 1
        _say(f"Placed: {answer['call']}.")
        _follow(ask, answer["call"], every)
    except CallOutError as error:
        _say(str(error))
        return 2
    return 0


def _follow(ask: Ask, call: str, every: float) -> None:
    """Tell each change of a call until it is over."""
    told, until = "", time.monotonic() + LONGEST
    while time.monotonic() < until:
        progress = ask({"call": call})
        if "over" not in progress:
            raise CallOutError(f"How it goes could not be read: {progress.get('reason')}")
        if (line := _line(progress)) != told:
            _say(line)
            told = line
        if progress["over"]:
            return
        time.sleep(every)
    _say("It goes on; this is not followed any longer.")


def _line(progress: Mapping[str, Any]) -> str:
    by = f", answered by {progress['answered_by']}" if progress["answered_by"] else ""
    seconds = f", {progress['seconds']} s" if progress["over"] else ""
    return f"  {progress['status']}{by}{seconds}"


def _function(stack: str) -> str:
    """Return the name of the function, as the stack tells it."""
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise CallOutError(
            f"The stack {stack} could not be read: {error}. Is it deployed, and who are you?"
        ) from error
    named = {one["OutputKey"]: one["OutputValue"] for one in found[0].get("Outputs", [])}
    if OUTPUT not in named:
        raise CallOutError(f"The stack {stack} places no calls yet; deploy it again.")
    return str(named[OUTPUT])


def _asking(function: str) -> Ask:
    """Return what invokes the function."""
    client = boto3.client("lambda", config=ONCE)

    def ask(payload: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = client.invoke(FunctionName=function, Payload=json.dumps(payload).encode())
            body = json.loads(answer["Payload"].read())
        except (ClientError, BotoCoreError) as error:
            raise CallOutError(f"{function} could not be invoked: {error}") from error
        if answer.get("FunctionError"):
            raise CallOutError(f"{function} failed: {body.get('errorMessage', 'its log says why')}")
        return dict(body)

    return ask


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make call-out", description=__doc__)
    parser.add_argument("to", help="the number to call, such as +12125550142")
    parser.add_argument("agent", help="who calls: a name in functions/agents")
    parser.add_argument("--stage", default="dev", help="which deployment")
    parser.add_argument(
        "--parameter", action="append", default=[], type=_pair, metavar="NAME=VALUE", help="what the agent is given"
    )
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not (name and found):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
