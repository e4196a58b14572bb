"""What log lines say of the call that the code is about."""

from threading import Thread

import pytest

from functions.relay.call_context import about, begin, known

CALL = f"CA{'0f' * 16}"


def test_a_call_is_known_by_its_ids() -> None:
    begin(session="c1", call="")
    about(call=CALL, agent="rosa")
    assert known() == {"session": "c1", "call": CALL, "agent": "rosa"}


def test_a_new_call_knows_nothing_of_the_one_before() -> None:
    begin(session="c1", agent="rosa")
    begin(session="c2")
    assert known() == {"session": "c2"}


@pytest.mark.parametrize("sid", ["CA1", "+15550101", f"{CALL}0", CALL.upper()])
def test_what_is_no_sid_is_left_out(sid: str) -> None:
    begin(call=sid)
    assert known() == {}


def test_a_thread_of_another_call_changes_nothing() -> None:
    begin(session="c1")
    thread = Thread(target=begin, kwargs={"session": "c2"})
    thread.start()
    thread.join()
    assert known() == {"session": "c1"}
