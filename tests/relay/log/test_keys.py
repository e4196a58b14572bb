from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.live.reply import MOST_TAKEOVERS
from functions.relay.answer import entries, model_requests
from functions.relay.log.keys import (
    END_CLAIM,
    LAST_SLOT,
    MOST_ROUNDS,
    OPENING,
    Key,
    Slot,
    announcement,
    call_log,
    callee_log,
    counter,
    frame_key,
    next_round,
    orders_log,
    person_log,
    private_log,
    prompt_log,
    round_start,
    run_of,
    run_start,
    session_log,
    slice_paid,
    transcript_log,
)

IDS = st.text("ABCXYZabcxyz0189-_+/=", min_size=1, max_size=12)
KEYS = st.builds(Key, st.integers(0, 9_999_999_999_999), IDS, st.integers(0, LAST_SLOT))
NEAR_KEYS = st.builds(
    Key,
    st.integers(1_790_000_000_000, 1_790_000_000_002),
    st.text("Aa=+/-_0", min_size=1, max_size=3),
    st.integers(0, 12),
)
RUNS = tuple(map(run_start, range(MOST_TAKEOVERS + 1)))
ROUNDS = [round_start(run, number) for run in RUNS for number in range(1, MOST_ROUNDS + 1)]
HAND_OFFS = [Slot.HANDED_OFF.at(start) for start in ROUNDS]


@given(st.lists(KEYS | NEAR_KEYS, max_size=8))
@settings(max_examples=70, deadline=None)
def test_texts_sort_as_keys_do(keys: list[Key]) -> None:
    assert [str(key) for key in sorted(keys)] == sorted(str(key) for key in keys)


@pytest.mark.parametrize("slot", [-1, LAST_SLOT + 1])
def test_a_slot_that_its_text_cannot_hold_is_refused(slot: int) -> None:
    with pytest.raises(ValueError, match=f"slot {slot} is not in 0 to 9999"):
        Key(1, "a", slot)


@given(KEYS)
@settings(max_examples=50, deadline=None)
def test_a_text_is_read_as_it_was_written(key: Key) -> None:
    assert Key.parse(str(key)) == key


@pytest.mark.parametrize("text", ["", "#", "1#a", "a#b#c", "1#b#c", "0001", "#a#1", "1##", "1#2#", "1#a#10000"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Key.parse(text)


def test_slots_sort_around_their_frame_and_before_the_next() -> None:
    frame, newer, later = Key(5, "a"), Key(5, "a="), Key(6, "A")
    assert frame.under(0) < frame < frame.under(2) < frame.under(LAST_SLOT) < newer < later
    assert {key.frame for key in (frame, frame.under(0), frame.under(LAST_SLOT))} == {(5, "a")}


def test_what_a_reminder_begins_sorts_before_later_frames() -> None:
    frame = Key(5, "a=")
    assert frame.under(LAST_SLOT) < frame.after("silent") < Key(6, "a")


def test_the_opening_is_first_and_the_end_claim_last() -> None:
    assert OPENING < Key(1, "a") < Key(1_790_000_000_000, "z", LAST_SLOT) < END_CLAIM


def in_a_session() -> Iterator[int]:
    """Each slot that a session's log may use under one frame."""
    starts = {"frame": (0,), "run": RUNS, "round": ROUNDS}
    own = {Slot.TAKEN_OVER: RUNS[1:], Slot.LANGUAGE_SWITCHED: [round_start(run, 1) for run in RUNS]}
    for row in Slot:
        yield from (start + slot for start in own.get(row, starts.get(row.scope, ())) for slot in row.slots)


def in_a_call() -> Iterator[int]:
    """Each slot that a call's log may use under one frame."""
    yield from (Slot.FRAME.at(), Slot.BEFORE_SESSION.at(), *HAND_OFFS)
    yield from (Slot.UNREACHED.at(number=slot) for slot in HAND_OFFS)


def of_a_callee() -> Iterator[int]:
    """Each slot that a callee's log may use under one day."""
    yield from (*Slot.ATTEMPT.slots, *Slot.WITHDRAWN.slots)


@pytest.mark.parametrize("slots", [in_a_session, in_a_call, of_a_callee])
def test_no_two_ranges_of_one_log_overlap(slots: Callable[[], Iterator[int]]) -> None:
    used = Counter(slots())
    assert [slot for slot, times in used.items() if times > 1] == []
    assert max(used) <= LAST_SLOT


def test_each_row_is_in_one_of_the_logs() -> None:
    assert {row.scope for row in Slot} == {"frame", "run", "round", "call", "callee"}


def test_each_round_of_an_answer_has_a_place() -> None:
    # One round more than questions: a tool that runs before the first, as after digits.
    assert model_requests.MOST_ROUNDS + 1 <= MOST_ROUNDS
    assert len(Slot.LANGUAGE_SWITCHED.slots) >= entries.MOST_SWITCHES


@pytest.mark.parametrize("number", range(len(Slot.TOOL_CALLED.slots)))
def test_a_result_is_placed_just_after_its_call(number: int) -> None:
    assert Slot.TOOL_RETURNED.at(100, number) == Slot.TOOL_CALLED.at(100, number) + 1


def test_a_number_past_the_range_has_the_last_slot() -> None:
    assert Slot.TOOL_CALLED.at(100, 1000) == 185
    assert round_start(0, MOST_ROUNDS + 1) == round_start(0, MOST_ROUNDS)


@pytest.mark.parametrize("run", RUNS)
def test_rounds_follow_each_other_up_to_the_last(run: int) -> None:
    starts = [round_start(run, 1)]
    for _ in range(MOST_ROUNDS):
        starts.append(next_round(starts[-1]))
    assert starts == [round_start(run, number) for number in (*range(1, MOST_ROUNDS + 1), MOST_ROUNDS)]


@pytest.mark.parametrize("run", RUNS)
def test_the_run_of_each_slot_is_known(run: int) -> None:
    assert {run_of(run), run_of(run + 1), run_of(Slot.HEARD.at(run))} == {run}


def test_logs_have_their_own_names() -> None:
    logs = (session_log, call_log, callee_log, private_log, transcript_log, person_log, orders_log, prompt_log)
    assert [log("x").removesuffix("/x") for log in logs] == [
        "session",
        "call",
        "callee",
        "private",
        "transcript",
        "person",
        "orders",
        "prompt",
    ]


def test_the_text_of_a_frames_key_is_made_of_the_gateways_values() -> None:
    assert frame_key("1790000000000", "abc=") == str(Key(1_790_000_000_000, "abc="))


def test_the_moment_of_a_key_is_before_all_its_frames() -> None:
    assert Key(5, "zz", 8).moment == Key(5, "", 0)
    assert Key(4, "zz", LAST_SLOT) < Key(5, "zz").moment < Key(5, "A")


def test_a_counter_is_of_all_calls_or_of_one_party() -> None:
    assert (counter("calls"), counter("calls", "a1b2")) == ("limit/calls", "limit/calls/a1b2")


def test_announcements_of_a_call_are_counted_in_order() -> None:
    assert announcement(0) < announcement(1)


def test_slices_of_a_call_are_paid_one_by_one() -> None:
    assert len({str(slice_paid(number)) for number in range(3)} | {str(announcement(0))}) == 4
