"""Evals: the command, the errors of a scenario or a call and their words, and who takes part."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    ModelError,
    Request,
    StreamEvent,
    TextDelta,
    Usage,
)
from local.evals.__main__ import main
from local.evals.cast import HANGS_UP, Cast, Judge, Player
from local.evals.reading import ScenarioError
from local.evals.report import price, table
from local.evals.running import Result, run
from local.evals.scenario import read
from local.phone import Line
from local.testing import AgentPhone, Script
from local.testing.script import ScriptServer
from tests.fixtures.agents import instead_of_the_users
from tests.fixtures.project import copy_into

pytestmark = pytest.mark.slow

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
NOBODY = Cast(None, None)


class Actor:
    """A model that answers in these words, one request after another. If one of them is an error, it is raised."""

    def __init__(self, *answers: str | ModelError) -> None:
        self._answers = list(answers)
        self.asked: list[Request] = []

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, ModelError):
            raise answer
        yield TextDelta(answer)
        yield Finished("end", Usage(10, 2))


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return tmp_path / "scenario.yaml"


def written(scenario: Path, text: str) -> Path:
    scenario.write_text(dedent(text))
    return scenario


# The command

FOUND = """
# A guest wants to know what they booked.
agent: front_desk
persona: |
  You are Alma. You booked a table under K4T9, and have forgotten for which evening.
caller: ["Which evening is my table? It is booking K4T9.", "Goodbye."]
must:
  - calls_tool: find_booking
    with: {reference: K4T9}
  - hears: Friday
judge: ["The agent told the day in one sentence."]
"""

UNKNOWN = """
agent: front_desk
caller: ["What is booked under X0X0?", Goodbye.]
must_not:
  - hears: Friday
"""


def write_evals(folder: Path) -> None:
    """Write two scenarios for the agents of the tests."""
    evals = folder / "tests" / "evals"
    evals.mkdir(parents=True)
    (evals / "found.yaml").write_text(FOUND)
    (evals / "unknown.yaml").write_text(UNKNOWN)


class Told(NamedTuple):
    """What the command printed."""

    out: str
    err: str


Carry = Callable[..., Told]


@pytest.fixture
def carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Carry]:
    """Run the command in this process, in a folder with two scenarios of the tests' agents; fail if it fails."""

    def run_it(*arguments: str, **variables: str) -> Told:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        status = main(list(arguments))
        told = Told(*capsys.readouterr())
        assert status == 0, told.out + told.err
        return told

    write_evals(tmp_path)
    monkeypatch.chdir(tmp_path)
    with instead_of_the_users():
        yield run_it


def carried_there(project: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command in its own process, in a copy of the project; fail if it fails."""
    command = [sys.executable, "-W", "error", "-m", "local.evals", *arguments]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_all_scenarios_are_carried_offline(carried: Carry) -> None:
    told = carried("tests/evals", "--model", "offline").out
    for name in ("found", "unknown"):
        assert re.search(rf"^{name} +pass ", told, re.MULTILINE)
    assert "statements were not judged" in told


def test_with_a_real_model_it_plays_the_caller_and_judges_too(tmp_path: Path) -> None:
    write_evals(copy_into(tmp_path))
    with ScriptServer() as server:
        server.follows = script = Script()
        script.says("Which evening is my table, booking K4T9?")
        script.calls("find_booking", reference="K4T9")
        script.says("On Friday at eight.")
        script.says(HANGS_UP)
        script.says("Yes: in one sentence.")
        at = {"MODEL": "bedrock", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.url}
        done = carried_there(tmp_path, "tests/evals/found.yaml", **at, **KEYS)
        script.end()
    assert "Scenarios: 1. Calls: 1. Model: eu.anthropic.claude-haiku-5-5" in done.stderr
    assert re.search(r"The callers and the judge used 0 tokens in, \d+ out: [$]0.0000\d", done.stdout)


# A call and its rules

ASKS = """
    agent: front_desk
    caller: ["What about booking K4T9?", Goodbye.]
    """


def answers(model: Script) -> None:
    model.calls("find_booking", reference="K4T9")
    model.says("On Friday at eight.")
    model.calls("say_goodbye")


def result_of(scenario: Path, rules: str, phone: AgentPhone, cast: Cast = NOBODY) -> Result:
    return run(read(written(scenario, dedent(ASKS) + dedent(rules))), phone, cast)


def test_what_must_happen_and_did_passes(scenario: Path, phone: AgentPhone, model: Script) -> None:
    answers(model)
    rules = """
    must:
      - hears: [friday, Goodbye]
      - calls_tool: find_booking
        with: {reference: K4T9}
      - says_goodbye: true
    must_not:
      - hands_off: true
      - calls_tool: find_booking
        with: {reference: B2M7}
    within: 1
    """
    result = result_of(scenario, rules, phone)
    assert result.faults == ()
    assert (result.name, result.turns, len(result.waits_ms)) == ("scenario", 2, 2)
    assert result.usage.output > 0


def test_what_went_otherwise_is_told(scenario: Path, phone: AgentPhone, model: Script) -> None:
    answers(model)
    rules = """
    must:
      - hears: Sunday
      - hands_off: "+15550100"
    must_not:
      - calls_tool: find_booking
      - says_goodbye: true
    within: 1
    """
    result = result_of(scenario, rules, phone, Cast(None, Judge(Actor("yes"))))
    assert result.faults[:4] == (
        "must: hears 'Sunday'",
        "must: hands off to +15550100",
        "must not: calls find_booking",
        "must not: says goodbye",
    )
    assert result.faults[4].startswith("within: The first words took")
    assert "    tool: find_booking(reference='K4T9')" in table([result], price("")), "the call is shown"


def test_a_caller_hangs_up_when_there_were_enough_turns(scenario: Path, phone: AgentPhone, model: Script) -> None:
    model.says("On Friday.")
    result = result_of(scenario, "turns: 1\nmust: [{says_goodbye: true}]", phone)
    assert (result.turns, result.faults) == (1, ("must: says goodbye",))


def test_with_parameters_the_agent_calls(scenario: Path, phone: AgentPhone, model: Script) -> None:
    model.says("On Friday.")
    rules = "parameters: {guests: 4}\nmust: [{hears: good evening}]\nturns: 1"
    assert result_of(scenario, rules, phone).faults == ()
    [setup] = [frame.message for frame in phone.calls[0].line.frames if frame.message.get("type") == "setup"]
    assert setup["direction"] == "outbound-api"
    # The parameters of an order come from the table: they do not travel through Twilio.
    assert "guests" not in setup["customParameters"]


def test_a_caller_may_press_keys_and_be_silent(scenario: Path, phone: AgentPhone, model: Script) -> None:
    text = "agent: front_desk\ncaller: [{stays_silent: 55}, {presses: 12}]\nmust: [{hears: Are you still there}]"
    result = run(read(written(scenario, text)), phone, NOBODY)
    assert result.faults == ()
    assert result.transcript.splitlines()[-2] == "  caller: [1] [2]"


# Those who take part


def test_a_persona_is_played_and_the_call_judged(scenario: Path, phone: AgentPhone, model: Script) -> None:
    model.calls("find_booking", reference="K4T9")
    model.says("On Friday at eight.")
    actor = Actor("When is my table, K4T9?", f"{HANGS_UP}.", "Yes: it did.", "No: it was curt.")
    judge = Judge(actor)
    rules = "persona: You are Alma.\njudge: [It told the day., It was kind.]"
    result = result_of(scenario, rules, phone, Cast(actor, judge))
    assert result.faults == ("judge: It was kind. No: it was curt.",)
    assert "You are Alma." in actor.asked[0].prompt
    assert actor.asked[1].messages[-3:] == (
        CallerMessage("Rosa's, good evening! How can I help?"),
        AgentMessage("When is my table, K4T9?"),
        CallerMessage("On Friday at eight."),
    )
    assert "The statement: It told the day." in str(actor.asked[2].messages[0])
    assert len(judge.spent) == 4


def test_a_caller_whose_model_fails_fails_the_scenario(scenario: Path, phone: AgentPhone) -> None:
    actor = Actor(ModelError("throttled", "too much"), ModelError("broken", "gone"))
    result = result_of(scenario, "persona: You are Alma.\njudge: It was kind.", phone, Cast(actor, Judge(actor)))
    assert result.faults == (
        "the model of the caller failed: too much",
        "judge: It was kind. The model failed: gone",
    )


def test_a_judge_who_says_neither_denies() -> None:
    assert Judge(Actor("Hard to say.")).denies("It was kind.", "") == "Hard to say."


def test_a_player_is_asked_in_turns_that_a_model_takes() -> None:
    actor = Actor("Hello?")
    assert Player(actor, "Ben").next((Line("caller", "Hello?"),))
    assert actor.asked[0].messages == (
        CallerMessage("(The phone is answered.)"),
        AgentMessage("Hello?"),
        CallerMessage("(silence)"),
    )


# A scenario that cannot be run

WRONG = {
    "agent: front_desk\ncaller: Hi.\nmusst: []": "3: musst is not a key of a scenario; use one of agent, persona",
    "agent: front_desk\ncaller: Hi.": "1: must is missing: a scenario that expects nothing cannot fail",
    "caller: Hi.\nmust: []": "1: agent is missing: name one of functions/agents",
    "agent: nobody\ncaller: Hi.\nmust: []": "1: agent is 'nobody'; functions.agents has front_desk",
    "agent: front_desk\ncaller: Hi.\nmust:\n  hears: Hi": "4: must is not a list; begin each item with a dash",
    "agent: front_desk\ncaller: Hi.\nmust:\n  - hears: Hi\n  - hear: Hi": "5: must[1].hear is not a key of",
    "agent: front_desk\ncaller: Hi.\nmust:\n  - hears: Hi\n    hands_off: true": "4: must[0] names 2 things",
    "agent: front_desk\ncaller: Hi.\nmust:\n  - calls_tool: find": "4: must[0].calls_tool is 'find'; the agent's",
    "agent: front_desk\ncaller: Hi.\nmust:\n  - hears: Hi\n    with: {a: b}": "5: must[0].with belongs to calls_tool",
    "agent: front_desk\ncaller: Hi.\nmust:\n  - says_goodbye: false": "4: must[0].says_goodbye is true or is left",
    "agent: front_desk\ncaller: Hi.\nwithin: soon": "3: within is 'soon'; write a whole number, 1 or more",
    "agent: front_desk\nagent: front_desk": "2: agent stands there twice",
    "agent: front_desk\ncaller:\n  - {}\nmust: []": "3: caller[0] is neither a text nor one of presses, stays_silent",
    "agent: front_desk\ncaller:\n  - {press: 1}\nmust: []": "3: caller[0].press is not a key of",
    "agent: front_desk\ncaller: ''\nmust: []": "2: caller is no text",
    "- one": "1: is not a mapping; its keys are agent, persona",
    "": "1: is empty",
    "agent: [": "1: is not YAML: ",
}


@pytest.mark.parametrize("text", WRONG)
def test_an_error_names_file_line_and_key(scenario: Path, text: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        read(written(scenario, text))
    assert str(raised.value).startswith(f"{scenario}:{WRONG[text]}")


# The command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.yaml"], "none.yaml: no such file."),
        (["local"], "local: no scenario there; write a .yaml file."),
        (["--model", "claude"], "MODEL=claude needs ANTHROPIC_API_KEY: set it"),
    ],
)
def test_what_cannot_be_run_says_why(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_an_unknown_model_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL", "parrot")
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert "'parrot' is not one of bedrock, claude, openai, langflow, offline" in capsys.readouterr().err


# The table


def test_the_table_shows_waits_tokens_and_cost() -> None:
    usage = Usage(input=1_000_000, output=200_000, cache_read=1_000_000)
    one = Result("booking", (), 0, 3, (100.0, 900.0, 300.0), usage, "")
    [head, row, _, last] = table([one], price("eu.anthropic.claude-haiku-5-5")).splitlines()
    assert head.split("  ")[0] == "scenario"
    assert row.split() == ["booking", "pass", "3", "300", "ms", "900", "ms", "2000000", "200000", "$0.21000"]
    assert last == "1 of 1 passed."
    assert table([one], price("amazon.nova-lite")).splitlines()[1].endswith("unknown")
