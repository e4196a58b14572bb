"""Creates the tables: of the logs, of private data that must not stay, and of numbers that must not be called.

The first two have a stack that `make destroy` deletes, except in production. No command deletes the stack of the
third: an opt-out outlives the deployment, and the next deployment finds it.
"""

from dataclasses import dataclass

from aws_cdk import CfnOutput, RemovalPolicy, Stack, aws_dynamodb, aws_kms
from constructs import Construct

from infra.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a deployment."""

    logs: aws_dynamodb.ITable
    """The logs of its calls."""

    private: aws_dynamodb.ITable
    """Private data that must not stay: digits that callers key in, and private words. No backup holds it."""

    do_not_call: aws_dynamodb.ITable
    """The numbers that must not be called, as hashes."""


class DoNotCall(Stack):
    """The stack with the numbers that must not be called. It stays when a deployment is removed."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        """Create the stack of one deployment."""
        super().__init__(
            scope,
            f"Hotline-{deployment.stage}-DoNotCall",
            description=f"Hotline {deployment.stage}: the numbers that must not be called",
            termination_protection=True,
        )
        self.table = _table(self, "DoNotCall", _key(self, deployment), kept=True)
        told = "The numbers that must not be called, as hashes"
        CfnOutput(self, "DoNotCallTableName", value=self.table.table_name, description=told)


class State(Stack):
    """The stack with the tables of one deployment."""

    def __init__(self, scope: Construct, deployment: Deployment, do_not_call: DoNotCall) -> None:
        """Create the stack of one deployment."""
        super().__init__(
            scope,
            f"Hotline-{deployment.stage}-State",
            description=f"Hotline {deployment.stage}: the logs of its calls",
            termination_protection=deployment.production,
        )
        self.deployment = deployment
        key = _key(self, deployment)
        logs = _table(self, "Logs", key, kept=deployment.production, stream=aws_dynamodb.StreamViewType.NEW_IMAGE)
        self.tables = Tables(logs, _table(self, "Private", key, kept=False), do_not_call.table)
        CfnOutput(self, "TableName", value=logs.table_name, description="The logs of the calls")
        private = self.tables.private.table_name
        CfnOutput(self, "PrivateTableName", value=private, description="What must not stay, such as digits")


def _key(scope: Construct, deployment: Deployment) -> aws_kms.IKey | None:
    return aws_kms.Key.from_key_arn(scope, "Key", deployment.kms_key) if deployment.kms_key else None


def _table(
    scope: Construct,
    name: str,
    key: aws_kms.IKey | None,
    *,
    kept: bool,
    stream: aws_dynamodb.StreamViewType | None = None,
) -> aws_dynamodb.Table:
    """Return a table that costs nothing while it is idle, and that cannot be lost by mistake if it is to be `kept`.

    Sources: AWS DynamoDB, "On-demand capacity mode", "Using time to live", "Point-in-time recovery".
    """
    text = aws_dynamodb.AttributeType.STRING
    return aws_dynamodb.Table(
        scope,
        name,
        partition_key=aws_dynamodb.Attribute(name="log", type=text),
        sort_key=aws_dynamodb.Attribute(name="key", type=text),
        time_to_live_attribute="expires",
        stream=stream,
        encryption_key=key,
        billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=kept
        ),
        deletion_protection=kept,
        removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
    )
