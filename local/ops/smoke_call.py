"""Runs a simulated call through a deployment, as Twilio would, and two forged requests that must be refused."""

from collections.abc import Iterator, Mapping
from random import randrange
from typing import Any

from local.ops.deployed import Deployed
from local.ops.findings import Failed, Finding, Passed
from local.ops.sessions import answers
from local.ops.twilio_account import TwilioAccount
from local.phone import Call, CallError, Phone
from local.phone.forms import Signer

SPEED = 20.0
"""How many times faster than a real call the simulated one speaks. The deployment runs at its own speed."""

QUESTION = "Hello."
FORGED = "Zm9yZ2VkIHNpZ25hdHVyZQ=="


def smoke_call(
    deployed: Deployed, twilio: TwilioAccount, number: str, led: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    """Try the webhook and the handshake, forged and genuine. `number` is called: its agent answers.

    `led` maps the prefix of a public URL to the address of an emulator, for URLs that DNS does not resolve.
    """
    line: dict[str, Any] = {
        "connect": {deployed.relay_url: deployed.relay_url, **(led or {})},
        "speed": SPEED,
        "account_sid": twilio.sid,
        **({"number": number} if number else {}),
    }
    signer = Signer(twilio.token)
    with Phone(deployed.voice_url, twilio.token, **line, sign=lambda url, form: FORGED) as phone:
        yield _refused(phone.dial(caller=_caller()), "403", "a webhook with a forged signature")
    with Phone(deployed.voice_url, twilio.token, **line, sign=_unsigned_socket(deployed, signer)) as phone:
        yield _refused(phone.dial(caller=_caller()), "403", "a WebSocket without a signature")
    with Phone(deployed.voice_url, twilio.token, **line) as phone:
        yield from _talk(deployed, phone.dial(caller=_caller()))


def _caller() -> str:
    """Return an invented caller, a new one for each call, because each caller has a limit of calls."""
    return f"+155501{randrange(100):02d}"


def _unsigned_socket(deployed: Deployed, signer: Signer) -> Any:
    def sign(url: str, form: Mapping[str, str]) -> str | None:
        return None if url.startswith(deployed.relay_url) else signer(url, form)

    return sign


def _refused(call: Call, status: str, what: str) -> Finding:
    if call.sessions or not call.over:
        call.hang_up()
        return Failed(f"{what} was accepted.", "The deployed stack does not match this repository: make deploy")
    told = "; ".join(error.text for error in call.errors)
    if status in told:
        return Passed(f"{what} is refused")
    return Failed(f"{what} was not refused with {status}: {told}", "The function's log says why.")


def _talk(deployed: Deployed, call: Call) -> Iterator[Finding]:
    if call.over:
        yield _closed(deployed, call)
        return
    yield Passed("a webhook and a WebSocket that are signed with the account's token are accepted")
    try:
        call.say(QUESTION)
        call.hang_up()
    except CallError as error:
        yield Failed(f"the call did not go on: {str(error).splitlines()[0]}", _log(deployed, "default"))
        return
    yield from _answered(deployed, call)


def _closed(deployed: Deployed, call: Call) -> Finding:
    told = "; ".join(f"{error.code}: {error.text}" for error in call.errors) or f"the call was {call.outcome}"
    cure = "The token in SSM is not the account's, or the URLs are not the stack's: make secrets, make deploy."
    name = "connect" if any(error.code == 64102 for error in call.errors) else "twiml"
    return Failed(f"a signed call was not accepted: {told}", f"{cure} {_log(deployed, name)}")


def _answered(deployed: Deployed, call: Call) -> Iterator[Finding]:
    [turn] = call.turns[:1]
    if turn.first_text is None:
        yield Failed("the model's answer did not come.", _log(deployed, "default"))
        return
    yield Passed(f"an answer came; its first words arrived here {turn.first_text * 1000:.0f} ms after the question")
    answer = next(iter(answers(deployed, call.sid, 1)), None)
    if answer is None:
        yield Failed("the table has no record of the answer.", _log(deployed, "default"))
    elif answer.how != "complete":
        yield Failed(f"the answer ended {answer.how!r}: the caller heard an apology.", _log(deployed, "default"))
    else:
        yield Passed(f"in the Region itself the first words were sent after {answer.first_words_ms} ms")


def _log(deployed: Deployed, function: str) -> str:
    return f"Read its log: aws logs tail /hotline/{deployed.stage}/{function} --since 10m"
