"""Reads in the source of a tool where it hands callers to. In Lambda there is no source to read.

`make check` and `make deploy` import the agents where there is one, so a wrong number is found before the first call.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from functions.relay.agent.hand_off import hand_off_fault
from functions.relay.agent.source import source_of
from functions.relay.agent.tools import AgentError
from functions.relay.error_location import source_line


def check_hand_offs(function: Callable[..., Any]) -> None:
    """Raise AgentError for a `HandOff(…)` in a function's source with a wrong constant. It names the line."""
    if (tree := source_of(function, "HandOff")) is None:
        return
    for name, value in _written_fields(tree):
        if fault := hand_off_fault(name, ast.literal_eval(value)):
            at = source_line(inspect.unwrap(function).__code__.co_filename, value.lineno)
            raise AgentError(fault.replace("must be", f"is {ast.unparse(value)}; write"), at)


def _written_fields(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the name and the value of each field of a hand-off that is written as a constant, or a list of them."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name("HandOff") | ast.Attribute(attr="HandOff"), arguments, keywords):
                given = [*(("to", one) for one in arguments[1:2]), *((one.arg or "", one.value) for one in keywords)]
                yield from ((name, value) for name, value in given if _is_constant(value))
            case _:
                pass


def _is_constant(value: ast.expr) -> bool:
    match value:
        case ast.Constant():
            return True
        case ast.List(elements) | ast.Tuple(elements):
            return all(isinstance(one, ast.Constant) for one in elements)
        case _:
            return False
