"""Reads from the source of a tool to whom it hands callers. In Lambda there is no source to read.

`make check` and `make deploy` import the agents with their source, so a wrong number is found before the first call.
"""

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from functions.relay.agent.hand_off import hand_off_fault, hold_fault
from functions.relay.agent.source import source_of
from functions.relay.agent.tools import AgentError
from functions.relay.error_location import source_line


def check_hand_offs(function: Callable[..., Any]) -> None:
    """Raise AgentError for a `HandOff(…)` in a function's source with a wrong constant. It names the line."""
    if (tree := source_of(function, "HandOff")) is None:
        return
    for fault, value in (found for fields in _written_hand_offs(tree) for found in _faults(fields)):
        at = source_line(inspect.unwrap(function).__code__.co_filename, value.lineno)
        raise AgentError(fault.replace("must be", f"is {ast.unparse(value)}; write"), at)


def _faults(fields: Mapping[str, ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    """Yield what is wrong with the fields of a hand-off, and the value that is."""
    written = {name: ast.literal_eval(value) for name, value in fields.items()}
    for name, given in written.items():
        if fault := hand_off_fault(name, given):
            yield fault, fields[name]
    if "to" in written and (fault := hold_fault(written["to"], written.get("hold"))):
        yield fault, fields["hold"]


def _written_hand_offs(tree: ast.AST) -> Iterator[dict[str, ast.expr]]:
    """Yield the fields of each hand-off that are written as constants, or lists of them, by their names."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name("HandOff") | ast.Attribute(attr="HandOff"), arguments, keywords):
                given = [*(("to", one) for one in arguments[1:2]), *((one.arg or "", one.value) for one in keywords)]
                yield {name: value for name, value in given if _is_constant(value)}
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
