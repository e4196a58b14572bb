import json

import pytest

from functions.relay.events import Announced, Entry, Event, Joined, Key, Left
from functions.relay.parting import HOPELESS, MOST_RESUMES, Apologise, HangUp, Parting, Resume, Transfer, part

LOST = "64105"


def log(*events: Event) -> list[Entry]:
    return [Entry(Key(1000 + number, f"id{number}"), event) for number, event in enumerate(events)]


def failed(number: int, error: str = LOST) -> Left:
    return Left(f"VX{number}", "failed", error)


def ended(handoff: str, in_progress: bool = True) -> Parting:
    left = Left("VX1", "ended")
    return part(left, in_progress, handoff, log(left))


@pytest.mark.parametrize("status", ["completed", "failed", "ended", "", "unheard of"])
def test_a_caller_who_is_gone_is_let_go(status: str) -> None:
    handoff = json.dumps({"reason": "", "to": "+15550199"})
    assert part(Left("VX1", status, LOST), False, handoff, []) == HangUp()


@pytest.mark.parametrize("to", ["+15550199", "sip:rosa@example.com", "client:rosa"])
def test_a_hand_off_is_a_transfer_to_whom_it_names(to: str) -> None:
    assert ended(json.dumps({"reason": "angry", "to": to})) == Transfer(to)


@pytest.mark.parametrize(
    "handoff",
    ["", "{}", "{", "null", "[]", '"+15550199"', "5", '{"to":""}', '{"to":null}', '{"to":5}', '{"to":["a"]}'],
)
def test_a_goodbye_is_the_end(handoff: str) -> None:
    assert ended(handoff) == HangUp()


@pytest.mark.parametrize("error", [LOST, "39001", "64102", ""])
def test_a_lost_socket_is_taken_up_again(error: str) -> None:
    assert part(failed(1, error), True, "", log(failed(1, error))) == Resume()


@pytest.mark.parametrize("error", sorted(HOPELESS))
def test_what_a_new_session_would_only_meet_again_is_not_tried(error: str) -> None:
    assert part(failed(1, error), True, "", log(failed(1, error))) == Apologise()


def test_a_call_is_taken_up_again_only_so_often() -> None:
    entries: list[Entry] = []
    partings = []
    for number in range(1, MOST_RESUMES + 3):
        entries = log(*(entry.event for entry in entries), failed(number))
        partings.append(part(failed(number), True, "", entries))
    assert partings == [*[Resume()] * MOST_RESUMES, Apologise(), Apologise()]


def test_only_lost_sessions_count() -> None:
    others: list[Event] = [
        Announced("rosa", "", ""),
        Joined("a"),
        Joined("b"),
        Left("VX8", "ended"),
        Left("VX9", "completed"),
    ]
    assert part(failed(1), True, "", log(*others * 3, failed(1))) == Resume()


def test_a_callback_that_comes_twice_or_is_not_yet_in_the_log_changes_nothing() -> None:
    three = [failed(1), failed(2), failed(MOST_RESUMES)]
    for entries in (log(*three), log(*three, *three, *three), log(*three[:-1])):
        assert part(failed(MOST_RESUMES), True, "", entries) == Resume()


def test_a_callback_that_comes_again_after_later_ones_is_answered_as_before() -> None:
    everything = log(*(failed(number) for number in range(1, MOST_RESUMES + 2)))
    partings = [part(failed(number), True, "", everything) for number in range(1, MOST_RESUMES + 2)]
    assert partings == [*[Resume()] * MOST_RESUMES, Apologise()]
