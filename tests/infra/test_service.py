"""The stack that answers the phone, as CloudFormation gets it."""

import json

import pytest

from functions.providers import chosen
from functions.relay.log.table_item import NOTES, note_template
from functions.relay.record.over import WAKING
from functions.settings import Settings
from functions.webhooks.paths import FALLBACK, MENU, WEBHOOKS
from infra.function import Function
from infra.inventory import inventory
from infra.packages import PYTHON
from tests.infra.conftest import Resource, Synthesize, Synthesized

pytestmark = pytest.mark.slow

ROUTE = "AWS::ApiGatewayV2::Route"
ROWS = inventory(chosen("bedrock"))
HOST = "<RelayApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>"

SETTINGS = Settings(
    table="<Logs>",
    private_table="<Private>",
    do_not_call_table="<DoNotCall>",
    public_url="<WebhooksApi.ApiEndpoint>",
    relay_url=f"wss://{HOST}/dev",
    secrets="/hotline/dev",
    model="bedrock:eu.anthropic.claude-haiku-5-5",
    session_function="<DefaultFunction>",
    reminders="<RemindersQueue>",
    follow_ups="<FollowUpsQueue>",
    schedule_group="hotline-dev",
    schedule_role="<PlansRole.Arn>",
    calls_function="<CallsFunction.Arn>",
    caller_id="",
    retention_days=30,
)

each_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])


def test_the_functions_are_those_of_the_inventory(dev: Synthesized) -> None:
    handlers = sorted(function["Handler"] for function in dev.properties("AWS::Lambda::Function").values())
    assert handlers == sorted(row.handler for row in ROWS)


@each_row
def test_a_function_understands_the_environment_that_it_is_given(dev: Synthesized, row: Function) -> None:
    variables = dev.function(row.name)["Environment"]["Variables"]
    loaded = Settings.load(variables)
    assert {name: getattr(loaded, name) for name in row.settings} == {
        name: getattr(SETTINGS, name) for name in row.settings
    }
    given = {name for name in variables if name.startswith("HOTLINE_")}
    assert given == (set(SETTINGS.environment(*row.settings)) if row.settings else set())


@each_row
def test_only_functions_that_post_know_the_callback_url(dev: Synthesized, row: Function) -> None:
    variables = dev.function(row.name)["Environment"]["Variables"]
    assert variables.get("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI") == (
        f"https://{HOST}/dev" if row.posts_to_callers else None
    )


@each_row
def test_no_environment_holds_a_secret(dev: Synthesized, row: Function) -> None:
    variables = dev.function(row.name)["Environment"]["Variables"]
    assert not [name for name in variables if "TOKEN" in name or "KEY" in name]


@each_row
def test_every_function_ends_before_api_gateway_gives_up(dev: Synthesized, row: Function) -> None:
    """Except the function for which no gateway waits."""
    assert dev.function(row.name)["Timeout"] == row.timeout
    assert row.timeout < 29 or row.follows_calls


@pytest.mark.parametrize("name", ["default", "reminders"])
def test_who_answers_has_time_to_keep_its_own_deadline(dev: Synthesized, name: str) -> None:
    assert dev.function(name)["Timeout"] > 25


@each_row
def test_every_function_runs_as_the_bundle_was_made_for(dev: Synthesized, row: Function) -> None:
    function = dev.function(row.name)
    assert (function["Runtime"], function["Architectures"]) == (f"python{PYTHON}", ["arm64"])
    assert function["TracingConfig"] == {"Mode": "Active"}


@each_row
def test_every_function_logs_json_to_a_group_that_forgets(dev: Synthesized, row: Function) -> None:
    logging = dev.function(row.name)["LoggingConfig"]
    group = dev.properties("AWS::Logs::LogGroup")[logging["LogGroup"].strip("<>")]
    assert logging["LogFormat"] == "JSON"
    assert group == {"LogGroupName": f"/hotline/dev/{row.name}", "RetentionInDays": 30}


def test_every_log_group_forgets(dev: Synthesized) -> None:
    assert all("RetentionInDays" in group for group in dev.properties("AWS::Logs::LogGroup").values())


def test_these_are_the_doors(dev: Synthesized) -> None:
    routes = {route["RouteKey"] for route in dev.properties("AWS::ApiGatewayV2::Route").values()}
    calls = (
        "/voice",
        "/relay-ended",
        "/dialed",
        "/whisper",
        "/taken",
        "/machine",
        "/screened",
        "/hold",
        "/recorded",
        "/analysed",
        "/voice-out",
        "/call-status",
        "/fallback",
        "/menu",
    )
    webhooks = {f"POST {path}" for path in calls}
    assert routes == {*webhooks, "$connect", "$default", "$disconnect", "info"}


def test_the_gateway_notes_by_itself_what_the_line_reports(dev: Synthesized) -> None:
    [route] = [one for one in dev.properties("AWS::ApiGatewayV2::Route").values() if one["RouteKey"] == NOTES]
    integrations = dev.properties("AWS::ApiGatewayV2::Integration")
    [noting] = [one for name, one in integrations.items() if f"<{name}>" in route["Target"]]
    assert noting["IntegrationType"] == "AWS"
    assert noting["IntegrationUri"] == "arn:<AWS::Partition>:apigateway:<AWS::Region>:dynamodb:action/PutItem"
    assert noting["CredentialsArn"] == "<NotesRole.Arn>"
    assert noting["RequestTemplates"] == {"$default": note_template("<Logs>", 30)}
    assert noting["TemplateSelectionExpression"] == "\\$default"


def test_no_route_returns_anything_to_the_caller(dev: Synthesized) -> None:
    kinds = ("RouteResponse", "IntegrationResponse")
    assert not [kind for kind in kinds if dev.properties(f"AWS::ApiGatewayV2::{kind}")]
    selections = [one.get("RouteResponseSelectionExpression") for one in dev.properties(ROUTE).values()]
    assert not any(selections)


def test_what_answers_when_the_others_fail_shares_nothing_with_them(dev: Synthesized) -> None:
    routes = dev.properties("AWS::ApiGatewayV2::Route").values()
    integrations = dev.properties("AWS::ApiGatewayV2::Integration")
    [fallback] = [one["Target"] for one in routes if one["RouteKey"] == "POST /fallback"]
    [target] = [one["IntegrationUri"] for name, one in integrations.items() if f"<{name}>" in fallback]
    assert target == "<FallbackFunction.Arn>"
    variables = dev.function("fallback")["Environment"]["Variables"]
    assert set(variables) == {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}


def test_the_menu_knows_its_url_our_number_and_where_its_secret_is(dev: Synthesized) -> None:
    routes = dev.properties("AWS::ApiGatewayV2::Route").values()
    integrations = dev.properties("AWS::ApiGatewayV2::Integration")
    [menu] = [one["Target"] for one in routes if one["RouteKey"] == "POST /menu"]
    [target] = [one["IntegrationUri"] for name, one in integrations.items() if f"<{name}>" in menu]
    assert target == "<MenuFunction.Arn>"
    variables = set(dev.function("menu")["Environment"]["Variables"])
    known = {one.removeprefix("HOTLINE_") for one in variables if one.startswith("HOTLINE_")}
    assert known == {"PUBLIC_URL", "SECRETS", "CALLER_ID"}


def test_no_door_leads_to_the_function_that_places_calls(dev: Synthesized) -> None:
    targets = [str(one["IntegrationUri"]) for one in dev.properties("AWS::ApiGatewayV2::Integration").values()]
    assert targets
    assert not [target for target in targets if "CallsFunction" in target]
    permissions = dev.properties("AWS::Lambda::Permission").values()
    assert not [one for one in permissions if "CallsFunction" in one["FunctionName"]]
    assert not dev.properties("AWS::Lambda::Url")


def test_the_number_that_calls_is_chosen_with_the_deployment(synthesize: Synthesize) -> None:
    variables = synthesize(caller_id="+15550100").function("calls")["Environment"]["Variables"]
    assert variables["HOTLINE_CALLER_ID"] == "+15550100"
    assert variables["HOTLINE_TWILIO_URL"] == "https://api.twilio.com"


def test_nothing_that_a_function_returns_reaches_the_callers_socket(dev: Synthesized) -> None:
    assert not dev.properties("AWS::ApiGatewayV2::RouteResponse")
    assert not dev.properties("AWS::ApiGatewayV2::IntegrationResponse")
    assert not [
        one for one in dev.properties("AWS::ApiGatewayV2::Route").values() if "RouteResponseSelection" in str(one)
    ]


@pytest.mark.parametrize(
    ("route", "function"), [("Opening", "connect"), ("Frame", "default"), ("Ending", "disconnect")]
)
def test_each_route_leads_to_its_own_function(dev: Synthesized, route: str, function: str) -> None:
    integrations = dev.properties("AWS::ApiGatewayV2::Integration")
    target = next(one["IntegrationUri"] for name, one in integrations.items() if name.endswith(route))
    assert f"<{function.title()}Function.Arn>" in target


def test_frames_are_told_apart_by_their_type(dev: Synthesized) -> None:
    relay = dev.properties("AWS::ApiGatewayV2::Api")["RelayApi"]
    assert (relay["ProtocolType"], relay["RouteSelectionExpression"]) == ("WEBSOCKET", "$request.body.type")


def test_every_stage_deploys_itself_and_is_throttled(dev: Synthesized) -> None:
    stages = dev.properties("AWS::ApiGatewayV2::Stage")
    assert {stage["StageName"] for stage in stages.values()} == {"$default", "dev"}
    for stage in stages.values():
        assert stage["AutoDeploy"]
        assert 0 < stage["DefaultRouteSettings"]["ThrottlingRateLimit"] < 10_000


def test_each_webhook_has_a_quota_of_its_own(dev: Synthesized) -> None:
    settings = dev.properties("AWS::ApiGatewayV2::Stage")["WebhooksStage"]["RouteSettings"]
    assert set(settings) == {f"POST {path}" for path in (*WEBHOOKS, FALLBACK, MENU)}
    assert all(one["ThrottlingRateLimit"] == 50 for one in settings.values())


def test_handshakes_cannot_use_up_the_quota_of_frames(dev: Synthesized) -> None:
    relay = dev.properties("AWS::ApiGatewayV2::Stage")["RelayStage"]
    opening = relay["RouteSettings"]["$connect"]["ThrottlingRateLimit"]
    assert opening * 10 < relay["DefaultRouteSettings"]["ThrottlingRateLimit"]


def test_each_kind_of_frame_has_a_quota_of_its_own(dev: Synthesized) -> None:
    """A socket that was refused may still send notes, which no function reads first."""
    routes = {one["RouteKey"] for one in dev.properties("AWS::ApiGatewayV2::Route").values()}
    sockets = {key for key in routes if not key.startswith("POST ")}
    relay = dev.properties("AWS::ApiGatewayV2::Stage")["RelayStage"]
    assert set(relay["RouteSettings"]) == sockets
    assert len(sockets) == 4


def test_a_stage_waits_for_the_routes_whose_quotas_it_sets(dev: Synthesized) -> None:
    """Otherwise CloudFormation may make the stage first, and API Gateway then knows no such route."""
    resources = dev.service["Resources"]
    stages = [one for one in resources.values() if one["Type"] == "AWS::ApiGatewayV2::Stage"]
    routes = {key for key, one in resources.items() if one["Type"] == "AWS::ApiGatewayV2::Route"}
    assert routes == {key for stage in stages for key in stage["DependsOn"] if key in routes}


def test_executions_are_kept_for_the_functions_that_a_stage_names(synthesize: Synthesize) -> None:
    functions = synthesize(reserved_concurrency="twiml=5, default=50").properties("AWS::Lambda::Function")
    kept = {name: one.get("ReservedConcurrentExecutions") for name, one in functions.items()}
    assert {name: number for name, number in kept.items() if number} == {"TwimlFunction": 5, "DefaultFunction": 50}


def test_the_log_of_requests_names_sources_and_no_caller(dev: Synthesized) -> None:
    """A throttled request reaches no function: only this line can say where a flood comes from."""
    noted = json.loads(dev.properties("AWS::ApiGatewayV2::Stage")["WebhooksStage"]["AccessLogSettings"]["Format"])
    allowed = {"requestId", "routeKey", "status", "responseLatency", "integrationStatus", "integrationErrorMessage"}
    assert set(noted) == allowed | {"source"}
    assert noted["source"] == "$context.identity.sourceIp"


def test_a_function_that_is_started_ahead_is_started_once(dev: Synthesized) -> None:
    assert list(dev.properties("AWS::Lambda::EventInvokeConfig").values()) == [
        {
            "FunctionName": "<DefaultFunction>",
            "MaximumEventAgeInSeconds": 60,
            "MaximumRetryAttempts": 0,
            "Qualifier": "$LATEST",
        }
    ]


def test_each_reminder_wakes_one_function_by_itself(dev: Synthesized) -> None:
    assert mappings(dev)["<RemindersQueue.Arn>"] == {"BatchSize": 1, "FunctionName": "<RemindersFunction>"}


def mappings(dev: Synthesized) -> dict[str, Resource]:
    """Return the function that each source invokes, by the source's ARN."""
    found = [dict(one) for one in dev.properties("AWS::Lambda::EventSourceMapping").values()]
    return {one.pop("EventSourceArn"): one for one in found}


def test_the_table_wakes_what_follows_a_call(dev: Synthesized) -> None:
    mapping = dict(mappings(dev)["<Logs.Stream>"])
    [waking] = mapping.pop("FilterCriteria")["Filters"]
    kinds = {"kind": {"S": [kind.__name__ for kind in WAKING]}}
    assert json.loads(waking["Pattern"]) == {"eventName": ["INSERT"], "dynamodb": {"NewImage": kinds}}
    assert mapping == {
        "BatchSize": 100,
        "BisectBatchOnFunctionError": True,
        "DestinationConfig": {"OnFailure": {"Destination": "<FollowUpsFailed.Arn>"}},
        "FunctionName": "<AfterFunction>",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumRetryAttempts": 5,
        "StartingPosition": "LATEST",
    }


def test_a_call_whose_follow_up_fails_is_put_away(dev: Synthesized) -> None:
    queues = dev.properties("AWS::SQS::Queue")
    again = queues["FollowUpsQueue"]["RedrivePolicy"]
    assert again == {"deadLetterTargetArn": "<FollowUpsFailed.Arn>", "maxReceiveCount": 5}
    assert queues["FollowUpsFailed"]["MessageRetentionPeriod"] == 14 * 86_400
    assert mappings(dev)["<FollowUpsQueue.Arn>"] == {"BatchSize": 1, "FunctionName": "<AfterFunction>"}


@pytest.mark.parametrize("name", ["reminders", "after"])
def test_a_message_is_not_given_out_again_while_it_is_looked_into(dev: Synthesized, name: str) -> None:
    queue = {"reminders": "RemindersQueue", "after": "FollowUpsQueue"}[name]
    assert dev.properties("AWS::SQS::Queue")[queue]["VisibilityTimeout"] == 6 * dev.function(name)["Timeout"]


def test_a_reminder_outlives_its_longest_delay_only_briefly(dev: Synthesized) -> None:
    queue = dev.properties("AWS::SQS::Queue")["RemindersQueue"]
    assert 900 + queue["VisibilityTimeout"] < queue["MessageRetentionPeriod"] <= 1800
    assert queue["SqsManagedSseEnabled"]
    assert set(queue) == {"VisibilityTimeout", "MessageRetentionPeriod", "SqsManagedSseEnabled"}


def test_a_deployment_says_what_to_do_next(dev: Synthesized) -> None:
    outputs = {name: one["Value"] for name, one in dev.service["Outputs"].items()}
    assert outputs == {
        "VoiceUrl": "<WebhooksApi.ApiEndpoint>/voice",
        "RelayUrl": f"wss://{HOST}/dev",
        "FallbackUrl": "<WebhooksApi.ApiEndpoint>/fallback",
        "StatusUrl": "<WebhooksApi.ApiEndpoint>/call-status",
        "CallOut": "<CallsFunction>",
        "Model": "bedrock:eu.anthropic.claude-haiku-5-5",
        "Secrets": "twilio-account-sid twilio-auth-token",
    }


def test_with_claude_the_key_has_to_be_set_as_well(synthesize: Synthesize) -> None:
    outputs = synthesize(model="claude").service["Outputs"]
    assert outputs["Secrets"]["Value"].split() == ["anthropic-api-key", "twilio-account-sid", "twilio-auth-token"]
    assert outputs["Model"]["Value"] == "claude:claude-haiku-5-5"


def test_a_list_of_models_brings_all_their_keys_and_settings(synthesize: Synthesize) -> None:
    stacks = synthesize(model="bedrock, claude,openai:llama3.2:1b", model_url="https://models.example/v1")
    outputs = stacks.service["Outputs"]
    assert outputs["Model"]["Value"] == (
        "bedrock:eu.anthropic.claude-haiku-5-5, claude:claude-haiku-5-5, openai:llama3.2:1b"
    )
    assert {"anthropic-api-key", "openai-api-key"} <= set(outputs["Secrets"]["Value"].split())
    variables = stacks.function("default")["Environment"]["Variables"]
    assert variables["HOTLINE_MODEL_URL"] == "https://models.example/v1"
