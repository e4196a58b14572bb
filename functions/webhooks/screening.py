"""Hears who has answered a call that we placed (`/screened`), while the agent already talks.

A machine ends the running session. A session that is not open yet finds the machine in the call's log when it opens.
Twilio does not execute the answer to this callback, so `/relay-ended` leaves the message.
"""

import logging

from functions.adapters import twilio
from functions.adapters.apigateway import Webhook
from functions.relay import Agent
from functions.relay.admission import is_over
from functions.relay.log.events import Announced, Entry, Screened, SessionJoined
from functions.relay.log.keys import call_log
from functions.relay.screening import SCREENED, machine_in, screen
from functions.webhooks.deps import NO_CONTENT, HttpResponse, WebhookDeps

logger = logging.getLogger("hotline")


def screened(deps: WebhookDeps, webhook: Webhook) -> HttpResponse:
    """Log who answered, and end the call's session if it is a machine. A call that is over does not change."""
    log, answered_by = call_log(webhook.named("CallSid")), webhook.form.get("AnsweredBy", "")
    if is_over(one.event for one in deps.log.read(log)):
        return NO_CONTENT
    deps.log.append(log, Entry(SCREENED, Screened(answered_by)))
    logger.info("Twilio heard who answered a placed call", extra={"by": answered_by})
    # Read after the append, as a session reads this log after it has joined: one of the two finds the other.
    events = [one.event for one in deps.log.read(log)]
    joined = [one.connection for one in events if isinstance(one, SessionJoined)]
    if joined and (machine := machine_in(events)):
        deps.end_for_machine(joined[-1], machine)
    return NO_CONTENT


def answer_machine(answered_by: str, agent: Agent, announced: Announced) -> str:
    """Return the TwiML for a machine: the agent's message in the language of the call's order, if it has one."""
    if screen(answered_by, bool(agent.voicemail)) == "leave a message":
        return twilio.leave(agent, announced.language, announced.called)
    return twilio.hang_up()
