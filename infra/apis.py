"""The two APIs that Twilio calls: webhooks over HTTPS, and the relay over a WebSocket."""

import json
from collections.abc import Mapping
from typing import cast

from aws_cdk import RemovalPolicy, Stack, aws_apigatewayv2, aws_logs
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration, WebSocketLambdaIntegration
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from infra.lambdas import LOGS_KEPT

WEBHOOKS = ("/voice", "/relay-ended", "/dialed", "/whisper", "/recorded", "/voice-out", "/call-status")
"""What Twilio posts to: when the phone rings, when a session has ended, when a hand-off is over, when who is dialled
answers, as a recording goes; for calls of our own, when one is answered, and how it goes."""

FALLBACK = "/fallback"
"""What Twilio posts to when a webhook of a number has failed."""

WEBHOOK_THROTTLE = aws_apigatewayv2.ThrottleSettings(rate_limit=50, burst_limit=100)
"""Calls that may begin or end in a second. A stranger who finds the URL can spend no more than this."""

RELAY_THROTTLE = aws_apigatewayv2.ThrottleSettings(rate_limit=2000, burst_limit=1000)
"""Frames a second. Far above what 200 calls at once send, since a frame refused is a sentence lost, and far below the
10,000 that an account has for all its APIs together. Source: AWS, "Amazon API Gateway quotas"."""


class Webhooks(Construct):
    """The HTTP API that Twilio's webhooks go to; every route leads to one function, but for the one in its place."""

    def __init__(self, scope: Construct, stage: str, functions: Mapping[str, IFunction]) -> None:
        """Create the API of a deployment's stage; of the functions by their names, `twiml` and `fallback` answer."""
        super().__init__(scope, "Webhooks")
        self.api = aws_apigatewayv2.HttpApi(self, "Api", api_name=f"hotline-{stage}", create_default_stage=False)
        self.stage = aws_apigatewayv2.HttpStage(
            self, "Stage", http_api=self.api, auto_deploy=True, throttle=WEBHOOK_THROTTLE
        )
        twiml = HttpLambdaIntegration("Twiml", functions["twiml"])
        fallback = HttpLambdaIntegration("Fallback", functions["fallback"])
        for path, integration in {**dict.fromkeys(WEBHOOKS, twiml), FALLBACK: fallback}.items():
            self.api.add_routes(path=path, methods=[aws_apigatewayv2.HttpMethod.POST], integration=integration)
        self._log(stage)

    def _log(self, stage: str) -> None:
        """Note each request, without anything of the caller.

        Only log groups under this prefix are exempt from the limited size of a Region's log policy. Source: AWS,
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
        resource = cast(aws_apigatewayv2.CfnStage, self.stage.node.default_child)
        resource.access_log_settings = aws_apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=group.log_group_arn, format=json.dumps({name: f"$context.{name}" for name in noted})
        )


class Relay(Construct):
    """The WebSocket API that ConversationRelay connects to.

    It always has a `$default` and no route answers: what API Gateway makes up for a missing route, and what a route
    returns, would reach the caller's socket, where only Twilio's protocol may be spoken. Source: AWS, "Set up route
    responses for a WebSocket API in API Gateway".
    """

    def __init__(self, scope: Construct, stage: str, functions: Mapping[str, IFunction]) -> None:
        """Create the API of a deployment's stage; each of its three routes has the function of its name."""
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
        self.stage = aws_apigatewayv2.WebSocketStage(
            self, "Stage", web_socket_api=self.api, stage_name=stage, auto_deploy=True, throttle=RELAY_THROTTLE
        )

    @property
    def arn(self) -> str:
        """The ARN of the stage, under which its connections stand."""
        stack = Stack.of(self)
        place = f"{stack.region}:{stack.account}:{self.api.api_id}/{self.stage.stage_name}"
        return f"arn:{stack.partition}:execute-api:{place}"


def _route(name: str, function: IFunction) -> aws_apigatewayv2.WebSocketRouteOptions:
    return aws_apigatewayv2.WebSocketRouteOptions(integration=WebSocketLambdaIntegration(name, function))
