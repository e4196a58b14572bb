"""Logs Twilio's reports on a call (`/call-status`), a recording (`/recorded`) and a transcript (`/analysed`)."""

import logging

from functions.adapters.apigateway import Webhook
from functions.relay.after_session import recorded
from functions.relay.log.events import Entry, HandedOff, TranscriptReady
from functions.relay.log.hand_off_events import MENU
from functions.relay.log.keys import Key, Slot, call_log, transcript_log
from functions.relay.outbound import read_progress
from functions.relay.wire.callback import FINAL
from functions.webhooks.deps import NO_CONTENT, HttpResponse, WebhookDeps
from functions.webhooks.limiting import call_over
from functions.webhooks.people import mark_of_person, note_call

logger = logging.getLogger("hotline")


def call_status(deps: WebhookDeps, webhook: Webhook) -> HttpResponse:
    """Log the progress of a call, and who took it from a menu. Warm the session's function while it rings."""
    if webhook.asked(MENU):
        return _taken_from_menu(deps, webhook)
    key, progressed = read_progress(webhook.form, webhook.key.at)
    deps.log.append(call_log(webhook.named("CallSid")), Entry(key, progressed))
    if progressed.status == "ringing":
        deps.warm()
    elif progressed.status in FINAL:
        call_over(deps, webhook)
        # Perhaps nobody answered, or the webhook of the ring failed: this log names the person all the same.
        note_call(deps, mark_of_person(deps, progressed.caller), webhook)
    return NO_CONTENT


def _taken_from_menu(deps: WebhookDeps, webhook: Webhook) -> HttpResponse:
    """Log once that a person has taken a call from a menu. The webhook is about the person's own call."""
    theirs = webhook.named("CallSid")
    event = HandedOff(f"{MENU}-{theirs}", MENU, webhook.named("To"))
    key = Key(0, theirs).under(Slot.BEFORE_SESSION.at())
    deps.log.append(call_log(webhook.named("ParentCallSid")), Entry(key, event))
    return NO_CONTENT


def recording_status(deps: WebhookDeps, webhook: Webhook) -> HttpResponse:
    """Log the status of a recording."""
    key, event = recorded(webhook.named("RecordingSid"), webhook.form)
    deps.log.append(call_log(webhook.named("CallSid")), Entry(key, event))
    logger.info("a recording has a new status", extra={"status": event.status})
    return NO_CONTENT


def transcript_ready(deps: WebhookDeps, webhook: Webhook) -> HttpResponse:
    """Log that a transcript has results, once. The table's stream then starts what reads them.

    Source: Twilio, "Conversation Intelligence (classic) onboarding guide", Webhooks.
    """
    ready = TranscriptReady(webhook.form.get("service_sid", ""))
    deps.log.append(transcript_log(webhook.named("transcript_sid")), Entry(Key(0, "ready"), ready))
    logger.info("a transcript has results")
    return NO_CONTENT
