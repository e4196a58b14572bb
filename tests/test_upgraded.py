"""What `make upgrade-check` leaves out can meet no agent of a user's."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.upgraded import NO_AGENTS, ROOT

pytestmark = pytest.mark.slow

MEET = ("functions.agents", "functions.twiml", "functions.calls", "functions.live.wiring", "local.dev_stack")
"""What imports the user's agents, and what others import to get them."""

THROUGH = ("local.testing", "local.page", "local.cli", "local.evals", "infra.shipped", "local.ops")


def left_out() -> Iterator[Path]:
    for pattern in NO_AGENTS:
        for path in ROOT.glob(pattern):
            yield from path.rglob("*.py") if path.is_dir() else [path]


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from (module, *(f"{module}.{alias.name}" for alias in names))
            case _:
                pass


@pytest.mark.parametrize("pattern", NO_AGENTS)
def test_each_pattern_leaves_out_something(pattern: str) -> None:
    assert list(ROOT.glob(pattern))


def test_what_is_left_out_imports_no_agents() -> None:
    meeting = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in left_out()
        for name in imported(file)
        if any(name == one or name.startswith(f"{one}.") for one in (*MEET, *THROUGH))
    }
    assert not meeting
