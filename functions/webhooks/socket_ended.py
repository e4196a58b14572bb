"""Continues a call whose socket has ended or was lost (`/relay-ended`), or whose hand-off has ended (`/dialed`).

`next_step` in relay/after_session.py decides what happens then; this module does it.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

from functions.adapters import twilio
from functions.adapters.apigateway import Webhook
from functions.relay.after_session import (
    AnswerMachine,
    Farewell,
    GiveUp,
    HangUp,
    NextStep,
    PassOn,
    Resume,
    Transfer,
    after_dial,
    after_hand_off,
    handed_off,
    next_step,
    second_voices,
)
from functions.relay.call.call import fold
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Announced, DialEnded, Entry, SessionEnded, SessionJoined
from functions.relay.log.keys import Key, call_log, session_log
from functions.relay.wire.callback import FINAL
from functions.webhooks.arriving import agent_for, begin, greeted
from functions.webhooks.deps import WebhookDeps
from functions.webhooks.limiting import call_over, longest_s, stay_counted
from functions.webhooks.recall import Recall
from functions.webhooks.screening import answer_machine
from functions.webhooks.transferring import let_ring, note_ring
from functions.webhooks.unanswered import without_session

logger = logging.getLogger("hotline")


def socket_ended(deps: WebhookDeps, webhook: Webhook) -> str:
    """Answer the action callback of <Connect>: transfer, pass on, resume, apologise or hang up."""
    form, call = webhook.form, webhook.named("CallSid")
    recall = Recall(deps, _person(form)) if form.get("HandoffData") else None
    status = form.get("CallStatus", "")
    ended = SessionEnded(
        webhook.named("SessionId"), form.get("SessionStatus", ""), form.get("ErrorCode", ""), status in FINAL
    )
    deps.log.append(call_log(call), Entry(Key(webhook.key.at, ended.session), ended))
    entries = deps.log.read(call_log(call))
    step = next_step(ended, status == "in-progress", form.get("HandoffData", ""), entries)
    logger.info("a session ended", extra={"status": ended.status, "error": ended.error, "next": type(step).__name__})
    if isinstance(step, HangUp | GiveUp | Farewell) and form.get("Direction") == "inbound":
        call_over(deps, webhook)
    return _go_on(deps, step, _AfterSession(call, entries, ended.session, webhook.key.at, recall))


def _person(form: Mapping[str, str]) -> str:
    """Return the number of the person on the phone."""
    return form.get("From" if form.get("Direction") == "inbound" else "To", "")


def dialed(deps: WebhookDeps, webhook: Webhook) -> str:
    """Answer after a ring of a hand-off: a person took the call, or no person did."""
    call = webhook.named("CallSid")
    entries = deps.log.read(call_log(call))
    by, ring = webhook.asked("hand_off"), int(webhook.asked("ring") or 0)
    if wanted := handed_off(by, entries):
        entries = note_ring(deps, wanted.event, ring, webhook, entries)
    step = after_dial(webhook.form, wanted.event if wanted else None, ring, entries)
    if webhook.form.get("CallStatus") in FINAL:
        ended = DialEnded(by, webhook.form.get("DialCallStatus", ""), webhook.key.at)
        deps.log.append(call_log(call), Entry(Key(0, f"{by}/dial-ended"), ended))
    if wanted and (note := after_hand_off(Entry(wanted.key, wanted.event), step, webhook.form)):
        deps.log.append(call_log(call), note)
    logger.info("a hand-off ended", extra={"next": type(step).__name__})
    return _go_on(deps, step, _AfterSession(call, entries, by, webhook.key.at))


@dataclass(frozen=True, slots=True)
class _AfterSession:
    """A call after a session or a hand-off has ended."""

    call: str
    entries: tuple[Entry, ...]
    """The call's log."""

    by: str
    """The id of the session or the hand-off."""

    at: int
    """The time of the webhook, in the gateway's milliseconds."""

    recall: Recall | None = None
    """The person's earlier calls, for an agent that gets the call next."""

    def announce(self, deps: WebhookDeps, announced: Announced) -> Announced:
        """Announce the next session of the call, once. Raises LogError."""
        announced = replace(announced, at=self.at, follows=self.by, second=second_voices(self.entries))
        return deps.announce(self.call, announced, self.entries)


def _go_on(deps: WebhookDeps, step: NextStep, left: _AfterSession) -> str:
    announced, call = replace(deps.announced(left.entries), at=left.at), left.call
    agent = deps.agents[announced.agent]
    match step:
        case Transfer(ring):
            return let_ring(deps, ring, announced, call)
        case PassOn():
            return _pass_on(deps, step, left, announced)
        case Resume():
            stay_counted(deps, announced, call, longest_s(agent))
            return twilio.resume(agent_for(deps, announced, call), deps.urls, left.announce(deps, announced))
        case GiveUp():
            language = _language_spoken(deps, call) or announced.language or agent.language
            return without_session(deps, announced.agent, call, language, outbound=announced.outbound)
        case Farewell(words, language):
            return twilio.farewell(words, agent, language)
        case AnswerMachine(answered_by):
            return answer_machine(answered_by, agent, announced)
        case HangUp():
            return twilio.hang_up()


def _language_spoken(deps: WebhookDeps, call: str) -> str:
    """Return the language of a call's newest session; empty if none has begun."""
    joined = [one.event.connection for one in deps.log.read(call_log(call)) if isinstance(one.event, SessionJoined)]
    return fold(deps.log.read(session_log(joined[-1]))).language if joined else ""


def _pass_on(deps: WebhookDeps, step: PassOn, left: _AfterSession, announced: Announced) -> str:
    """Begin a session of the other agent. If a deployment has removed it, the caller stays with this agent."""
    if (agent := deps.agents.get(step.passed.agent)) is None:
        logger.error("a caller was passed to %s, which is not an agent of this deployment", step.passed.agent)
        return twilio.resume(agent_for(deps, announced, left.call), deps.urls, left.announce(deps, announced))
    stay_counted(deps, announced, left.call, longest_s(agent))
    earlier = left.recall.of(step.passed.agent) if left.recall else ()
    next_one = replace(step.announced(announced, agent.voices), earlier=earlier)
    passed = left.announce(deps, greeted(deps, next_one, left.call))
    return begin(deps, passed, left.call, before=deps.agents[announced.agent])
