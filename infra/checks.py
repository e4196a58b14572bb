"""Checks the stacks against AWS's rules, cdk-nag's AwsSolutions. Each exception is listed here with its reason.

A finding without an exception fails the synthesis. Rules: cdk-nag, RULES.md, "AwsSolutions".
"""

from collections.abc import Iterator
from typing import cast

from aws_cdk import Acknowledgment, App, CfnElement, Stack, Validations
from aws_cdk.aws_iam import IRole
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct

from infra.function import Function
from infra.rights import model_of, placed
from infra.service import Service
from infra.state import State

Excuse = tuple[IConstruct, str, str]
"""An exception: the resource, the finding of a rule, and the reason."""

SIGNED = (
    "Twilio signs its requests and sends no credentials. The function checks the signature before anything else; an "
    "authorizer would be one more cold start while the caller waits, and API Gateway has one for $connect alone."
)
SILENT = (
    "A WebSocket API logs accesses only with a role set for the whole account and Region, and this stack must not "
    "change that role. The functions log every frame's fate themselves."
)
STREAMS = "ListStreams cannot be limited to a resource: AWS, 'Actions, resources, and condition keys for DynamoDB'."
TRACES = "X-Ray actions apply to all resources: AWS, 'Actions, resources, and condition keys for AWS X-Ray'."
CONNECTIONS = "A connection's id is not known before it opens; API, stage and verb are named."
SCHEDULES = "A schedule's name comes from a plan that is not known in advance; their group is named."
DESTINATIONS = (
    "AWS adds Regions to a geographic profile; the model is named, and may be used only through the profile."
)
RUNTIME = "Python 3.13 is the version that the bundle is compiled for, and is supported until June 2029."
STALE = "A reminder fails until it expires only if its call is long over: there is no reason to keep it."
PRIVATE = "Private data that callers key in or say is deleted after its use: no backup may hold it."
EXPENDABLE = "Only production keeps what it has recorded; any other stage is deleted with its table."


def hold_to_aws_solutions(app: App, state: State, service: Service) -> None:
    """Make the synthesis fail on each finding that has no exception here."""
    for construct, finding, reason in (*_of_state(state), *_of_functions(service), *_of_doors(service)):
        Validations.of(construct).acknowledge(
            Acknowledgment(id=f"AwsSolutions::AwsSolutions-{finding}", reason=reason)
        )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def _of_state(state: State) -> Iterator[Excuse]:
    yield state.tables.private, "DDB3", PRIVATE
    if not state.deployment.production:
        yield state.tables.logs, "DDB3", EXPENDABLE


def _of_functions(service: Service) -> Iterator[Excuse]:
    for row in service.rows:
        function = service.functions[row.name]
        yield function, "L1", RUNTIME
        role = cast(IRole, function.role)
        for resource, reason in _wildcards(row, service):
            yield role, f"IAM5[Resource::{resource}]", reason
        for finding, reason in _wildcards_of_agents(row, service):
            yield role, f"IAM5[{finding}]", reason


def _wildcards(row: Function, service: Service) -> Iterator[tuple[str, str]]:
    yield "*", f"{TRACES} {STREAMS}" if row.follows_calls else TRACES
    if row.posts_to_callers:
        relay = f"{_named(service.relay.api)}/{service.deployment.stage}"
        place = f"<AWS::Region>:<AWS::AccountId>:{relay}"
        yield f"arn:<AWS::Partition>:execute-api:{place}/POST/@connections/*", CONNECTIONS
    if row.plans_calls:
        group = f"<AWS::Region>:<AWS::AccountId>:schedule/{service.plans.group}"
        yield f"arn:<AWS::Partition>:scheduler:{group}/*", SCHEDULES
    for choice in row.models:
        if choice.provider.action:
            service_name = choice.provider.action.partition(":")[0]
            model = model_of(choice.model_id)
            yield f"arn:<AWS::Partition>:{service_name}:*::foundation-model/{model}", DESTINATIONS


def _wildcards_of_agents(row: Function, service: Service) -> Iterator[tuple[str, str]]:
    """Yield an exception for each finding that an agent's own statement gives a reason for."""
    stage = service.deployment.stage
    places = ("<AWS::Partition>", "<AWS::Region>", "<AWS::AccountId>", stage)
    for allow in row.needs.statements:
        yield from ((f"Action::{action}", allow.reason) for action in allow.actions if "*" in action)
        for arn in (arn for arn in allow.resources if "*" in arn):
            yield f"Resource::{placed(arn, *places)}", allow.reason


def _of_doors(service: Service) -> Iterator[Excuse]:
    yield service.webhooks.api, "APIG4", SIGNED
    yield service.relay.api, "APIG4", SIGNED
    yield service.relay.stage, "APIG1", SILENT
    yield service.reminders.queue, "SQS3", STALE


def _named(construct: IConstruct) -> str:
    """Return how a finding writes a reference to this construct's resource."""
    resource = cast(CfnElement, construct.node.default_child)
    return f"<{Stack.of(construct).get_logical_id(resource)}>"
