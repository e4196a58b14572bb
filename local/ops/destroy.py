"""`make destroy`: prints what will be deleted and what stays, and lets the CDK delete the deployment."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from infra import cdk
from local.arguments import add_yes, stage_name
from local.ops.account import account, client, code, region
from local.ops.deployed import Deployed, do_not_call_stack, parameter, service_stack, state_stack
from local.ops.do_not_call import move_old_wishes
from local.ops.speak import OpsError, agreed, say

PRODUCTION = "prod"

Cdk = Callable[[list[str]], int]

COUNTED = {
    "AWS::Lambda::Function": "functions",
    "AWS::ApiGatewayV2::Api": "APIs",
    "AWS::DynamoDB::Table": "table, with every call's log in it",
    "AWS::SQS::Queue": "queues",
    "AWS::Logs::LogGroup": "log groups, with the logs in them",
    "AWS::CloudWatch::Alarm": "alarms",
}


def main(arguments: list[str] | None = None, run: Cdk = cdk.main) -> int:
    """Delete a deployment; return the CDK's exit status, 1 if the user said no, 2 if it was not possible."""
    given = _parser().parse_args(arguments)
    try:
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = region()
        return _destroy(given.stage, given.yes, run)
    except OpsError as error:
        say(str(error))
        return 2


def _destroy(stage: str, yes: bool, run: Cdk) -> int:
    # The table of production is protected: CloudFormation would refuse.
    stacks = [service_stack(stage)] if stage == PRODUCTION else [service_stack(stage), state_stack(stage)]
    secrets = Deployed.read(stage).secrets
    say(f"Removing from {account()}:")
    for stack in stacks:
        say(f"  {stack}: {_contents(stack)}")
    say("What stays:")
    if stage == PRODUCTION:
        say(f"  {state_stack(stage)}: the table, protected; its items expire by themselves")
    say(f"  {do_not_call_stack(stage)}: the numbers that must not be called, as hashes; the next deployment has them")
    say(f"  the secrets: aws ssm delete-parameters --names {' '.join(parameter(stage, one) for one in secrets)}")
    say("  the Twilio number: its callers hear an error until you point it elsewhere")
    if not agreed("This cannot be undone. Go on?", yes):
        return 1
    if state_stack(stage) in stacks and (moved := move_old_wishes(stage)):
        say(f"Copied {moved} do-not-call entries to {do_not_call_stack(stage)}.")
    return run(["destroy", *stacks, "--force", "-c", f"stage={stage}"])


def _contents(stack: str) -> str:
    try:
        pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        kinds = Counter(one["ResourceType"] for page in pages for one in page["StackResourceSummaries"])
    except (ClientError, BotoCoreError) as error:
        cure = "You need the IAM permission cloudformation:ListStackResources."
        raise OpsError(f"The contents of the stack {stack} could not be read: {code(error)}.", cure) from error
    counted = [f"{kinds[kind]} {name}" for kind, name in COUNTED.items() if kinds[kind]]
    return f"{kinds.total()} resources, among them {', '.join(counted) or 'nothing that holds data'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make destroy", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    add_yes(parser, "do it without asking")
    return parser


if __name__ == "__main__":
    sys.exit(main())
