"""The command: a range of seeds, in one process or in several."""

import pytest

from tests.simulation import __main__ as command
from tests.simulation.__main__ import main

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_range_of_seeds_is_run_whole(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--from-seed", "3", "--seeds", "7", "--jobs", jobs]) == 0
    assert "from seed 3: 7 seeds in " in capsys.readouterr().out


def test_a_number_of_minutes_bounds_the_range(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "BATCH", 3)
    assert main(["--minutes", "0", "--jobs", "1"]) == 0
    assert "from seed 0: 3 seeds in " in capsys.readouterr().out
