"""Errors of an agent's file, as text and with their place."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.page.agents import Fault, Modules, agents_now, fault, fresh, stamp


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Fault]:
    """Import a file of an agents' folder that cannot be imported; return the error as text."""
    folder = tmp_path / "project" / "agents"
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(folder)

    def told(source: str) -> Fault:
        (folder / "desk_of_a_test.py").write_text(source)
        importlib.invalidate_caches()
        sys.modules.pop("desk_of_a_test", None)
        with pytest.raises(BaseException) as raised:
            importlib.import_module("desk_of_a_test")
        return fault(raised.value, folder)

    return told


AGENT_ERROR = """from functions.relay import Agent, Voice

agent = Agent(
    prompt="",
    greeting="Hello!",
    voices={"en-US": Voice("Google", "en-US-Journey-O")},
)
"""


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("x = 1\ndef (:\n", 2, "SyntaxError: invalid syntax"),
        ("x = 1\n\ny = z\n", 3, "NameError: name 'z' is not defined"),
        ("import no_such_module\n", 1, "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def f():\n    raise ValueError('no')\n\nf()\n", 2, "ValueError: no"),
        ("raise SystemExit(3)\n", 1, "SystemExit: 3"),
        (AGENT_ERROR, 3, "Agent.prompt is empty."),
    ],
)
def test_an_error_names_the_file_the_line_and_the_cause(
    broken: Callable[[str], Fault], source: str, line: int, words: str
) -> None:
    found = broken(source)
    assert (found.file, found.line) == ("project/agents/desk_of_a_test.py", line)
    assert found.text == words
    assert str(found) == f"{found.file}, line {line}: {words}"


def test_an_error_from_elsewhere_is_told_without_a_place(tmp_path: Path) -> None:
    assert str(fault(ValueError("no"), tmp_path)) == "ValueError: no"


def test_a_folder_that_changes_has_another_stamp(tmp_path: Path) -> None:
    before = stamp(tmp_path)
    (tmp_path / "one.py").write_text("x = 1\n")
    one = stamp(tmp_path)
    (tmp_path / "one.py").write_text("x = 12\n")
    assert len({str(before), str(one), str(stamp(tmp_path))}) == 3
    assert stamp(tmp_path) == stamp(tmp_path)


@pytest.mark.parametrize("file", ["one.py", "rosa/agent.py", "rosa/facts.md", "rosa/prices/today.json", "list"])
def test_files_of_every_type_in_every_folder_are_watched(tmp_path: Path, file: str) -> None:
    before = stamp(tmp_path)
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("x")
    assert stamp(tmp_path) != before


@pytest.mark.parametrize("file", ["__pycache__/one.cpython-311.pyc", ".one.py.swp", "one.py~"])
def test_what_python_and_editors_leave_behind_is_no_change(tmp_path: Path, file: str) -> None:
    before = stamp(tmp_path)
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("x")
    assert stamp(tmp_path) == before


def test_the_agents_stay_in_use_during_an_import() -> None:
    before, meanwhile = agents_now(), []

    def load() -> Modules:
        meanwhile.append(agents_now())
        raise ValueError("a handler cannot be imported")

    with pytest.raises(ValueError, match="cannot be imported"):
        fresh(load)
    assert meanwhile == [before]
    assert agents_now() is before
