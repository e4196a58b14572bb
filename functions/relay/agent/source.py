"""Reads the source of a user's function as a syntax tree, where there is a source.

The module `inspect` reads it word by word, which takes 8 ms of a cold start.
"""

import ast
import inspect
import linecache
from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def source_of(function: Callable[..., Any], name: str) -> ast.AST | None:
    """Return the tree of a function if it names this; its lines are those of the file. None if it has no source."""
    code: CodeType = inspect.unwrap(function).__code__
    return _nodes(code.co_filename).get(code.co_firstlineno) if _names(code, name) else None


def _names(code: CodeType, name: str) -> bool:
    """Return whether a function, or one inside it, names this. Most do not, and then no source is read."""
    inner = (one for one in code.co_consts if isinstance(one, CodeType))
    return name in (*code.co_names, *code.co_freevars) or any(_names(one, name) for one in inner)


@lru_cache(maxsize=8)
def _nodes(file: str) -> dict[int, ast.AST]:
    """Return the functions in a file by their first lines, which are those of their decorators."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return {}
    return {_first_line(node): node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)}


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(one.lineno for one in decorators)])
