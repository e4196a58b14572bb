"""When people are there: how hours are read, what the model is told, and what is refused at import."""

from datetime import datetime
from typing import Any

import pytest

from functions.relay import Agent, AgentError, Hours, Voice
from functions.relay.agent.caller import Caller
from functions.relay.answer.instructions import situation

HOURS = Hours("Mo-Fr 9-12:30,14-17; Sa 10:00-24", holidays=["12-25", "2026-11-30"])
VOICES = {"en-US": Voice("Google", "en-US-Neural2-A")}
RULES = "write rules such as Mo-Fr 9-17; Sa 10:00-12:30,14-16."
DATES = 'write dates such as "2026-04-03", or "12-25" for every year.'


@pytest.mark.parametrize(
    ("moment", "open_now"),
    [
        ("2026-11-27 08:59", False),
        ("2026-11-27 09:00", True),
        ("2026-11-27 12:29", True),
        ("2026-11-27 12:30", False),
        ("2026-11-27 16:59", True),
        ("2026-11-27 17:00", False),
        ("2026-11-28 23:59", True),
        ("2026-11-29 00:00", False),
        ("2026-11-30 10:00", False),
        ("2027-11-30 10:00", True),
        ("2026-12-25 10:00", False),
        ("2028-12-25 10:00", False),
    ],
)
def test_it_is_open_from_the_first_minute_to_the_last(moment: str, open_now: bool) -> None:
    assert HOURS.is_open(datetime.fromisoformat(moment)) == open_now


@pytest.mark.parametrize(
    ("opening", "days"),
    [("mo,we 9-10", "Mo We"), ("Fr-Mo 9-10", "Mo Fr Sa Su"), ("Mo - Tu , Su 9 - 10 ;", "Mo Tu Su")],
)
def test_days_are_read_as_people_write_them(opening: str, days: str) -> None:
    week = [datetime(2026, 11, 23 + day, 9, 30) for day in range(7)]
    assert " ".join(f"{day:%a}"[:2] for day in week if Hours(opening).is_open(day)) == days


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-27 09:00", "It is open now, until 12:30."),
        ("2026-11-28 12:00", "It is open now, until 24:00."),
        ("2026-11-27 13:00", "It is closed now. It opens on 2026-11-27 (Fr) at 14:00."),
        ("2026-11-29 13:00", "It is closed now. It opens on 2026-12-01 (Tu) at 09:00."),
    ],
)
def test_the_model_is_told_what_comes_next(moment: str, told: str) -> None:
    assert HOURS.told(datetime.fromisoformat(moment)) == f"Opening hours: {HOURS.opening}. {told}"


def test_a_place_that_stays_closed_has_no_next_opening() -> None:
    closed = Hours("Mo 9-10", holidays=[f"{month:02}-{day:02}" for month in (1, 2, 3) for day in range(1, 29)])
    assert closed.told(datetime(2027, 1, 1)) == "Opening hours: Mo 9-10. It is closed now."


def test_hours_are_those_of_their_zone() -> None:
    noon = 1_795_780_800_000  # 2026-11-27, a Friday, 12:00 UTC
    tokyo = Agent("Be brief.", "Hello!", VOICES, zone="Europe/Berlin", hours=Hours("Fr 9-17", zone="Asia/Tokyo"))
    berlin = Agent("Be brief.", "Hello!", VOICES, zone="Europe/Berlin", hours=Hours("Fr 13-14"))
    assert (tokyo.is_open(noon), berlin.is_open(noon)) == (False, True)
    assert "It is open now, until 14:00." in situation(berlin, Caller(""), noon, noon)
    assert Agent("Be brief.", "Hello!", VOICES).is_open(noon)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"opening": "always"}, f"Hours.opening has 'always'; {RULES}"),
        (
            {"opening": "Mo 9:60-17"},
            "Hours.opening has 'Mo 9:60-17'; a time begins before it ends, at 24 at the latest.",
        ),
        ({"opening": "Mo 9"}, f"Hours.opening has 'Mo 9'; {RULES}"),
        ({"opening": "Mo 9am-5pm"}, f"Hours.opening has 'Mo 9am-5pm'; {RULES}"),
        ({"opening": ""}, f"Hours.opening is ''; {RULES}"),
        ({"opening": 9}, 'Hours.opening is 9; write a text such as "Mo-Fr 9-17".'),
        (
            {"opening": "Mo-Xx 9-17"},
            f"Hours.opening has 'Mo-Xx 9-17', whose day is not one of Mo, Tu, We, Th, Fr, Sa, Su; {RULES}",
        ),
        (
            {"opening": "Fr 18-2"},
            "Hours.opening has 'Fr 18-2'; a time begins before it ends, at 24 at the latest.",
        ),
        (
            {"opening": "Mo 9-12,11-14"},
            "Hours.opening has 'Mo 9-12,11-14', whose times overlap; write each time once.",
        ),
        ({"opening": "Mo-Fr 9-17; Fr 9-12"}, "Hours.opening names Fr twice; write one rule for a day."),
        ({"zone": "Berlin"}, "Hours.zone is 'Berlin'; write a name such as Europe/Berlin."),
        ({"holidays": "12-25"}, "Hours.holidays is '12-25'; write a list, such as ['12-25']."),
        ({"holidays": ["25.12."]}, f"Hours.holidays has '25.12.'; {DATES}"),
        ({"holidays": ["02-30"]}, f"Hours.holidays has '02-30'; {DATES}"),
    ],
)
def test_wrong_hours_are_refused_at_import(given: dict[str, Any], words: str) -> None:
    with pytest.raises(AgentError) as caught:
        Hours(**{"opening": "Mo 9-17", **given})
    place, _, told = str(caught.value).partition(": ")
    assert place.startswith("tests/relay/agent/test_hours.py:")
    assert told == words
