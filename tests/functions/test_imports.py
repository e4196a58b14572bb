"""What an import costs a cold start."""

import subprocess
import sys

import pytest

from benchmarks.packages import import_seconds

pytestmark = pytest.mark.slow

MOST_COLLECTIONS = 20
"""By Python's own threshold it would be searched about fifty times."""

MOST_TIMES_BOTO3 = 1.25
"""How many times as long `functions.default` may take as boto3 with the same four clients."""

ROUNDS = 25
"""Rounds of which one must be that good, about a minute: a busy machine makes many worse, but slow code makes all."""

COUNTED = "import functions.relay, gc; print(sum(one['collections'] for one in gc.get_stats()))"

WARMED = """
import cProfile, pstats
from tests.doubles import saying
from tests.live.harness import SessionHarness

harness = SessionHarness(saying("On Friday we open at nine. See you then."))
{warm}
harness.opened()
profile = cProfile.Profile()
profile.runcall(harness.sessions.receive, harness.prompt("When do you open?", at=5000))
calls = pstats.Stats(profile).stats
print(sum(times for (file, _, name), (_, times, *_) in calls.items() if name == "_compile_info"))
"""
"""Prints how many patterns the first answer of a process compiles."""

MOST_COMPILED = 2
"""Patterns of a few characters that read the caller's words."""


def test_an_import_is_hardly_searched_for_garbage() -> None:
    done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= MOST_COLLECTIONS


@pytest.mark.no_cover
def test_a_cold_start_takes_little_more_than_boto3() -> None:
    ratios = []
    for _ in range(ROUNDS):
        bare, ours = import_seconds(runs=3)
        ratios.append(ours / bare)
        if ratios[-1] <= MOST_TIMES_BOTO3:
            return
    raise AssertionError(f"functions.default took {ratios} times as long as boto3 with its clients")


def test_a_warm_environment_has_its_filters_compiled() -> None:
    assert _compiled("") > 20
    assert _compiled("harness.sessions.warm()") <= MOST_COMPILED


def _compiled(warm: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", WARMED.format(warm=warm)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)
