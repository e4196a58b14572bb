"""Which AWS account and Region a command works in, and clients for them.

The AWS CLI, the CDK and boto3 do not read the same variables: boto3 knows AWS_DEFAULT_REGION alone. Here AWS_REGION
goes first, as it does for the others, so that all commands mean the same place.
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
    """Whose account, as whom and where."""

    number: str
    arn: str
    region: str

    def __str__(self) -> str:
        """Return it as it is named before anything is done there."""
        return f"AWS account {self.number}, Region {self.region}, as {self.arn}"


def region() -> str:
    """Return the Region. Raises OpsError where none is chosen."""
    chosen = (
        os.environ.get("AWS_REGION")
        or os.environ.get("AWS_DEFAULT_REGION")
        or _by_profile(lambda: boto3.Session().region_name)
    )
    if not chosen:
        raise OpsError("No AWS Region is chosen.", "Set AWS_REGION, such as: export AWS_REGION=eu-central-1")
    return chosen


def client(service: str) -> Any:
    """Return a client in the Region. Raises OpsError where none is chosen."""
    here = region()
    # The default session: one that is made anew reads AWS's lists of endpoints anew.
    return _by_profile(lambda: boto3.client(service, region_name=here, config=CONFIG))  # type: ignore[call-overload]


def account() -> Account:
    """Return whose credentials these are. Raises OpsError for none, for stale ones and for wrong ones."""
    here = region()
    try:
        caller = client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        raise _refusal(error) from error
    return Account(caller["Account"], caller["Arn"], here)


def code(error: Exception) -> str:
    """Return AWS's name for an error, or its class where it never reached AWS."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__


def _by_profile(made: Callable[[], Any]) -> Any:
    try:
        return made()
    except ProfileNotFound as error:
        raise OpsError(f"{error}.", "Set AWS_PROFILE to one that `aws configure list-profiles` lists.") from error


def _refusal(error: Exception) -> OpsError:
    match error:
        case NoCredentialsError():
            return OpsError("There are no AWS credentials here.", "Run `aws configure sso`, or set AWS_PROFILE.")
        case SSOError():
            return OpsError("The AWS sign-in has ended.", "Run `aws sso login`.")
        case ClientError() if code(error) in STALE:
            return OpsError("The AWS credentials have expired.", "Run `aws sso login`, or export new ones.")
        case ClientError() if code(error) in UNKNOWN:
            return OpsError("AWS does not know these credentials.", "Check AWS_PROFILE, or the keys you exported.")
        case _:
            return OpsError(f"AWS could not be asked who you are: {code(error)}.", "Is there a way to the network?")
