"""Twilio's webhooks: when the phone rings, when a call of ours is answered or goes on, when a session has ended."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger

from functions.adapters import dynamodb, twilio, warm
from functions.adapters.secrets import ParameterSecrets
from functions.agents import AGENTS, DEFAULT, answering
from functions.relay import Agent
from functions.relay.events import Announced, Entry, Key, Left, Placed, Screened, call_log, callee_log
from functions.relay.origin import origin
from functions.relay.outbound import screen, told
from functions.relay.parting import Apologise, HangUp, Resume, Transfer, part
from functions.relay.ports import Secrets
from functions.settings import Settings

RELAY_ENDED = "/relay-ended"

twilio.check(AGENTS)
logger = Logger()
settings = Settings.load(needed=("table", "public_url", "relay_url"))
secrets: Secrets = ParameterSecrets(settings.secrets)
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
        return _respond(event, form)
    except Exception as error:  # noqa: BLE001 - the caller must hear a sentence, not a failure
        logger.error("a webhook failed: %s", origin(error))
        return _answer(_apology(AGENTS[DEFAULT]))


def _respond(event: Mapping[str, Any], form: Form) -> dict[str, Any]:
    at = int(event["requestContext"]["timeEpoch"])
    key = Key(at, event["requestContext"]["requestId"])
    match event["rawPath"]:
        case "/voice":
            return _answer(_ring(form, key))
        case "/voice-out":
            return _answer(_reached(form, key, dict(parse_qsl(event.get("rawQueryString", "")))))
        case "/call-status":
            return _goes_on(form)
        case _:
            return _answer(_relay_ended(form, at))


def _ring(form: Form, key: Key) -> str:
    name = answering(form.get("To", ""))
    return _begin(Announced(name, form.get("From", ""), form.get("To", "")), form, key)


def _reached(form: Form, key: Key, query: Mapping[str, str]) -> str:
    """Answer for a call of ours that somebody, or a machine, has taken; only a person gets a session."""
    answered_by, name = form.get("AnsweredBy", ""), query["agent"]
    agent, call = AGENTS[name], call_log(_named(form, "CallSid"))
    log.append(call, Entry(key.under(0), Screened(answered_by)))
    verdict = screen(answered_by, agent.voicemail)
    logger.info("a call of ours was answered", extra={"by": answered_by, "next": verdict})
    match verdict:
        case "talk":
            callee = _named(form, "To")
            parameters = _ordered(callee, query.get("request", ""))
            return _begin(Announced(name, callee, form.get("From", ""), parameters), form, key)
        case "leave a message":
            return twilio.leave(agent.voicemail, agent.language)
        case "hang up":
            return twilio.hang_up()


def _ordered(callee: str, request: str) -> tuple[tuple[str, str], ...]:
    """Return what the one who ordered the call gave it on its way: kept in the table, since URLs are seen by many."""
    events = [entry.event for entry in log.read(callee_log(callee))]
    return next((one.parameters for one in events if isinstance(one, Placed) and one.request == request), ())


def _begin(announced: Announced, form: Form, key: Key) -> str:
    log.append(call_log(_named(form, "CallSid")), Entry(key, announced))
    _warm()
    name, action = announced.agent, settings.public_url + RELAY_ENDED
    return twilio.begin(AGENTS[name], settings.relay_url, action, name, announced.parameters)


def _warm() -> None:
    if settings.session_function and not warm.warm(functions, settings.session_function):
        logger.warning("%s could not be warmed", settings.session_function)


def _goes_on(form: Form) -> dict[str, Any]:
    """Note how a call of ours goes, and warm its session's function while it rings; Twilio wants no answer."""
    key, progressed = told(form)
    log.append(call_log(_named(form, "CallSid")), Entry(key, progressed))
    if progressed.status == "ringing":
        _warm()
    return {"statusCode": 204}


def _relay_ended(form: Form, at: int) -> str:
    left = Left(_named(form, "SessionId"), form.get("SessionStatus", ""), form.get("ErrorCode", ""))
    calls = call_log(_named(form, "CallSid"))
    log.append(calls, Entry(Key(at, left.session), left))
    entries = log.read(calls)
    announced = next((one.event for one in entries if isinstance(one.event, Announced)), Announced(DEFAULT, "", ""))
    name, agent = announced.agent, AGENTS[announced.agent]
    parting = part(left, form.get("CallStatus") == "in-progress", form.get("HandoffData", ""), entries)
    logger.info("a session ended", extra={"status": left.status, "error": left.error, "next": type(parting).__name__})
    match parting:
        case Transfer(to):
            return twilio.transfer(to)
        case Resume():
            action = settings.public_url + RELAY_ENDED
            return twilio.resume(agent, settings.relay_url, action, name, announced.parameters)
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
