"""The simulation finds each law that is broken on purpose, within a bounded number of seeds."""

import pytest

from tests.simulation.laws import LAWS
from tests.simulation.mutants import MUTANTS, Mutant, killed
from tests.simulation.session import run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.law}: {mutant.name}")
def test_a_mutant_is_found(mutant: Mutant) -> None:
    found = killed(mutant)
    assert found is not None
    assert run(found.seed, rates=mutant.rates).broken == {}


def test_each_law_has_a_mutant() -> None:
    assert {mutant.law for mutant in MUTANTS} == set(LAWS)
