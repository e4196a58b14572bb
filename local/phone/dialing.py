"""What happens in a <Dial> or an <Enqueue>: the person answers or does not, and Twilio reports it.

https://www.twilio.com/docs/voice/twiml/dial, …/number, …/enqueue
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Literal
from urllib.parse import urljoin

from .call_record import CallRecord
from .conversation import Setting
from .forms import Identity, sid
from .records import Problem
from .twiml import TwimlError, Verb, document
from .wire import Request, WireError

Answers = Literal["completed", "declined", "busy", "no-answer", "failed"]
"""What a dialled person does: talks with the caller to the end, hangs up during the whisper, or does not answer."""

RINGS_FOR = "30"
DIAL_IN_DIAL = 13201
_QUEUED: Mapping[Answers, str] = {
    "completed": "bridged",
    "declined": "leave",
    "busy": "queue-full",
    "no-answer": "leave",
    "failed": "system-error",
}
_WHISPERED = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"})


@dataclass(frozen=True, slots=True)
class Party:
    """The person that a <Dial> calls, on a call of their own; `to` is a number or an address."""

    to: str
    whisper: Request | None = None
    call_sid: str = field(default_factory=lambda: sid("CA"))


def dialed(dial: Verb) -> str:
    """Return the number or address that a <Dial> calls; if there are several, the first."""
    noun = next(iter(dial.nouns), dial)
    identity = next((one.text for one in noun.nouns if one.name == "Identity"), noun.text)
    return f"client:{identity}" if noun.name == "Client" else identity


class Dialing:
    """Connects the caller of one call to persons. `answers` is what each of them does; the last one repeats."""

    def __init__(
        self, setting: Setting, identity: Identity, record: CallRecord, answers: tuple[Answers, ...]
    ) -> None:
        self._setting, self._identity, self._record = setting, identity, record
        self._answers = chain(answers, repeat(answers[-1]))

    async def run(self, verb: Verb, base: str) -> dict[str, str]:
        """Do what a verb asks for until the caller is alone again; return the fields of its action callback."""
        answers = next(self._answers)
        if verb.name == "Enqueue":
            return await self._queue(answers)
        party = Party(dialed(verb), self._whispered(verb, base))
        await self._ring(answers, party, float(verb.attributes.get("timeout", RINGS_FOR)))
        picked_up = answers in ("completed", "declined")
        told = {"DialCallSid": party.call_sid, "DialCallStatus": "completed" if picked_up else answers}
        told |= {"DialBridged": "true" if answers == "completed" else "false"}
        return told | ({"DialCallDuration": str(int(self._setting.pace.talk))} if picked_up else {})

    async def _queue(self, answers: Answers) -> dict[str, str]:
        await self._sleep(self._setting.pace.ring + (self._setting.pace.talk if answers == "completed" else 0.0))
        waited = str(int(self._setting.pace.ring))
        return {"QueueResult": _QUEUED[answers], "QueueSid": sid("QU"), "QueueTime": waited}

    async def _ring(self, answers: Answers, party: Party, timeout: float) -> None:
        await self._sleep(timeout if answers == "no-answer" else self._setting.pace.ring)
        if answers in ("completed", "declined") and party.whisper:
            await self._whisper(party, party.whisper)
        if answers == "completed":
            await self._sleep(self._setting.pace.talk)

    def _whispered(self, verb: Verb, base: str) -> Request | None:
        noun = next(iter(verb.nouns), None)
        if noun is None or "url" not in noun.attributes:
            return None
        return Request(urljoin(base, noun.attributes["url"]), {}, noun.attributes.get("method", "POST").upper())

    async def _whisper(self, party: Party, wanted: Request) -> None:
        """Run what only the dialled person hears, before the caller is connected."""
        form = self._identity.whisper_form(party.call_sid, party.to)
        try:
            answer = await self._setting.wire.fetch(Request(wanted.url, form, wanted.method))
            verbs = document(answer.media_type, answer.body)
        except (WireError, TwimlError) as error:
            self._record.add(Problem(error.code, f"{wanted.url}: {error}"))
            return
        for verb in verbs:
            if verb.name not in _WHISPERED:
                self._record.add(Problem(DIAL_IN_DIAL, f"<{verb.name}> in what is whispered"))
            elif verb.name == "Say":
                self._record.whisper(verb.text)

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._setting.speed)
