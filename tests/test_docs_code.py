"""The code in the README and in docs/ runs as printed.

The Python blocks of a page build on each other, from its top. A block that assigns `agent` is dialled and must greet.
Each `def test_…(phone, model)` in a block runs with its fixtures. A YAML block is a scenario that must pass offline.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from types import ModuleType

import pytest

from functions import agents
from functions.relay import Agent, Silence
from local.testing import AgentPhone
from tests.endpoint import Endpoint, Reply
from tests.fixtures.agents import DEFAULT, DESK, bookings, instead_of_the_users
from tests.servers.knowledge import KnowledgeBase

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """Code between fences: its page, its language, the line on which it begins."""

    page: Path
    language: str
    line: int
    source: str

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def names(self) -> list[str]:
        """What it defines at its top: functions and variables."""
        found: list[str] = []
        for node in ast.parse(self.source).body:
            match node:
                case ast.FunctionDef(name):
                    found.append(name)
                case ast.Assign(targets):
                    found += [one.id for one in targets if isinstance(one, ast.Name)]
                case _:
                    pass
        return found

    def run(self, module: ModuleType) -> None:
        """Execute it in the module. A traceback shows the lines of the page."""
        exec(compile("\n" * (self.line - 1) + self.source, str(self.page), "exec"), module.__dict__)


@dataclass(frozen=True, slots=True)
class Example:
    """The part of a block that runs: the whole block, or one of its tests."""

    block: Block
    test: str = ""

    def __str__(self) -> str:
        return f"{self.block.place}{f' {self.test}' if self.test else ''}"


def blocks(page: Path, language: str) -> list[Block]:
    text = page.read_text()
    found = [(match, text.count("\n", 0, match.start(2)) + 1) for match in FENCED.finditer(text)]
    return [Block(page, match[1], line, match[2]) for match, line in found if match[1] == language]


def examples(pages: list[Path]) -> Iterator[Example]:
    for block in (block for page in pages for block in blocks(page, "python")):
        tests = [name for name in block.names if name.startswith("test_")]
        yield from [Example(block, test) for test in tests] or [Example(block)]


def module_of(block: Block) -> ModuleType:
    """Run a block after the blocks above it."""
    module = ModuleType(re.sub(r"\W", "_", block.page.stem))
    for one in blocks(block.page, "python"):
        one.run(module)
        if one == block:
            break
    return module


def check(example: Example, request: pytest.FixtureRequest) -> None:
    """Run an example with the fixtures that it asks for."""
    module = module_of(example.block)
    if example.test:
        test = getattr(module, example.test)
        # A phone looks for a script when it is set up.
        names = sorted(signature(test).parameters, key=lambda name: name != "model")
        test(**{name: request.getfixturevalue(name) for name in names})
    elif "agent" in example.block.names:
        agent, phone = module.agent, request.getfixturevalue("phone")
        assert isinstance(agent, Agent)
        assert isinstance(phone, AgentPhone)
        phone.dial(agent).hears(agent.greeting_in(agent.language))


@pytest.fixture(autouse=True)
def _agents() -> Iterator[None]:
    """Keep the user's agents out. The pages are about the agents of the tests, with the default `Silence`."""
    with instead_of_the_users(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(agents.AGENTS, DEFAULT, replace(DESK, silence=Silence()))
        patch.setitem(sys.modules, "functions.agents.bookings", bookings)
        yield


@pytest.fixture
def stock_server() -> Iterator[Endpoint]:
    """The HTTP API of an example."""
    with Endpoint(Reply(200, b'{"left": 3}')) as server:
        yield server


@pytest.fixture
def handbook(monkeypatch: pytest.MonkeyPatch) -> Iterator[KnowledgeBase]:
    """The knowledge base of an example."""
    passages = ("A bike may be returned until 20:00.", "A flat tyre is repaired for free.", "Helmets cost nothing.")
    with KnowledgeBase("KB12345678", passages) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME", server.url)
        monkeypatch.setenv("KNOWLEDGE_BASE", server.id)
        yield server


@pytest.fixture
def office_server() -> Iterator[Endpoint]:
    """What an office tells of its calls."""
    with Endpoint(Reply(200, b"{}")) as server:
        yield server


@pytest.mark.parametrize("example", list(examples(PAGES)), ids=str)
def test_python_runs_as_printed(example: Example, request: pytest.FixtureRequest) -> None:
    check(example, request)


@pytest.mark.parametrize("block", [one for page in PAGES for one in blocks(page, "yaml")], ids=lambda one: one.place)
def test_a_scenario_passes_as_printed(block: Block, phone: AgentPhone, tmp_path: Path) -> None:
    from local.evals.cast import Cast  # noqa: PLC0415
    from local.evals.running import run  # noqa: PLC0415
    from local.evals.scenario import read  # noqa: PLC0415

    path = tmp_path / "printed.yaml"
    path.write_text(block.source)
    assert run(read(path), phone, Cast(None, None)).faults == ()


@pytest.mark.parametrize("block", [one for page in PAGES for one in blocks(page, "sh")], ids=lambda one: one.place)
def test_commands_are_there(block: Block) -> None:
    offered = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^(?:[A-Z_]+=\S+ )*make ([a-z-]+)", block.source, re.MULTILINE)) <= offered
    assert [path for path in re.findall(r"\btests/[\w/.]+", block.source) if not (ROOT / path).exists()] == []


# The check itself


PAGE = """
# A page

```python
greeting = "Good evening!"
```

```python
from functions.relay import Agent, Voice

agent = Agent("Be brief.", greeting, {"en-US": Voice("Google", "en-US-Neural2-A")})
```

```python
def test_it_answers(phone, model):
    model.says("Yes.")
    phone.dial(agent).say("Hello?").hears("WORD")

def test_it_greets(phone):
    phone.dial(agent).hears(greeting)
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def placed(page: Path) -> list[tuple[int, str]]:
    return [(one.block.line, one.test) for one in examples([page])]


def test_each_block_and_each_test_is_an_example(page: Path) -> None:
    page.write_text(PAGE)
    assert placed(page) == [(5, ""), (9, ""), (15, "test_it_answers"), (15, "test_it_greets")]


@pytest.mark.parametrize("number", range(4))
def test_blocks_build_on_each_other(page: Path, number: int, request: pytest.FixtureRequest) -> None:
    page.write_text(PAGE.replace("WORD", "Yes"))
    check(list(examples([page]))[number], request)


def test_a_block_that_fails_is_shown_by_its_line(page: Path, request: pytest.FixtureRequest) -> None:
    page.write_text(PAGE.replace("WORD", "No"))
    answers = next(one for one in examples([page]) if one.test == "test_it_answers")
    with pytest.raises(AssertionError, match="did not hear 'No'") as raised:
        check(answers, request)
    assert (page, 17) in [(Path(one.path), one.lineno + 1) for one in raised.traceback]


def test_an_agent_that_does_not_greet_is_found(page: Path, request: pytest.FixtureRequest) -> None:
    page.write_text(PAGE.replace('greeting = "Good evening!"', "greeting = missing"))
    with pytest.raises(NameError, match="missing"):
        check(next(examples([page])), request)


def test_tests_of_the_docs_pass_the_checks_when_pasted(tmp_path: Path) -> None:
    page = ROOT / "docs" / "testing.md"
    file = tmp_path / "test_pasted.py"
    file.write_text(
        "\n\n".join(source for language, source in FENCED.findall(page.read_text()) if language == "python")
    )
    ruff: list[str | Path] = [
        BIN / "ruff",
        "check",
        "--ignore",
        "E402",
        "--stdin-filename",
        ROOT / "tests" / "agents" / "test_pasted.py",
        "-",
    ]
    style = subprocess.run(ruff, cwd=ROOT, input=file.read_text(), capture_output=True, text=True, check=False)
    assert not style.returncode, style.stdout
    mypy: list[str | Path] = [
        BIN / "mypy",
        "--config-file",
        ROOT / "pyproject.toml",
        "--cache-dir",
        ROOT / ".mypy_cache",
        file,
    ]
    types = subprocess.run(mypy, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not types.returncode, types.stdout


BIN = Path(sys.executable).parent
