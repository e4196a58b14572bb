"""`make run`: in a terminal, and where there is none."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.project import copy_into

COMMAND = [sys.executable, "-m", "local.cli.run", "--port", "0", "--no-browser", "--speed", "4"]
PATIENCE = 60.0

pytestmark = pytest.mark.slow


class Terminal:
    """A terminal with a call in it; the program's files are in `cwd`."""

    def __init__(self, cwd: Path) -> None:
        self.screen = ""
        self._seen = 0
        self._hand, end = pty.openpty()
        self.process = subprocess.Popen(COMMAND, cwd=cwd, stdin=end, stdout=end, stderr=end)
        os.close(end)

    def type(self, text: str) -> None:
        os.write(self._hand, f"{text}\n".encode())

    def shows(self, text: str) -> None:
        """Wait until this is shown after what was waited for last."""
        until = time.monotonic() + PATIENCE
        while text not in self.screen[self._seen :]:
            assert time.monotonic() < until, f"{text!r} was not shown:\n{self.screen}"
            self._read()
        self._seen = self.screen.index(text, self._seen) + len(text)

    def ends(self) -> int:
        """Return the exit status once the call is over."""
        while self.process.poll() is None:
            self._read()
        return self.process.returncode

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._hand)

    def _read(self) -> None:
        if select.select([self._hand], [], [], 0.1)[0]:
            try:
                self.screen += os.read(self._hand, 4096).decode(errors="replace")
            except OSError:  # Linux says so once the other end is closed
                self.process.wait()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_into(tmp_path_factory.mktemp("project"))


@pytest.fixture
def terminal(project: Path) -> Iterator[Terminal]:
    one = Terminal(project)
    yield one
    one.close()


def test_a_call_in_the_terminal_answers_and_says_goodbye(terminal: Terminal) -> None:
    terminal.shows("offline")
    terminal.shows("The softphone and the inspector are at http://127.0.0.1:")
    terminal.shows("How can I help?")
    terminal.shows("you: ")
    terminal.type("What about booking K4T9?")
    terminal.shows("agent: A table for 4, Friday at eight")
    terminal.shows("you: ")
    terminal.type("goodbye")
    terminal.shows("Goodbye!")
    assert terminal.ends() == 0


def test_its_commands_do_what_they_say(terminal: Terminal) -> None:
    terminal.shows("How can I help?")
    terminal.type("Tell me a story.")
    terminal.shows("sentence one")
    terminal.type("/interrupt Stop it.")
    terminal.shows("You said: Stop it")
    terminal.shows("you: ")
    terminal.type("/dtmf 5")
    terminal.type("/drop")
    terminal.shows("[session failed]")
    terminal.shows("[session VX")
    terminal.type("Are you there?")
    terminal.shows("You said: Are you there")
    terminal.type("/hangup")
    terminal.shows("[call completed]")
    assert terminal.ends() == 0


def test_without_a_terminal_a_scripted_call_is_played_and_checked(project: Path) -> None:
    done = subprocess.run(COMMAND, cwd=project, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for shown in ("agent: Rosa's, good evening!", "Friday at eight", "—", "[put through to +15550100]", " ms  "):
        assert shown in done.stdout


def test_a_real_model_without_its_key_says_what_to_do(project: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ANTHROPIC_API_KEY"}
    command = [*COMMAND, "--model", "claude"]
    done = subprocess.run(
        command, cwd=project, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "needs ANTHROPIC_API_KEY: set it" in done.stderr
