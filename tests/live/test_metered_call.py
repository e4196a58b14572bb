"""A call goes on only while the money of the day lasts: it pays for its time in slices, each beside a request."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from functions.live.metered_call import MeteredCall
from functions.relay.cost_limits import Limits, money_of
from functions.relay.counts import DAY_S
from functions.relay.log.events import Entry, TimePaid
from functions.relay.log.keys import call_log
from functions.relay.ports import CountersError, LogError
from functions.relay.wire.model import CallerMessage, Finished, ModelError, Request, StreamEvent, TextDelta
from tests.doubles import MemoryCounters, MemoryLog, ScriptedModel, saying

ASKED = Request("You are brief.", (CallerMessage("Hello"),), call="CA1", slices=range(1, 2))
LIMITS = Limits(twilio_cents_per_minute=1, cents_per_day=5)
SLICE = LIMITS.micros_of_slice
TODAY = money_of(20_000)
YES = [TextDelta("Yes."), Finished("end")]


class LostLog(MemoryLog):
    """A log whose table fails."""

    def append(self, log: str, entry: Entry) -> bool:
        raise LogError("DynamoDB: out of reach")


class LostCounters(MemoryCounters):
    """Counters whose table fails."""

    def spend(self, counter: str, micros: int, most: int) -> bool:
        raise CountersError("DynamoDB: out of reach")


def metered(counters: MemoryCounters, log: MemoryLog) -> MeteredCall:
    return MeteredCall(ScriptedModel(saying("Yes.")), log, counters, LIMITS, now=lambda: 20_000.0 * DAY_S)


def test_a_slice_is_paid_with_the_request_that_begins_it() -> None:
    counters, log = MemoryCounters(), MemoryLog()
    assert list(metered(counters, log).ask(ASKED)) == YES
    assert counters.spent == {TODAY: SLICE}
    assert log.events(call_log("CA1")) == [TimePaid(SLICE, 20_000)]


def test_a_request_within_a_paid_slice_pays_nothing() -> None:
    counters, log = MemoryCounters(), MemoryLog()
    assert list(metered(counters, log).ask(replace(ASKED, slices=range(0)))) == YES
    assert (counters.spent, log.events(call_log("CA1"))) == ({}, [])


def test_slices_without_a_request_are_paid_with_the_next() -> None:
    counters, log = MemoryCounters(), MemoryLog()
    assert list(metered(counters, log).ask(replace(ASKED, slices=range(1, 3)))) == YES
    assert counters.spent == {TODAY: 2 * SLICE}


def test_of_many_requests_in_a_slice_one_pays() -> None:
    counters, log = MemoryCounters(), MemoryLog()
    asked = [replace(metered(counters, log), limits=Limits()) for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda one: list(one.ask(ASKED)), asked)) == [YES] * 20
    assert counters.spent == {TODAY: Limits().micros_of_slice}


def test_of_a_hundred_calls_so_many_go_on_as_the_money_lasts() -> None:
    counters, log = MemoryCounters(), MemoryLog()

    def goes_on(number: int) -> bool:
        try:
            return list(metered(counters, log).ask(replace(ASKED, call=f"CA{number}"))) == YES
        except ModelError:
            return False

    with ThreadPoolExecutor(100) as pool:
        assert list(pool.map(goes_on, range(100))).count(True) == 2
    assert counters.spent == {TODAY: 2 * SLICE}


def test_without_money_no_word_is_spoken() -> None:
    counters, met = MemoryCounters(), []
    counters.adjust(TODAY, LIMITS.micros_per_day)
    call = replace(metered(counters, MemoryLog()), limited=lambda: met.append(1))
    spoken: list[StreamEvent] = []
    with pytest.raises(ModelError, match="see LIMITS"):
        spoken += call.ask(ASKED)
    assert (spoken, met, call.model.closed) == ([], [1], 1)  # type: ignore[attr-defined]


def test_a_sum_that_cannot_be_read_lets_the_call_go_on(caplog: pytest.LogCaptureFixture) -> None:
    assert list(metered(LostCounters(), MemoryLog()).ask(ASKED)) == YES
    assert "the money of the day could not be read" in caplog.text


def test_a_slice_that_was_not_logged_stays_counted(caplog: pytest.LogCaptureFixture) -> None:
    counters = MemoryCounters()
    assert list(metered(counters, LostLog()).ask(ASKED)) == YES
    assert counters.spent == {TODAY: SLICE}
    assert "was not logged" in caplog.text
