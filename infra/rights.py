"""Turns the rights of a row of inventory.py into IAM statements, each as narrow as IAM allows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk.aws_iam import PolicyStatement

from functions.providers import Choice
from functions.relay.agent.needs import PLACES
from functions.relay.log.keys import session_log
from infra.deployment import Deployment
from infra.function import Function

GEOGRAPHIES = ("us", "us-gov", "eu", "apac", "jp", "au", "ca", "global")
"""Beginnings of the ids of inference profiles. Source: AWS Bedrock, "Supported Regions and models for inference
profiles"."""


TAKE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""The actions to take messages out of a queue."""


@dataclass(frozen=True, slots=True)
class Places:
    """The ARNs that rights name.

    `table` holds the logs, `private` the private data, `do_not_call` the numbers that must not be called. `stream` is
    the stream of `table`. `relay` is the stage of the WebSocket API. `reminders`, `follow_ups` and `failed` are
    queues: of reminders, of calls that may be over, and of calls without a record. `schedule_group` is the name of
    the group of planned calls, and `schedule_role` the role of its schedules.
    """

    table: str
    private: str
    do_not_call: str
    stream: str
    relay: str
    reminders: str
    follow_ups: str
    failed: str
    schedule_group: str
    schedule_role: str
    functions: dict[str, str]


def statements(row: Function, places: Places, deployment: Deployment, stack: Stack) -> Iterator[PolicyStatement]:
    """Yield the statements of a function's rights."""
    yield from _table(row, places)
    yield from _secrets(row, deployment, stack)
    yield from _callers(row, places)
    yield from _starts(row, places)
    yield from _reminders(row, places)
    yield from _follow_ups(row, places, stack)
    yield from _plans(row, places, stack)
    yield from _needs(row, deployment, stack)
    yield from _guardrail(row, deployment, stack)
    if row.writes_table or row.reads_table:
        yield from _key(deployment, stack)
    for number, choice in enumerate(one for one in row.models if one.provider.action):
        yield from _model(choice, str(number or ""), stack)


def noting_statements(table: str, deployment: Deployment, stack: Stack) -> Iterator[PolicyStatement]:
    """Yield what API Gateway may do to note what the line reports: put items into the logs of sessions.

    Source: AWS, "Using IAM policy conditions for fine-grained access control".
    """
    sessions = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [session_log("*")]}}
    yield PolicyStatement(sid="Notes", actions=["dynamodb:PutItem"], resources=[table], conditions=sessions)
    yield from _key(deployment, stack)


def model_of(model_id: str) -> str:
    """Return the model behind the id of an inference profile. The id of a model stays as it is."""
    geography, _, model = model_id.partition(".")
    return model if geography in GEOGRAPHIES else model_id


def _table(row: Function, places: Places) -> Iterator[PolicyStatement]:
    """Allow to append and read logs, but not to scan. Only counters are updated; only private data is deleted."""
    actions = [*(["dynamodb:PutItem"] if row.writes_table else []), *(["dynamodb:Query"] if row.reads_table else [])]
    if actions:
        yield _allow("Table", actions, [places.table])
    if row.keeps_private:
        actions = ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchWriteItem"]
        yield _allow("Private", actions, [places.private])
    if row.clears_private:
        yield _allow("ClearPrivate", ["dynamodb:Query", "dynamodb:BatchWriteItem"], [places.private])
    if row.adds_do_not_call:
        yield _allow("AddDoNotCall", ["dynamodb:PutItem"], [places.do_not_call])
    if row.reads_do_not_call:
        yield _allow("ReadDoNotCall", ["dynamodb:Query"], [places.do_not_call])
    if row.counts_calls:
        counters = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["limit/*"]}}
        actions = ["dynamodb:UpdateItem", *(["dynamodb:BatchGetItem"] if row.admits_calls else [])]
        yield PolicyStatement(sid="Counters", actions=actions, resources=[places.table], conditions=counters)


def _secrets(row: Function, deployment: Deployment, stack: Stack) -> Iterator[PolicyStatement]:
    """Allow to read secrets.

    No right to KMS is needed: the default key `aws/ssm` decrypts for all in the account what SSM lets them read.
    Source: AWS Systems Manager, "Setting up Parameter Store".
    """
    if known := (*row.secrets, *row.made_secrets):
        names = [f"parameter{deployment.secrets}/{secret}" for secret in known]
        yield _allow("Secrets", ["ssm:GetParameter"], [_arn(stack, "ssm", name) for name in names])


def _callers(row: Function, places: Places) -> Iterator[PolicyStatement]:
    """Allow to send to all connections, whose ids are not known in advance, but not to read their state.

    Source: AWS API Gateway, "Use IAM authorization to control access to @connections".
    """
    if row.posts_to_callers:
        yield _allow("Callers", ["execute-api:ManageConnections"], [f"{places.relay}/POST/@connections/*"])


def _starts(row: Function, places: Places) -> Iterator[PolicyStatement]:
    if row.starts:
        yield _allow("Starts", ["lambda:InvokeFunction"], [places.functions[name] for name in row.starts])


def _reminders(row: Function, places: Places) -> Iterator[PolicyStatement]:
    """Allow to send reminders, or Lambda to take them out of the queue: it does so with the function's role.

    Source: AWS Lambda, "Creating and configuring an Amazon SQS event source mapping", and the managed policy
    AWSLambdaSQSQueueExecutionRole that it names, which would allow this on every queue.
    """
    if row.sets_reminders:
        yield _allow("SetReminders", ["sqs:SendMessage"], [places.reminders])
    if row.takes_reminders:
        yield _allow("TakeReminders", TAKE, [places.reminders])


def _follow_ups(row: Function, places: Places, stack: Stack) -> Iterator[PolicyStatement]:
    """Allow Lambda to read the stream and the queue with the function's role, and to store failures.

    ListStreams cannot be limited to a resource. Sources: AWS Lambda, "Using AWS Lambda with Amazon DynamoDB"; AWS,
    "Actions, resources, and condition keys for Amazon DynamoDB".
    """
    if row.follows_calls:
        yield _allow("SetFollowUps", ["sqs:SendMessage"], [places.follow_ups, places.failed])
        yield _allow("TakeFollowUps", TAKE, [places.follow_ups])
        actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        yield _allow("ReadStream", actions, [places.stream])
        yield _allow("ListStreams", ["dynamodb:ListStreams"], ["*"])
        yield _allow("Events", ["events:PutEvents"], [_arn(stack, "events", "event-bus/default")])


def _plans(row: Function, places: Places, stack: Stack) -> Iterator[PolicyStatement]:
    """Allow to create schedules in the group of planned calls, which EventBridge Scheduler runs with their role.

    Source: AWS, "Identity-based policies in EventBridge Scheduler", PassRole.
    """
    if row.plans_calls:
        schedules = _arn(stack, "scheduler", f"schedule/{places.schedule_group}/*")
        yield _allow("Plans", ["scheduler:CreateSchedule"], [schedules])
        service = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
        role = [places.schedule_role]
        yield PolicyStatement(sid="PassRole", actions=["iam:PassRole"], resources=role, conditions=service)


def _needs(row: Function, deployment: Deployment, stack: Stack) -> Iterator[PolicyStatement]:
    """Yield the statements of functions/agents/needs.py for the tools of agents."""
    places = (stack.partition, stack.region, stack.account, deployment.stage)
    for number, allow in enumerate(row.needs.statements, 1):
        yield _allow(f"Agents{number}", allow.actions, [placed(arn, *places) for arn in allow.resources])


def placed(arn: str, *places: str) -> str:
    """Return an ARN of the agents' needs with the values of PLACES filled in."""
    for name, value in zip(PLACES, places, strict=True):
        arn = arn.replace(f"{{{name}}}", value)
    return arn


def _model(choice: Choice, number: str, stack: Stack) -> Iterator[PolicyStatement]:
    """Allow a model in AWS with its inference profile. `number` makes the ids of the statements unique.

    The model may be used only through the profile. A `global.` profile leads to the model in its own Region and to an
    ARN without a Region. Any other profile leads to Regions that AWS lists for each model. AWS adds Regions, so only
    these profiles have `*`. Sources: AWS Bedrock, "Global cross-Region inference", "Geographic cross-Region
    inference".
    """
    action = choice.provider.action
    service, model = action.partition(":")[0], model_of(choice.model_id)
    if model == choice.model_id:
        yield _allow(f"Model{number}", [action], [_model_arn(stack, service, model, stack.region)])
        return
    profile = _arn(stack, service, f"inference-profile/{choice.model_id}")
    regions = (stack.region, "") if choice.model_id.startswith("global.") else ("*",)
    yield _allow(f"Profile{number}", [action], [profile])
    yield PolicyStatement(
        sid=f"Model{number}",
        actions=[action],
        resources=[_model_arn(stack, service, model, region) for region in regions],
        conditions={"StringEquals": {f"{service}:InferenceProfileArn": profile}},
    )


def _guardrail(row: Function, deployment: Deployment, stack: Stack) -> Iterator[PolicyStatement]:
    """Source: AWS Bedrock, "Set up permissions to use Amazon Bedrock Guardrails"."""
    actions = {choice.provider.guard_action for choice in row.models} - {""}
    if actions and "guardrail" in row.settings and deployment.settings.guardrail:
        name = deployment.settings.guardrail.partition(":")[0]
        services = {action.partition(":")[0] for action in actions}
        yield _allow(
            "Guardrail", sorted(actions), [_arn(stack, one, f"guardrail/{name}") for one in sorted(services)]
        )


def _key(deployment: Deployment, stack: Stack) -> Iterator[PolicyStatement]:
    """Allow the key of the tables' encryption, through DynamoDB alone.

    Source: Amazon DynamoDB, "Encryption at rest: usage notes", which names these actions.
    """
    if deployment.kms_key:
        through = {"StringEquals": {"kms:ViaService": f"dynamodb.{stack.region}.amazonaws.com"}}
        actions = (
            "Encrypt",
            "Decrypt",
            "ReEncryptFrom",
            "ReEncryptTo",
            "GenerateDataKey",
            "DescribeKey",
            "CreateGrant",
        )
        yield PolicyStatement(
            sid="Key", actions=[f"kms:{one}" for one in actions], resources=[deployment.kms_key], conditions=through
        )


def _allow(sid: str, actions: Iterable[str], resources: Iterable[str]) -> PolicyStatement:
    return PolicyStatement(sid=sid, actions=list(actions), resources=list(resources))


def _arn(stack: Stack, service: str, resource: str) -> str:
    return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{resource}"


def _model_arn(stack: Stack, service: str, model: str, region: str) -> str:
    return f"arn:{stack.partition}:{service}:{region}::foundation-model/{model}"
