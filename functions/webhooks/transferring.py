"""Puts a caller through: tells people why (`/whisper`), asks them (`/taken`), hears of machines (`/machine`).

Meanwhile the caller may wait in a queue (`/hold`).
"""

import logging
from functools import partial
from urllib.parse import urlencode

from functions.adapters import twilio, waiting
from functions.adapters.apigateway import Webhook
from functions.relay import Agent
from functions.relay.after_session import handed_off, not_reached
from functions.relay.cost_limits import END_MARGIN_S, LONGEST_CALL_S
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Announced, Entry, HandedOff, Tried
from functions.relay.log.keys import call_log
from functions.relay.transfer import (
    MACHINES,
    MOST_ASKED,
    Ring,
    first_ring,
    has_machine,
    is_asked,
    is_followed,
    missing_outcomes,
    reply_of,
    ring_of,
    tried,
    tries,
)
from functions.webhooks.deps import NO_CONTENT, HttpResponse, WebhookDeps
from functions.webhooks.limiting import stay_counted

logger = logging.getLogger("hotline")


def hand_over(deps: WebhookDeps, hand_off: HandedOff, announced: Announced, call: str) -> str:
    """Return the TwiML that begins a hand-off."""
    return let_ring(deps, first_ring(hand_off), announced, call)


def let_ring(deps: WebhookDeps, ring: Ring, announced: Announced, call: str) -> str:
    """Return the TwiML with which these people's phones ring. The call stays counted as long as they may talk."""
    stay_counted(deps, announced, call, _longest_s(ring.hand_off))
    url = partial(_url, deps, ring.hand_off.id, ring.number)
    machine = partial(url, "/machine", call=call)
    urls = twilio.RingUrls(url("/dialed"), partial(url, "/whisper"), machine, url("/hold"))
    return twilio.put_through(ring, deps.agents[announced.agent], announced, call, urls, ours=deps.caller_id)


def _longest_s(hand_off: HandedOff) -> int:
    """Return how many seconds the phones may ring and the talk with a person may last. A queue has no limit."""
    if hand_off.to.startswith("workflow:"):
        return LONGEST_CALL_S
    return hand_off.rings + hand_off.minutes * 60 + END_MARGIN_S


def whisper(deps: WebhookDeps, webhook: Webhook) -> str:
    """Tell the person who has answered a hand-off what the call is about, and ask whether they take it."""
    leg = _read_leg(deps, webhook, webhook.named("ParentCallSid"))
    if leg.hand_off is None:
        return twilio.whisper("", leg.agent)
    if is_followed(leg.hand_off):
        leg.note(deps, "answered")
    if is_asked(leg.hand_off, leg.person):
        return leg.ask(deps, leg.hand_off, leg.hand_off.brief, asked=1)
    return twilio.whisper(leg.hand_off.brief, leg.agent, leg.hand_off.language)


def taken(deps: WebhookDeps, webhook: Webhook) -> str:
    """Answer the person who was asked: connect the first who takes the call, hang up on all others."""
    leg, asked = _read_leg(deps, webhook, webhook.named("ParentCallSid")), int(webhook.asked("asked") or 1)
    if leg.hand_off is None:
        return twilio.whisper("", leg.agent)
    form, language = webhook.form, leg.hand_off.language or leg.agent.language
    machine = has_machine(leg.sid, leg.entries)
    reply = reply_of(form.get("Digits", ""), form.get("SpeechResult", ""), language, machine)
    logger.info("a person was asked to take a call", extra={"reply": reply})
    match reply:
        case "take" if leg.takes(deps):
            return twilio.whisper("", leg.agent)
        case "take":
            return twilio.farewell(leg.agent.phrases_in(language).taken, leg.agent, language)
        case "unclear" if asked < MOST_ASKED:
            return leg.ask(deps, leg.hand_off, "", asked + 1)
        case _:
            leg.note(deps, "silent" if reply == "unclear" else "machine" if machine else "declined")
            return twilio.hang_up()


def hold(deps: WebhookDeps, webhook: Webhook) -> str:
    """Answer with what the caller hears in the queue of a hand-off."""
    entries = tuple(deps.log.read(call_log(webhook.named("CallSid"))))
    agent, wanted = deps.agents[deps.announced(entries).agent], handed_off(webhook.asked("hand_off"), entries)
    words, language = (wanted.event.hold, wanted.event.language) if wanted else ("", "")
    return waiting.hold(words, agent, language, webhook.url(deps.public_url))


def machine_heard(deps: WebhookDeps, webhook: Webhook) -> HttpResponse:
    """Log that a machine has answered a hand-off. The next `/taken` of the call to it then hangs up."""
    leg = _read_leg(deps, webhook, webhook.asked("call"))
    if leg.hand_off and webhook.form.get("AnsweredBy", "").startswith(MACHINES):
        leg.note(deps, "machine")
        logger.info("a machine answered a hand-off")
    return NO_CONTENT


def note_ring(
    deps: WebhookDeps, hand_off: HandedOff, number: int, webhook: Webhook, entries: tuple[Entry, ...]
) -> tuple[Entry, ...]:
    """Log what is not known yet of a ring that has ended; return the call's log with it."""
    if (ring := ring_of(hand_off, number, entries)) is None or not is_followed(hand_off):
        return entries
    why, leg = not_reached(webhook.form), webhook.form.get("DialCallSid", "")
    notes = [tried(hand_off, number, person, how, leg) for person, how in missing_outcomes(ring, why, entries)]
    for note in notes:
        deps.log.append(call_log(webhook.named("CallSid")), note)
    return (*entries, *notes)


@dataclass(frozen=True, slots=True)
class _Leg:
    """The call to a person, and the call for which it is made."""

    sid: str
    call: str
    ring: int
    person: int
    hand_off: HandedOff | None
    """None if the call has no such hand-off, or no such person."""

    agent: Agent
    entries: tuple[Entry, ...]
    """The log of the caller's call."""

    def note(self, deps: WebhookDeps, how: str) -> bool:
        """Log what becomes of the call to the person; return False if that is logged already."""
        if self.hand_off is None:
            return False
        return deps.log.append(call_log(self.call), tried(self.hand_off, self.ring, self.person, how, self.sid))

    def takes(self, deps: WebhookDeps) -> bool:
        """Return whether the person gets the call: no other person has it. A repeated request gets it again."""
        if self.hand_off is None or self.note(deps, "taken"):
            return self.hand_off is not None
        known = tries(self.hand_off.id, deps.log.read(call_log(self.call)))
        return Tried(self.hand_off.id, self.ring, self.person, "taken", self.sid) in known

    def ask(self, deps: WebhookDeps, hand_off: HandedOff, brief: str, asked: int) -> str:
        """Return the TwiML that asks the person, after the brief, to take the call."""
        language = hand_off.language or self.agent.language
        url = _url(deps, hand_off.id, self.ring, "/taken", self.person, asked=str(asked))
        return twilio.ask_person((brief, self.agent.phrases_in(language).take), self.agent, language, url)


def _read_leg(deps: WebhookDeps, webhook: Webhook, call: str) -> _Leg:
    entries = tuple(deps.log.read(call_log(call)))
    wanted = handed_off(webhook.asked("hand_off"), entries)
    ring, person = (int(webhook.asked(name) or 0) for name in ("ring", "person"))
    hand_off = wanted.event if wanted and person < len(wanted.event.people) else None
    agent = deps.agents[deps.announced(entries).agent]
    return _Leg(webhook.named("CallSid"), call, ring, person, hand_off, agent, entries)


def _url(deps: WebhookDeps, hand_off: str, ring: int, path: str, person: int | None = None, **more: str) -> str:
    """Return the URL of a webhook about a hand-off. It holds ids and numbers only, because many parties see URLs."""
    told = {"hand_off": hand_off, "ring": str(ring or ""), "person": str(person or ""), **more}
    return f"{deps.public_url}{path}?{urlencode({name: value for name, value in told.items() if value})}"
