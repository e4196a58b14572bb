"""The calls that run through the deployment, by the simulator of Twilio that the tests use."""

from collections.abc import Mapping

from local.phone import Call, Phone
from tests.deployed.process import CheckError

SPEED = 4.0
NUMBER = "+12125550100"


def line(voice_url: str, token: str, connect: Mapping[str, str]) -> Phone:
    """Return a phone that signs with the token. `connect` gives the addresses for public URLs, by prefix."""
    return Phone(voice_url, token, number=NUMBER, connect=connect, speed=SPEED)


def booking_and_hand_off(phone: Phone) -> str:
    """Ask about a booking, which needs a tool, and be handed off to a person; return what was tried."""
    call = _dialled(phone)
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


def interruption(phone: Phone) -> str:
    """Cut in on a long answer and get an answer; return what was tried."""
    call = _dialled(phone)
    call.speak("Tell me a story about the restaurant.")
    answer = call.interrupt("What about booking B2M7?", after="two")
    _heard("Sunday", answer)
    story = call.turns[0]
    if not story.interrupted or "twelve" in call.heard:
        raise CheckError(f"The story was told to its end.\n{call.transcript}")
    call.say("Goodbye.")
    call.wait_until_over()
    _clean(call)
    return "an interruption: the old answer stopped, the new one was heard"


def lost_socket(phone: Phone) -> str:
    """Lose the socket and go on; return what was tried."""
    call = _dialled(phone)
    call.say("What about booking K4T9?")
    call.drop()
    call.wait_until_quiet()
    _heard("Friday", call.say("And once more K4T9, please?"))
    call.hang_up()
    if len(call.sessions) != 2 or call.heard.count("good evening") != 1:
        raise CheckError(f"The call was not taken up again.\n{call.transcript}")
    return "a lost socket: the call went on without its greeting"


def _dialled(phone: Phone) -> Call:
    call = phone.dial()
    if call.over:
        raise CheckError(f"The call was {call.outcome}; Twilio would report {call.errors}.")
    return call


def _heard(words: str, heard: str) -> None:
    if words not in heard:
        raise CheckError(f"{words!r} was not heard, but {heard!r}.")


def _clean(call: Call) -> None:
    """Raise CheckError if the application did anything that Twilio would report."""
    if call.errors:
        raise CheckError(f"Twilio would report {call.errors}.\n{call.transcript}")
