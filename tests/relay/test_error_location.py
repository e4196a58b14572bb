"""The place of an error, as it is logged: the user's own line, and never the error's message."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.relay.error_location import ROOT, location_of, written_at
from functions.relay.ports import OperatorError

AGENT = ROOT / "functions" / "agents" / "sample.py"

CRASHES = {
    "in the agent's own line": "raise KeyError('4111')",
    "in the standard library": "import json; json.loads('{4111')",
    "in a package": "import boto3; boto3.client('no such service')",
    "in the core": "from functions.relay import Agent; Agent(prompt='', greeting='')",
}


def _raised(source: str, file: Path) -> BaseException:
    scope: dict[str, Callable[[], None]] = {}
    exec(compile(f"def crash():\n    {source}\n", str(file), "exec"), scope)
    with pytest.raises(Exception, check=lambda _: True) as raised:
        scope["crash"]()
    return raised.value


@pytest.mark.parametrize("source", CRASHES.values(), ids=CRASHES)
def test_an_error_in_a_tool_is_placed_at_the_agents_line(source: str) -> None:
    where = location_of(_raised(source, AGENT))
    assert re.fullmatch(r"\w+ at functions/agents/sample\.py:2", where)
    assert "4111" not in where


def test_bytecode_of_a_bundle_knows_its_file_from_the_root() -> None:
    error = _raised("{}['x']", Path("functions/agents/sample.py"))
    assert location_of(error) == "KeyError at functions/agents/sample.py:2"


def test_an_error_outside_of_agents_is_placed_in_a_test_that_runs() -> None:
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads("{4111")
    assert re.fullmatch(r"JSONDecodeError at tests/relay/test_error_location\.py:\d+", location_of(raised.value))


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert location_of(ValueError("4111")) == "ValueError at an unknown place"


def test_an_operators_error_says_its_own_words() -> None:
    class UnsetError(OperatorError):
        pass

    assert location_of(UnsetError("Set it with: make secrets")) == "Set it with: make secrets"


def test_the_line_that_the_user_wrote_is_the_one_outside_the_core() -> None:
    assert re.fullmatch(r"tests/relay/test_error_location\.py:\d+", written_at())


def test_an_error_may_be_all_of_the_core() -> None:
    error = _raised("{}['x']", Path("/usr/lib/python3.13/threading.py"))
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
    assert location_of(error) == "KeyError at /usr/lib/python3.13/threading.py:2"


def test_lines_of_the_core_are_passed_over() -> None:
    core = {"__name__": "functions.relay.agent.agent", "written_at": written_at}
    assert re.fullmatch(r"tests/relay/test_error_location\.py:\d+", eval("written_at()", core))
