"""Tools: plain typed functions that an agent may use during a call.

The signature becomes the schema, the docstring the description. A parameter typed `Caller` is filled in and hidden
from the model. What the function returns decides what happens next.
"""

import ast
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any, Literal, NoReturn

from functions.relay.agent.outcomes import EndCall, HandOff, PassTo, Utterance
from functions.relay.agent.phrases import Spoken
from functions.relay.agent.returned import DONE, in_text, return_type
from functions.relay.agent.schema import MismatchError, checked_fields
from functions.relay.error_location import written_at
from functions.relay.log.events import Event, OptedOut
from functions.relay.log.keys import callee_log
from functions.relay.log.memory import Memory, Value
from functions.relay.ports import SecretError
from functions.relay.wire.model import ToolSpec
from functions.relay.wire.party import PartyKind, kind_of


def no_secret(name: str) -> NoReturn:
    """Refuse to read a secret that is not listed. Raises SecretError."""
    line = f'NEEDS = Needs(secrets=["{name}"])'
    raise SecretError(f"The secret {name} is not listed. Write in functions/agents/needs.py: {line}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is on the phone, and the call.

    `number` is the caller's in E.164, or a short code; it is empty for a withheld number, and for a caller by SIP or
    by a client, who has an `address` instead. `called` is our own number, `call` the call's SID, `parameters` those
    that the call came with. `language` is the one that is spoken, `memory` what tools have noted in this call: a
    dictionary of plain values that is kept to the call's end.
    """

    number: str
    called: str = ""
    call: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    language: str = ""
    memory: Memory = field(default_factory=Memory)
    address: str = ""
    secrets: Callable[[str], str] = field(default=no_secret, repr=False, compare=False)
    facts: Mapping[str, Value] = field(default_factory=dict)
    """What `Agent.arrive` found out while the phone rang, such as `{"name": "Alma"}`. Default: nothing."""

    direction: Literal["inbound", "outbound"] = "inbound"
    """Whether they have called us, or we them."""

    def __post_init__(self) -> None:
        """Take what Twilio gave as the number for what it is."""
        match kind_of(self.address or self.number):
            case "sip" | "client":
                object.__setattr__(self, "address", self.address or self.number)
                object.__setattr__(self, "number", "")
            case "withheld":
                object.__setattr__(self, "number", "")
            case "number" | "short code":
                pass

    @property
    def kind(self) -> PartyKind:
        """What the caller is known by: "number", "short code", "sip", "client" or "withheld"."""
        return kind_of(self.address or self.number)

    def secret(self, name: str) -> str:
        """Return a secret that `NEEDS` lists, such as `sms-token`; keep it out of words for the model.

        Raises SecretError if it is not listed, or not set.
        """
        return self.secrets(name)

    def given(self, name: str, otherwise: str = "") -> str:
        """Return one of the call's parameters."""
        return dict(self.parameters).get(name, otherwise)


class Digits(str):
    """What the caller keyed in; a parameter of this type is filled in and hidden from the model. See `ask_digits`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OptOut:
    """Returned by a tool: the number on the phone is not to be called again. `answer` is what the model is told."""

    answer: str = "Noted: this number will not be called any more."


class ToolError(Exception):
    """Raised by a tool: its text is told to the model, which can put it to the caller in its own words."""


class AgentError(ValueError):
    """An agent that cannot work; `str(error)` names the line to change, the cause and the cure. Raised at import."""

    def __init__(self, fault: str, at: str = "") -> None:
        """`at` is the line to change, if not the one that is being run."""
        super().__init__(f"{at or written_at()}: {fault}")


TOLD = "The caller is told so as it stands."
"""What the model is told of words and sounds that come without an answer."""

ToolExit = HandOff | EndCall | PassTo
"""What ends the agent's part."""

Outcome = str | tuple[Utterance, ...] | ToolExit
"""What came of a tool: words for the model, words and sounds for the caller, or an end."""

Recorder = Callable[[str, Event], object]
"""Puts an event into a log by its name, at the place of the tool that wants it recorded."""


def unrecorded(log: str, event: Event) -> None:
    """Record nothing, and let the model know. Raises ToolError."""
    raise ToolError("It could not be noted.")


@dataclass(frozen=True, slots=True)
class DigitsPrompt:
    """What the caller is asked to key in: so many digits, or all up to a key that ends them.

    `timeout` is how many seconds may pass without a key once the question has been asked.
    """

    saying: Spoken
    length: int | None = None
    ends: str = "#"
    timeout: int = 8
    private: bool = True

    def whole(self, keys: str) -> str | None:
        """Return the digits, without the key that ended them, once all are there."""
        digits, ended, _ = keys.partition(self.ends) if self.ends else (keys, "", "")
        if self.length is not None and len(digits) >= self.length:
            return digits[: self.length]
        return digits if ended else None


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask for. `deadline` is in seconds; make one with `tool` or `ask_digits`.

    `caller` and `digits` name the parameters that are filled in; `by_key` says that no model asks for it, but a key.
    """

    function: Callable[..., Any]
    spec: ToolSpec
    kinds: Mapping[str, Any]
    required: frozenset[str]
    caller: str | None = None
    saying: Spoken = ""
    deadline: float = 8.0
    digits: str | None = None
    digits_prompt: DigitsPrompt | None = None
    by_key: bool = False

    def run(self, arguments: str, caller: Caller, record: Recorder = unrecorded, digits: str = "") -> Outcome:
        """Call the function with arguments as the model wrote them, a JSON object. Raises ToolError, and its own.

        `record` notes what outlives the call, `digits` is what the caller keyed in.
        """
        filled = ({self.caller: caller} if self.caller else {}) | (
            {self.digits: Digits(digits)} if self.digits else {}
        )
        returned = self.function(**self.given(arguments), **filled)
        if isinstance(returned, OptOut):
            return _opted_out(returned, caller, record)
        outcome = _outcome(returned, return_type(self.function))
        # No caller wants to hear a number, a list or "Done.": what a key began speaks only if its author wrote words.
        return () if self.by_key and isinstance(outcome, str) and not isinstance(returned, str) else outcome

    @property
    def destinations(self) -> frozenset[str]:
        """The agents that the function passes callers to, as far as its source names them: `PassTo("billing")`.

        Empty where there is no source, as in Lambda: `make check` and `make deploy` have read it before.
        """
        try:
            tree = ast.parse(dedent(inspect.getsource(inspect.unwrap(self.function))))
        except (OSError, SyntaxError):
            return frozenset()
        return frozenset(name for node in ast.walk(tree) if (name := _passed_to(node)))

    def same(self, one: str, other: str) -> bool:
        """Return whether two calls' arguments mean the same to the function, however the model wrote them."""
        try:
            return self._filled(one) == self._filled(other)
        except ToolError:
            return False

    def _filled(self, text: str) -> dict[str, Any]:
        """Return arguments with the function's own defaults for those that are left out."""
        bound = inspect.signature(self.function).bind_partial(**self.given(text))
        bound.apply_defaults()
        return bound.arguments

    def given(self, text: str) -> dict[str, Any]:
        """Return the arguments that the model wrote, as the function takes them. Raises ToolError."""
        try:
            return checked_fields(self.kinds, self.required, json.loads(text or "{}"), "")
        except (MismatchError, RecursionError) as error:
            raise ToolError(f"Wrong arguments for {self.spec.name}. {error}.") from error
        except ValueError as error:
            raise ToolError(f"The arguments for {self.spec.name} are no JSON.") from error


def _passed_to(node: ast.AST) -> str:
    """Return the agent that a piece of source passes callers to by its name; "" for any other piece."""
    match node:
        case ast.Call(ast.Name("PassTo") | ast.Attribute(attr="PassTo"), arguments, keywords):
            given = [*arguments[:1], *(one.value for one in keywords if one.arg == "agent")]
            named = [one.value for one in given if isinstance(one, ast.Constant)]
            return next((name for name in named if isinstance(name, str)), "")
        case _:
            return ""


def _opted_out(wish: OptOut, caller: Caller, record: Recorder) -> str:
    match caller.kind:
        case "withheld":
            raise ToolError("Nothing to note: the caller's number is withheld.")
        case "sip" | "client" | "short code":
            raise ToolError("Nothing to note: the caller has no number that could be called.")
        case "number":
            pass
    record(callee_log(caller.number), OptedOut(caller.call))
    return wish.answer


def _outcome(value: Any, promised: Any) -> Outcome:
    match value:
        case HandOff() | EndCall() | PassTo():
            return value
        case _ if isinstance(value, Utterance):
            return (value,)
        case list() | tuple() if value and all(isinstance(one, Utterance) for one in value):
            return tuple(value)
        case _:
            return in_text(value, promised)


def in_words(outcome: Outcome) -> str:
    """Return what the model is told of an outcome."""
    match outcome:
        case str():
            return outcome
        case tuple():
            return " ".join(one.answer for one in outcome if one.answer) or (TOLD if outcome else DONE)
        case PassTo(agent):
            return f"The caller is passed to {agent}."
        case _:
            return outcome.reason
