"""Commands start through `local.start`, which ends in silence at Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent

LOST = """
import os, signal, weakref

class Loaded: ...

loaded = Loaded()
callback = weakref.ref(loaded, lambda _: os.kill(os.getpid(), signal.SIGINT))
{when_loaded}

def main():
    {in_main}
    return 0
"""
"""A command that gets Ctrl-C in the callback of a weak reference, where Python ignores a KeyboardInterrupt."""


@pytest.fixture
def module(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    (tmp_path / "command.py").write_text(request.param)
    return str(tmp_path)


def started(folder: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "local.start", "command"]
    environment = {**os.environ, "PYTHONPATH": folder}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("module", [LOST.format(when_loaded="del loaded", in_main="pass")], indirect=True)
def test_ctrl_c_during_an_import_is_not_lost(module: str) -> None:
    done = started(module)
    assert done.returncode == -signal.SIGINT
    assert done.stderr == ""


@pytest.mark.parametrize("module", ["def main():\n    raise KeyboardInterrupt\n"], indirect=True)
def test_ctrl_c_after_that_lets_the_command_clean_up(module: str) -> None:
    done = started(module)
    assert (done.returncode, done.stderr) == (130, "\n")
