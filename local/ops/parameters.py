"""The secrets of a deployment in SSM. Their values are never shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.ops.account import client, code
from local.ops.speak import OpsError


def put(name: str, value: str) -> int:
    """Set a parameter, encrypted with the account's own key; return its version. Raises OpsError."""
    try:
        return int(
            client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)["Version"]
        )
    except (ClientError, BotoCoreError) as error:
        # Do not show the error's text: it may quote the value.
        raise OpsError(
            f"{name} could not be set: {code(error)}.", "You need the IAM permission ssm:PutParameter."
        ) from None


def get(name: str) -> str:
    """Return a parameter's value. Raises OpsError with the command that sets it."""
    try:
        return str(client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    except (ClientError, BotoCoreError) as error:
        if code(error) == "ParameterNotFound":
            raise OpsError(f"{name} is not set.", "Set it: make secrets") from None
        raise OpsError(
            f"{name} could not be read: {code(error)}.", "You need the IAM permission ssm:GetParameter."
        ) from None


def changed(names: Iterable[str]) -> dict[str, datetime]:
    """Return when each of these parameters was last set, for those that exist and are encrypted. Raises OpsError."""
    names = list(names)
    try:
        answer: Any = client("ssm").get_parameters(Names=names, WithDecryption=False)
    except (ClientError, BotoCoreError) as error:
        raise OpsError(
            f"The secrets in SSM could not be read: {code(error)}.", "You need the IAM permission ssm:GetParameters."
        ) from error
    return {one["Name"]: one["LastModifiedDate"] for one in answer["Parameters"] if one["Type"] == "SecureString"}
