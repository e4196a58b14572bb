"""Makes tools from plain typed functions: the signature becomes the schema, the docstring the description."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_type_hints

from functions.relay.agent.caller import Caller
from functions.relay.agent.checks import check_number, check_spoken, of_kind
from functions.relay.agent.phrases import Spoken
from functions.relay.agent.schema import UnsupportedError, named, object_schema
from functions.relay.agent.tool_source import check_hand_offs
from functions.relay.agent.tools import AgentError, Digits, DigitsPrompt, Tool
from functions.relay.deadlines import TOOL_DEADLINE_S
from functions.relay.error_location import source_line
from functions.relay.wire.model import ToolSpec


def tool(
    function: Callable[..., Any],
    *,
    saying: Spoken = "",
    deadline: float = TOOL_DEADLINE_S,
    read_only: bool = False,
) -> Tool:
    """Make a tool from a function. Raises AgentError.

    `saying`, one sentence or one for each language, is spoken if the function takes longer than a moment, such as
    `"Let me look."`. By default nothing is spoken. After `deadline` seconds, 8 by default, the model is told that the
    tool did not answer. Example: `tool(book, saying="Let me book that.", deadline=12)`.

    If a model calls a tool twice in one answer with the same arguments, the function runs once, and both calls get
    its result. With `read_only`, False by default, it runs again: it only looks something up, and may find something
    new. Example: `tool(free_tables, read_only=True)`.
    """
    check_spoken("tool(…, saying=)", saying)
    check_number("tool(…, deadline=)", deadline, 0.1, 60, "seconds")
    of_kind("tool(…, read_only=)", read_only, bool, "True or False")
    made = replace(_made(function, _description(function), saying, deadline), read_only=read_only)
    if made.digits:
        raise _fault(function, f"takes Digits; wrap it: ask_digits({function.__name__}, …).")
    return made


def ask_digits(
    function: Callable[..., Any],
    *,
    saying: Spoken,
    length: int | None = None,
    ends: str = "#",
    timeout: int = 8,
    private: bool = True,
) -> Tool:
    """Make a tool from a function with a parameter of type `Digits`. It runs when the caller has keyed them in.

    `saying` is the question, one text or one for each language. The digits are complete when there are `length` of
    them (by default any number), or when the caller presses the key `ends` (by default `#`). After `timeout` seconds
    without a key, 8 by default, the function gets the digits that came; if there are none, the model is told so.
    Unless `private` is False, the digits reach neither the model nor the transcript.
    Example: `ask_digits(check_pin, saying="Your PIN, please.", length=4)`. Raises AgentError.
    """
    of_kind("ask_digits(…, private=)", private, bool, "True or False")
    made = _made(function, _description(function), "", TOOL_DEADLINE_S)
    if fault := _digits_fault(made, saying, length, ends, timeout):
        raise _fault(function, fault)
    return replace(made, digits_prompt=DigitsPrompt(saying, length, ends, timeout, private))


def _digits_fault(made: Tool, saying: Spoken, length: int | None, ends: str, timeout: int) -> str:
    """Return what is wrong with the request for digits; empty if nothing is. Raises AgentError for a wrong type."""
    check_spoken("ask_digits(…, saying=)", saying)
    of_kind("ask_digits(…, length=)", length, int | None, "how many digits, or None")
    of_kind("ask_digits(…, ends=)", ends, str, 'the key that ends them, such as "#"')
    of_kind("ask_digits(…, timeout=)", timeout, int, "whole seconds, 1 to 60")
    if not made.digits:
        return "has no parameter of type Digits; write one, such as pin: Digits."
    if not saying:
        return "cannot be a tool: ask_digits needs saying, the question that the caller hears."
    if isinstance(length, bool) or isinstance(timeout, bool):
        return "cannot be a tool: ask_digits has True or False where a number belongs; see its length and timeout."
    if length is not None and length < 1:
        return f"cannot be a tool: ask_digits has the length {length}; give how many digits."
    if not ends and length is None:
        return "cannot be a tool: ask_digits would never end; give a length or a key that ends."
    if len(ends) > 1 or (ends and ends not in "0123456789*#"):
        return f"cannot be a tool: ask_digits ends with {ends!r}; give one key of 0-9 * #."
    return "" if 1 <= timeout <= 60 else f"cannot be a tool: ask_digits has a timeout of {timeout} s; give 1 to 60."


def key_action(action: Callable[..., Any] | Tool) -> Tool:
    """Make a key's action from a tool or a function that takes a `Caller` or nothing. Raises AgentError."""
    made = action if isinstance(action, Tool) else _for_key(action)
    if made.required or made.digits:
        raise _fault(made.function, "cannot be the action of a key: it may take a Caller and nothing else.")
    return replace(made, by_key=True)


def _for_key(function: Callable[..., Any]) -> Tool:
    """Make a tool from a function that needs no docstring: no model reads it."""
    _plain(function)
    return _made(function, inspect.getdoc(function) or function.__name__, "", TOOL_DEADLINE_S)


def _description(function: Callable[..., Any]) -> str:
    _plain(function)
    description = inspect.getdoc(function)
    if not description:
        raise _fault(function, "has no docstring; the model reads it to know when to use the tool.")
    return description


def _plain(function: Callable[..., Any]) -> None:
    if not hasattr(inspect.unwrap(function), "__code__"):
        raise AgentError(f"{function!r} cannot be a tool; write a plain function.")


def _made(function: Callable[..., Any], description: str, saying: Spoken, deadline: float) -> Tool:
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise _fault(function, "is async or yields; write it as a plain function that returns.")
    check_hand_offs(function)
    kinds, required, filled = _signature(function)
    try:
        spec = ToolSpec(named(function.__name__), description, object_schema(kinds, required))
    except (UnsupportedError, RecursionError) as error:
        raise _fault(function, f"cannot be a tool: {error}.") from error
    return Tool(function, spec, kinds, required, filled.get(Caller), saying, deadline, filled.get(Digits))


def _signature(function: Callable[..., Any]) -> tuple[dict[str, Any], frozenset[str], dict[type, str]]:
    """Return the types of the model's arguments, the required ones, and the parameters that Hotline fills in."""
    try:
        hints = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise _fault(function, f"cannot be a tool: {error}; import it in the tool's file.") from error
    kinds, required, filled = dict[str, Any](), set[str](), dict[type, str]()
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise _fault(
                function, f"cannot be a tool: parameter {name} cannot be given by name; write it without * and /."
            )
        if name not in hints:
            raise _fault(function, f"cannot be a tool: parameter {name} needs a type, such as {name}: str.")
        if hints[name] in (Caller, Digits):
            if other := filled.get(hints[name]):
                article = f"both a {hints[name].__name__}" if hints[name] is Caller else "both Digits"
                raise _fault(function, f"cannot be a tool: {other} and {name} are {article}; one is enough.")
            filled[hints[name]] = name
            continue
        kinds[name] = hints[name]
        if parameter.default is parameter.empty:
            required.add(name)
    return kinds, frozenset(required), filled


def _fault(function: Callable[..., Any], fault: str) -> AgentError:
    return AgentError(f"the tool {function.__name__} {fault}", at=written_in(function))


def written_in(function: Callable[..., Any]) -> str:
    """Return the file and line where a tool's function is written."""
    code = inspect.unwrap(function).__code__
    return source_line(code.co_filename, code.co_firstlineno)
