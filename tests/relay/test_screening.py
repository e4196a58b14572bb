"""Who answered a call that we placed decides what follows."""

import pytest

from functions.relay.log.events import Progressed, Screened
from functions.relay.screening import Screening, machine_in, screen


@pytest.mark.parametrize(
    ("answered_by", "with_message", "without"),
    [
        ("human", "talk", "talk"),
        ("machine_end_beep", "leave a message", "hang up"),
        ("machine_end_silence", "leave a message", "hang up"),
        ("machine_end_other", "leave a message", "hang up"),
        ("machine_start", "leave a message", "hang up"),
        ("fax", "hang up", "hang up"),
        ("unknown", "talk", "talk"),
        ("", "talk", "talk"),
        ("something new", "talk", "talk"),
    ],
)
def test_what_answered_decides_what_follows(answered_by: str, with_message: Screening, without: Screening) -> None:
    assert (screen(answered_by, voicemail=True), screen(answered_by, voicemail=False)) == (with_message, without)


@pytest.mark.parametrize(
    "by", ["machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax"]
)
def test_a_machine_is_found_in_the_log(by: str) -> None:
    assert machine_in([Progressed(0, "ringing"), Screened(by)]) == by


@pytest.mark.parametrize("by", ["human", "unknown", ""])
def test_a_person_is_no_machine(by: str) -> None:
    assert machine_in([Screened(by)]) == ""
