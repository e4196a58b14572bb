"""Whole sessions under faults: every law holds for each seed, and a run is the same wherever it runs."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from functions.relay.log.events import Cause
from tests.simulation.session import Result, run
from tests.simulation.shrink import shrink

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

SEEDS, AT_ONCE = 100, 20
"""`make soak` runs many more."""

DRAWN = 20
"""The first of `AT_ONCE` seeds that together hold each fault and each kind of turn.

The test that runs these seeds also checks this, so that no other process runs them again. If what is drawn changes,
choose another first seed.
"""


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_no_law_is_broken(first: int) -> None:
    results = [run(seed) for seed in range(first, first + AT_ONCE)]
    assert {result.seed: result.broken for result in results if result.broken} == {}
    if first == DRAWN:
        assert [*faults_missing(results), *turns_missing(results), *causes_missing(results)] == []


FOUND = (
    48, 513, 2480, 12222, 302513, 304683, 304730, 305075, 306819, 309535, 39000447, 39001160, 39001992, 42002662,
    42008464, 43013329, 44000568, 45004170, 46005865, 46006787, 46012089, 47000064, 47012958,
    47014379, 47019577,
)  # fmt: skip
"""Seeds that broke a law once, each by a fault that is mended.

In 48, a slow look ended the wait for a caller who spoke. In 513, a key whose append was not answered had no reminder:
its caller was left in silence. In 2480, the simulated line played on after its socket had ended. In 12222, words that
had waited for a voice left without another look. In 304730, an answer never ended: the last minute waited for it for
ever, and so did the end of the call. In 304683, the answer to a key followed the last minute's words, and counted as
heard with them. In 305075, a tool ran twice: its call could not be logged, and the invocation died. In 306819, words
went to a prompt that no invocation would answer. In 309535, an apology seemed to follow the words of a reminder. In
302513, the last minute began as a key was pressed: that is an excuse of law 2. In 39000447, a late apology was cut,
and the newer answer before it counted as unheard. In 39001160, a prompt came in the moment of a machine, and neither
ended the session. In 39001992, the `end` of a hand-off was lost, and it was sent again only when words would have
been played that an interrupt had purged. In 42002662, the answer of an invocation that began late seemed to be older
than an apology, and counted as heard when the apology was cut. In 42008464, an answer that had waited for a voice
began in the moment in which the draft of a newer one was released. In 43013329, an invocation died between the claim
to end the session and its reminder, and nothing ended the session. In 44000568, an older answer had been cut before
the stock phrase of an apology, and the reports of this apology swapped. In 45004170, an invocation that only seemed
dead logged words that its takeover had found in the reports. In 46005865, a read of the log hung, and the reminder of
a noise was lost: the agent did not go on. In 46006787, late words of an answer were credited to the next answer,
which said them too. In 46012089, words of a killed draft were credited to the turn of a machine: its takeover
apologised to the machine, and did not end the session. In 47000064, an apology was sent 10 ms before the words of a
draft, which seemed to be older: they counted as heard. In 47014379, an apology seemed to be sent before an interrupt,
because its invocation began late. In 47019577, an answer outlasted its time, as it waited to send a lost `end` again.
In 47012958, the line lost the message that closes a cycle of an older answer: that is an excuse of law 4.
"""


@pytest.mark.parametrize("seed", FOUND)
def test_no_law_is_broken_again(seed: int) -> None:
    assert run(seed).broken == {}


def test_the_same_seed_is_the_same_run() -> None:
    assert run(7).trace == run(7).trace
    assert run(7).trace != run(8).trace


def test_the_same_seed_is_the_same_run_in_another_process() -> None:
    program = "from tests.simulation.session import Result, run; print(run(7).trace)"
    environment = os.environ | {"PYTHONHASHSEED": "4242", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip("\n") == run(7).trace


def test_a_run_without_deviations_is_a_greeting_and_a_goodbye() -> None:
    result = run(7, frozenset())
    assert result.broken == {}
    assert result.record.asked == []
    assert [one.text.strip() for one in result.record.heard] == ["Hello there,", "this is the desk."]


def test_a_run_that_is_left_only_what_it_did_is_the_same_run() -> None:
    result = run(7)
    assert run(7, frozenset(result.fired)).trace == result.trace


def test_a_failing_run_is_made_short_and_still_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.relay.call.call.after_interrupt", lambda turns, *_: turns)
    result = next(result for seed in range(40) if 3 in (result := run(seed)).broken)
    short = shrink(result, most=150)
    assert 3 in short.broken
    assert len(short.fired) <= len(result.fired) / 4
    assert run(result.seed, frozenset(short.fired)).trace == short.trace


def faults_missing(results: list[Result]) -> list[str]:
    """Return the faults of the outside that happen in no run."""
    faults = {what.partition(",")[0] for result in results for _, _, what in result.record.faults}
    wanted = [
        "is refused", "hangs", "is done but not answered", "is slow", "killed at point", "a post is refused",
        "a post is not answered", "a post is lost", "the model fails", "the model breaks off", "the model stalls",
    ]  # fmt: skip
    return [fault for fault in wanted if not any(fault in happened for happened in faults)]


def turns_missing(results: list[Result]) -> list[str]:
    """Return what a call may go through, such as a resumption or an odd stamp, and no call does."""
    fired = "\n".join(name for result in results for name in result.fired)
    drawn = (
        "has another clock's stamp", "the model says nothing", "a tool's block is cut", "a tool is asked for twice",
        "the token limit ends the answer", "digits are asked for", "the line does not tell that the caller stops",
    )  # fmt: skip
    happens = {
        "a call that is taken up again and goes on": any(
            len(result.records) == 2 and result.records[1].asked for result in results
        ),
        "another agent that takes a call": any(one.tool == "pass_on" for each in results for one in each.record.ran),
        "a line without reports": any(not one.reports and one.asked for result in results for one in result.records),
        **{what: what in fired for what in drawn},
    }
    return [what for what, does in happens.items() if not does]


def causes_missing(results: list[Result]) -> list[str]:
    """Return the causes of a turn that no run has."""
    puts = (put for result in results for record in result.records for put in record.puts)
    return [kind.__name__ for kind in set(get_args(Cause)) - {type(put.entry.event) for put in puts}]


@pytest.mark.parametrize("missing", [faults_missing, turns_missing, causes_missing])
def test_a_quiet_run_lacks_what_is_drawn(missing: Callable[[list[Result]], list[str]]) -> None:
    assert missing([run(7, frozenset())])
