"""Functions of an agent that get the record of each call once it is over: `Agent.after`."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, get_type_hints

from functions.relay.agent.caller import Caller
from functions.relay.agent.tools import AgentError
from functions.relay.agent.words import line_of

AfterCall = Callable[..., Any]
"""A function of a `CallRecord`. A parameter typed `Caller` is filled in: it reads secrets."""


def check_after(after: Any) -> None:
    """Raise AgentError for what is no list of plain functions of a `CallRecord`; none is called."""
    if not isinstance(after, Sequence) or isinstance(after, str):
        raise AgentError(f"Agent.after is {after!r}; write a list of functions of a CallRecord, such as [tell_team].")
    for function in after:
        _check(function)
    names = [name_of(function) for function in after]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise AgentError(
            f"Agent.after has two functions named {twice[0]}; each runs once by its name, so rename one."
        )


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


def _check(function: Any) -> None:
    if not callable(function):
        raise AgentError(f"Agent.after has {function!r}; write a function of a CallRecord.")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        fault = f"{name_of(function)} in Agent.after is async or yields; write a plain function that returns."
        raise AgentError(fault, line_of(function))
    caller = caller_parameter(function)
    try:
        inspect.signature(function).bind(object(), **({caller: object()} if caller else {}))
    except TypeError as error:
        fault = f"{name_of(function)} in Agent.after does not take a CallRecord alone: {error}."
        raise AgentError(fault, line_of(function)) from error
    except ValueError:
        return  # a function that is written in C tells nothing of itself
