"""What becomes of a hand-off outside of the hours in which people are there."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.relay import Agent, EndCall, HandOff, Hours, PassTo, Say, Voice
from functions.relay.agent.closing import at_this_hour, for_caller
from functions.relay.agent.hand_off import UnreachableError

FRIDAY_NOON = int(datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp() * 1000)
NIGHT = FRIDAY_NOON + 12 * 3_600_000
DAYS, ALWAYS = Hours("Mo-Fr 9-17", zone="UTC"), Hours("Mo-Su 0-24", zone="UTC")
VOICES = {"en-US": Voice("Google", "en-US-Neural2-A")}
AGENT = Agent("Be brief.", "Hello!", VOICES, hours=DAYS)
ANNA = HandOff("asked", to="+15550111")


def test_in_the_hours_a_phone_rings() -> None:
    assert at_this_hour(ANNA, AGENT, FRIDAY_NOON) == ANNA


def test_without_hours_a_phone_rings_at_night() -> None:
    assert at_this_hour(ANNA, Agent("Be brief.", "Hello!", VOICES), NIGHT) == ANNA


def test_outside_the_model_is_told_when_it_opens() -> None:
    told = "Nobody is there to take the call. Opening hours: Mo-Fr 9-17. It is closed now. "
    assert at_this_hour(ANNA, AGENT, NIGHT) == f"{told}It opens on 2026-11-30 (Mo) at 09:00."


def test_a_hand_off_has_its_own_hours() -> None:
    on_duty = HandOff("at night", to="+15550112", hours=ALWAYS)
    assert at_this_hour(on_duty, AGENT, NIGHT) == on_duty


@pytest.mark.parametrize(
    ("closed", "outcome"),
    [
        (PassTo("night"), PassTo("night")),
        (EndCall(saying="We are closed."), EndCall(saying="We are closed.")),
        (Say("We are closed."), (Say("We are closed."),)),
        (HandOff("x", to="+15550112", hours=ALWAYS), HandOff("x", to="+15550112", hours=ALWAYS)),
        (HandOff("x", to="+15550112", closed=PassTo("night")), PassTo("night")),
    ],
    ids=["another agent", "goodbye", "words", "another person", "closed too"],
)
def test_what_the_author_names_happens_instead(closed: Any, outcome: Any) -> None:
    assert at_this_hour(HandOff("asked", to="+15550111", closed=closed), AGENT, NIGHT) == outcome


def test_other_outcomes_know_no_hours() -> None:
    assert at_this_hour("Booked.", AGENT, NIGHT) == "Booked."


@pytest.mark.parametrize("wrong", [{"hours": "Mo-Fr 9-17"}, {"closed": "We are closed."}], ids=str)
def test_a_field_of_another_kind_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnreachableError, match=r"HandOff\.(hours|closed) is .*; write"):
        HandOff("asked", to="+15550111", **wrong)


SORRY = AGENT.phrases


@pytest.mark.parametrize(
    ("hand_off", "now", "outcome"),
    [
        (ANNA, FRIDAY_NOON, ANNA),
        (ANNA, NIGHT, Say(SORRY.nobody)),
        (replace(ANNA, nobody="Call us on Monday."), NIGHT, Say("Call us on Monday.")),
        (replace(ANNA, nobody=EndCall("closed")), NIGHT, EndCall("closed")),
        (replace(ANNA, closed=Say("We are closed.")), NIGHT, Say("We are closed.")),
        (replace(ANNA, closed=PassTo("night")), NIGHT, PassTo("night")),
    ],
)
def test_without_a_model_the_caller_is_told(hand_off: HandOff, now: int, outcome: object) -> None:
    assert for_caller(hand_off, AGENT, now, "en-US", SORRY) == outcome
