"""The calls that are carried through what was deployed, by the simulator of Twilio that the tests use."""

from collections.abc import Mapping

from local.phone import Call, Phone
from tests.deployed.process import CheckError

SPEED = 4.0
NUMBER = "+12125550100"


def line(voice_url: str, token: str, connect: Mapping[str, str]) -> Phone:
    """Return a phone that signs with the token; `connect` are addresses in the place of public URLs, by prefix."""
    return Phone(voice_url, token, number=NUMBER, connect=connect, speed=SPEED)


def booking_and_hand_off(phone: Phone) -> str:
    """Ask about a booking, which takes a tool, and be put through to a person; return how it went."""
    call = phone.dial()
    _heard("good evening", call.heard)
    answer = call.say("What about booking K4T9?")
    _heard("Friday", answer)
    if call.turns[0].texts < 2:
        raise CheckError(f"The answer came in one piece: it was not streamed.\n{call.transcript}")
    call.say("Let me talk to a human, please.")
    call.wait_until_over()
    if call.dialed != "+15550100":
        raise CheckError(f"The caller was put through to {call.dialed}.\n{call.transcript}")
    _clean(call)
    first = call.turns[0].first_text or 0.0
    return (
        f"voice webhook, handshake, setup, prompt, streamed answer ({first * 1000:.0f} ms), hand-off, action callback"
    )


def _heard(words: str, heard: str) -> None:
    if words not in heard:
        raise CheckError(f"{words!r} was not heard, but {heard!r}.")


def _clean(call: Call) -> None:
    """Raise CheckError if the application did anything that Twilio would report."""
    if call.errors:
        raise CheckError(f"Twilio would report {call.errors}.\n{call.transcript}")
