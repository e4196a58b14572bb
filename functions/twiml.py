"""Handles Twilio's webhooks: checks the signature, and answers with the webhook's function in `webhooks/`."""

from collections.abc import Callable, Mapping
from typing import Any

from functions import agents
from functions.adapters import dynamodb, metrics, records, twilio, waiting, warm
from functions.adapters.apigateway import Webhook, address_of
from functions.adapters.counters import DynamoCounters
from functions.adapters.redaction import NumberRecognizer
from functions.adapters.secrets import ParameterSecrets, listed_secrets
from functions.adapters.twilio_signature import is_signed
from functions.agents import AGENTS, answering
from functions.relay.agent.intelligence import SERVICES, service_of
from functions.relay.call_context import about, begin
from functions.relay.error_location import location_of
from functions.relay.ports import SecretError, Secrets
from functions.relay.wire.tokens import current_in
from functions.settings import Settings
from functions.webhooks.deps import HttpResponse, WebhookDeps, twiml
from functions.webhooks.incoming import answer_incoming_call, answer_placed_call
from functions.webhooks.progress import call_status, recording_status, transcript_ready
from functions.webhooks.screening import screened
from functions.webhooks.socket_ended import dialed, socket_ended
from functions.webhooks.transferring import hold, machine_heard, taken, whisper
from functions.webhooks.unanswered import unanswered

NOT_TRANSCRIBED = (
    "a call is not transcribed: in a deployment run make intelligence; on a laptop no call is, and a test brings the "
    "results with call.is_analysed()"
)

logger = metrics.logger()
settings = Settings.load(needed=("table", "public_url", "relay_url"))
secrets: Secrets = ParameterSecrets(settings.secrets)
dynamodb_client = dynamodb.client()
log = dynamodb.DynamoLog(dynamodb_client, settings.table, settings.retention_days)
lambda_client = warm.client()


def handler(event: dict[str, Any], _: object) -> HttpResponse:
    """Answer a webhook with TwiML. A request that Twilio did not sign gets 403 before anything else is done."""
    try:
        begin()
        webhook = Webhook.read(event)
        if not is_signed(_token(), webhook.url(settings.public_url), webhook.proven, webhook.signature):
            words, source = "a webhook was refused: Twilio has not signed it for %s", address_of(event)
            logger.warning(words, settings.public_url, extra={"source": source})
            metrics.count(metrics.REFUSED, Door="twiml")
            return {"statusCode": 403}
        about(call=webhook.form.get("CallSid", ""))
        return _respond(webhook)
    except Exception as error:  # noqa: BLE001 - the caller must hear a sentence, not a failure
        logger.error("a webhook failed: %s", location_of(error))
        metrics.fault("webhook")
        return _instead(event)


def _token() -> str:
    return secrets.get("twilio-auth-token")


def _respond(webhook: Webhook) -> HttpResponse:
    if noting := _NOTED.get(webhook.path):
        return noting(deps, webhook)
    return twiml(_ANSWERED.get(webhook.path, socket_ended)(deps, webhook))


_ANSWERED: Mapping[str, Callable[[WebhookDeps, Webhook], str]] = {
    "/voice": answer_incoming_call,
    "/voice-out": answer_placed_call,
    "/dialed": dialed,
    "/whisper": whisper,
    "/taken": taken,
    "/hold": hold,
}
"""The functions of the webhooks that get TwiML. All other paths are those of the end of a session."""

_NOTED: Mapping[str, Callable[[WebhookDeps, Webhook], HttpResponse]] = {
    "/call-status": call_status,
    "/recorded": recording_status,
    "/analysed": transcript_ready,
    "/machine": machine_heard,
    "/screened": screened,
}
"""The functions of the webhooks that only report something: Twilio executes no TwiML of theirs."""


def _intelligence(agent: str) -> str:
    """Return the Intelligence service of an agent. A call goes on without one: it is not transcribed then."""
    try:
        return service_of(secrets.get(SERVICES), agent)
    except SecretError:
        logger.warning(NOT_TRANSCRIBED, extra={"agent": agent})
        return ""


def _warm() -> None:
    if settings.session_function and not warm.warm(lambda_client, settings.session_function):
        logger.warning("%s could not be warmed", settings.session_function)
        metrics.fault("invoke")


def _end_for_machine(connection: str, answered_by: str) -> None:
    if not warm.end_for_machine(lambda_client, settings.session_function, connection, answered_by):
        logger.warning("a session talks to a machine: %s could not be invoked", settings.session_function)
        metrics.fault("invoke")


def _instead(event: Mapping[str, Any]) -> HttpResponse:
    """Return the answer to a webhook that failed: a menu or an apology; in a queue and for a whisper, no words.

    In a call that we placed it is an error: then Twilio asks the call's fallback, whose URL names the agent and the
    language. Source: Twilio, "Call resource", `FallbackUrl`.
    """
    path, form = str(event.get("rawPath")), _form(event)
    if path == "/hold":
        return twiml(waiting.hold("", AGENTS[answering("")], "", "/hold"))
    if path in ("/whisper", "/taken"):
        return twiml(twilio.whisper("", AGENTS[answering("")]))
    if path in _NOTED or path == "/voice-out" or form.get("Direction", "inbound") != "inbound":
        return {"statusCode": 500}
    name = answering(form.get("To", ""))
    return twiml(unanswered(name, AGENTS[name]))


def _form(event: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the fields of a webhook; {} if they cannot be read."""
    try:
        return Webhook.read(event).form
    except Exception:  # noqa: BLE001 - the request itself may be what failed
        return {}


deps = WebhookDeps(
    log,
    AGENTS,
    answering,
    settings.public_url,
    twilio.CallbackUrls(
        settings.relay_url, f"{settings.public_url}/relay-ended", f"{settings.public_url}/recorded", _intelligence
    ),
    _warm,
    _end_for_machine,
    listed_secrets(settings.secrets, lambda: agents.NEEDS.secrets),
    agents.LIMITS,
    DynamoCounters(dynamodb_client, settings.table) if settings.limits == "on" else None,
    lambda: current_in(_token()),
    lambda: secrets.get("number-key"),
    records.DynamoRecords(dynamodb_client, settings.table, settings.retention_days),
    NumberRecognizer(),
    settings.caller_id,
)
