"""Reads in the source of a tool where it hands callers to. In Lambda there is no source to read.

`make check` and `make deploy` import the agents where there is one, so a wrong number is found before the first call.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

from functions.relay.agent.outcomes import TARGET, TARGETS
from functions.relay.agent.tools import AgentError
from functions.relay.error_location import source_line


def check_hand_offs(function: Callable[..., Any]) -> None:
    """Raise AgentError for a `HandOff(to="…")` in a function's source with a wrong target. It names the line."""
    written: Any = inspect.unwrap(function)
    try:
        lines, first = inspect.getsourcelines(written)
        tree = ast.parse(dedent("".join(lines)))
    except (OSError, SyntaxError):
        return
    for to in _written_targets(tree):
        if not TARGET.fullmatch(str(to.value)):
            at = source_line(written.__code__.co_filename, first + to.lineno - 1)
            raise AgentError(f"HandOff.to is {to.value!r}; write {TARGETS}.", at)


def _written_targets(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the `to` of each hand-off that is written as a constant."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name("HandOff") | ast.Attribute(attr="HandOff"), arguments, keywords):
                given = [*arguments[1:2], *(one.value for one in keywords if one.arg == "to")]
                yield from (one for one in given if isinstance(one, ast.Constant))
            case _:
                pass
