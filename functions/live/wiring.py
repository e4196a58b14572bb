"""Puts a deployment together: its table, its line, its model, its agents."""

import logging
from dataclasses import asdict

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from functions.adapters import dynamodb, line, reminders
from functions.agents import AGENTS
from functions.live.deps import Ports
from functions.live.session import Sessions
from functions.relay.log.events import AnswerEnded
from functions.relay.ports import Model
from functions.settings import Settings

logger = logging.getLogger("hotline")


def sessions() -> Sessions:
    """Return what runs the sessions of this deployment. Raises SettingsError, SecretError, AgentError."""
    settings = Settings.load(needed=("table", "reminders"))
    log = dynamodb.DynamoLog(dynamodb.client(), settings.table, settings.retention_days)
    timer = reminders.SqsTimer(reminders.client(), settings.reminders)
    ports = Ports(log, line.GatewayLine(line.client()), model(settings), timer)
    return Sessions(ports, AGENTS, report=measure, unexpected=note_unexpected)


def model(settings: Settings) -> Model:
    """Return the model of a deployment. Only the SDK of the one chosen is loaded."""
    match settings.model:
        case "bedrock":
            from functions.adapters import bedrock  # noqa: PLC0415

            return bedrock.Bedrock(bedrock.client(), settings.model_id)
        case "claude":
            from functions.adapters import claude, secrets  # noqa: PLC0415

            key = secrets.ParameterSecrets(settings.secrets).get("anthropic-api-key")
            return claude.Claude(claude.client(key), settings.model_id)
        case "offline":
            from functions.adapters import offline  # noqa: PLC0415

            return offline.Offline()


def note_unexpected(transition: str) -> None:
    """Write to the operator's log that a table of states does not hold what happened. The call goes on."""
    logger.error("unexpected: %s", transition)


def measure(ended: AnswerEnded) -> None:
    """Log how an answer went, and make a metric of how long the caller waited for its first words."""
    logger.info("answered", extra={"how": ended.how, "model_ms": ended.model_ms, "tokens": asdict(ended.usage)})
    if ended.first_words_ms:
        metrics = EphemeralMetrics(namespace="Hotline")
        metrics.add_dimension(name="Ending", value=ended.how)
        metrics.add_metric(name="FirstWords", unit=MetricUnit.Milliseconds, value=ended.first_words_ms)
        metrics.flush_metrics()
