"""Numbers and their time zones. All numbers are reserved for fiction (+1 NPA 555 01xx, +44 20 7946 0xxx)."""

from zoneinfo import ZoneInfo

import pytest
from phonenumbers.tzdata import TIMEZONE_DATA

from functions.adapters.numbers import costs_extra, country, e164, kind, zones


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+12125550142", "+12125550142"),
        ("+1 (212) 555-0142", "+12125550142"),
        ("+44 20 7946 0123", "+442079460123"),
        ("+44 (0)20 7946 0123", "+442079460123"),
        ("212 555 0142", ""),
        ("+1212", ""),
        ("+999 212 555 0142", ""),
        ("+1 212 555 0142 0142 0142 0142", ""),
        ("Alma", ""),
        ("sip:alma@example.com", ""),
        ("", ""),
    ],
)
def test_a_number_has_one_way_to_be_written(written: str, number: str) -> None:
    assert e164(written) == number


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("415 555 0142", "US", "+14155550142"),
        ("555 0142", "US", ""),
        ("030 23125144", "DE", "+493023125144"),
        ("0044 20 7946 0123", "GB", "+442079460123"),
    ],
)
def test_a_national_number_has_its_area_code(written: str, region: str, number: str) -> None:
    assert e164(written, region) == number


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+12125550142", {"America/New_York"}),
        ("+14155550142", {"America/Los_Angeles"}),
        ("+442079460123", {"Europe/London"}),
        ("+12085550142", {"America/Boise", "America/Denver", "America/Los_Angeles"}),
        ("+18505550142", {"America/Chicago", "America/New_York"}),
        ("+18502345678", {"America/Chicago", "America/New_York"}),
        ("+19285550142", {"America/Denver", "America/Phoenix"}),
        ("+18125550142", {"America/Chicago", "America/New_York"}),
        ("+12505550142", {"America/Edmonton", "America/Vancouver"}),
        ("+16055550142", {"America/Chicago", "America/Denver", "America/North_Dakota/Center"}),
    ],
)
def test_a_number_is_in_every_zone_where_it_may_be(number: str, expected: set[str]) -> None:
    assert {zone.key for zone in zones(number)} == expected


def test_a_number_for_a_whole_country_is_in_all_of_its_zones() -> None:
    found = {zone.key for zone in zones("+18005550142")}
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu"} < found


@pytest.mark.parametrize("number", ["+15550142", "+15555550142"])
def test_a_number_that_was_never_given_out_is_in_none(number: str) -> None:
    assert zones(number) == ()


@pytest.mark.parametrize(
    ("number", "extra"),
    [
        ("+499001234567", True),
        ("+4918051234567", True),
        ("+449098790000", True),
        ("+447012345678", True),
        ("+33899123456", True),
        ("+8820881234567", True),
        ("+12129765555", True),
        ("+493023125144", False),
        ("+80012345678", False),
        ("+15550100", False),
        ("+99912345678", False),
    ],
)
def test_a_number_may_cost_more_than_an_ordinary_one(number: str, extra: bool) -> None:
    assert costs_extra(number) is extra


def test_every_zone_that_a_number_may_be_in_is_known_here() -> None:
    named = {name for names in TIMEZONE_DATA.values() for name in names} - {"Etc/Unknown"}
    assert {ZoneInfo(name).key for name in named} == named


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("+12125550142", ("ordinary", "US")),
        ("+442079460123", ("ordinary", "GB")),
        ("+18005550123", ("ordinary", "US")),
        ("+19005550123", ("premium rate", "US")),
        ("+449012345678", ("premium rate", "GB")),
        ("+33899123456", ("premium rate", "FR")),
        ("+491371234567", ("shared cost", "DE")),
        ("+447012345678", ("personal", "GB")),
        ("+870776123456", ("satellite", "001")),
        ("+881612345678", ("satellite", "001")),
        ("+979123456789", ("satellite", "001")),
    ],
)
def test_a_number_says_what_a_call_to_it_costs(number: str, found: tuple[str, str]) -> None:
    assert (kind(number), country(number)) == found
