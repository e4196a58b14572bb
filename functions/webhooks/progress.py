"""Logs Twilio's reports on the progress of a call (`/call-status`) and of a recording (`/recorded`)."""

import logging

from functions.adapters.apigateway import Webhook
from functions.relay.after_session import recorded
from functions.relay.log.events import Entry
from functions.relay.log.keys import call_log
from functions.relay.outbound import read_progress
from functions.relay.wire.callback import FINAL
from functions.webhooks.deps import NO_CONTENT, Response, WebhookDeps
from functions.webhooks.limiting import call_over

logger = logging.getLogger("hotline")


def call_status(deps: WebhookDeps, webhook: Webhook) -> Response:
    """Log the progress of a call. Warm the session's function while it rings."""
    key, progressed = read_progress(webhook.form, webhook.key.at)
    deps.log.append(call_log(webhook.named("CallSid")), Entry(key, progressed))
    if progressed.status == "ringing":
        deps.warm()
    elif progressed.status in FINAL:
        call_over(deps, webhook)
    return NO_CONTENT


def recording_status(deps: WebhookDeps, webhook: Webhook) -> Response:
    """Log the status of a recording."""
    key, event = recorded(webhook.named("RecordingSid"), webhook.form)
    deps.log.append(call_log(webhook.named("CallSid")), Entry(key, event))
    logger.info("a recording has a new status", extra={"status": event.status})
    return NO_CONTENT
