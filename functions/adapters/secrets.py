"""Secrets from SSM, encrypted there, and cached here for five minutes.

Source: AWS, "SecureString parameters"; Powertools for AWS Lambda (Python), "Parameters".
"""

from collections.abc import Callable, Collection

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config

from functions.relay.agent.tools import no_secret
from functions.relay.ports import SecretError

CACHED_S = 300
"""Seconds; how long a changed secret takes to be seen."""


def listed_secrets(path: str, names: Callable[[], Collection[str]]) -> Callable[[str], str]:
    """Return what reads the secrets with these names; of others it raises SecretError.

    The client of SSM is made at once where there are names, and not at all where there are none.
    """
    store = ParameterSecrets(path) if names() else None

    def read(name: str) -> str:
        if name not in names():
            return no_secret(name)
        return (store or ParameterSecrets(path)).get(name)

    return read


class ParameterSecrets:
    """The port `Secrets` on the parameters under one path, such as `/hotline/prod`."""

    def __init__(self, path: str) -> None:
        """Read nothing yet."""
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
