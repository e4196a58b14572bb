"""The tables of states: what they hold, and that the page in docs/ shows them."""

import ast
import inspect
from enum import Enum

import pytest

from functions.relay.answer.states import (
    ANSWER,
    SPEECH,
    AnswerState,
    AnswerTrigger,
    SpeechState,
    SpeechTrigger,
    StateMachine,
    UnexpectedError,
)
from tests.states import PAGE, page


def test_the_page_in_docs_shows_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run make states"


@pytest.mark.parametrize(("kind", "title"), [(AnswerState, "## An answer"), (SpeechState, "## Its speech")])
def test_each_state_has_its_own_docstring_on_the_page(kind: type[Enum], title: str) -> None:
    section = page().partition(title)[2].partition("```mermaid")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert rows == [f"| {state.value} | {text} |" for state, text in zip(kind, docstrings(kind), strict=True)]


def test_each_state_has_a_row() -> None:
    assert set(ANSWER) == set(AnswerState)
    assert set(SPEECH) == set(SpeechState)


def test_each_state_can_be_reached() -> None:
    assert reached(AnswerState.READY, ANSWER) == set(AnswerState)
    assert reached(SpeechState.OPEN, SPEECH) == set(SpeechState)


def test_each_answer_can_still_end() -> None:
    assert all(AnswerState.DONE in reached(state, ANSWER) for state in AnswerState)


def test_each_event_is_expected_somewhere() -> None:
    assert {event for row in ANSWER.values() for event in row} == set(AnswerTrigger)
    assert {event for row in SPEECH.values() for event in row} == set(SpeechTrigger)


def test_an_event_leads_to_the_state_in_its_row() -> None:
    machine = StateMachine(AnswerState.READY, ANSWER)
    machine.on(AnswerTrigger.ASK)
    assert machine.state is AnswerState.ASKING


def test_what_no_table_holds_raises() -> None:
    machine = StateMachine(AnswerState.DONE, ANSWER)
    with pytest.raises(UnexpectedError, match=r"AnswerTrigger\.ASK in AnswerState\.DONE"):
        machine.on(AnswerTrigger.ASK)


def test_an_unexpected_event_can_be_logged_and_changes_nothing() -> None:
    noted: list[str] = []
    machine = StateMachine(SpeechState.SPOKEN, SPEECH, noted.append)
    machine.on(SpeechTrigger.FINISH)
    assert (machine.state, noted) == (SpeechState.SPOKEN, ["SpeechTrigger.FINISH in SpeechState.SPOKEN"])


def docstrings(kind: type[Enum]) -> list[str]:
    """Return the texts below the members of an enum, each on one line."""
    (made,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(made, ast.ClassDef)
    texts = (
        one.value.value for one in made.body[1:] if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    )
    return [" ".join(str(text).split()) for text in texts]


def reached(start: Enum, table: object) -> set[Enum]:
    """Return the states that can follow a state, with itself."""
    assert isinstance(table, dict)
    found, new = {start}, {start}
    while new:
        new = {after for state in new for after in table[state].values()} - found
        found |= new
    return found
