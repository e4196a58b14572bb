"""All rights of each function, so that a right that is added anywhere shows here."""

from typing import Any

import pytest

from tests.infra.conftest import Synthesize, Synthesized

pytestmark = pytest.mark.slow

HERE = "<AWS::Region>:<AWS::AccountId>"
SESSION_MODEL = "anthropic.claude-haiku-5-5"
PROFILE = f"arn:<AWS::Partition>:bedrock:{HERE}:inference-profile/"
ASK = "bedrock:InvokeModelWithResponseStream"
POST = "execute-api:ManageConnections"

Right = tuple[str, str]


def model(region: str, name: str = SESSION_MODEL) -> str:
    return f"arn:<AWS::Partition>:bedrock:{region}::foundation-model/{name}"


def secret(name: str, stage: str = "dev") -> Right:
    return "ssm:GetParameter", f"arn:<AWS::Partition>:ssm:{HERE}:parameter/hotline/{stage}/{name}"


def own(name: str) -> set[Right]:
    """The rights of every function: to write to its own log group, and to send traces, which have no resource."""
    logs = {(f"logs:{action}", f"<{name.title()}Logs.Arn>") for action in ("CreateLogStream", "PutLogEvents")}
    return logs | {(f"xray:{action}", "*") for action in ("PutTraceSegments", "PutTelemetryRecords")}


def connections(stage: str = "dev") -> set[Right]:
    api = f"arn:<AWS::Partition>:execute-api:{HERE}:<RelayApi>/{stage}"
    return {(POST, f"{api}/POST/@connections/*")}


APPEND = ("dynamodb:PutItem", "<Logs.Arn>")
READ = ("dynamodb:Query", "<Logs.Arn>")
COUNT = ("dynamodb:UpdateItem", "<Logs.Arn>")
COUNTS = ("dynamodb:BatchGetItem", "<Logs.Arn>")
KEEP = {(f"dynamodb:{action}", "<Private.Arn>") for action in ("PutItem", "Query", "BatchWriteItem")}
ADD_WISH, READ_WISHES = (("dynamodb:PutItem", "<DoNotCall.Arn>"), ("dynamodb:Query", "<DoNotCall.Arn>"))
REMIND = ("sqs:SendMessage", "<RemindersQueue.Arn>")
TAKING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
TAKE = {(f"sqs:{action}", "<RemindersQueue.Arn>") for action in TAKING}
BEDROCK = {(ASK, f"{PROFILE}eu.{SESSION_MODEL}"), (ASK, model("*"))}

TALK = {APPEND, READ, COUNT, *KEEP, REMIND, ADD_WISH, READ_WISHES}

ANSWERING = ("default", "reminders")
RUN_AGENTS = {"twiml", "default", "reminders", "calls", "after"}

RIGHTS: dict[str, set[Right]] = {
    "twiml": {
        *(
            APPEND,
            READ,
            COUNT,
            COUNTS,
            secret("twilio-auth-token"),
            secret("number-key"),
            secret("intelligence-services"),
        ),
        ("lambda:InvokeFunction", "<DefaultFunction.Arn>"),
    },
    "calls": {
        *(APPEND, READ, COUNT, COUNTS, READ_WISHES, secret("twilio-account-sid"), secret("number-key")),
        *(secret(f"twilio-api-key-{part}") for part in ("sid", "secret")),
    },
    "tokens": {
        secret(name)
        for name in ("twilio-account-sid", "twilio-api-key-sid", "twilio-api-key-secret", "twilio-app-sid")
    },
    "connect": {APPEND, secret("twilio-auth-token")},
    "default": {*TALK, *connections(), *BEDROCK},
    "disconnect": {APPEND},
    "fallback": set(),
    "menu": {secret("twilio-auth-token")},
    "after": {
        *(right for right in KEEP if right[0] != "dynamodb:PutItem"),
        *(
            APPEND,
            READ,
            COUNT,
            READ_WISHES,
            secret("number-key"),
            secret("call-webhook-secret"),
            secret("otlp-headers"),
            ("dynamodb:ListStreams", "*"),
        ),
        *BEDROCK,
        *((f"sqs:{action}", "<FollowUpsQueue.Arn>") for action in ("SendMessage", *TAKING)),
        *(secret(f"twilio-{name}") for name in ("account-sid", "api-key-sid", "api-key-secret")),
        ("sqs:SendMessage", "<FollowUpsFailed.Arn>"),
        ("scheduler:CreateSchedule", f"arn:<AWS::Partition>:scheduler:{HERE}:schedule/hotline-dev/*"),
        ("iam:PassRole", "<PlansRole.Arn>"),
        ("events:PutEvents", f"arn:<AWS::Partition>:events:{HERE}:event-bus/default"),
        *((f"dynamodb:{action}", "<Logs.Stream>") for action in ("DescribeStream", "GetRecords", "GetShardIterator")),
    },
    "reminders": {*TALK, *TAKE, *connections(), *BEDROCK},
}


answering = pytest.mark.parametrize("name", ANSWERING)


def rights(stacks: Synthesized, name: str) -> set[Right]:
    return {
        (action, resource)
        for statement in statements(stacks, name)
        for action in _list(statement["Action"])
        for resource in _list(statement["Resource"])
    }


def statements(stacks: Synthesized, name: str) -> list[dict[str, Any]]:
    policies = stacks.properties("AWS::IAM::Policy").values()
    mine = [policy for policy in policies if policy["Roles"] == [f"<{name.title()}Role>"]]
    return [statement for policy in mine for statement in policy["PolicyDocument"]["Statement"]]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", RIGHTS)
def test_a_function_may_do_this_and_nothing_else(dev: Synthesized, name: str) -> None:
    assert rights(dev, name) == RIGHTS[name] | own(name)


def test_tools_may_do_what_they_need_where_agents_run(with_needs: Synthesized, prod: Synthesized) -> None:
    needed = {
        ("ses:SendEmail", f"arn:<AWS::Partition>:ses:{HERE}:identity/prod.rosa.example"),
        ("s3:Get*", "arn:<AWS::Partition>:s3:::menus/*"),
        secret("sms-token", "prod"),
    }
    for name in RIGHTS:
        added = rights(with_needs, name) - rights(prod, name)
        assert added == (needed if name in RUN_AGENTS else set()), name
        assert rights(prod, name) <= rights(with_needs, name)
        shop = with_needs.function(name)["Environment"]["Variables"].get("SHOP")
        assert shop == ("rosa" if name in RUN_AGENTS else None)


def test_every_right_belongs_to_one_of_these_functions(dev: Synthesized) -> None:
    holders = [policy["Roles"] for policy in dev.properties("AWS::IAM::Policy").values()]
    assert sorted(holders) == sorted([f"<{name.title()}Role>"] for name in (*RIGHTS, "notes", "plans"))
    for name, role in dev.properties("AWS::IAM::Role").items():
        service = {"NotesRole": "apigateway", "PlansRole": "scheduler"}.get(name, "lambda") + ".amazonaws.com"
        assert set(role) == {"AssumeRolePolicyDocument"}, "a managed or an inline policy, past this table"
        assert [one["Principal"] for one in role["AssumeRolePolicyDocument"]["Statement"]] == [{"Service": service}]


def test_the_gateway_may_only_put_items_into_the_logs_of_sessions(dev: Synthesized) -> None:
    assert rights(dev, "notes") == {APPEND}
    [statement] = statements(dev, "notes")
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["session/*"]}}


def test_every_statement_allows_by_name_and_none_by_exception(dev: Synthesized) -> None:
    for name in RIGHTS:
        for statement in statements(dev, name):
            assert not {"NotAction", "NotResource"} & set(statement)
            assert not [action for action in _list(statement["Action"]) if "*" in action]


@pytest.mark.parametrize("name", ["twiml", "calls"])
def test_only_counters_may_be_changed(dev: Synthesized, name: str) -> None:
    changing = [one for one in statements(dev, name) if "dynamodb:UpdateItem" in _list(one["Action"])]
    assert [one["Condition"] for one in changing] == [
        {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["limit/*"]}}
    ]


def test_only_our_api_routes_may_call_a_function(dev: Synthesized) -> None:
    for permission in dev.properties("AWS::Lambda::Permission").values():
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "<RelayApi>/" in permission["SourceArn"] or "<WebhooksApi>/" in permission["SourceArn"]


def test_another_stage_has_its_own_secrets_and_callers(prod: Synthesized) -> None:
    assert secret("twilio-auth-token", "prod") in rights(prod, "twiml")
    for name in ANSWERING:
        assert connections("prod") <= rights(prod, name)
    assert not [resource for name in RIGHTS for _, resource in rights(prod, name) if "/dev" in resource]


@answering
def test_the_model_may_be_asked_through_its_profile_only(dev: Synthesized, name: str) -> None:
    asking = [one for one in statements(dev, name) if one["Action"] == ASK and "foundation" in str(one["Resource"])]
    assert [one["Condition"] for one in asking] == [
        {"StringEquals": {"bedrock:InferenceProfileArn": f"{PROFILE}eu.{SESSION_MODEL}"}}
    ]


@answering
def test_a_global_profile_is_a_choice(synthesize: Synthesize, name: str) -> None:
    stacks = synthesize(model_id=f"global.{SESSION_MODEL}")
    asked = {right for right in rights(stacks, name) if right[0] == ASK}
    assert asked == {(ASK, f"{PROFILE}global.{SESSION_MODEL}"), (ASK, model("<AWS::Region>")), (ASK, model(""))}


@answering
def test_a_guardrail_may_be_applied_where_one_is_chosen(synthesize: Synthesize, name: str) -> None:
    guarded = rights(synthesize(guardrail="abc123:1"), name)
    arn = f"arn:<AWS::Partition>:bedrock:{HERE}:guardrail/abc123"
    assert guarded - rights(synthesize(), name) == {("bedrock:ApplyGuardrail", arn)}


@answering
def test_a_model_without_a_profile_is_asked_in_its_own_region(synthesize: Synthesize, name: str) -> None:
    stacks = synthesize(model_id="amazon.nova-micro-v1:0")
    asked = {right for right in rights(stacks, name) if right[0] == ASK}
    assert asked == {(ASK, model("<AWS::Region>", "amazon.nova-micro-v1:0"))}


@answering
def test_with_claude_the_key_is_readable_and_bedrock_is_not(synthesize: Synthesize, name: str) -> None:
    expected = RIGHTS[name] - BEDROCK | {secret("anthropic-api-key")}
    assert rights(synthesize(model="claude"), name) == expected | own(name)


@answering
def test_offline_no_model_may_be_asked_and_no_secret_read(synthesize: Synthesize, name: str) -> None:
    assert rights(synthesize(model="offline"), name) == RIGHTS[name] - BEDROCK | own(name)


def test_the_queue_policies_only_refuse_unencrypted_requests(dev: Synthesized) -> None:
    policies = list(dev.properties("AWS::SQS::QueuePolicy").values())
    queues = ["<RemindersQueue>", "<FollowUpsQueue>", "<FollowUpsFailed>"]
    assert sorted(name for policy in policies for name in policy["Queues"]) == sorted(queues)
    for policy in policies:
        [queue] = policy["Queues"]
        assert policy["PolicyDocument"]["Statement"] == [
            {
                "Action": "sqs:*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Resource": queue.replace(">", ".Arn>"),
            }
        ]


def test_only_schedules_of_the_stage_may_place_calls(dev: Synthesized) -> None:
    policies = dev.properties("AWS::IAM::Policy").values()
    [policy] = [one for one in policies if one["Roles"] == ["<PlansRole>"]]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("lambda:InvokeFunction", "<CallsFunction.Arn>")
    [role] = [one for name, one in dev.properties("AWS::IAM::Role").items() if name.startswith("PlansRole")]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceArn": "<PlansGroup.Arn>"}}
