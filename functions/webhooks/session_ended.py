"""A session has ended (`/relay-ended`), or a hand-off has (`/dialed`): how the call goes on; and `/whisper`."""

import logging

from functions.adapters import twilio
from functions.adapters.apigateway import Webhook
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
    unreached,
)
from functions.relay.call.call import fold
from functions.relay.log.events import Announced, Entry, SessionEnded, SessionJoined
from functions.relay.log.keys import Key, call_log, session_log
from functions.webhooks.arriving import greeted
from functions.webhooks.deps import WebhookDeps

logger = logging.getLogger("hotline")


def session_ended(deps: WebhookDeps, webhook: Webhook) -> str:
    """Answer the action callback of <Connect>: transfer, pass on, resume, apologise or hang up."""
    form, call = webhook.form, webhook.named("CallSid")
    ended = SessionEnded(webhook.named("SessionId"), form.get("SessionStatus", ""), form.get("ErrorCode", ""))
    deps.log.append(call_log(call), Entry(Key(webhook.key.at, ended.session), ended))
    entries = deps.log.read(call_log(call))
    step = next_step(ended, form.get("CallStatus") == "in-progress", form.get("HandoffData", ""), entries)
    logger.info("a session ended", extra={"status": ended.status, "error": ended.error, "next": type(step).__name__})
    return _go_on(deps, step, call, deps.announced(entries))


def dialed(deps: WebhookDeps, webhook: Webhook) -> str:
    """Answer for a caller whose hand-off is over: somebody took the call, or nobody did."""
    call = webhook.named("CallSid")
    entries = deps.log.read(call_log(call))
    wanted = handed_off(webhook.asked("hand_off"), entries)
    step = after_dial(webhook.form, wanted.event if wanted else None)
    if wanted and (note := unreached(wanted.key, webhook.form)):
        deps.log.append(call_log(call), note)
    logger.info("a hand-off ended", extra={"next": type(step).__name__})
    return _go_on(deps, step, call, deps.announced(entries))


def whisper(deps: WebhookDeps, webhook: Webhook) -> str:
    """Answer on the line of the person who was dialled and has answered: tell them what the call is about."""
    entries = deps.log.read(call_log(webhook.named("ParentCallSid")))
    wanted = handed_off(webhook.asked("hand_off"), entries)
    agent = deps.agents[deps.announced(entries).agent]
    return twilio.whisper(wanted.event.brief, agent, wanted.event.language) if wanted else twilio.whisper("", agent)


def _go_on(deps: WebhookDeps, step: NextStep, call: str, announced: Announced) -> str:
    agent = deps.agents[announced.agent]
    match step:
        case Transfer(hand_off):
            over, whispered = deps.hand_off_url("/dialed", hand_off), deps.hand_off_url("/whisper", hand_off)
            return twilio.put_through(hand_off, announced, call, over, whispered)
        case PassOn():
            return _pass_on(deps, step, call, announced)
        case Resume():
            return twilio.resume(agent, deps.urls, announced)
        case Apologise():
            language = _spoken(deps, call) or announced.language or agent.language
            return twilio.farewell(agent.phrases_in(language).unavailable, agent, language)
        case Farewell(words, language):
            return twilio.farewell(words, agent, language)
        case HangUp():
            return twilio.hang_up()


def _spoken(deps: WebhookDeps, call: str) -> str:
    """Return the language that the newest session of a call was in; empty if none has begun."""
    joined = [one.event.connection for one in deps.log.read(call_log(call)) if isinstance(one.event, SessionJoined)]
    return fold(deps.log.read(session_log(joined[-1]))).language if joined else ""


def _pass_on(deps: WebhookDeps, step: PassOn, call: str, announced: Announced) -> str:
    """Begin a session of the other agent. If a deployment has removed that agent, the caller stays with this one."""
    if (agent := deps.agents.get(step.passed.agent)) is None:
        logger.error("a caller was passed to %s, which is no agent here", step.passed.agent)
        return twilio.resume(deps.agents[announced.agent], deps.urls, announced)
    key, passed = step.announced(announced, agent.voices)
    passed = greeted(deps, passed, call)
    deps.log.append(call_log(call), Entry(key, passed))
    recorded = agent.recording and not deps.agents[announced.agent].recording
    return twilio.begin(agent, deps.urls, passed) if recorded else twilio.pass_on(agent, deps.urls, passed)
