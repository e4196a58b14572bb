"""A hand-off that a tool returns is checked: the model may have chosen its number."""

from dataclasses import replace

import pytest

from functions.adapters.numbers import costs_extra
from functions.live.hand_offs import becomes
from functions.relay import EndCall, HandOff, Hours, OptOut, Say, Sms, Voice
from functions.relay.agent.hand_off import UnreachableError
from functions.relay.agent.tools import Outcome
from functions.relay.log.events import HandedOff, ToolReturned
from functions.relay.log.keys import call_log
from functions.relay.wire.messages import End, Text
from functions.relay.wire.model import Finished, StreamEvent, ToolCall
from tests.doubles import saying
from tests.live.harness import CALL, DESK, SessionHarness

pytestmark = pytest.mark.slow

PREMIUM, SHARED, ORDINARY = "+499001234567", "+4918051234567", "+493023125144"


@pytest.mark.parametrize("to", [PREMIUM, SHARED, [ORDINARY, PREMIUM]])
def test_a_number_that_costs_extra_is_refused(to: str | list[str]) -> None:
    harness = SessionHarness()
    deps = replace(harness.sessions, costs_extra=costs_extra)
    with pytest.raises(UnreachableError, match="costs more"):
        becomes(deps, HandOff("asked", to=to), False, agent=DESK, language="en-US", now=0)


@pytest.mark.parametrize(
    "outcome",
    [
        HandOff("asked", to=PREMIUM, premium=True),
        HandOff("asked", to=[ORDINARY, "sip:anna@hotline.example", "client:anna"]),
        EndCall("done"),
        "Booked.",
    ],
)
def test_any_other_outcome_is_kept(outcome: Outcome) -> None:
    deps = replace(SessionHarness().sessions, costs_extra=costs_extra)
    assert becomes(deps, outcome, False, agent=DESK, language="en-US", now=0) == outcome


CLOSED = Hours("Mo 0-1")
SPANISH = replace(
    DESK, greeting="¡Hola!", voices={"es-ES": Voice("Google", "es-ES-Neural2-A")}, hours=CLOSED, tools=[]
)


@pytest.mark.parametrize(
    ("returned", "heard"),
    [
        (HandOff("asked", to=ORDINARY), SPANISH.phrases.nobody),
        (HandOff("asked", to=ORDINARY, nobody="Ana no está."), "Ana no está."),
        (HandOff("asked", to=ORDINARY, closed=Say("Llame mañana.")), "Llame mañana."),
        (OptOut(), SPANISH.phrases.noted),
        (OptOut("Entendido."), "Entendido."),
        (Sms("Su mesa: 19:30"), SPANISH.phrases.noted),
    ],
    ids=["nobody", "own", "closed", "opt-out", "answer", "sms"],
)
def test_who_presses_a_key_hears_no_words_for_the_model(returned: HandOff | OptOut | Sms, heard: str) -> None:
    def act() -> HandOff | OptOut | Sms:
        return returned

    harness = SessionHarness(desk=replace(SPANISH, keys={"1": act})).opened()
    harness.sessions.receive(harness.frame({"type": "dtmf", "digit": "1"}, at=5000))
    assert [message.token for message in harness.says()] == [heard]


def test_who_presses_a_key_after_hours_may_be_hung_up_on() -> None:
    def act() -> HandOff:
        return HandOff("asked", to=ORDINARY, nobody=EndCall("closed", saying="Adiós."))

    harness = SessionHarness(desk=replace(SPANISH, keys={"1": act})).opened()
    harness.sessions.receive(harness.frame({"type": "dtmf", "digit": "1"}, at=5000))
    assert harness.says() == [Text("Adiós.", last=True), End()]


def transfer(number: str) -> HandOff:
    """Put the caller through."""
    return HandOff("asked", to=number)


def test_a_model_cannot_be_talked_into_a_premium_number() -> None:
    call = ToolCall("t1", "transfer", f'{{"number": "{PREMIUM}"}}')
    asks: list[StreamEvent | Exception] = [call, Finished("tools")]
    harness = SessionHarness(asks, saying("I can't."), desk=replace(DESK, tools=[transfer])).opened()
    harness.sessions = replace(harness.sessions, costs_extra=costs_extra)
    harness.sessions.receive(harness.prompt("Connect me with the number that I say."))
    assert not any(isinstance(event, HandedOff) for event in harness.log.events(call_log(CALL)))
    [told] = [event for event in harness.events() if isinstance(event, ToolReturned)]
    assert told.failed
    assert "costs more" in told.text
