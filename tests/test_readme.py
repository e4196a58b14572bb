"""The README keeps its word: its agent runs as printed, its commands and links are there."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from functions import agents
from local.laptop import laptop

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


@pytest.fixture
def dial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[ModuleType], str]]:
    """Put the module's agent on the line, offline, and ask it about a booking."""

    def ask(module: ModuleType) -> str:
        monkeypatch.setitem(agents.AGENTS, "front_desk", module.agent)
        with laptop("offline", log=tmp_path / "functions.log") as line, line.phone(speed=10.0) as phone:
            return phone.dial().say("What about booking K4T9?")

    yield ask


def test_the_agent_runs_as_printed(dial: Callable[[ModuleType], str]) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    module = ModuleType("printed")
    exec(compile(source, "README.md", "exec"), module.__dict__)
    assert "Friday" in dial(module)


def test_each_make_command_is_one_of_the_makefile() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)", README)) - {"it"}
    offered = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test", "check", "bench", "deploy"} <= named
    assert named <= offered


def test_each_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
