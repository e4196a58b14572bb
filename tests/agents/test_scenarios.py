"""The scenarios of tests/evals pass with the offline model, which understands what they need."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]  # each case runs the same lines


def test_the_scenarios_pass_offline() -> None:
    command = [sys.executable, "-W", "error", "-m", "local.evals", "--model", "offline"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for scenario in (ROOT / "tests" / "evals").glob("*.yaml"):
        assert re.search(rf"^{scenario.stem} +pass ", done.stdout, re.MULTILINE)
