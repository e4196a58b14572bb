"""Twilio's webhooks: when the phone rings, when a call of ours is answered, as a call goes on and is handed over."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools import Logger

from functions.adapters import dynamodb, twilio, warm
from functions.adapters.apigateway import Webhook
from functions.adapters.secrets import ParameterSecrets
from functions.agents import AGENTS, DEFAULT, answering
from functions.relay.after_session import (
    Apologise,
    Farewell,
    HangUp,
    NextStep,
    PassOn,
    Resume,
    Transfer,
    after_dial,
    handed_off,
    next_step,
    recorded,
    unreached,
)
from functions.relay.error_location import location_of
from functions.relay.log.events import Announced, Entry, HandedOff, Placed, Screened, SessionEnded
from functions.relay.log.keys import Key, call_log, callee_log
from functions.relay.outbound import read_progress, screen
from functions.relay.ports import Secrets
from functions.settings import Settings

logger = Logger()
settings = Settings.load(needed=("table", "public_url", "relay_url"))
secrets: Secrets = ParameterSecrets(settings.secrets)
log = dynamodb.DynamoLog(dynamodb.client(), settings.table, settings.retention_days)
lambda_client = warm.client()
doors = twilio.CallbackUrls(
    settings.relay_url, f"{settings.public_url}/relay-ended", f"{settings.public_url}/recorded"
)

LANGUAGE = "language"
"""The parameter of a call of ours that says in which language it begins."""

Response = dict[str, Any]

NO_ANSWER: Response = {"statusCode": 204}
"""Twilio wants none where it only tells of something."""


def handler(event: dict[str, Any], _: object) -> Response:
    """Answer a webhook with TwiML; 403 to a request that Twilio did not sign, before anything is done for it."""
    try:
        webhook = Webhook.read(event)
        if not twilio.is_signed(_token(), webhook.url(settings.public_url), webhook.form, webhook.signature):
            logger.warning("a webhook was refused: its signature is not Twilio's for %s", settings.public_url)
            return {"statusCode": 403}
        return _respond(webhook)
    except Exception as error:  # noqa: BLE001 - the caller must hear a sentence, not a failure
        logger.error("a webhook failed: %s", location_of(error))
        return _twiml(_instead(event))


def _token() -> str:
    return secrets.get("twilio-auth-token")


def _respond(webhook: Webhook) -> Response:
    match webhook.path:
        case "/voice":
            return _twiml(_ring(webhook))
        case "/voice-out":
            return _twiml(_reached(webhook))
        case "/call-status":
            return _goes_on(webhook)
        case "/recorded":
            return _recorded(webhook)
        case "/dialed":
            return _twiml(_dialed(webhook))
        case "/whisper":
            return _twiml(_whisper(webhook))
        case _:
            return _twiml(_relay_ended(webhook))


# The phone rings


def _ring(webhook: Webhook) -> str:
    caller, called = webhook.form.get("From", ""), webhook.form.get("To", "")
    return _begin(Announced(answering(called), caller, called), webhook)


def _reached(webhook: Webhook) -> str:
    """Answer for a call of ours that somebody, or a machine, has taken; only a person gets a session."""
    answered_by, name = webhook.form.get("AnsweredBy", ""), webhook.asked("agent")
    agent, call = AGENTS[name], call_log(webhook.named("CallSid"))
    log.append(call, Entry(webhook.key.under(0), Screened(answered_by)))
    verdict = screen(answered_by, agent.voicemail)
    logger.info("a call of ours was answered", extra={"by": answered_by, "next": verdict})
    match verdict:
        case "talk":
            callee = webhook.named("To")
            parameters = _ordered(callee, webhook.asked("request"))
            language = next((value for key, value in parameters if key == LANGUAGE and value in agent.voices), "")
            return _begin(Announced(name, callee, webhook.form.get("From", ""), parameters, language), webhook)
        case "leave a message":
            return twilio.leave(agent)
        case "hang up":
            return twilio.hang_up()


def _ordered(callee: str, request: str) -> tuple[tuple[str, str], ...]:
    """Return what the one who ordered the call gave it on its way: kept in the table, since URLs are seen by many."""
    events = [entry.event for entry in log.read(callee_log(callee))]
    return next((one.parameters for one in events if isinstance(one, Placed) and one.request == request), ())


def _begin(announced: Announced, webhook: Webhook) -> str:
    log.append(call_log(webhook.named("CallSid")), Entry(webhook.key, announced))
    _warm()
    return twilio.begin(AGENTS[announced.agent], doors, announced)


def _warm() -> None:
    if settings.session_function and not warm.warm(lambda_client, settings.session_function):
        logger.warning("%s could not be warmed", settings.session_function)


# A call goes on


def _goes_on(webhook: Webhook) -> Response:
    """Note how a call of ours goes, and warm its session's function while it rings."""
    key, progressed = read_progress(webhook.form)
    log.append(call_log(webhook.named("CallSid")), Entry(key, progressed))
    if progressed.status == "ringing":
        _warm()
    return NO_ANSWER


def _recorded(webhook: Webhook) -> Response:
    """Note how a recording of a call goes."""
    key, event = recorded(webhook.named("RecordingSid"), webhook.form)
    log.append(call_log(webhook.named("CallSid")), Entry(key, event))
    logger.info("a recording went on", extra={"status": event.status})
    return NO_ANSWER


def _relay_ended(webhook: Webhook) -> str:
    form, call = webhook.form, webhook.named("CallSid")
    left = SessionEnded(webhook.named("SessionId"), form.get("SessionStatus", ""), form.get("ErrorCode", ""))
    log.append(call_log(call), Entry(Key(webhook.key.at, left.session), left))
    entries = log.read(call_log(call))
    parting = next_step(left, form.get("CallStatus") == "in-progress", form.get("HandoffData", ""), entries)
    logger.info("a session ended", extra={"status": left.status, "error": left.error, "next": type(parting).__name__})
    return _go_on(parting, call, _announced(entries))


def _dialed(webhook: Webhook) -> str:
    """Answer for a caller who was handed off, now that this is over: somebody took the call, or nobody did."""
    call = webhook.named("CallSid")
    entries = log.read(call_log(call))
    wanted = handed_off(webhook.asked("hand_off"), entries)
    parting = after_dial(webhook.form, wanted.event if wanted else None)
    if wanted and (note := unreached(wanted.key, webhook.form)):
        log.append(call_log(call), note)
    logger.info("a hand-off ended", extra={"next": type(parting).__name__})
    return _go_on(parting, call, _announced(entries))


def _whisper(webhook: Webhook) -> str:
    """Answer on the line of whoever was dialled and has answered: tell them what the call is about."""
    entries = log.read(call_log(webhook.named("ParentCallSid")))
    wanted = handed_off(webhook.asked("hand_off"), entries)
    agent = AGENTS[_announced(entries).agent]
    return twilio.whisper(wanted.event.brief, agent, wanted.event.language) if wanted else twilio.whisper("", agent)


def _go_on(parting: NextStep, call: str, announced: Announced) -> str:
    agent = AGENTS[announced.agent]
    match parting:
        case Transfer(hand_off):
            over, whisper = _about(hand_off, "/dialed"), _about(hand_off, "/whisper")
            return twilio.put_through(hand_off, announced.caller, call, over, whisper)
        case PassOn() as passing:
            return _pass_on(passing, call, announced)
        case Resume():
            return twilio.resume(agent, doors, announced)
        case Apologise():
            return twilio.farewell(agent.phrases.unavailable, agent)
        case Farewell(words, language):
            return twilio.farewell(words, agent, language)
        case HangUp():
            return twilio.hang_up()


def _pass_on(passing: PassOn, call: str, announced: Announced) -> str:
    """Begin a session of the other agent; one that a deployment has removed leaves the caller with this one."""
    if (agent := AGENTS.get(passing.passed.agent)) is None:
        logger.error("a caller was passed to %s, which is no agent here", passing.passed.agent)
        return twilio.resume(AGENTS[announced.agent], doors, announced)
    key, passed = passing.announced(announced, agent.voices)
    log.append(call_log(call), Entry(key, passed))
    recorded = agent.recording and not AGENTS[announced.agent].recording
    return twilio.begin(agent, doors, passed) if recorded else twilio.pass_on(agent, doors, passed)


def _announced(entries: Iterable[Entry]) -> Announced:
    """Return the newest announcement of a call."""
    found = [one.event for one in entries if isinstance(one.event, Announced)]
    return found[-1] if found else Announced(DEFAULT, "", "")


def _about(hand_off: HandedOff, path: str) -> str:
    """Return a URL that names a hand-off and tells nothing of it, since URLs are seen by many."""
    return f"{settings.public_url}{path}?{urlencode({'hand_off': hand_off.id})}"


def _instead(event: Mapping[str, Any]) -> str:
    """Return what stands in for an answer that failed; whoever was dialled hears nothing and is put through."""
    agent = AGENTS[DEFAULT]
    whispered = event.get("rawPath") == "/whisper"
    return twilio.whisper("", agent) if whispered else twilio.farewell(agent.phrases.unavailable, agent)


def _twiml(document: str) -> Response:
    return {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": document}
