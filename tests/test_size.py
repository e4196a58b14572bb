"""Modules and functions of `functions/` are short enough to be read at once; ruff holds their complexity."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "functions").rglob("*.py"))
MODULE_LINES = 300
FUNCTION_LINES = 30

TOO_LONG = {
    "functions/relay/answer/answer.py",
    "functions/relay/answer/answer.py::__init__",
    "functions/relay/log/events.py",
    "functions/relay/agent/tool_factory.py::ask_digits",
}
"""What is longer today. This list only ever gets shorter."""


def too_long(module: Path) -> Iterator[str]:
    """Yield the name of each thing in a module that is too long, with its docstrings and comments."""
    name, text = module.relative_to(ROOT).as_posix(), module.read_text()
    if len(text.splitlines()) > MODULE_LINES:
        yield name
    nodes = ast.walk(ast.parse(text))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for one in functions:
        if len(text.splitlines()[one.lineno - 1 : one.end_lineno]) > FUNCTION_LINES:
            yield f"{name}::{one.name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(ROOT).as_posix())
def test_a_module_and_its_functions_are_short(module: Path) -> None:
    assert set(too_long(module)) <= TOO_LONG
