"""Tools: plain typed functions that an agent may use during a call.

The signature becomes the schema, the docstring the description. A parameter typed `Caller` is filled in and hidden
from the model. What the function returns decides what happens next.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from functions.relay.events import Event, OptedOut, callee_log
from functions.relay.model import ToolSpec
from functions.relay.schema import MismatchError, UnsupportedError, checked_fields, named, object_schema

LONGEST = 8_000
"""Characters of a tool's answer that a model is given: more would only make the caller wait."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is on the phone: both numbers (E.164), the call's SID, and the parameters that the call came with."""

    number: str
    called: str = ""
    call: str = ""
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HandOff:
    """Returned by a tool: the agent's part is over, somebody else takes the call.

    `to` is an E.164 number, a `sip:` address or a `client:` name; `saying` is spoken if the agent said nothing.
    """

    reason: str
    to: str
    saying: str = "One moment, I'll put you through."


@dataclass(frozen=True, slots=True)
class EndCall:
    """Returned by a tool: say goodbye and hang up. `saying` is spoken if the agent said nothing."""

    reason: str = ""
    saying: str = "Goodbye!"


@dataclass(frozen=True, slots=True)
class OptOut:
    """Returned by a tool: the number on the phone is not to be called again. `answer` is what the model is told."""

    answer: str = "Noted: this number will not be called any more."


class ToolError(Exception):
    """Raised by a tool: its text is told to the model, which can put it to the caller in its own words."""


class AgentError(ValueError):
    """An agent that cannot work; `str(error)` names the cause, the place and the cure. Raised at import."""


Outcome = str | HandOff | EndCall

Record = Callable[[str, Event], object]
"""Puts an event into a log by its name, at the place of the tool that wants it recorded."""


def unrecorded(log: str, event: Event) -> None:
    """Record nothing, and let the model know. Raises ToolError."""
    raise ToolError("It could not be noted.")


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask for. `deadline` is in seconds; make one with `tool`."""

    function: Callable[..., Any]
    spec: ToolSpec
    kinds: Mapping[str, Any]
    required: frozenset[str]
    caller: str | None = None
    saying: str = ""
    deadline: float = 8.0

    def run(self, arguments: str, caller: Caller, record: Record = unrecorded) -> Outcome:
        """Call the function with arguments as the model wrote them, a JSON object. Raises ToolError, and its own.

        `record` notes what outlives the call.
        """
        given = self._arguments(arguments)
        returned = self.function(**given, **({self.caller: caller} if self.caller else {}))
        return _opted_out(returned, caller, record) if isinstance(returned, OptOut) else _outcome(returned)

    def _arguments(self, text: str) -> dict[str, Any]:
        try:
            return checked_fields(self.kinds, self.required, json.loads(text or "{}"), "")
        except (MismatchError, RecursionError) as error:
            raise ToolError(f"Wrong arguments for {self.spec.name}. {error}.") from error
        except ValueError as error:
            raise ToolError(f"The arguments for {self.spec.name} are no JSON.") from error


def tool(function: Callable[..., Any], *, saying: str = "", deadline: float = 8.0) -> Tool:
    """Make a tool of a function.

    `saying` is spoken when the function takes longer than a moment; after `deadline` seconds the model is told that
    there is no answer. Raises AgentError for a function that is no tool.
    """
    if not hasattr(inspect.unwrap(function), "__code__"):
        raise AgentError(f"{function!r} cannot be a tool; write a plain function.")
    description = inspect.getdoc(function)
    if not description:
        raise AgentError(f"{_place(function)} has no docstring; the model reads it to know when to use the tool.")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise AgentError(f"{_place(function)} is async or yields; write it as a plain function that returns.")
    kinds, required, caller = _signature(function)
    try:
        spec = ToolSpec(named(function.__name__), description, object_schema(kinds, required))
    except (UnsupportedError, RecursionError) as error:
        raise AgentError(f"{_place(function)} cannot be a tool: {error}.") from error
    return Tool(function, spec, kinds, required, caller, saying, deadline)


def _signature(function: Callable[..., Any]) -> tuple[dict[str, Any], frozenset[str], str | None]:
    try:
        hints = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise AgentError(f"{_place(function)} cannot be a tool: {error}; import it beside the tool.") from error
    kinds, required, caller = dict[str, Any](), set[str](), None
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise AgentError(
                f"{_place(function)}: parameter {name} cannot be given by name; write it without * and /."
            )
        if name not in hints:
            raise AgentError(f"{_place(function)}: parameter {name} needs a type, such as {name}: str.")
        if hints[name] is Caller:
            if caller:
                raise AgentError(f"{_place(function)}: {caller} and {name} are both a Caller; one is enough.")
            caller = name
            continue
        kinds[name] = hints[name]
        if parameter.default is parameter.empty:
            required.add(name)
    return kinds, frozenset(required), caller


def _opted_out(wish: OptOut, caller: Caller, record: Record) -> str:
    if not caller.number.startswith("+"):
        raise ToolError("Nothing to note: the caller's number is withheld.")
    record(callee_log(caller.number), OptedOut(caller.call))
    return wish.answer


def _outcome(value: Any) -> Outcome:
    match value:
        case HandOff() | EndCall():
            return value
        case str():
            return _bounded(value)
        case None:
            return "Done."
        case _:
            return _bounded(json.dumps(value, ensure_ascii=False, default=str))


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … (cut, it has {len(text)} characters)"


def _place(function: Callable[..., Any]) -> str:
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename}:{code.co_firstlineno}: the tool {function.__name__}"
