"""The simulation finds each law that is broken on purpose, within a bounded number of seeds."""

from functools import cache

import pytest

from tests.simulation.fault_rates import FaultRates
from tests.simulation.laws import LAWS
from tests.simulation.mutants import MUTANTS, Mutant, killed
from tests.simulation.session import run

pytestmark = pytest.mark.slow


@cache
def unbroken(seed: int, rates: FaultRates | None) -> bool:
    """Return whether a seed breaks no law without a mutant. Many mutants are found by the same seed."""
    return not run(seed, rates=rates).broken


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.law}: {mutant.name}")
def test_a_mutant_is_found(mutant: Mutant) -> None:
    found = killed(mutant)
    assert found is not None
    assert unbroken(found.seed, mutant.rates)


def test_each_law_has_a_mutant() -> None:
    assert {mutant.law for mutant in MUTANTS} == set(LAWS)
