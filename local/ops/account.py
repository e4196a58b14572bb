"""The AWS account and Region in which a command works, and clients for them.

The AWS CLI, the CDK and boto3 do not read the same variables: boto3 reads only AWS_DEFAULT_REGION. Here AWS_REGION
wins, as it does for the others, so that all commands work in the same Region.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ProfileNotFound,
    SSOError,
)

from local.ops.speak import OpsError

CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})

STALE = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
UNKNOWN = ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure")


@dataclass(frozen=True, slots=True)
class Account:
    """An AWS account, the identity of the credentials, and the Region."""

    number: str
    arn: str
    region: str

    def __str__(self) -> str:
        """Return the account as the commands print it."""
        return f"AWS account {self.number}, Region {self.region}, as {self.arn}"


def region() -> str:
    """Return the Region. Raises OpsError if none is chosen."""
    chosen = (
        os.environ.get("AWS_REGION")
        or os.environ.get("AWS_DEFAULT_REGION")
        or _by_profile(lambda: boto3.Session().region_name)
    )
    if not chosen:
        raise OpsError("No AWS Region is chosen.", "Set AWS_REGION, such as: export AWS_REGION=eu-central-1")
    return chosen


def client(service: str) -> Any:
    """Return a client in the Region. Raises OpsError if no Region is chosen."""
    here = region()
    # Use the default session: a new one would read AWS's lists of endpoints again.
    return _by_profile(lambda: boto3.client(service, region_name=here, config=CONFIG))  # type: ignore[call-overload]


def account() -> Account:
    """Return the account of these credentials. Raises OpsError if there are none, or if they are expired or wrong."""
    here = region()
    try:
        caller = client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        raise _refusal(error) from error
    return Account(caller["Account"], caller["Arn"], here)


def code(error: Exception) -> str:
    """Return AWS's name for an error; the error's class if AWS was not reached."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__


def _by_profile(made: Callable[[], Any]) -> Any:
    try:
        return made()
    except ProfileNotFound as error:
        raise OpsError(f"{error}.", "Set AWS_PROFILE to one that `aws configure list-profiles` lists.") from error


def _refusal(error: Exception) -> OpsError:
    match error:
        case NoCredentialsError():
            return OpsError("There are no AWS credentials.", "Run `aws configure sso`, or set AWS_PROFILE.")
        case SSOError():
            return OpsError("The AWS sign-in has ended.", "Run `aws sso login`.")
        case ClientError() if code(error) in STALE:
            return OpsError("The AWS credentials have expired.", "Run `aws sso login`, or export new ones.")
        case ClientError() if code(error) in UNKNOWN:
            return OpsError("AWS does not know these credentials.", "Check AWS_PROFILE, or the keys you exported.")
        case _:
            return OpsError(f"AWS did not say whose credentials these are: {code(error)}.", "Check the network.")
