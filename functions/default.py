"""`$default`: one ConversationRelay message in, spoken words out."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from functions.adapters import dynamodb, line
from functions.agents import AGENTS
from functions.conduct import Ports
from functions.origin import origin
from functions.relay.events import Ended, Key
from functions.relay.ports import Model
from functions.session import Frame, Sessions
from functions.settings import Settings

logger = Logger()


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


def sessions(settings: Settings) -> Sessions:
    """Return what runs the sessions of a deployment."""
    log = dynamodb.DynamoLog(dynamodb.client(), settings.table, settings.retention_days)
    ports = Ports(log, line.GatewayLine(line.client()), model(settings))
    return Sessions(ports, AGENTS, report=measure)


def measure(ended: Ended) -> None:
    """Log how an answer went, and make a metric of how long the caller waited for its first words."""
    logger.info("answered", extra={"how": ended.how, "model_ms": ended.model_ms, "tokens": asdict(ended.usage)})
    if ended.first_words_ms:
        metrics = EphemeralMetrics(namespace="Hotline")
        metrics.add_dimension(name="Ending", value=ended.how)
        metrics.add_metric(name="FirstWords", unit=MetricUnit.Milliseconds, value=ended.first_words_ms)
        metrics.flush_metrics()


SESSIONS = sessions(Settings.load(needed=("table",)))


def handler(event: dict[str, Any], _: object) -> dict[str, int]:
    """Take in one frame. Nothing is raised and nothing returned: either would reach the caller's socket."""
    try:
        if "warm" in event:
            SESSIONS.warm()
            return {"statusCode": 200}
        frame = _frame(event)
        done = SESSIONS.receive(frame)
        logger.debug(done, extra={"connection": frame.connection, "message_id": frame.key.message})
    except Exception as error:  # noqa: BLE001 - the gateway would speak its own error into the call
        logger.error("a frame was not taken in: %s", origin(error))
    return {"statusCode": 200}


def _frame(event: dict[str, Any]) -> Frame:
    context = event["requestContext"]
    key = Key(int(context["requestTimeEpoch"]), context["messageId"])
    return Frame(context["connectionId"], key, event.get("body") or "")
