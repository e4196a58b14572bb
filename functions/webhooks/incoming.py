"""Begins a session when the phone rings (`/voice`), or when a call that we placed is answered (`/voice-out`)."""

import logging

from functions.adapters import metrics, twilio
from functions.adapters.apigateway import Webhook
from functions.relay import HandOff
from functions.relay.agent.call_back import LANGUAGE
from functions.relay.agent.closing import at_this_hour
from functions.relay.counts import LimitName
from functions.relay.log.events import Announced, Entry, Limited, Placed, Screened
from functions.relay.log.keys import Slot, call_log, callee_log
from functions.relay.screening import screen
from functions.webhooks.arriving import begin_call
from functions.webhooks.deps import WebhookDeps
from functions.webhooks.limiting import limit_met
from functions.webhooks.people import mark_of_person, note_call
from functions.webhooks.recall import Recall
from functions.webhooks.transferring import hand_over
from functions.webhooks.unanswered import without_session

logger = logging.getLogger("hotline")


def answer_incoming_call(deps: WebhookDeps, webhook: Webhook) -> str:
    """Answer an incoming call with a session of the called number's agent, unless a limit is reached."""
    caller, called = webhook.form.get("From", ""), webhook.form.get("To", "")
    recall, mark = Recall(deps, caller), mark_of_person(deps, caller)
    announced = Announced(
        deps.answering(called),
        caller,
        called,
        stir_verstat=webhook.form.get("StirVerstat", ""),
        forwarded_from=webhook.form.get("ForwardedFrom", ""),
        caller_name=webhook.form.get("CallerName", ""),
        parent_call=webhook.form.get("ParentCallSid", ""),
        mark=mark,
    )
    limit = limit_met(deps, announced, webhook)
    answer = _refuse(deps, announced, webhook, limit) if limit else begin_call(deps, announced, webhook, recall)
    note_call(deps, mark, webhook)
    return answer


def _refuse(deps: WebhookDeps, announced: Announced, webhook: Webhook, limit: LimitName) -> str:
    """Return the TwiML for a caller who reached a limit: a hand-off if the agent has one, a menu, or a sentence."""
    logger.warning("a call reached the limit %s: see Limits in functions/agents/numbers.py", limit)
    metrics.count(metrics.LIMITED, Limit=limit)
    agent, call = deps.agents[announced.agent], webhook.named("CallSid")
    met = Limited(limit, announced.agent, announced.caller, announced.called, webhook.key.at)
    deps.log.append(call_log(call), Entry(webhook.key, met))
    wanted = agent.when_limited and at_this_hour(agent.when_limited, agent, webhook.key.at)
    if not isinstance(wanted, HandOff):
        return without_session(deps, announced.agent, call)
    event = wanted.as_event(f"{webhook.key.at}-limited", agent.language, agent.phrases)
    deps.log.append(call_log(call), Entry(webhook.key.under(Slot.BEFORE_SESSION.at()), event))
    return hand_over(deps, event, announced, call)


def answer_placed_call(deps: WebhookDeps, webhook: Webhook) -> str:
    """Answer when a person or a machine has answered a call that we placed.

    The session begins at once, and ends if `/screened` then reports a machine. A call that
    version 0.1 placed brings `AnsweredBy` already here; a machine gets no session then.
    """
    answered_by, name = webhook.form.get("AnsweredBy", ""), webhook.asked("agent")
    agent, callee = deps.agents[name], webhook.named("To")
    recall = Recall(deps, callee)
    if answered_by:
        screened = Entry(webhook.key.under(Slot.BEFORE_SESSION.at()), Screened(answered_by))
        deps.log.append(call_log(webhook.named("CallSid")), screened)
    verdict = screen(answered_by, bool(agent.voicemail))
    mark, ours = mark_of_person(deps, callee), webhook.form.get("From", "")
    note_call(deps, mark, webhook)
    parameters = _parameters_of_order(deps, callee, mark, webhook.asked("request"))
    language = agent.nearest(dict(parameters).get(LANGUAGE, ""))
    logger.info("a placed call was answered", extra={"by": answered_by, "next": verdict})
    match verdict:
        case "talk":
            announced = Announced(name, callee, ours, parameters, language, outbound=True, mark=mark)
            return begin_call(deps, announced, webhook, recall)
        case "leave a message":
            return twilio.leave(agent, language, ours)
        case "hang up":
            return twilio.hang_up()


def _parameters_of_order(deps: WebhookDeps, callee: str, mark: str, request: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a call's order. They are in the table and not in the URL: many parties see URLs."""
    # Version 0.1 kept an order under the plain number. Version 0.3 need not read it.
    names = (mark, callee) if mark else (callee,)
    events = [entry.event for name in names for entry in deps.log.read(callee_log(name))]
    return next((one.parameters for one in events if isinstance(one, Placed) and one.request == request), ())
