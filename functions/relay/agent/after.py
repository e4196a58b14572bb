"""What follows each call of an agent: what a model adds to its record, and functions that get the record.

`Agent.after` is one `After`, or a list with functions and at most one `After`.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from typing import Any, get_type_hints

from functions.relay.agent.caller import Caller
from functions.relay.agent.checks import of_kind
from functions.relay.agent.schema import MismatchError, UnsupportedError, checked, schema
from functions.relay.agent.tools import AgentError
from functions.relay.agent.words import line_of
from functions.relay.dataclass import dataclass

AfterCall = Callable[..., Any]
"""A function of a `CallRecord`. A parameter typed `Caller` is filled in: it reads secrets."""


@dataclass(frozen=True, slots=True)
class After:
    """What a model adds to the record of each call. Raises AgentError."""

    summary: bool = False
    """Whether the record gets a summary of two sentences, with `True`. Default: `False`."""

    fields: type | None = None
    """A dataclass that the model fills in from the conversation, such as `Lead`. What the model does not find is
    None, so each field allows None: `name: str | None = None`. Default: None; nothing is filled in."""

    model: str = ""
    """The model that does both, by its provider and id, such as `"openai:gpt-6-luna"`, listed in `Needs.models`.
    Default: the first model of the deployment."""

    def __post_init__(self) -> None:
        of_kind("After.summary", self.summary, bool, "True or False")
        of_kind("After.model", self.model, str, 'a provider and an id, such as "provider:model"')
        if not self.summary and self.fields is None:
            raise AgentError("After(…) adds nothing to a record; write summary=True, or fields= with a dataclass.")
        if self.fields is not None:
            _check_fields(self.fields)


AfterCalls = After | Sequence[After | AfterCall]
"""What `Agent.after` holds."""


def after_of(after: AfterCalls) -> After | None:
    """Return what a model adds to the record; None for nothing."""
    return next((one for one in _listed(after) if isinstance(one, After)), None)


def functions_of(after: AfterCalls) -> tuple[AfterCall, ...]:
    """Return the functions that get the record, in order."""
    return tuple(one for one in _listed(after) if not isinstance(one, After))


def check_after(after: Any) -> None:
    """Raise AgentError for what is neither an `After` nor a list of plain functions; none is called."""
    if not isinstance(after, After | Sequence) or isinstance(after, str):
        cure = "write a list of functions of a CallRecord, such as [tell_team], or After(summary=True)"
        raise AgentError(f"Agent.after is {after!r}; {cure}.")
    if sum(isinstance(one, After) for one in _listed(after)) > 1:
        raise AgentError("Agent.after has two After(…); write one with both their arguments.")
    check_functions(functions_of(after), "Agent.after", ", or After(summary=True)")


def check_functions(functions: Sequence[Any], where: str, or_else: str = "") -> None:
    """Raise AgentError for what is no plain function of a record; `or_else` says what else may be there."""
    for function in functions:
        if not callable(function):
            raise AgentError(f"{where} has {function!r}; write a function of a CallRecord{or_else}.")
        _check(function, where)
    names = [name_of(function) for function in functions]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise AgentError(f"{where} has two functions named {twice[0]}; each runs once by its name, so rename one.")


def name_of(function: AfterCall) -> str:
    """Return the name under which it is noted that a function has run."""
    return str(getattr(function, "__name__", type(function).__name__))


def caller_parameter(function: AfterCall) -> str:
    """Return the name of the parameter that is typed `Caller`; empty if there is none."""
    try:
        hints = get_type_hints(function)
    except (NameError, TypeError):
        return ""
    return next((name for name, kind in hints.items() if kind is Caller and name != "return"), "")


def _listed(after: AfterCalls) -> Sequence[After | AfterCall]:
    return (after,) if isinstance(after, After) else after


def _check_fields(kind: Any) -> None:
    """Raise AgentError for anything but a dataclass, and for a field that does not allow None."""
    if not (isinstance(kind, type) and is_dataclass(kind)):
        raise AgentError(f"After.fields is {kind!r}; write a dataclass, such as fields=Lead.")
    try:
        schema(kind)
    except (UnsupportedError, NameError, RecursionError) as error:
        raise AgentError(f"After.fields cannot be {kind.__name__}: {error}.") from error
    for name, hint in get_type_hints(kind, include_extras=True).items():
        try:
            checked(hint, None, name)
        except MismatchError:
            cure = f"write {name}: … | None = None"
            raise AgentError(
                f"{kind.__name__}.{name} cannot be None, but a caller may not mention it; {cure}."
            ) from None


def _check(function: AfterCall, where: str) -> None:
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        fault = f"{name_of(function)} in {where} is async or yields; write a plain function that returns."
        raise AgentError(fault, line_of(function))
    caller = caller_parameter(function)
    try:
        inspect.signature(function).bind(object(), **({caller: object()} if caller else {}))
    except TypeError as error:
        fault = f"{name_of(function)} in {where} does not take a CallRecord alone: {error}."
        raise AgentError(fault, line_of(function)) from error
    except ValueError:
        return  # a function that is written in C tells nothing of itself
