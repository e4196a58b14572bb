"""What an answer logs has marks in place of private data, and a tool gets the values."""

import json

import pytest

from functions.adapters.redaction import Recognizer
from functions.relay.call.redactor import Redactor, UnknownMarkError
from functions.relay.log.events import AgentSaid, DigitsRequested, Event, HandedOff, ToolCalled, ToolReturned
from functions.relay.text.private import DEFAULT

CARD, MARK = "4111111111111111", "[card 1]"
REDACTOR = Redactor(DEFAULT, "en-US", Recognizer(), {MARK: CARD})


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (f"Paid with {CARD}.", f"Paid with {MARK}."),
        ("Paid with 5555 5555 5555 4444.", "Paid with [card]."),
        ("A table for 2 at 8.", "A table for 2 at 8."),
    ],
)
def test_a_known_value_becomes_its_own_mark(text: str, safe: str) -> None:
    assert REDACTOR.text(text) == safe


def test_an_agent_that_redacts_nothing_leaves_all_as_it_is() -> None:
    event = ToolReturned("t1", f"Paid with {CARD}.")
    assert Redactor().event(event) == event


@pytest.mark.parametrize(
    ("event", "safe"),
    [
        (ToolCalled("t1", "pay", f'{{"card": "{CARD}"}}'), ToolCalled("t1", "pay", f'{{"card": "{MARK}"}}')),
        (DigitsRequested("pay", f'{{"card": "{CARD}"}}'), DigitsRequested("pay", f'{{"card": "{MARK}"}}')),
        (
            ToolReturned("t1", f"Paid with {CARD}.", memory=(("card", CARD), ("guests", 2), ("gone", None))),
            ToolReturned("t1", f"Paid with {MARK}.", memory=(("card", MARK), ("guests", 2), ("gone", None))),
        ),
        (
            HandedOff("t1", f"Card {CARD}", "+15550111", f"They paid with {CARD}."),
            HandedOff("t1", f"Card {MARK}", "+15550111", f"They paid with {MARK}."),
        ),
        (AgentSaid(f"It is {CARD}."), AgentSaid(f"It is {CARD}.")),
    ],
)
def test_an_event_of_an_answer_has_marks(event: Event, safe: Event) -> None:
    assert REDACTOR.event(event) == safe


@pytest.mark.parametrize(
    ("arguments", "safe"),
    [
        ({"card": int(CARD)}, {"card": MARK}),
        ({"cards": [CARD, {"name": "Zoë", "number": CARD}]}, {"cards": [MARK, {"name": "Zoë", "number": MARK}]}),
        ({"card": CARD, "yes": True, "amount": 7.5, "n": 12}, {"card": MARK, "yes": True, "amount": 7.5, "n": 12}),
    ],
)
def test_the_json_of_a_tool_call_stays_json(arguments: dict[str, object], safe: dict[str, object]) -> None:
    made = REDACTOR.event(ToolCalled("t1", "pay", json.dumps(arguments)))
    assert isinstance(made, ToolCalled)
    assert json.loads(made.arguments) == safe


@pytest.mark.parametrize("broken", ['{"card": "4111111111111111"', "[" * 100_000 + CARD])
def test_arguments_that_are_no_json_are_redacted_as_a_text(broken: str) -> None:
    assert REDACTOR.event(ToolCalled("t1", "pay", broken)) == ToolCalled("t1", "pay", broken.replace(CARD, MARK))


def test_a_tool_gets_the_value_of_each_mark() -> None:
    arguments = f'{{"card": "{MARK}", "note": "twice: {MARK}", "amount": 7}}'
    assert json.loads(REDACTOR.with_values(arguments)) == {"card": CARD, "note": f"twice: {CARD}", "amount": 7}
    assert REDACTOR.with_values('{"amount":7}') == '{"amount":7}'


@pytest.mark.parametrize("mark", ["[card 2]", "[card]"])
def test_a_mark_without_a_value_is_an_error(mark: str) -> None:
    with pytest.raises(UnknownMarkError) as error:
        REDACTOR.with_values(f'{{"card": "{mark}"}}')
    assert str(error.value) == mark
