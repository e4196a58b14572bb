"""Modules and functions of `functions/` are short, and so are the names of tests.

Ruff limits the complexity of functions.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "functions").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MODULE_LINES = 300
FUNCTION_LINES = 30
NAME_CHARACTERS = 59
"""The longest name of a test, without `test_`. A name says one thing."""


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
    assert list(too_long(module)) == []


@pytest.mark.parametrize("module", TESTS, ids=lambda module: module.relative_to(ROOT).as_posix())
def test_the_names_of_tests_are_short(module: Path) -> None:
    names = [node.name for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.FunctionDef)]
    tests = [name.removeprefix("test_") for name in names if name.startswith("test_")]
    assert [name for name in tests if len(name) > NAME_CHARACTERS] == []
