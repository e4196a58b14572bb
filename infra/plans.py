"""Creates the group of the schedules of planned calls, and the role with which they invoke `calls`."""

from aws_cdk import aws_iam, aws_scheduler
from aws_cdk.aws_lambda import IFunction
from constructs import Construct


class Plans(Construct):
    """A group of schedules for each stage. Each schedule deletes itself once it has run; the others
    are deleted with the group.

    Only schedules of this group may assume the role. Source: AWS, "Cross-service confused deputy prevention in
    EventBridge Scheduler", where the condition names the group.
    """

    def __init__(self, scope: Construct, stage: str, calls: IFunction) -> None:
        """Let schedules invoke `calls`, which places calls."""
        super().__init__(scope, "Plans")
        self.group = f"hotline-{stage}"
        group = aws_scheduler.CfnScheduleGroup(self, "Group", name=self.group)
        ours = {"StringEquals": {"aws:SourceArn": group.attr_arn}}
        scheduler = aws_iam.ServicePrincipal("scheduler.amazonaws.com", conditions=ours)
        self.role = aws_iam.Role(self, "Role", assumed_by=scheduler)
        self.role.add_to_policy(
            aws_iam.PolicyStatement(sid="Calls", actions=["lambda:InvokeFunction"], resources=[calls.function_arn])
        )
