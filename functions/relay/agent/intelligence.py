"""Declares the operators of Conversational Intelligence beside an agent, and what follows their results.

Source: Twilio, "Conversation Intelligence (classic): Language Operators".
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.relay.agent.after import AfterCall, check_functions, name_of
from functions.relay.agent.tools import AgentError
from functions.relay.record.analysis import ANSWER

FindingValue = str | int | float | bool
"""What an operator found."""

Findings = Mapping[str, FindingValue]
"""What the operators found in a call, by their names."""

MOST_NAME_CHARACTERS = 64
"""Most characters of an operator's name. Source: Twilio, "Custom Operator resource", `FriendlyName`."""

MOST_PROMPT_CHARACTERS = 4000
"""Most characters of a prompt. Source: Twilio, "Generative Custom Operators"."""

JSON_TYPES: Mapping[type, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


SERVICES = "intelligence-services"
"""The name of the SSM parameter with the Intelligence services of the agents, which `make intelligence` sets."""


class Condition:
    """A question about what operators found, such as `lead_score >= 8`. Join conditions with `&` and `|`."""

    def __init__(self, words: str, test: Callable[[Findings], bool], operators: frozenset[str]) -> None:
        """`words` show it in an error, and `operators` are the names of those that it asks for."""
        self.words, self.operators, self._test = words, operators, test

    def holds(self, found: Findings) -> bool:
        """Return whether it is true of these findings. Without the finding that it asks for, it is false."""
        return self._test(found)

    def __and__(self, other: "Condition") -> "Condition":
        """Return the condition that both hold."""
        operators = self.operators | other.operators
        return Condition(f"({self} & {other})", lambda found: self.holds(found) and other.holds(found), operators)

    def __or__(self, other: "Condition") -> "Condition":
        """Return the condition that at least one holds."""
        operators = self.operators | other.operators
        return Condition(f"({self} | {other})", lambda found: self.holds(found) or other.holds(found), operators)

    def __bool__(self) -> bool:
        """Raise AgentError: Python asks this for `and`, `or`, `not` and `1 < x < 9`, which would drop a part."""
        raise AgentError(
            f"The condition {self} is used where Python needs True or False; "
            "join conditions with & and |, each in parentheses, such as (score >= 8) & (mood == 'negative')."
        )

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, eq=False, slots=True)
class Operator:
    """A question that Twilio answers about each conversation: one that Twilio ships, or your own with a prompt.

    Compare it to build a condition: `lead_score >= 8`. A comparison with what it cannot answer raises AgentError.
    `make intelligence` sets it up at Twilio.
    """

    name: str
    """Its name at Twilio, up to 64 characters, such as `"lead-score"`. For an operator that Twilio ships, the name
    that Twilio shows, such as `"Sentiment Analysis"`."""

    prompt: str = ""
    """The question, up to 4000 characters, such as `"Rate from 0 to 10 how likely this caller is to buy."`. Default:
    none; Twilio ships an operator of this name."""

    answer: type[FindingValue] = str
    """The type of the answer to your prompt, such as `int`: `str`, the default, `int`, `float` or `bool`. A text that
    is a number counts as one in a comparison with a number."""

    @property
    def config(self) -> dict[str, Any]:
        """The config of an operator with a prompt, for Twilio's type `GenerativeJSON`."""
        schema = {"type": "object", "properties": {ANSWER: {"type": JSON_TYPES[self.answer]}}}
        return {"prompt": self.prompt, "json_result_schema": schema}

    def __ge__(self, value: float) -> Condition:
        """Return the condition that the number is at least this."""
        return self._ordered(">=", value, lambda found: found >= value)

    def __gt__(self, value: float) -> Condition:
        """Return the condition that the number is greater."""
        return self._ordered(">", value, lambda found: found > value)

    def __le__(self, value: float) -> Condition:
        """Return the condition that the number is at most this."""
        return self._ordered("<=", value, lambda found: found <= value)

    def __lt__(self, value: float) -> Condition:
        """Return the condition that the number is less."""
        return self._ordered("<", value, lambda found: found < value)

    def __eq__(self, value: object) -> Condition:  # type: ignore[override]
        """Return the condition that the answer is this; case does not count in text."""
        return self._compared("==", value, lambda found: _same(found, value))

    def __ne__(self, value: object) -> Condition:  # type: ignore[override]
        """Return the condition that there is an answer, and it is another."""
        return self._compared("!=", value, lambda found: not _same(found, value))

    def __hash__(self) -> int:
        """Return a hash of the name."""
        return hash(self.name)

    def _ordered(self, sign: str, value: object, test: Callable[[float], bool]) -> Condition:
        if not _is_number(value):
            raise AgentError(f"The condition {self.name} {sign} {value!r} never holds; compare with a number.")
        return self._compared(sign, value, lambda found: test(_number(found)))

    def _compared(self, sign: str, value: object, test: Callable[[Any], bool]) -> Condition:
        if self.prompt and not _fits(self.answer, value):
            raise AgentError(
                f"The condition {self.name} {sign} {value!r} does not fit the answer, "
                f"which is {self.answer.__name__}; compare with such a value, or give Operator another type."
            )

        def holds(found: Findings) -> bool:
            try:
                return self.name in found and test(found[self.name])
            except TypeError:
                return False  # only a number, or a text that is one, has an order

        return Condition(f"{self.name} {sign} {value!r}", holds, frozenset({self.name}))


@dataclass(frozen=True, slots=True)
class Rule:
    """Functions that run once after a call whose findings meet a condition, see `when`."""

    condition: Condition
    """The comparison of a finding, such as `lead_score >= 8`; several are joined by `&` and `|`."""

    functions: tuple[AfterCall, ...]
    """Functions of a `CallRecord`, such as `(tell_sales,)`."""


def when(condition: Condition | Operator, *functions: AfterCall) -> Rule:
    """Return the rule that runs functions of a `CallRecord` once if a condition holds, as `Agent.after` does.

    An operator alone is the condition that its answer is True.
    """
    return Rule(condition == True if isinstance(condition, Operator) else condition, functions)  # noqa: E712


@dataclass(frozen=True, slots=True)
class Intelligence:
    """What an agent does with what Conversational Intelligence found in its calls."""

    operators: Sequence[Operator]
    """The operators of the agent's Intelligence service, such as `[Operator("Sentiment Analysis"), lead_score]`."""

    rules: Sequence[Rule] = ()
    """What follows, such as `[when(lead_score >= 8, tell_sales)]`. Default: nothing."""

    def met(self, found: Findings) -> list[AfterCall]:
        """Return the functions of the rules whose conditions hold, each once."""
        run = [function for rule in self.rules if rule.condition.holds(found) for function in rule.functions]
        return list({name_of(function): function for function in run}.values())


def services_text(services: Mapping[str, str]) -> str:
    """Return the SIDs of the Intelligence services of agents, by their names, as text."""
    return json.dumps(services, sort_keys=True)


def service_of(text: str, agent: str) -> str:
    """Return the SID of an agent's Intelligence service in such a text; empty if it has none."""
    try:
        return str(json.loads(text).get(agent, ""))
    except (ValueError, AttributeError):
        return ""


def check_intelligence(given: Any, pci: bool) -> None:
    """Raise AgentError for what Twilio would refuse, and for a rule that can never hold."""
    if given is None:
        return
    if not isinstance(given, Intelligence):
        raise AgentError(f"Agent.intelligence is {given!r}; write Intelligence([Operator(…)]), or None.")
    if pci:
        raise AgentError(
            "Agent.intelligence is set, but Conversational Intelligence is not for PCI mode, and Agent.pci is True; "
            "leave one of them out."
        )
    _check_operators(given.operators)
    _check_rules(given.rules, {one.name for one in given.operators})


def _check_operators(operators: Any) -> None:
    if not isinstance(operators, list | tuple) or not operators:
        raise AgentError('Intelligence.operators is not a list with operators; write [Operator("lead-score")].')
    for one in operators:
        if not isinstance(one, Operator):
            raise AgentError(f'Intelligence.operators has {one!r}; write Operator("lead-score").')
        if not one.name.strip() or len(one.name) > MOST_NAME_CHARACTERS:
            raise AgentError(f"Operator.name is {one.name!r}; give 1 to {MOST_NAME_CHARACTERS} characters.")
        _check_prompt(one)
    names = [one.name for one in operators]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise AgentError(f"Intelligence.operators has {twice[0]} twice; leave one out, or rename it.")


def _check_prompt(operator: Operator) -> None:
    if not isinstance(operator.prompt, str) or len(operator.prompt) > MOST_PROMPT_CHARACTERS:
        raise AgentError(
            f"The prompt of the operator {operator.name} is not a text of {MOST_PROMPT_CHARACTERS} characters."
        )
    if operator.answer not in JSON_TYPES:
        raise AgentError(
            f"The answer of the operator {operator.name} is {operator.answer!r}; write str, int, float or bool."
        )


def _check_rules(rules: Any, names: set[str]) -> None:
    for rule in rules if isinstance(rules, list | tuple) else (rules,):
        if not isinstance(rule, Rule):
            raise AgentError(f"Intelligence.rules has {rule!r}; write when(lead_score >= 8, tell_sales).")
        if not isinstance(rule.condition, Condition):
            raise AgentError(f"A rule has {rule.condition!r} as its condition; compare an operator: lead_score >= 8.")
        if unknown := sorted(rule.condition.operators - names):
            raise AgentError(
                f"The rule {rule.condition} asks for {unknown[0]}, which is not in Intelligence.operators; add it."
            )
        if not rule.functions:
            raise AgentError(f"The rule {rule.condition} runs nothing; name a function of a CallRecord.")
        check_functions(rule.functions, "Intelligence.rules")


def _same(found: object, value: object) -> bool:
    if isinstance(found, str) and isinstance(value, str):
        return found.strip().casefold() == value.strip().casefold()
    return _number(found) == value if isinstance(found, str) and _is_number(value) else found == value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(found: object) -> float:
    """Return a number, or a text that is one, as a number. Raises TypeError for anything else."""
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        raise TypeError("no number")
    try:
        return float(found)
    except ValueError:
        raise TypeError("no number") from None


def _fits(answer: type, value: object) -> bool:
    """Return whether an answer of this type may equal a value, or be compared with it."""
    if answer is bool or isinstance(value, bool):
        return answer is bool and isinstance(value, bool)
    return _is_number(value) or answer not in (int, float)
