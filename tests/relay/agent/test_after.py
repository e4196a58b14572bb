"""What an agent may write in `after`, and which faults are told at import."""

import inspect
from dataclasses import dataclass
from typing import Any

import pytest

from functions.relay import After, Agent, AgentError, CallRecord
from functions.relay.agent.after import after_of, caller_parameter, functions_of
from functions.relay.agent.caller import Caller
from functions.relay.agent.registry import check_models
from tests.fixtures.agents import DESK


@dataclass
class Lead:
    name: str | None = None
    people: int | None = None


@dataclass
class Strict:
    name: str


@dataclass
class Odd:
    when: bytes | None = None


def tell(record: CallRecord) -> None: ...


def agent(after: Any) -> Agent:
    return Agent("Be brief.", "Hello!", DESK.voices, after=after)


SUMMARY = After(summary=True)


@pytest.mark.parametrize(
    ("after", "asked", "functions"),
    [
        ((), None, ()),
        (SUMMARY, SUMMARY, ()),
        ([SUMMARY, tell], SUMMARY, (tell,)),
        ([tell, SUMMARY], SUMMARY, (tell,)),
    ],
)
def test_a_model_and_functions_follow_a_call(after: Any, asked: After | None, functions: tuple[Any, ...]) -> None:
    made = agent(after)
    assert (after_of(made.after), functions_of(made.after)) == (asked, functions)


def test_two_of_them_are_refused() -> None:
    with pytest.raises(AgentError, match=r"Agent\.after has two After"):
        agent([SUMMARY, After(fields=Lead)])


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "adds nothing"),
        ({"summary": "yes"}, "After.summary"),
        ({"fields": {"name": str}}, "write a dataclass, such as fields=Lead"),
        ({"fields": Lead()}, "write a dataclass"),
        (
            {"fields": Strict},
            r"Strict\.name cannot be None, .*; write name: … \| None = None",
        ),
        ({"fields": Odd}, "After.fields cannot be Odd: bytes has no schema"),
        ({"summary": True, "model": 5}, "After.model"),
    ],
)
def test_a_fault_names_its_line_and_cure(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(AgentError, match=rf"tests/relay/agent/test_after\.py:\d+: .*{fault}"):
        After(**given)


def test_an_agent_that_remembers_needs_something_to_remember() -> None:
    with pytest.raises(AgentError, match=r"remembers has nothing to remember; add after=\[After\(summary=True\)\]"):
        Agent("Be brief.", "Hello!", DESK.voices, after=[tell], remembers=True)


def test_a_model_that_no_function_could_reach_is_told() -> None:
    agents = {"rosa": agent(After(summary=True, model="openai:gpt-6-luna"))}
    check_models(agents, ["openai:gpt-6-luna"], lambda _: "")
    with pytest.raises(AgentError, match=r'rosa\.py:3: .*NEEDS = Needs\(models=\["openai:gpt-6-luna"\]\)'):
        check_models(agents, [], lambda name: f"{name}.py:3")


def by_caller(record: CallRecord, who: Caller) -> None: ...


def unnamed(record: CallRecord, who: "Nobody") -> None: ...  # type: ignore[name-defined]  # noqa: F821


async def later(record: CallRecord) -> None: ...


def test_a_function_may_take_the_caller() -> None:
    assert (caller_parameter(by_caller), caller_parameter(tell)) == ("who", "")
    assert functions_of(agent([by_caller, tell]).after) == (by_caller, tell)


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        ("tell", "Agent.after is 'tell'; write a list of functions of a CallRecord"),
        ([5], "Agent.after has 5; write a function of a CallRecord"),
        ([later], "later in Agent.after is async or yields"),
        ([lambda: None], "<lambda> in Agent.after does not take a CallRecord alone"),
        ([unnamed], "unnamed in Agent.after does not take a CallRecord alone"),
        ([tell, tell], "Agent.after has two functions named tell"),
    ],
)
def test_what_cannot_follow_a_call_is_refused(after: Any, fault: str) -> None:
    with pytest.raises(AgentError) as caught:
        agent(after)
    assert fault in str(caught.value)


def test_a_function_that_is_written_in_c_is_taken() -> None:
    with pytest.raises(ValueError, match="no signature"):
        inspect.signature(max)
    assert functions_of(agent([max]).after) == (max,)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (5, "After.fields is 5; write a dataclass"),
        (Odd, "After.fields cannot be Odd"),
        (Strict, "Strict.name cannot be None, but a caller may not mention it; write name: … | None = None"),
    ],
)
def test_fields_that_a_model_could_not_fill_are_refused(kind: Any, fault: str) -> None:
    with pytest.raises(AgentError) as caught:
        After(fields=kind)
    assert fault in str(caught.value)
