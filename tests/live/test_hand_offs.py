"""A hand-off that a tool returns is checked: the model may have chosen its number."""

from dataclasses import replace

import pytest

from functions.adapters.numbers import costs_extra
from functions.live.hand_offs import becomes
from functions.relay import EndCall, HandOff
from functions.relay.agent.hand_off import UnreachableError
from functions.relay.agent.tools import Outcome
from functions.relay.log.events import HandedOff, ToolReturned
from functions.relay.log.keys import call_log
from functions.relay.wire.model import Finished, StreamEvent, ToolCall
from tests.doubles import saying
from tests.live.harness import CALL, DESK, SessionHarness

PREMIUM, SHARED, ORDINARY = "+499001234567", "+4918051234567", "+493023125144"


@pytest.mark.parametrize("to", [PREMIUM, SHARED, [ORDINARY, PREMIUM]])
def test_a_number_that_costs_extra_is_refused(to: str | list[str]) -> None:
    harness = SessionHarness()
    deps = replace(harness.sessions, costs_extra=costs_extra)
    with pytest.raises(UnreachableError, match="costs more"):
        becomes(deps, HandOff("asked", to=to), DESK, 0)


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
    assert becomes(deps, outcome, DESK, 0) == outcome


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
