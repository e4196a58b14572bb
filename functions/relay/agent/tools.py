"""Runs tools: plain typed functions that an agent may use during a call.

The signature becomes the schema, the docstring the description. Hotline fills in a parameter of type `Caller`, which
the model does not see. The returned value decides what happens next.
"""

import ast
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

from functions.relay.agent.call_back import CallBack
from functions.relay.agent.caller import Caller
from functions.relay.agent.hand_off import HandOff
from functions.relay.agent.outcomes import EndCall, PassTo, Say, Utterance, check_lengths
from functions.relay.agent.phrases import Spoken
from functions.relay.agent.returned import DONE, EMPTY_TEXT, in_text, is_visible, return_type
from functions.relay.agent.schema import MismatchError, as_text, canonical, checked_fields
from functions.relay.agent.sms import Sms
from functions.relay.agent.source import source_of
from functions.relay.dataclass import dataclass
from functions.relay.deadlines import TOOL_DEADLINE_S
from functions.relay.error_location import written_at
from functions.relay.log.events import OptedOut, SmsOrdered
from functions.relay.wire.model import ToolSpec


class Digits(str):
    """The digits that the caller keyed in. The model does not see a parameter of this type. See `ask_digits`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OptOut:
    """Returned by a tool: the caller's number must not be called again."""

    answer: str = "This number will not be called again."
    """What the model is told."""


class OwnWords(str):
    """Words of Hotline for the model, in English. If a key began the function, no caller may hear them."""

    __slots__ = ()


class ToolError(Exception):
    """Raised by a tool. The model is told its text, and can explain it to the caller."""


class AgentError(ValueError):
    """An agent that cannot work; `str(error)` names the line to change, the cause and the cure. Raised at import."""

    def __init__(self, fault: str, at: str = "") -> None:
        """`at` is the line to change; empty for the user's line that runs now."""
        super().__init__(f"{at or written_at()}: {fault}")


HEARD_BY_CALLER = "The tool speaks to the caller itself. What was heard of its words is part of what you said."
"""What the model is told about words and sounds without an `answer`: the caller may cut them off."""

ToolExit = HandOff | EndCall | PassTo
"""What ends the agent's part."""

Outcome = str | tuple[Utterance, ...] | ToolExit
"""The result of a tool: words for the model, words and sounds for the caller, or the end of the agent's part."""

Recorder = Callable[[str, OptedOut | SmsOrdered | CallBack], str]
"""Stores what outlives the tool, under its key: the opt-out of a number in E.164, or what a call, by its SID, has
ordered: a text message or a call back. Returns words about it for the model, usually none."""


def unrecorded(party: str, event: OptedOut | SmsOrdered | CallBack) -> str:
    """Raise ToolError: there is no recorder."""
    raise ToolError("It could not be stored.")


@dataclass(frozen=True, slots=True)
class DigitsPrompt:
    """A question that the caller answers with the keys of the phone."""

    saying: Spoken
    """The question."""

    length: int | None = None
    """How many digits are complete; None for any number."""

    ends: str = "#"
    """The key that ends the digits; empty for none."""

    timeout: int = 8
    """Seconds that may pass without a key after the question."""

    private: bool = True
    """Whether the digits are kept from the model and the transcript."""

    def whole(self, keys: str) -> str | None:
        """Return the digits, without the key that ended them; None while they are not complete."""
        digits, ended, _ = keys.partition(self.ends) if self.ends else (keys, "", "")
        if self.length is not None and len(digits) >= self.length:
            return digits[: self.length]
        return digits if ended else None


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call. Make one with `tool` or `ask_digits`."""

    function: Callable[..., Any]
    """What runs when the model calls the tool."""

    spec: ToolSpec
    """The name, description and schema that the model gets."""

    kinds: Mapping[str, Any]
    """The type of each argument."""

    required: frozenset[str]
    """The arguments that the model must give."""

    caller: str | None = None
    """The name of the parameter of type `Caller`; None if there is none."""

    saying: Spoken = ""
    """What is spoken if the function takes longer than a moment."""

    deadline: float = TOOL_DEADLINE_S
    """Seconds after which the model is told that the tool did not answer."""

    digits: str | None = None
    """The name of the parameter of type `Digits`; None if there is none."""

    digits_prompt: DigitsPrompt | None = None
    """The question for digits that must be answered before the function runs; None if there is none."""

    by_key: bool = False
    """Whether a key of the phone starts it, and not the model."""

    read_only: bool = False
    """Whether the function only looks something up, so that an equal call of one answer runs it again."""

    def run(self, arguments: str, caller: Caller, record: Recorder = unrecorded, digits: str = "") -> Outcome:
        """Call the function with the model's arguments, a JSON object as text; return its outcome.

        `record` stores what outlives the call. `digits` is what the caller keyed in. Raises ToolError, and whatever
        the function raises.
        """
        filled = ({self.caller: caller} if self.caller else {}) | (
            {self.digits: Digits(digits)} if self.digits else {}
        )
        returned = self.function(**self.given(arguments), **filled)
        if isinstance(returned, OptOut):
            return _opted_out(returned, caller, record)
        if isinstance(returned, Sms):
            return _ordered(returned, caller, record)
        if isinstance(returned, CallBack):
            due = record(caller.call, returned)
            return OwnWords(due) if returned.answer is None else returned.answer
        outcome = _outcome(returned, return_type(self.function))
        # A caller must not hear a number, a list or "Done.": the action of a key speaks only if it returned a text.
        spoken = isinstance(returned, str) and is_visible(returned)
        return () if self.by_key and isinstance(outcome, str) and not spoken else outcome

    @property
    def destinations(self) -> frozenset[str]:
        """The agents to which the function passes callers, where its source names them: `PassTo("billing")`.

        Empty without a source, as in Lambda: `make check` and `make deploy` have read it before.
        """
        tree = source_of(self.function, "PassTo")
        return frozenset(name for node in ast.walk(tree) if (name := _passed_to(node))) if tree else frozenset()

    def same(self, one: str, other: str) -> bool:
        """Return whether the arguments of two calls mean the same to the function, even if their JSON differs.

        If the function does not take the first ones, nothing is the same: that call has done nothing.
        """
        try:
            taken = canonical(self._filled(one))
        except ToolError:
            return False
        try:
            return bool(taken == canonical(self._filled(other)))
        except ToolError:
            return bool(_as_text(one) == _as_text(other))

    def _filled(self, text: str) -> dict[str, Any]:
        """Return the arguments, with the function's defaults for those that the model left out."""
        bound = inspect.signature(self.function).bind_partial(**self.given(text))
        bound.apply_defaults()
        return bound.arguments

    def given(self, text: str) -> dict[str, Any]:
        """Return the model's arguments, converted to the types of the function. Raises ToolError."""
        try:
            return checked_fields(self.kinds, self.required, json.loads(text or "{}"), "")
        except (MismatchError, RecursionError) as error:
            raise ToolError(f"Wrong arguments for {self.spec.name}. {error}.") from error
        except ValueError as error:
            raise ToolError(f"The arguments for {self.spec.name} are not valid JSON.") from error


def _as_text(arguments: str) -> Any:
    """Return arguments in one form, with their numbers as texts; None if they are not JSON."""
    try:
        return as_text(json.loads(arguments or "{}"))
    except (ValueError, RecursionError):
        return None


def _passed_to(node: ast.AST) -> str:
    """Return the agent that a node of source names in `PassTo`; "" for any other node."""
    match node:
        case ast.Call(ast.Name("PassTo") | ast.Attribute(attr="PassTo"), arguments, keywords):
            given = [*arguments[:1], *(one.value for one in keywords if one.arg == "agent")]
            named = [one.value for one in given if isinstance(one, ast.Constant)]
            return next((name for name in named if isinstance(name, str)), "")
        case _:
            return ""


def _opted_out(opt_out: OptOut, caller: Caller, record: Recorder) -> str:
    match caller.kind:
        case "withheld":
            raise ToolError("Nothing to store: the caller's number is withheld.")
        case "sip" | "client" | "short code":
            raise ToolError("Nothing to store: the caller has no number that could be called.")
        case "number":
            pass
    record(caller.number, OptedOut(caller.call))
    return _own(opt_out.answer, OptOut().answer)


def _ordered(sms: Sms, caller: Caller, record: Recorder) -> str:
    try:
        order = sms.ordered(caller)
    except ValueError as error:
        raise ToolError(str(error)) from error
    record(caller.call, order)
    return _own(sms.answer, Sms(sms.text).answer)


def _own(answer: str, default: str) -> str:
    """Return the answer, marked as Hotline's own words if the author wrote no other one."""
    return OwnWords(answer) if answer == default else answer


def _outcome(value: Any, promised: Any) -> Outcome:
    match value:
        case HandOff():
            if value.closed:
                _outcome(value.closed, promised)
            return value
        case EndCall() | PassTo():
            check_lengths(value)
            return value
        case _ if isinstance(value, Utterance):
            return _outcome([value], promised)
        case list() | tuple() if value and all(isinstance(one, Utterance) for one in value):
            for one in value:
                check_lengths(one)
            # A voice says nothing of a text without a word: the caller would wait in silence.
            return tuple(one for one in value if not _is_mute(one)) or EMPTY_TEXT
        case _:
            return in_text(value, promised)


def _is_mute(one: Utterance) -> bool:
    return isinstance(one, Say) and not one.answer and not any(map(str.isalnum, one.text))


def in_words(outcome: Outcome) -> str:
    """Return what the model is told about an outcome."""
    match outcome:
        case str():
            return str(outcome)
        case tuple():
            return " ".join(one.answer for one in outcome if one.answer) or (HEARD_BY_CALLER if outcome else DONE)
        case PassTo(agent):
            return f"The caller is passed to {agent}."
        case _:
            return outcome.reason
