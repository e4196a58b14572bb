"""`make run`: in a terminal, and with a script on standard input.

A script runs in this process. Its own process is only for tests that need one: a terminal, Ctrl-C, other agents.
"""

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from functions.providers import chosen
from functions.relay import Agent, Intelligence, Operator, Voice
from local.cli.run import notes
from local.cli.script import Status
from local.start import start
from tests.fixtures.agents import instead_of_the_users
from tests.fixtures.project import copy_into

ARGUMENTS = ["local.cli.run", "--port", "0", "--no-browser", "--speed", "10"]
COMMAND = [sys.executable, "-m", "local.start", *ARGUMENTS]
IN_TERMINAL = ["sh", "-c", 'exec "$@" <"$TERMINAL" >"$TERMINAL" 2>&1', "sh", *COMMAND]
"""The first terminal that a session's leader opens is its own: Ctrl-C there is a signal to the program.

prompt_toolkit leaves its raw mode while it prints a line; a key that is typed meanwhile goes through the terminal.
"""

PATIENCE_S = 60.0
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")

SET_BY_USERS = (
    "MODEL",
    "MODEL_ID",
    "AGENT",
    "CALLER",
    "CALL_LANGUAGE",
    "OUTBOUND",
    "PARAMETERS",
    "ANTHROPIC_API_KEY",
)
CLEAN = {name: value for name, value in os.environ.items() if name not in SET_BY_USERS}

pytestmark = pytest.mark.slow


class Terminal:
    """A terminal with calls in it; the program's files are in `cwd`."""

    def __init__(self, cwd: Path) -> None:
        self.screen = ""
        self._seen = 0
        self._hand, end = pty.openpty()
        # prompt_toolkit would wait for a terminal that does not report where its cursor is.
        variables = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "TERMINAL": os.ttyname(end)}
        self.process = subprocess.Popen(IN_TERMINAL, cwd=cwd, env={**CLEAN, **variables}, start_new_session=True)
        self._end = end

    def type(self, text: str, enter: str = "\r") -> None:
        os.write(self._hand, f"{text}{enter}".encode())

    def shows(self, text: str) -> None:
        """Wait until this is shown after the text of the last wait.

        Wait for only one word of an agent: words are drawn one by one, and a line ends where the agent pauses.
        """
        until = time.monotonic() + PATIENCE_S
        while text not in self.screen[self._seen :]:
            assert time.monotonic() < until, f"{text!r} was not shown:\n{self.screen}"
            self._read()
        self._seen = self.screen.index(text, self._seen) + len(text)

    def repeats(self, line: str, text: str) -> None:
        """Type a line again and again until this is shown: the agent may still speak when its words are drawn."""
        until = time.monotonic() + PATIENCE_S
        while text not in self.screen[self._seen :]:
            assert time.monotonic() < until, f"{text!r} was not shown:\n{self.screen}"
            self.type(line)
            waited = time.monotonic() + 1.0
            while text not in self.screen[self._seen :] and time.monotonic() < waited:
                self._read()
        self._seen = self.screen.index(text, self._seen) + len(text)

    def ends(self) -> int:
        """Return the exit status when the program has ended."""
        until = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < until, f"it goes on:\n{self.screen}"
            self._read()
        return self.process.returncode

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._hand)
        os.close(self._end)

    def _read(self) -> None:
        if select.select([self._hand], [], [], 0.1)[0]:
            try:
                self.screen = CONTROLS.sub("", self.screen + os.read(self._hand, 4096).decode(errors="replace"))
            except OSError:  # Linux says so once the other end is closed
                self.process.wait()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_into(tmp_path_factory.mktemp("project"))


def test_a_laptop_says_that_it_analyses_no_call() -> None:
    desk = Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Journey-O")})
    analysed = replace(desk, intelligence=Intelligence([Operator("Sentiment Analysis")]))
    offline = chosen("offline", "")
    assert not any("analysed" in note for note in notes("moto", offline, [desk]))
    [note] = [note for note in notes("moto", offline, [desk, analysed]) if "analysed" in note]
    assert "call.is_analysed()" in note


def test_a_call_in_the_terminal_answers_until_ctrl_c(project: Path) -> None:
    terminal = Terminal(project)
    terminal.shows("offline")
    terminal.shows("The softphone and the inspector are at http://127.0.0.1:")
    terminal.shows("agent: Rosa's, good evening! How can I help?\n")
    terminal.type("What about booking K4T9?")
    terminal.shows("you: What about booking K4T9?")
    terminal.shows('[tool find_booking {"reference": "K4T9"}]')
    terminal.shows("[returned: A table for 4, Friday at eight, in the name of Alma.]")
    terminal.shows("Alma.")
    terminal.type("Please let me talk to a human.")
    terminal.shows("[put through to +15550100]")
    terminal.shows("[call completed]")
    terminal.shows("Press Enter to call again")
    terminal.type("")
    terminal.shows("How can I help?\n")
    terminal.type("", enter="\x03")
    assert terminal.ends() == 0
    terminal.close()


@pytest.fixture(scope="class")
def opened(project: Path) -> Iterator[Terminal]:
    one = Terminal(project)
    one.shows("How can I help?\n")
    yield one
    one.type("/quit")
    assert one.ends() == 0
    one.close()


@pytest.fixture
def terminal(opened: Terminal) -> Iterator[Terminal]:
    """A terminal in which a call has just begun."""
    yield opened
    opened.type("/hangup")
    opened.shows("Press Enter to call again")
    opened.type("")
    opened.shows("How can I help?\n")


class TestAnOpenTerminal:
    """Calls in one terminal, which is closed with its last test: a program that is idle still draws."""

    def test_its_commands_do_what_they_say(self, terminal: Terminal) -> None:
        terminal.repeats("/interrupt", "The agent is silent")
        terminal.type("/dtmf abc")
        terminal.shows("'abc' are no keys")
        terminal.type("/dtmf 5")
        terminal.type("/drop")
        terminal.shows("[session failed]")
        terminal.shows("[session VX")
        terminal.type("Are you there?")
        terminal.shows("you: Are you there?")
        terminal.shows("said:")
        terminal.type("/nonsense")
        terminal.shows("There is no command '/nonsense'")

    def test_a_word_like_goodbye_hangs_up_only_if_the_agent_does(self, terminal: Terminal) -> None:
        terminal.type("My dog is called Goodbye.")
        terminal.shows("you: My dog is called Goodbye.")
        terminal.shows("agent: ")

    def test_half_a_line_stays_when_the_agent_speaks(self, terminal: Terminal) -> None:
        terminal.type("Tell me a story.")
        terminal.shows("agent: I")
        terminal.type("What about boo", enter="")
        terminal.shows("twelve")
        terminal.type("king K4T9?")
        terminal.shows("you: What about booking K4T9?\n")
        terminal.shows('[tool find_booking {"reference": "K4T9"}]')


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


Play = Callable[..., Told]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Play]:
    """Return a function that runs a script in this process, with arguments of the command and variables by name."""

    def played(lines: str = "", *arguments: str, **variables: str) -> Told:
        for name in SET_BY_USERS:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", [*ARGUMENTS, *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        try:
            status = start(ARGUMENTS[0])
        except SystemExit as ended:
            status = int(ended.code or 0)
        return Told(status, *capsys.readouterr())

    monkeypatch.chdir(tmp_path)
    with instead_of_the_users():
        yield played


def test_without_input_any_agent_is_called_and_checked(play: Play) -> None:
    done = play()
    assert done.status == 0, done.err
    for shown in ("agent: Rosa's, good evening!", "caller: Good evening. What are you?", " ms  "):
        assert shown in done.out


def test_piped_lines_are_the_script_of_a_call(play: Play) -> None:
    done = play("# a comment\nWhat about booking K4T9?\n/hears friday at eight\nPlease let me talk to a human.\n")
    assert done.status == 0, done.err
    assert "Friday at eight" in done.out
    assert "[put through to +15550100]" in done.out


def test_the_exit_status_says_which_expectation_failed(play: Play) -> None:
    done = play("What about booking K4T9?\n/hears Saturday\n")
    assert done.status == Status.NOT_HEARD
    assert "the caller did not hear 'Saturday'" in done.err


def scripted(project: Path, lines: str = "") -> subprocess.CompletedProcess[str]:
    """Run a script in its own process, with the agents of a project."""
    return subprocess.run(COMMAND, cwd=project, env=CLEAN, input=lines, capture_output=True, text=True, check=False)


def test_a_crash_in_a_tool_shows_its_line_and_its_traceback(tmp_path: Path) -> None:
    project = copy_into(tmp_path)
    (project / "functions" / "agents" / "front_desk.py").write_text(CRASHING)
    done = scripted(project, "Weather please.\n")
    assert "tool weather failed: KeyError at functions/agents/front_desk.py:10" in done.stderr
    assert 'return os.environ["NO_SUCH_VARIABLE"]' in done.stderr
    logged = (project / ".build" / "functions.log").read_text()
    assert "KeyError at functions/agents/front_desk.py:10" in logged
    assert "NO_SUCH_VARIABLE" not in logged


CRASHING = '''"""An agent whose tool crashes."""

import os

from functions.relay import Agent, Voice


def weather() -> str:
    """Tell the weather."""
    return os.environ["NO_SUCH_VARIABLE"]


agent = Agent(
    prompt="You tell the weather.",
    greeting="Hello!",
    voices={"en-US": Voice("Google", "en-US-Chirp3-HD-Aoede")},
    tools=[weather],
)
'''


def test_a_service_that_aws_has_not_is_told_before_a_call(tmp_path: Path) -> None:
    project = copy_into(tmp_path)
    needs = "from functions.relay import Needs\n\nNEEDS = Needs(services=['sesv3'])\n"
    (project / "functions" / "agents" / "needs.py").write_text(needs)
    done = scripted(project)
    assert done.returncode == Status.USAGE
    assert "functions/agents/needs.py, line 3: Needs.services has 'sesv3'" in done.stderr


def test_an_agent_calls_a_person_with_parameters(play: Play) -> None:
    done = play("Hello?\n", OUTBOUND="1", CALLER="+12125550142", PARAMETERS='name="Ana Maria" day=Friday')
    assert done.status == 0, done.err
    assert "Rosa's, good evening!" in done.out


def test_ctrl_c_in_the_first_second_ends_in_silence(project: Path) -> None:
    process = subprocess.Popen(
        COMMAND,
        cwd=project,
        env=CLEAN,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(0.5)  # at any moment: while its packages are loading, or later
    process.send_signal(signal.SIGINT)
    told, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in told + errors


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_few_characters_is_no_error(play: Play, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict"))
    assert play("Buonasera — 日本\n").status == 0


WRONG = {
    "a model": ({"MODEL": "nonsense"}, "argument --model: 'nonsense'"),
    "a key that is missing": ({"MODEL": "claude"}, "needs ANTHROPIC_API_KEY"),
    "an agent": ({"AGENT": "nobody"}, "There is no agent 'nobody'; functions/agents has front_desk"),
    "a number": ({"CALLER": "abc"}, "'abc' is not a phone number"),
    "a language": ({"CALL_LANGUAGE": "xx"}, "front_desk does not speak 'xx'"),
    "a yes": ({"OUTBOUND": "maybe"}, "'maybe' is neither 1 nor yes"),
    "a parameter": ({"PARAMETERS": "Ana"}, "'Ana' is not NAME=VALUE"),
    "a quotation mark": ({"PARAMETERS": 'name="Ana'}, "without its pair"),
    "parameters of a call that comes in": ({"PARAMETERS": "name=Ana"}, "OUTBOUND=1"),
    "a port": ({}, "invalid int value: 'abc'"),
    "a command": ({}, "There is no command '/nonsense'"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_in_words(play: Play, wrong: str) -> None:
    variables, words = WRONG[wrong]
    arguments = ["--port", "abc"] if wrong == "a port" else []
    done = play("/nonsense\n" if wrong == "a command" else "", *arguments, **variables)
    assert done.status == Status.USAGE, done.err
    assert words in done.err
    assert "Traceback" not in done.err
