import pytest

from benchmarks.growth import COMPARED, Turn, rows

EARLY = [Turn(10, 10, 10, 10, 10, 10)] * COMPARED


@pytest.mark.parametrize(("cost", "met"), [(10, True), (9, True), (20, False)])
def test_a_cost_that_grew_misses_its_goal(cost: int, met: bool) -> None:
    late = [Turn(cost, cost, cost, cost, cost, cost)] * COMPARED
    ratios = [row for row in rows(EARLY, late) if row.unit == "x"]
    assert [(row.value, row.met) for row in ratios] == [(cost / 10, met)] * 5


def test_one_slow_turn_of_a_busy_machine_is_no_growth() -> None:
    late = [*EARLY[1:], Turn(10_000, 10, 10, 10, 10, 10)]
    assert all(row.met for row in rows(EARLY, late))


def test_a_request_that_goes_on_growing_misses_its_goal() -> None:
    late = [Turn(10, 10, 10, 10, 101, 10), *EARLY]
    assert [row.what for row in rows(EARLY, late) if not row.met] == ["lines of a model request in a long call, most"]
