"""Creates the two APIs that Twilio calls: webhooks over HTTPS, and ConversationRelay over a WebSocket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from aws_cdk import RemovalPolicy, Stack, aws_apigatewayv2, aws_iam, aws_logs
from aws_cdk.aws_apigatewayv2_integrations import (
    HttpLambdaIntegration,
    WebSocketAwsIntegration,
    WebSocketLambdaIntegration,
)
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from functions.relay.log.table_item import NOTES, note_template
from functions.webhooks.paths import FALLBACK, MENU, WEBHOOKS
from infra.lambdas import LOGS_KEPT

WEBHOOK_THROTTLE = aws_apigatewayv2.ThrottleSettings(rate_limit=50, burst_limit=100)
"""Requests per second to each webhook: calls that may begin or end. A stranger who finds the URL cannot cause more.

Each route has its own quota, so a flood of one does not affect the others. Before the signature is checked, nothing
distinguishes Twilio's requests from a stranger's on the same route: an HTTP API has no filter by source. Source: AWS,
"Protect your HTTP APIs": AWS WAF is for REST APIs. The alarm `refused` reports a flood.
"""

OPENING_THROTTLE = aws_apigatewayv2.ThrottleSettings(rate_limit=50, burst_limit=100)
"""Handshakes per second: as many as the calls that may begin. They cannot use up the quota of frames."""

RELAY_THROTTLE = aws_apigatewayv2.ThrottleSettings(rate_limit=2000, burst_limit=1000)
"""Frames per second on each route: notes of the line cannot use up the quota of words.

It is far above what 200 calls at once send, because a refused frame is a lost sentence, and far below the 10,000 that
an account has for all its APIs. Source: AWS, "Amazon API Gateway quotas".
"""


class Webhooks(Construct):
    """The HTTP API for Twilio's webhooks. All routes but those of the fallback and the menu lead to one function."""

    def __init__(self, scope: Construct, stage: str, functions: Mapping[str, IFunction]) -> None:
        """Create the API of a deployment's stage, for the functions `twiml`, `fallback` and `menu` by their names."""
        super().__init__(scope, "Webhooks")
        self.api = aws_apigatewayv2.HttpApi(self, "Api", api_name=f"hotline-{stage}", create_default_stage=False)
        self.stage = aws_apigatewayv2.HttpStage(
            self, "Stage", http_api=self.api, auto_deploy=True, throttle=WEBHOOK_THROTTLE
        )
        twiml, fallback, menu = (
            HttpLambdaIntegration(name.title(), functions[name]) for name in ("twiml", "fallback", "menu")
        )
        for path, integration in {**dict.fromkeys(WEBHOOKS, twiml), FALLBACK: fallback, MENU: menu}.items():
            routes = self.api.add_routes(
                path=path, methods=[aws_apigatewayv2.HttpMethod.POST], integration=integration
            )
            # The settings of a stage may only name routes that exist.
            self.stage.node.add_dependency(*routes)
        _throttle(self.stage, {f"POST {path}": WEBHOOK_THROTTLE for path in (*WEBHOOKS, FALLBACK, MENU)})
        self._log(stage)

    def _log(self, stage: str) -> None:
        """Log each request and its source, without anything about the caller.

        The source of Twilio's requests is Twilio. A request that the API throttles reaches no function, so this is
        the only line that names its source. Source: AWS, "Customize HTTP API access logs".

        Only log groups under this prefix do not count against the limited size of a Region's log policy. Source: AWS,
        "Enable logging from AWS services".
        """
        group = aws_logs.LogGroup(
            self,
            "Requests",
            log_group_name=f"/aws/vendedlogs/hotline/{stage}/webhooks",
            retention=LOGS_KEPT,
            removal_policy=RemovalPolicy.DESTROY,
        )
        noted = ("requestId", "routeKey", "status", "responseLatency", "integrationStatus", "integrationErrorMessage")
        written = {name: f"$context.{name}" for name in noted} | {"source": "$context.identity.sourceIp"}
        resource = cast(aws_apigatewayv2.CfnStage, self.stage.node.default_child)
        resource.access_log_settings = aws_apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=group.log_group_arn, format=json.dumps(written)
        )


@dataclass(frozen=True, slots=True)
class Notes:
    """Where API Gateway puts the notes of the line by itself."""

    table: str
    """The name of the table."""

    days: int
    """Days after which a note expires."""

    role: aws_iam.IRole
    """The role that may put them, and do nothing else."""


class Relay(Construct):
    """The WebSocket API for ConversationRelay.

    It always has a `$default` route, and no route returns anything: each is one-way. API Gateway's own reply to a
    missing route, and the result of a route, would both reach the caller's socket, where only Twilio's protocol is
    allowed. Source: AWS, "Set up route responses for a WebSocket API in API Gateway".
    """

    def __init__(self, scope: Construct, stage: str, functions: Mapping[str, IFunction], notes: "Notes") -> None:
        """Create the API of a deployment's stage. Each of three routes leads to the function with its name.

        The frames that only report something go into the table, and start no function.
        """
        super().__init__(scope, "Relay")
        self.api = aws_apigatewayv2.WebSocketApi(
            self,
            "Api",
            api_name=f"hotline-{stage}-relay",
            route_selection_expression="$request.body.type",
            connect_route_options=_route("Opening", functions["connect"]),
            default_route_options=_route("Frame", functions["default"]),
            disconnect_route_options=_route("Ending", functions["disconnect"]),
        )
        # Functions of the previous version cannot read such notes, so they are replaced first.
        self.api.add_route(NOTES, integration=self._noting(notes)).node.add_dependency(*functions.values())
        self.stage = aws_apigatewayv2.WebSocketStage(
            self, "Stage", web_socket_api=self.api, stage_name=stage, auto_deploy=True, throttle=RELAY_THROTTLE
        )
        self.stage.node.add_dependency(self.api)
        quotas = {"$connect": OPENING_THROTTLE, **dict.fromkeys(("$default", NOTES, "$disconnect"), RELAY_THROTTLE)}
        _throttle(self.stage, quotas)

    def _noting(self, notes: "Notes") -> WebSocketAwsIntegration:
        """Return the integration that puts a frame into the table."""
        stack = Stack.of(self)
        return WebSocketAwsIntegration(
            "Notes",
            integration_uri=f"arn:{stack.partition}:apigateway:{stack.region}:dynamodb:action/PutItem",
            integration_method="POST",
            credentials_role=notes.role,
            passthrough_behavior=aws_apigatewayv2.PassthroughBehavior.NEVER,
            request_templates={"$default": note_template(notes.table, notes.days)},
            template_selection_expression="\\$default",
        )

    @property
    def arn(self) -> str:
        """The ARN of the stage, which the ARNs of its connections begin with."""
        stack = Stack.of(self)
        place = f"{stack.region}:{stack.account}:{self.api.api_id}/{self.stage.stage_name}"
        return f"arn:{stack.partition}:execute-api:{place}"


def _route(name: str, function: IFunction) -> aws_apigatewayv2.WebSocketRouteOptions:
    return aws_apigatewayv2.WebSocketRouteOptions(integration=WebSocketLambdaIntegration(name, function))


def _throttle(stage: Construct, routes: Mapping[str, aws_apigatewayv2.ThrottleSettings]) -> None:
    """Give routes of a stage, by their keys, their own quotas."""
    resource = cast(aws_apigatewayv2.CfnStage, stage.node.default_child)
    resource.route_settings = {
        key: {"ThrottlingRateLimit": one.rate_limit, "ThrottlingBurstLimit": one.burst_limit}
        for key, one in routes.items()
    }
