"""Reads secrets from SSM, where they are encrypted, and caches them for five minutes.

Source: AWS, "SecureString parameters"; Powertools for AWS Lambda (Python), "Parameters".
"""

from collections.abc import Callable, Collection

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config

from functions.relay.agent.caller import no_secret
from functions.relay.ports import SecretError

CACHED_S = 300
"""Seconds for which a secret is cached, and so the longest time until a changed one is used."""


def listed_secrets(path: str, names: Callable[[], Collection[str]]) -> Callable[[str], str]:
    """Return a function that reads the secrets with these names. For other names it raises SecretError.

    The SSM client is made now if there are names, else not before it is needed.
    """
    store = ParameterSecrets(path) if names() else None

    def read(name: str) -> str:
        if name not in names():
            return no_secret(name)
        return (store or ParameterSecrets(path)).get(name)

    return read


class ParameterSecrets:
    """Implements the port `Secrets` with the parameters under one path, such as `/hotline/prod`."""

    def __init__(self, path: str) -> None:
        """Make the client. Nothing is read yet."""
        config = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3})
        self._path = path
        self._provider = SSMProvider(boto3_client=boto3.client("ssm", config=config))

    def get(self, name: str) -> str:
        """Return a secret. Raises SecretError."""
        parameter = f"{self._path}/{name}"
        try:
            return str(self._provider.get(parameter, decrypt=True, max_age=CACHED_S))
        except GetParameterError as error:
            raise SecretError(f"The secret {parameter} could not be read. Set it with: make secrets") from error
