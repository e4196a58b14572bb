"""What outlives every call and every deployment: the table of logs, in a stack that can be protected by itself."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack, aws_dynamodb
from constructs import Construct

from infra.deployment import Deployment


class State(Stack):
    """The table that holds every session's and every call's log."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        """Create the stack of one deployment."""
        super().__init__(
            scope,
            f"Hotline-{deployment.stage}-State",
            description=f"Hotline {deployment.stage}: the logs of its calls",
            termination_protection=deployment.production,
        )
        self.deployment = deployment
        self.table = _table(self, kept=deployment.production)
        CfnOutput(self, "TableName", value=self.table.table_name, description="The logs of the calls")


def _table(scope: Construct, kept: bool) -> aws_dynamodb.Table:
    """Return a table that costs nothing at rest, and that cannot be lost by accident if it is to be kept.

    Sources: AWS DynamoDB, "On-demand capacity mode", "Using time to live", "Point-in-time recovery".
    """
    text = aws_dynamodb.AttributeType.STRING
    return aws_dynamodb.Table(
        scope,
        "Logs",
        partition_key=aws_dynamodb.Attribute(name="log", type=text),
        sort_key=aws_dynamodb.Attribute(name="key", type=text),
        time_to_live_attribute="expires",
        billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=kept
        ),
        deletion_protection=kept,
        removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
    )
