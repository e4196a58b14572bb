"""A deployment, as the outputs of its stacks describe it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from functions.providers import Choice, chosen
from local.ops.account import client, code
from local.ops.speak import OpsError


@dataclass(frozen=True, slots=True)
class Deployed:
    """What the commands need to know of a deployment."""

    stage: str
    voice_url: str
    fallback_url: str
    status_url: str
    relay_url: str
    table: str
    models: tuple[Choice, ...]
    secrets: tuple[str, ...]

    @classmethod
    def read(cls, stage: str) -> Self:
        """Return the deployment of a stage. Raises OpsError if there is none, or if it is too old."""
        told = {**outputs(state_stack(stage)), **outputs(service_stack(stage))}
        try:
            return cls(
                stage,
                voice_url=told["VoiceUrl"],
                fallback_url=told["FallbackUrl"],
                status_url=told["StatusUrl"],
                relay_url=told["RelayUrl"],
                table=told["TableName"],
                models=chosen(told["Model"]),
                secrets=tuple(told["Secrets"].split()),
            )
        except (KeyError, ValueError) as error:
            raise OpsError(
                f"{service_stack(stage)} has no output {error.args[0]}.", f"Deploy it again: {_deploy(stage)}"
            ) from error

    def parameter(self, secret: str) -> str:
        """Return the name of the SSM parameter that holds a secret."""
        return parameter(self.stage, secret)


def parameter(stage: str, secret: str) -> str:
    """Return the name of the SSM parameter that holds a secret of a stage."""
    return f"/hotline/{stage}/{secret}"


def state_stack(stage: str) -> str:
    """Return the name of the stack that holds the table."""
    return f"Hotline-{stage}-State"


def do_not_call_stack(stage: str) -> str:
    """Return the name of the stack that holds the numbers that must not be called. No command deletes it."""
    return f"Hotline-{stage}-DoNotCall"


def service_stack(stage: str) -> str:
    """Return the name of the stack that answers the phone."""
    return f"Hotline-{stage}-Service"


def outputs(stack: str) -> Mapping[str, str]:
    """Return the outputs of a stack. Raises OpsError if the stack is missing, incomplete or unreadable."""
    try:
        [found] = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        cure = "Is it deployed, and with these credentials? See `make deploy` and `aws sts get-caller-identity`."
        raise OpsError(f"The stack {stack} could not be read: {code(error)}.", cure) from error
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def _deploy(stage: str) -> str:
    return "make deploy" if stage == "dev" else f"make deploy STAGE={stage}"
