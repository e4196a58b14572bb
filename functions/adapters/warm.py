"""Starts a function before it is needed, so that no caller waits for its cold start.

Source: AWS Lambda, "Invoke", invocation type `Event`.
"""

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


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
