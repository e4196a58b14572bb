"""Lets a number call itself: only this shows that Twilio, its speech and the deployment work together."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from twilio.twiml.voice_response import VoiceResponse

from local.ops.deployed import Deployed
from local.ops.findings import Failed, Finding, Passed, Unseen
from local.ops.sessions import entries, waits
from local.ops.speak import say
from local.ops.twilio_account import TwilioAccount

WAIT_FOR_END_S = 90.0
"""Seconds to wait for the call to end."""

LOOK_EVERY_S = 2.0


def real_call(
    deployed: Deployed, twilio: TwilioAccount, number: str, every: float = LOOK_EVERY_S
) -> Iterator[Finding]:
    """Place one call from a number to itself, and measure how long its caller waited for the agent."""
    say(f"  …     {number} calls itself now, for half a minute: two calls of {twilio.sid}, which cost a few cents.")
    began = datetime.now(UTC)
    placed = twilio.place(number, number, caller())
    status = _over(twilio, placed, every)
    if status != "completed":
        yield Failed(f"the call was {status or 'not over in time'}.", "Twilio's console, Monitor, Calls says why.")
        return
    yield from _heard(deployed, twilio.arrived(number, number, began))


def caller() -> str:
    """Return what the calling side does: it listens to the greeting, asks something and listens."""
    response = VoiceResponse()
    response.pause(length=6)
    response.say("Hello. Can you hear me?")
    response.pause(length=12)
    response.hangup()
    return str(response)


def _over(twilio: TwilioAccount, call: str, every: float) -> str:
    until = time.monotonic() + WAIT_FOR_END_S
    while time.monotonic() < until:
        if (progress := twilio.progress(call)).over:
            return progress.status
        time.sleep(every)
    return ""


def _heard(deployed: Deployed, call: str) -> Iterator[Finding]:
    if not call:
        yield Failed("Twilio has no record of a call to the number.", "Twilio's console, Monitor, Calls says why.")
        return
    found = entries(deployed, call)
    if not found:
        yield Failed(
            f"{call} arrived, but it opened no session.",
            "Accept the AI addendum in Twilio's console (Voice, Settings); Monitor, Errors says more.",
        )
    elif not (waited := waits(found)):
        yield Unseen(
            f"{call} opened its session, but the agent did not speak after the caller.", "Call the number and listen."
        )
    else:
        yield Passed(
            f"a real call was answered; its caller waited {waited[-1]} ms from their last word to the agent's first"
        )
