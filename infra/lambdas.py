"""Creates the function of an inventory row. At first it may only write to its own log group and send traces."""

from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, aws_iam, aws_lambda, aws_logs
from constructs import Construct

from infra.function import Function

LOGS_KEPT = aws_logs.RetentionDays.ONE_MONTH


def lambda_of(
    scope: Construct, row: Function, stage: str, folder: Path, reserved: int | None = None
) -> aws_lambda.Function:
    """Return a function of a deployment's stage that runs from a folder."""
    name = row.name.title()
    logs = _logs(scope, f"{name}Logs", f"/hotline/{stage}/{row.name}")
    # The id has "Function" in it, because CDK leaves a plain "Default" out of a logical id.
    return aws_lambda.Function(
        scope,
        f"{name}Function",
        description=f"Hotline {stage}: {row.name}",
        runtime=aws_lambda.Runtime.PYTHON_3_13,
        architecture=aws_lambda.Architecture.ARM_64,
        code=aws_lambda.Code.from_asset(str(folder)),
        handler=row.handler,
        memory_size=row.memory,
        reserved_concurrent_executions=reserved,
        timeout=Duration.seconds(row.timeout),
        role=_role(scope, f"{name}Role", logs),
        log_group=logs,
        logging_format=aws_lambda.LoggingFormat.JSON,
        application_log_level_v2=aws_lambda.ApplicationLogLevel.INFO,
        tracing=aws_lambda.Tracing.ACTIVE,
        environment={"POWERTOOLS_SERVICE_NAME": row.name, "POWERTOOLS_METRICS_NAMESPACE": f"Hotline/{stage}"},
    )


def _logs(scope: Construct, name: str, group: str) -> aws_logs.LogGroup:
    """Return a log group whose lines expire. The one that Lambda makes would keep them without a limit."""
    return aws_logs.LogGroup(
        scope, name, log_group_name=group, retention=LOGS_KEPT, removal_policy=RemovalPolicy.DESTROY
    )


def _role(scope: Construct, name: str, logs: aws_logs.LogGroup) -> aws_iam.Role:
    """Return a role for one log group. The role that CDK would make may write to all groups of the account."""
    role = aws_iam.Role(scope, name, assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
    logs.grant_write(role)
    return role
