"""What happens in a <Dial> or an <Enqueue>: the person answers or does not, and Twilio reports it.

https://www.twilio.com/docs/voice/twiml/dial, …/number, …/enqueue
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any, Literal
from urllib.parse import urljoin

from .call_record import CallRecord
from .conversation import Setting
from .forms import Identity, sid
from .records import Problem
from .twiml import DOCUMENT_PARSE_FAILURE, TwimlError, Verb, document, oddities
from .wire import Request, WireError

Answers = Literal[
    "completed",
    "declined",
    "busy",
    "no-answer",
    "failed",
    "presses 2",
    "says yes",
    "says no",
    "says nothing",
    "machine",
]
"""What a dialled person does: talks with the caller to the end, hangs up during the whisper, or does not answer.

A person who is asked by a <Gather> presses 1, except where the word says otherwise. A machine says its greeting.
"""

UNANSWERED = frozenset({"busy", "no-answer", "failed"})
RINGS_FOR = "30"
DIAL_IN_DIAL = 13201
MOST_NOUNS = 10
MACHINE_SAYS = "Hello, this is Anna. Yes, you may leave a message after the tone."
_QUEUED: Mapping[Answers, str] = {
    "completed": "bridged",
    "declined": "leave",
    "busy": "queue-full",
    "no-answer": "leave",
    "failed": "system-error",
}
_REPLIES: Mapping[Answers, Mapping[str, str]] = {
    "presses 2": {"Digits": "2"},
    "says yes": {"SpeechResult": "Yes, please.", "Confidence": "0.91"},
    "says no": {"SpeechResult": "No.", "Confidence": "0.93"},
    "says nothing": {},
    "machine": {"SpeechResult": MACHINE_SAYS, "Confidence": "0.88"},
}
_PRESSES_1 = {"Digits": "1"}
_HOLDS = frozenset({"Gather", "Hangup", "Leave", "Pause", "Play", "Redirect", "Say"})
_WHISPERED = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"})


@dataclass(frozen=True, slots=True)
class Party:
    """The person that a noun of a <Dial> calls, as a new call; `to` is a number or an address."""

    to: str
    answers: Answers
    noun: Verb
    call_sid: str = field(default_factory=lambda: sid("CA"))

    @property
    def picks_up(self) -> bool:
        """Whether the phone is answered."""
        return self.answers not in UNANSWERED


def dialed(dial: Verb) -> str:
    """Return the number or address that a <Dial> calls, the first of several, or the workflow of an <Enqueue>."""
    if "workflowSid" in dial.attributes:
        return f"workflow:{dial.attributes['workflowSid']}"
    return address_of(next(iter(dial.nouns), dial))


def address_of(noun: Verb) -> str:
    """Return the number or address of a noun, or of a <Dial> without one."""
    identity = next((one.text for one in noun.nouns if one.name == "Identity"), noun.text)
    return f"client:{identity}" if noun.name == "Client" else identity


class Dialing:
    """Connects the caller of one call to persons. `answers` is what each of them does; the last one repeats.

    `beside` runs what goes on while the call does: the report on a machine.
    """

    def __init__(
        self,
        setting: Setting,
        identity: Identity,
        record: CallRecord,
        answers: tuple[Answers, ...],
        beside: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._setting, self._identity, self._record, self._beside = setting, identity, record, beside
        self._answers = chain(answers, repeat(answers[-1]))

    async def run(self, verb: Verb, base: str) -> dict[str, str]:
        """Do what a verb asks for until the caller is alone again; return the fields of its action callback."""
        if verb.name == "Enqueue":
            return await self._queue(next(self._answers), verb, base)
        nouns = verb.nouns or (verb,)
        if len(nouns) > MOST_NOUNS:
            self._record.add(f"<Dial> holds {len(nouns)} nouns; Twilio calls {MOST_NOUNS} at most")
        parties = [Party(address_of(noun), next(self._answers), noun) for noun in nouns[:MOST_NOUNS]]
        return await self._ring(parties, float(verb.attributes.get("timeout", RINGS_FOR)), base)

    async def _queue(self, answers: Answers, verb: Verb, base: str) -> dict[str, str]:
        if answers != "busy":
            await self._hold(verb, base)
        await self._sleep(self._setting.pace.ring + (self._setting.pace.talk if answers == "completed" else 0.0))
        waited = str(int(self._setting.pace.ring))
        return {"QueueResult": _QUEUED[answers], "QueueSid": sid("QU"), "QueueTime": waited}

    async def _hold(self, verb: Verb, base: str) -> None:
        """Let the caller hear once what Twilio repeats in a queue."""
        given = verb.attributes
        if not (url := given.get("waitUrl", "")):
            return
        form = self._identity.form("in-progress") | {"QueueSid": sid("QU"), "QueueTime": "0", "QueuePosition": "1"}
        wanted = Request(urljoin(base, url), form, given.get("waitUrlMethod", "POST").upper())
        for heard in await self._fetch(wanted) or ():
            for oddity in oddities(heard):
                self._record.add(oddity)
            if heard.name not in _HOLDS:
                self._record.add(Problem(DOCUMENT_PARSE_FAILURE, f"<{heard.name}> in what a queue plays"))
            if heard.name == "Play":
                self._record.add(heard)
            if heard.name == "Say":
                self._record.say(heard.text)

    async def _ring(self, parties: list[Party], timeout: float, base: str) -> dict[str, str]:
        """Ring all phones. The first that is picked up gets the caller, and the others stop ringing."""
        first = next((one for one in parties if one.picks_up), None)
        if first is None:
            waits = any(one.answers == "no-answer" for one in parties)
            await self._sleep(timeout if waits else self._setting.pace.ring)
            status = "no-answer" if waits else parties[-1].answers
            return {"DialCallSid": parties[-1].call_sid, "DialCallStatus": status, "DialBridged": "false"}
        await self._sleep(self._setting.pace.ring)
        self._detect(first, base)
        self._tell(first, base)
        bridged = await self._screened(first, base)
        if bridged:
            await self._sleep(self._setting.pace.talk)
        told = {"DialCallSid": first.call_sid, "DialCallStatus": "completed", "DialBridged": str(bridged).lower()}
        return told | {"DialCallDuration": str(int(self._setting.pace.talk))}

    def _tell(self, party: Party, base: str) -> None:
        """Report that the person has answered, if the noun asks for it."""
        given = party.noun.attributes
        url = given.get("statusCallback")
        if url and "answered" in given.get("statusCallbackEvent", "completed").split():
            form = self._form(party) | {"CallbackSource": "call-progress-events", "SequenceNumber": "2"}
            self._beside(self._report(Request(urljoin(base, url), form)))

    # What only the dialled person hears, before the caller is connected

    async def _screened(self, party: Party, base: str) -> bool:
        """Run what the person hears; return whether the caller is connected then."""
        if "url" not in party.noun.attributes:
            return True
        given = party.noun.attributes
        wanted = Request(urljoin(base, given["url"]), self._form(party), given.get("method", "POST").upper())
        while (verbs := await self._fetch(wanted)) is not None:
            following = await self._heard(party, verbs, wanted.url)
            if following is None or party.answers == "declined":
                return following is None and party.answers != "declined" and verbs[-1:] != (Verb("Hangup"),)
            wanted = following
        return True

    async def _heard(self, party: Party, verbs: tuple[Verb, ...], base: str) -> Request | None:
        """Run verbs; return the request to which a <Gather> or a <Redirect> leads."""
        for verb in verbs:
            for oddity in oddities(verb):
                self._record.add(oddity)
            match verb.name:
                case "Say":
                    self._record.whisper(verb.text)
                case "Gather":
                    if (following := await self._gathered(party, verb, base)) is not None:
                        return following
                case "Redirect":
                    return Request(urljoin(base, verb.text), self._form(party))
                case name if name not in _WHISPERED:
                    self._record.add(Problem(DIAL_IN_DIAL, f"<{name}> in what is whispered"))
                case _:
                    pass
        return None

    async def _gathered(self, party: Party, gather: Verb, base: str) -> Request | None:
        given = gather.attributes
        for verb in gather.nouns:
            if verb.name == "Say":
                self._record.whisper(verb.text)
        reply = {name: text for name, text in _REPLIES.get(party.answers, _PRESSES_1).items() if _takes(given, name)}
        if not reply:
            await self._sleep(float(given.get("timeout", "5")))
            if given.get("actionOnEmptyResult", "false").lower() != "true":
                return None
        return Request(urljoin(base, given.get("action", base)), self._form(party) | reply)

    def _detect(self, party: Party, base: str) -> None:
        """Report whether a machine has answered, if the noun asks for it."""
        given = party.noun.attributes
        if "machineDetection" not in given:
            return
        if given["machineDetection"] not in ("Enable", "DetectMessageEnd"):
            self._record.add(f"machineDetection is Enable or DetectMessageEnd, not {given['machineDetection']}")
        if url := given.get("amdStatusCallback", ""):
            by, took = ("machine_start", "3900") if party.answers == "machine" else ("human", "1200")
            form = {"CallSid": party.call_sid, "AccountSid": self._identity.account_sid}
            form |= {"AnsweredBy": by, "MachineDetectionDuration": took}
            self._beside(self._report(Request(urljoin(base, url), form)))

    async def _report(self, request: Request) -> None:
        try:
            await self._setting.wire.fetch(request)
        except WireError as error:
            self._record.add(Problem(error.code, f"{request.url}: {error}"))

    def _form(self, party: Party) -> dict[str, str]:
        return self._identity.whisper_form(party.call_sid, party.to)

    async def _fetch(self, wanted: Request) -> tuple[Verb, ...] | None:
        """Return what the person hears next; None if the document is broken: the caller is connected then."""
        try:
            answer = await self._setting.wire.fetch(wanted)
            return document(answer.media_type, answer.body)
        except (WireError, TwimlError) as error:
            self._record.add(Problem(error.code, f"{wanted.url}: {error}"))
            return None

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._setting.speed)


def _takes(gather: Mapping[str, str], name: str) -> bool:
    """Return whether a <Gather> takes keys or speech. Its default is keys."""
    return {"Digits": "dtmf", "SpeechResult": "speech", "Confidence": "speech"}[name] in gather.get("input", "dtmf")
