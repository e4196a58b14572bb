"""Every field that an author may set has a docstring with its default and an example, and so has every argument."""

import ast
import inspect
import re
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

import pytest

from functions import relay
from functions.relay import ask_digits, tool
from functions.relay.agent.intelligence import Rule
from functions.relay.agent.outcomes import Written

GIVEN: set[type[Any]] = {relay.CallRecord, relay.Caller, relay.EarlierCall, relay.OptOut, relay.Tool}
"""The classes whose objects an author gets, and does not write."""

SET = [
    *(kind for name in relay.__all__ if is_dataclass(kind := getattr(relay, name)) and kind not in GIVEN),
    *(Rule, Written),  # what `when` and a key's function make of what an author writes
]
FIELDS = [(kind, one) for kind in SET for one in fields(kind) if one.init]


def told(kind: type, name: str) -> str:
    """Return the text below a field of a class; empty for none."""
    (made,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(made, ast.ClassDef)
    for one, after in zip(made.body, [*made.body[1:], ast.Pass()], strict=True):
        match one, after:
            case ast.AnnAssign(ast.Name(found)), ast.Expr(ast.Constant(str(text))) if found == name:
                return text
            case _:
                pass
    return ""


def is_value(code: str) -> bool:
    """Whether this code is a value or a sentence, and not only the name of something."""
    try:
        return not isinstance(ast.parse(code, mode="eval").body, ast.Name | ast.Attribute)
    except SyntaxError:
        return True


@pytest.mark.parametrize(
    ("kind", "one"), FIELDS, ids=lambda value: getattr(value, "__name__", "") or getattr(value, "name", "")
)
def test_a_field_is_explained_below_it(kind: type, one: Field[Any]) -> None:
    text = told(kind, one.name)
    assert text.strip().endswith((".", "`")), f"write a docstring below {kind.__name__}.{one.name}"
    optional = one.default is not MISSING or one.default_factory is not MISSING
    if optional and kind is not relay.Phrases:
        assert "efault" in text or '", the default' in text, f"{kind.__name__}.{one.name}: name the default"
    example = "such as" in text or any(is_value(code) for code in re.findall("`([^`]+)`", text))
    assert example, f"{kind.__name__}.{one.name}: give an example, such as `20`"


@pytest.mark.parametrize("kind", sorted(GIVEN, key=str))
def test_what_an_author_gets_is_explained(kind: type[Any]) -> None:
    assert [one.name for one in fields(kind) if one.init and not told(kind, one.name)] == []


@pytest.mark.parametrize("function", [tool, ask_digits])
def test_an_argument_is_explained(function: Any) -> None:
    named = {name for name in inspect.signature(function).parameters if name != "function"}
    assert named == {name for name in named if f"`{name}`" in (function.__doc__ or "")}
