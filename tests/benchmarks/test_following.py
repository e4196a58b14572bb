import pytest

from benchmarks.following import CALLS, NOTES, PUTS, Counted, CountedLog, _dollars, _patiently
from functions.providers import price_of
from functions.relay.log.events import Entry, Silent
from functions.relay.log.keys import Key
from functions.relay.ports import LogError
from functions.relay.record.cost import TABLE_READ
from functions.relay.record.fold import record_of
from tests.doubles import MemoryLog
from tests.relay.record.calls import CALL, PLAIN


def test_what_is_read_and_written_is_counted() -> None:
    log = CountedLog(MemoryLog())
    entry = Entry(Key(1, "m1"), Silent(1))
    assert log.append("call/CA1", entry)
    assert log.read("call/CA1") == log.later("call/CA1", Key(0, ""), (Silent,)) == (entry,)
    assert (log.reads, log.writes) == (2, 1)


def test_what_fails_is_done_again() -> None:
    left = [LogError("DynamoDB: ReadTimeoutError")]

    def work() -> None:
        if left:
            raise left.pop()

    _patiently(work)
    assert not left


def test_the_cost_grows_with_each_read() -> None:
    few, more = CountedLog(MemoryLog(), reads=1), CountedLog(MemoryLog(), reads=1001)
    assert _dollars(more, 1.0) - _dollars(few, 1.0) == pytest.approx(1000 * TABLE_READ)
    assert _dollars(few, 0.0) > CALLS * NOTES * PUTS * 0.6e-6


def test_a_call_that_is_told_twice_is_seen() -> None:
    counted = Counted()
    for _ in range(2):
        counted.tell(record_of(PLAIN, str, price_of))
    assert counted.told == {CALL: 2}
