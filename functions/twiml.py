"""Twilio's webhooks: what happens when the phone rings, and when a session has ended."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger

from functions.adapters import dynamodb, twilio, warm
from functions.adapters.secrets import ParameterSecrets
from functions.agents import AGENTS, DEFAULT, answering
from functions.relay import Agent
from functions.relay.events import Announced, Entry, Key, Left, call_log
from functions.relay.origin import origin
from functions.relay.parting import Apologise, HangUp, Resume, Transfer, part
from functions.settings import Settings

RELAY_ENDED = "/relay-ended"

twilio.check(AGENTS)
logger = Logger()
settings = Settings.load(needed=("table", "public_url", "relay_url"))
secrets = ParameterSecrets(settings.secrets)
log = dynamodb.DynamoLog(dynamodb.client(), settings.table, settings.retention_days)
functions = warm.client()

Form = Mapping[str, str]


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer a webhook with TwiML; 403 to a request that Twilio did not sign, before anything is done for it."""
    try:
        form = _form(event)
        if not _genuine(event, form):
            logger.warning("a webhook was refused: its signature is not Twilio's for %s", settings.public_url)
            return {"statusCode": 403}
        return _answer(_respond(event, form))
    except Exception as error:  # noqa: BLE001 - the caller must hear a sentence, not a failure
        logger.error("a webhook failed: %s", origin(error))
        return _answer(_apology(AGENTS[DEFAULT]))


def _respond(event: Mapping[str, Any], form: Form) -> str:
    at = int(event["requestContext"]["timeEpoch"])
    match event["rawPath"]:
        case "/voice":
            return _ring(form, Key(at, event["requestContext"]["requestId"]))
        case _:
            return _relay_ended(form, at)


def _ring(form: Form, key: Key) -> str:
    name = answering(form.get("To", ""))
    announced = Announced(name, form.get("From", ""), form.get("To", ""))
    log.append(call_log(_named(form, "CallSid")), Entry(key, announced))
    if settings.session_function and not warm.warm(functions, settings.session_function):
        logger.warning("%s could not be warmed", settings.session_function)
    return twilio.begin(AGENTS[name], settings.relay_url, settings.public_url + RELAY_ENDED, name)


def _relay_ended(form: Form, at: int) -> str:
    left = Left(_named(form, "SessionId"), form.get("SessionStatus", ""), form.get("ErrorCode", ""))
    calls = call_log(_named(form, "CallSid"))
    log.append(calls, Entry(Key(at, left.session), left))
    entries = log.read(calls)
    name = next((entry.event.agent for entry in entries if isinstance(entry.event, Announced)), DEFAULT)
    agent = AGENTS[name]
    parting = part(left, form.get("CallStatus") == "in-progress", form.get("HandoffData", ""), entries)
    logger.info("a session ended", extra={"status": left.status, "error": left.error, "next": type(parting).__name__})
    match parting:
        case Transfer(to):
            return twilio.transfer(to)
        case Resume():
            return twilio.resume(agent, settings.relay_url, settings.public_url + RELAY_ENDED, name)
        case Apologise():
            return _apology(agent)
        case HangUp():
            return twilio.hang_up()


def _apology(agent: Agent) -> str:
    return twilio.apologise(agent.phrases.unavailable, agent.language)


def _genuine(event: Mapping[str, Any], form: Form) -> bool:
    query = event.get("rawQueryString")
    url = settings.public_url + event["rawPath"] + (f"?{query}" if query else "")
    signature = (event.get("headers") or {}).get("x-twilio-signature", "")
    return twilio.genuine(secrets.get("twilio-auth-token"), url, form, signature)


def _form(event: Mapping[str, Any]) -> Form:
    """Return the posted form; HTTP APIs hand it over in base64."""
    body = event.get("body") or ""
    text = base64.b64decode(body).decode(errors="replace") if event.get("isBase64Encoded") else body
    return dict(parse_qsl(text, keep_blank_values=True))


def _named(form: Form, field: str) -> str:
    """Return what is known by this field. Raises KeyError if it names nothing."""
    if not form.get(field):
        raise KeyError(field)
    return form[field]


def _answer(twiml: str) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": twiml}
