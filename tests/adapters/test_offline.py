"""What the offline model answers to a caller's words."""

import json
from time import monotonic
from typing import Any, Literal

import pytest

from functions.adapters.offline import Offline
from functions.relay import tool
from functions.relay.wire.model import (
    CallerMessage,
    Finished,
    Request,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolResults,
    ToolSpec,
)
from tests.fixtures.agents.front_desk import agent

MODEL = Offline(first=0, between=0)


def ask(text: str, *tools: ToolSpec, max_tokens: int = 300) -> str | ToolCall:
    first, *rest = MODEL.ask(Request("You answer.", (CallerMessage(text),), tools or agent.specs, max_tokens))
    if isinstance(first, ToolCall):
        return first
    return "".join(piece.text for piece in [first, *rest] if isinstance(piece, TextDelta))


def use(text: str, *tools: ToolSpec) -> tuple[str, Any]:
    asked = ask(text, *tools)
    assert isinstance(asked, ToolCall), asked
    return asked.name, json.loads(asked.arguments)


@pytest.mark.parametrize("text", ["What about booking K4T9?", "K4T9", "It's k 4 t 9, please", "K four T nine"])
def test_a_reference_is_looked_up(text: str) -> None:
    assert use(text) == ("find_booking", {"reference": "K4T9"})


@pytest.mark.parametrize("text", ["Can I talk to a human?", "I want a real person", "Get me the manager"])
def test_a_caller_who_asks_for_a_person_is_passed_on_with_words(text: str) -> None:
    assert use(text) == ("transfer_to_human", {"reason": text})


@pytest.mark.parametrize("text", ["Goodbye!", "Okay thanks, bye"])
def test_who_takes_leave_is_let_go(text: str) -> None:
    assert use(text) == ("say_goodbye", {})


@pytest.mark.parametrize("text", ["Hello", "Could you say that again?", "How long does it take?", "I can't find it"])
def test_common_words_choose_no_tool(text: str) -> None:
    answer = ask(text)
    assert isinstance(answer, str)
    assert text.rstrip("!?") in answer
    assert "I am the offline model" in answer


def test_a_reference_that_is_missing_is_asked_for() -> None:
    assert ask("I have a booking") == "For find booking I need the reference. I am the offline model."


def test_arguments_are_filled_by_their_types() -> None:
    def order_pizza(
        size: Literal["small", "large"], count: int, extra: list[str], sliced: bool, note: str = ""
    ) -> str:
        """Order a pizza."""
        return ""

    text = "Three large pizzas"
    filled = {"size": "large", "count": 3, "extra": [text], "sliced": True}
    assert use(text, tool(order_pizza).spec) == ("order_pizza", filled)
    assert ask("A pizza", tool(order_pizza).spec) == "For order pizza I need the size. I am the offline model."


def test_a_tools_answer_is_read_out() -> None:
    asked = ask("booking K4T9")
    assert isinstance(asked, ToolCall)
    answered = ToolResults((ToolResult(asked.id, "A table for 4."), ToolResult("other", "And a cake.")))
    pieces = list(MODEL.ask(Request("You answer.", (CallerMessage("booking K4T9"), answered), agent.specs)))
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextDelta)) == "A table for 4. And a cake."


@pytest.mark.parametrize("text", ["Tell me everything", "Tell me a story about dogs"])
def test_a_long_answer_can_be_had_to_interrupt(text: str) -> None:
    answer = ask(text)
    assert isinstance(answer, str)
    assert len(answer.split()) > 100
    assert answer.endswith(f"This is sentence twelve of a long answer about: {text}.")


def test_it_counts_as_far_as_it_is_asked() -> None:
    assert ask("Count to five") == "One, two, three, four, five."
    assert str(ask("Please count")).endswith("nineteen, twenty.")


def test_the_longest_answer_is_kept_to() -> None:
    pieces = list(MODEL.ask(Request("You answer.", (CallerMessage("Count to twenty"),), max_tokens=3)))
    assert [piece.text for piece in pieces if isinstance(piece, TextDelta)] == ["One,", " two,", " three,"]
    end = pieces[-1]
    assert isinstance(end, Finished)
    assert (end.reason, end.usage.output) == ("length", 3)


def test_the_same_words_get_the_same_answer() -> None:
    request = Request("You answer.", (CallerMessage("Do you have a booking on Friday?"),), agent.specs)
    assert list(MODEL.ask(request)) == list(MODEL.ask(request))


def test_words_take_the_time_that_was_set() -> None:
    began = monotonic()
    answer = Offline(first=0.05, between=0.02).ask(Request("You answer.", (CallerMessage("Count to five"),)))
    assert next(answer) == TextDelta("One,")
    assert monotonic() - began >= 0.05
    assert len(list(answer)) == 5
    assert monotonic() - began >= 0.05 + 4 * 0.02
