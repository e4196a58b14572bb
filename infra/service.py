"""Creates what answers the phone: the two APIs that Twilio calls, the queue of reminders, and the functions."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from aws_cdk import CfnOutput, Duration, Stack, aws_iam
from constructs import Construct

from functions.relay.agent.needs import NOTHING, Needs
from functions.settings import Settings
from functions.webhooks.paths import FALLBACK
from infra.alarms import Alarms
from infra.apis import Notes, Relay, Webhooks
from infra.dashboard import Dashboard
from infra.deployment import Deployment
from infra.domain import Domain
from infra.follow_ups import FollowUps, stream_of
from infra.function import Function
from infra.inventory import inventory
from infra.lambdas import lambda_of
from infra.plans import Plans
from infra.reminders import Reminders
from infra.rights import Places, noting_statements, statements
from infra.state import Tables

Bundler = Callable[[Function], Path]
"""Returns the folder from which a function runs."""


class Service(Stack):
    """One deployment's APIs, queue, functions, dashboard and alarms."""

    def __init__(
        self, scope: Construct, deployment: Deployment, tables: Tables, bundle: Bundler, needs: Needs = NOTHING
    ) -> None:
        """Create the stack. `bundle` packs the functions; `needs` are the needs of the agents' tools."""
        super().__init__(
            scope,
            f"Hotline-{deployment.stage}-Service",
            description=f"Hotline {deployment.stage}: what answers the phone",
        )
        self.deployment, self.tables, self.rows = deployment, tables, inventory(deployment.settings.models, needs)
        self.functions = {
            row.name: lambda_of(self, row, deployment.stage, bundle(row), deployment.reserved.get(row.name))
            for row in self.rows
        }
        self.webhooks = Webhooks(self, deployment.stage, self.functions)
        self.relay = Relay(self, deployment.stage, self.functions, self._notes())
        self.reminders = Reminders(self, self.functions)
        self.plans = Plans(self, deployment.stage, self.functions["calls"])
        self.follow_ups = FollowUps(self, tables.logs, self.functions["after"])
        domain = deployment.domain and Domain(self, deployment.domain, self.webhooks, self.relay)
        self.public_url = domain.public_url if domain else self.webhooks.api.api_endpoint
        self.relay_url = domain.relay_url if domain else self.relay.stage.url
        if deployment.dashboard:
            Dashboard(self, deployment.stage, self.functions)
        if deployment.alarm_email:
            apis = {"webhooks": self.webhooks.api.api_id, "relay": self.relay.api.api_id}
            Alarms(self, deployment.stage, self.functions, apis, self.follow_ups.failed, email=deployment.alarm_email)
        for row in self.rows:
            self._tell(row)
            self._allow(row)
        self._say()

    def _notes(self) -> Notes:
        """Return where API Gateway puts the notes of the line, with a role that may do nothing else."""
        logs = self.tables.logs
        role = aws_iam.Role(self, "NotesRole", assumed_by=aws_iam.ServicePrincipal("apigateway.amazonaws.com"))
        for statement in noting_statements(logs.table_arn, self.deployment, self):
            role.add_to_policy(statement)
        return Notes(logs.table_name, self.deployment.settings.retention_days, role)

    def _tell(self, row: Function) -> None:
        """Give a function the settings of its row."""
        variables = self._settings().environment(*row.settings) if row.settings else {}
        variables |= row.needs.environment
        if row.posts_to_callers:
            # The variable has the SDK's name, so that a laptop can point the SDK at its own gateway in the same way.
            variables["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] = self.relay.stage.callback_url
        for name, value in variables.items():
            self.functions[row.name].add_environment(name, value)

    def _settings(self) -> Settings:
        return replace(
            self.deployment.settings,
            table=self.tables.logs.table_name,
            private_table=self.tables.private.table_name,
            do_not_call_table=self.tables.do_not_call.table_name,
            public_url=self.public_url,
            relay_url=self.relay_url,
            secrets=self.deployment.secrets,
            session_function=self.functions["default"].function_name,
            reminders=self.reminders.queue.queue_url,
            follow_ups=self.follow_ups.queue.queue_url,
            schedule_group=self.plans.group,
            schedule_role=self.plans.role.role_arn,
            calls_function=self.functions["calls"].function_arn,
        )

    def _allow(self, row: Function) -> None:
        """Give a function the rights of its row."""
        arns = {name: function.function_arn for name, function in self.functions.items()}
        tables = self.tables
        places = Places(
            tables.logs.table_arn,
            tables.private.table_arn,
            tables.do_not_call.table_arn,
            stream_of(tables.logs),
            self.relay.arn,
            self.reminders.queue.queue_arn,
            self.follow_ups.queue.queue_arn,
            self.follow_ups.failed.queue_arn,
            self.plans.group,
            self.plans.role.role_arn,
            arns,
        )
        for statement in statements(row, places, self.deployment, self):
            self.functions[row.name].add_to_role_policy(statement)
        for name in row.starts:
            # It is started so that it is warm when the caller speaks. A late start or a retry would not help.
            self.functions[name].configure_async_invoke(retry_attempts=0, max_event_age=Duration.minutes(1))

    def _say(self) -> None:
        """Output the next steps, and the values that `make number`, `make doctor` and `make call-out` read."""
        api, deployment = self.public_url, self.deployment
        self._output("VoiceUrl", f"{api}/voice", "For Twilio's number: 'A call comes in', HTTP POST")
        self._output("FallbackUrl", f"{api}{FALLBACK}", "For Twilio's number: 'Primary handler fails', HTTP POST")
        self._output("StatusUrl", f"{api}/call-status", "For Twilio's number: 'Call status changes', HTTP POST")
        self._output("RelayUrl", self.relay_url, "Where Twilio's ConversationRelay connects")
        self._output("CallOut", self.functions["calls"].function_name, "The function that places calls")
        self._output("Model", deployment.settings.model, "Which models answer, in order")
        names = sorted({secret for row in self.rows for secret in row.secrets})
        self._output("Secrets", " ".join(names), f"Set once, by `make secrets STAGE={deployment.stage}`")

    def _output(self, name: str, value: str, description: str) -> None:
        CfnOutput(self, name, value=value, description=description)
