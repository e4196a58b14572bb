"""Starts a function before it is needed, so that no caller waits for its cold start; and tells it of a machine.

Source: AWS Lambda, "Invoke", invocation type `Event`.
"""

import json
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

MOST_TRIES = 3
"""Tries to tell a function of a machine. Each takes two seconds at most, and Twilio waits 15 for the webhook."""


def client() -> "LambdaClient":
    """Return a client that gives up soon, because the caller hears ringing at the same time."""
    config = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1})
    return boto3.client("lambda", config=config)


def warm(client: "LambdaClient", function: str) -> bool:
    """Start one environment of a function. Return False if that failed, which only costs time later."""
    try:
        client.invoke(FunctionName=function, InvocationType="Event", Payload=b'{"warm":true}')
    except (ClientError, BotoCoreError):
        return False
    return True


def end_for_machine(client: "LambdaClient", function: str, connection: str, answered_by: str) -> bool:
    """Let a function end a session, because a machine has answered. Return False if all tries failed."""
    payload = json.dumps({"machine": {"connection": connection, "answered_by": answered_by}}).encode()
    for _ in range(MOST_TRIES):
        try:
            client.invoke(FunctionName=function, InvocationType="Event", Payload=payload)
        except (ClientError, BotoCoreError):
            continue
        return True
    return False
