"""The hours in which countries allow sales calls."""

from datetime import datetime

import pytest

from functions.relay.calling_hours import HOURS

FRIDAY, SATURDAY, SUNDAY = "2026-11-20", "2026-11-21", "2026-11-22"


@pytest.mark.parametrize(
    ("country", "day", "hours"),
    [
        ("AU", FRIDAY, "09:00 to 20:00"),
        ("AU", SATURDAY, "09:00 to 17:00"),
        ("AU", SUNDAY, ""),
        ("CA", FRIDAY, "09:00 to 21:30"),
        ("CA", SUNDAY, "10:00 to 18:00"),
        ("ES", FRIDAY, "09:00 to 21:00"),
        ("ES", SATURDAY, ""),
        ("FR", FRIDAY, "10:00 to 13:00, 14:00 to 20:00"),
        ("FR", SATURDAY, ""),
        ("IN", SUNDAY, "09:00 to 21:00"),
        ("RE", SATURDAY, ""),
        ("US", SUNDAY, "08:00 to 21:00"),
        ("PR", SUNDAY, "08:00 to 21:00"),
        ("GU", FRIDAY, "08:00 to 21:00"),
    ],
)
def test_a_day_has_the_hours_of_its_country(country: str, day: str, hours: str) -> None:
    assert ", ".join(map(str, HOURS[country].on(datetime.fromisoformat(day)))) == hours


@pytest.mark.parametrize(
    ("local", "allowed"),
    [("09:59:59", False), ("10:00", True), ("12:59:59", True), ("13:00", False), ("14:00", True), ("20:00", False)],
)
def test_a_span_ends_before_its_last_moment(local: str, allowed: bool) -> None:
    assert HOURS["FR"].allow(datetime.fromisoformat(f"{FRIDAY} {local}")) is allowed


def test_each_span_begins_and_ends_on_one_day() -> None:
    spans = [span for one in HOURS.values() for span in (*one.weekdays, *one.saturday, *one.sunday)]
    assert all(span.start < span.end for span in spans)
