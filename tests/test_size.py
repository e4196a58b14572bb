"""Modules and functions of `functions/` are short, and so are the names of tests.

Ruff limits the complexity of functions.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

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


def test_modules_and_their_functions_are_short() -> None:
    assert [name for module in MODULES for name in too_long(module)] == []


def test_the_names_of_tests_are_short() -> None:
    names = [name for module in TESTS for name in re.findall(r"def test_(\w+)", module.read_text())]
    assert [name for name in names if len(name) > NAME_CHARACTERS] == []
