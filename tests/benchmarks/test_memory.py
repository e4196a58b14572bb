import pytest

from benchmarks.memory import SIZES_MB, Turn, memory
from functions.relay.record.cost import LAMBDA_REQUEST

TURN = Turn(first_words_s=0.012, cpu_s=0.04, lasted_s=1.2)


def test_a_whole_processor_changes_nothing() -> None:
    assert TURN.with_memory(1769) == TURN
    assert TURN.with_memory(3008) == TURN


def test_half_a_processor_works_twice_as_long_and_waits_as_long() -> None:
    half = TURN.with_memory(1769 // 2)
    assert half.first_words_s == pytest.approx(0.024, rel=0.01)
    assert half.cpu_s == pytest.approx(0.08, rel=0.01)
    assert half.lasted_s == pytest.approx(1.24, rel=0.01)


def test_a_turn_costs_its_seconds_times_its_memory() -> None:
    assert TURN.dollars(2048) - LAMBDA_REQUEST == pytest.approx(2 * (TURN.dollars(1024) - LAMBDA_REQUEST))
    assert TURN.dollars(1024) == pytest.approx(1.2 * 0.0000133334 + 0.2e-6)


def test_more_memory_is_quicker_and_costs_more() -> None:
    rows = list(memory(TURN))
    waits, costs = ([row.value for row in rows if row.unit == unit] for unit in ("ms", "ct"))
    assert len(waits) == len(costs) == len(SIZES_MB)
    assert waits == sorted(waits, reverse=True)
    assert costs == sorted(costs)
