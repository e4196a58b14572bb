"""Operators, conditions and rules beside an agent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.relay import After, AgentError, CallRecord, Intelligence, Operator, when
from functions.relay.agent.intelligence import Condition, service_of, services_text
from tests.fixtures.agents import DESK

SCORE, MOOD = Operator("lead-score"), Operator("Sentiment Analysis")


def tell_sales(record: CallRecord) -> None:
    """A function of a rule."""


@pytest.mark.parametrize(
    ("condition", "found", "holds"),
    [
        (SCORE >= 8, {"lead-score": 8}, True),
        (SCORE >= 8, {"lead-score": 7.5}, False),
        (SCORE > 8, {"lead-score": 8}, False),
        (SCORE < 3, {"lead-score": 2}, True),
        (SCORE <= 3, {"lead-score": 3}, True),
        (SCORE >= 8, {}, False),
        (SCORE >= 8, {"lead-score": "very good"}, False),
        (SCORE >= 8, {"lead-score": " 9.5 "}, True),
        (SCORE >= 1, {"lead-score": True}, False),
        (SCORE == 8, {"lead-score": "8"}, True),
        (SCORE == 8, {"lead-score": "eight"}, False),
        (SCORE != 3, {}, False),
        (SCORE != 3, {"lead-score": 4}, True),
        (MOOD == "negative", {"Sentiment Analysis": "Negative "}, True),
        ((SCORE >= 8) & (MOOD == "positive"), {"lead-score": 9}, False),
        ((SCORE >= 8) | (MOOD == "positive"), {"lead-score": 9}, True),
    ],
)
def test_a_condition_asks_the_findings(condition: Condition, found: dict[str, Any], holds: bool) -> None:
    assert condition.holds(found) is holds


def test_a_condition_refuses_to_be_true_or_false() -> None:
    with pytest.raises(AgentError, match=r"lead-score >= 8 .* join conditions with & and"):
        bool(SCORE >= 8)


def test_an_operator_alone_asks_whether_it_is_true() -> None:
    rules = Intelligence([SCORE], [when(SCORE, tell_sales)])
    assert [rules.met({"lead-score": found}) for found in (True, False, "yes")] == [[tell_sales], [], []]


def test_a_prompt_and_the_type_of_its_answer_become_a_config() -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "boolean"}}}
    assert Operator("stop", "Did they say stop?", bool).config == {
        "prompt": "Did they say stop?",
        "json_result_schema": schema,
    }


@pytest.mark.parametrize("text", ['{"rosa": "GA1"}', '{"desk": "GA1"}', "GA1", "[]", ""])
def test_an_agent_without_a_service_has_none(text: str) -> None:
    assert service_of(text, "rosa") == ("GA1" if "rosa" in text else "")


def test_a_function_of_two_rules_runs_once() -> None:
    rules = [when(SCORE >= 8, tell_sales), when(SCORE >= 5, tell_sales), when(SCORE < 5, print)]
    assert Intelligence([SCORE], rules).met({"lead-score": 9}) == [tell_sales]


@pytest.mark.parametrize(
    ("intelligence", "fault"),
    [
        (SCORE, "Agent.intelligence is"),
        (Intelligence(SCORE), "is not a list with operators"),  # type: ignore[arg-type]
        (Intelligence([]), "is not a list with operators"),
        (Intelligence(["lead-score"]), "Intelligence.operators has 'lead-score'"),  # type: ignore[list-item]
        (Intelligence([Operator("x" * 65)]), "give 1 to 64 characters"),
        (Intelligence([SCORE, Operator("lead-score")]), "has lead-score twice"),
        (Intelligence([Operator("long", "x" * 4001)]), "prompt of the operator long is not a text of 4000"),
        (Intelligence([Operator("odd", "Which?", list)]), "answer of the operator odd is .* write str, int, float"),  # type: ignore[arg-type]
        (Intelligence([SCORE], [SCORE >= 8]), "write when"),  # type: ignore[list-item]
        (Intelligence([SCORE], [when(True, tell_sales)]), "compare an operator"),  # type: ignore[arg-type]
        (Intelligence([SCORE], [when(MOOD == "bad", tell_sales)]), "asks for Sentiment Analysis, which is not in"),
        (Intelligence([SCORE], [when(SCORE > 1)]), "runs nothing"),
        (
            Intelligence([SCORE], [when(SCORE > 1, lambda: None)]),
            "in Intelligence.rules does not take a CallRecord",
        ),
        (Intelligence([SCORE], [when(SCORE > 1, "tell")]), "Intelligence.rules has 'tell'; write a function"),  # type: ignore[arg-type]
        (Intelligence([SCORE], [when(SCORE > 1, After(summary=True))]), "Intelligence.rules has After"),  # type: ignore[arg-type]
    ],
)
def test_a_mistake_is_named_at_import(intelligence: Any, fault: str) -> None:
    with pytest.raises(AgentError, match=fault):
        replace(DESK, intelligence=intelligence)


COUNT, STOP = Operator("count", "How many?", int), Operator("stop", "Did they say stop?", bool)
NAME = Operator("name", "Who?")


@pytest.mark.parametrize(
    ("compared", "fault"),
    [
        (lambda: SCORE >= "8", "lead-score >= '8' never holds; compare with a number"),  # type: ignore[operator]
        (lambda: SCORE < True, "lead-score < True never holds"),
        (lambda: STOP >= 1, "stop >= 1 does not fit the answer, which is bool"),
        (lambda: STOP == "yes", "stop == 'yes' does not fit the answer, which is bool"),
        (lambda: COUNT == "two", "count == 'two' does not fit the answer, which is int"),
        (lambda: COUNT != True, "count != True does not fit the answer, which is int"),  # noqa: E712
        (lambda: when(NAME, tell_sales), "name == True does not fit the answer, which is str"),
    ],
)
def test_a_comparison_that_cannot_hold_is_refused(compared: Callable[[], object], fault: str) -> None:
    with pytest.raises(AgentError, match=fault):
        compared()


def test_a_score_without_a_type_may_be_compared() -> None:
    rated = Operator("lead-score", "Rate this lead from 0 to 10.")
    assert (rated >= 8).holds({"lead-score": "9"})


def test_intelligence_is_refused_in_pci_mode() -> None:
    with pytest.raises(AgentError, match=r"not for PCI mode, and Agent.pci is True; leave one of them out"):
        replace(DESK, pci=True, intelligence=Intelligence([SCORE]))


def test_an_operator_is_one_of_a_set_by_its_name() -> None:
    assert hash(SCORE) == hash(Operator("lead-score"))
    assert SCORE in {SCORE: 1}


@pytest.mark.parametrize(("text", "sid"), [('{"rosa":"GA1"}', "GA1"), ("{}", ""), ("[]", ""), ("no JSON", "")])
def test_the_service_of_an_agent_is_found_by_its_name(text: str, sid: str) -> None:
    assert service_of(text, "rosa") == sid
    assert service_of(services_text({"rosa": "GA2", "billing": "GA3"}), "billing") == "GA3"


def test_intelligence_that_is_right_is_taken() -> None:
    intelligence = Intelligence([SCORE, MOOD], [when(SCORE >= 8, tell_sales), when(MOOD == "sad", tell_sales)])
    assert replace(DESK, intelligence=intelligence).intelligence is intelligence
