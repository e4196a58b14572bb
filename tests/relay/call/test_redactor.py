"""What an answer logs has placeholders in place of private data, and a tool gets the values."""

import json

import pytest

from functions.adapters.redaction import NumberRecognizer
from functions.relay.call.redactor import Redactor, UnknownPlaceholderError
from functions.relay.log.events import AgentSaid, DigitsRequested, Event, HandedOff, ToolCalled, ToolReturned
from functions.relay.text.private import DEFAULT

CARD, CARD_1 = "4111111111111111", "[card 1]"
REDACTOR = Redactor(DEFAULT, "en-US", NumberRecognizer(), {CARD_1: CARD})


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (f"Paid with {CARD}.", f"Paid with {CARD_1}."),
        ("Paid with 5555 5555 5555 4444.", "Paid with [card]."),
        ("A table for 2 at 8.", "A table for 2 at 8."),
    ],
)
def test_a_known_value_becomes_its_own_placeholder(text: str, safe: str) -> None:
    assert REDACTOR.text(text) == safe


def test_an_agent_that_redacts_nothing_leaves_all_as_it_is() -> None:
    event = ToolReturned("t1", f"Paid with {CARD}.")
    assert Redactor().event(event) == event


@pytest.mark.parametrize(
    ("event", "safe"),
    [
        (ToolCalled("t1", "pay", f'{{"card": "{CARD}"}}'), ToolCalled("t1", "pay", f'{{"card": "{CARD_1}"}}')),
        (DigitsRequested("pay", f'{{"card": "{CARD}"}}'), DigitsRequested("pay", f'{{"card": "{CARD_1}"}}')),
        (
            ToolReturned("t1", f"Paid with {CARD}.", memory=(("card", CARD), ("guests", 2), ("gone", None))),
            ToolReturned("t1", f"Paid with {CARD_1}.", memory=(("card", CARD_1), ("guests", 2), ("gone", None))),
        ),
        (
            HandedOff("t1", f"Card {CARD}", "+15550111", f"They paid with {CARD}."),
            HandedOff("t1", f"Card {CARD_1}", "+15550111", f"They paid with {CARD_1}."),
        ),
        (AgentSaid(f"It is {CARD}."), AgentSaid(f"It is {CARD}.")),
    ],
)
def test_an_event_of_an_answer_has_placeholders(event: Event, safe: Event) -> None:
    assert REDACTOR.event(event) == safe


@pytest.mark.parametrize(
    ("arguments", "safe"),
    [
        ({"card": int(CARD)}, {"card": CARD_1}),
        (
            {"cards": [CARD, {"name": "Zoë", "number": CARD}]},
            {"cards": [CARD_1, {"name": "Zoë", "number": CARD_1}]},
        ),
        (
            {"card": CARD, "yes": True, "amount": 7.5, "n": 12},
            {"card": CARD_1, "yes": True, "amount": 7.5, "n": 12},
        ),
    ],
)
def test_the_json_of_a_tool_call_stays_json(arguments: dict[str, object], safe: dict[str, object]) -> None:
    made = REDACTOR.event(ToolCalled("t1", "pay", json.dumps(arguments)))
    assert isinstance(made, ToolCalled)
    assert json.loads(made.arguments) == safe


@pytest.mark.parametrize("broken", ['{"card": "4111111111111111"', "[" * 100_000 + CARD])
def test_arguments_that_are_no_json_are_redacted_as_a_text(broken: str) -> None:
    assert REDACTOR.event(ToolCalled("t1", "pay", broken)) == ToolCalled("t1", "pay", broken.replace(CARD, CARD_1))


HELD = Redactor(DEFAULT, "en-US", NumberRecognizer(), {"[digits 1]": "41111111", CARD_1: CARD})


@pytest.mark.parametrize(
    ("arguments", "safe"),
    [
        ({"id": "41111111"}, {"id": "[digits 1]"}),
        ({"id": 41111111}, {"id": "[digits 1]"}),
        ({"note": "so far 4111 1111, or 4111-1111"}, {"note": "so far [digits 1], or [digits 1]"}),
        ({"id": "8411111115"}, {"id": "8411111115"}),
        ({"card": "4111 1111 1111 1111"}, {"card": CARD_1}),
    ],
)
def test_held_digits_in_a_tool_call_are_not_logged(arguments: dict[str, object], safe: dict[str, object]) -> None:
    made = HELD.event(ToolCalled("t1", "find", json.dumps(arguments)))
    assert isinstance(made, ToolCalled)
    assert json.loads(made.arguments) == safe
    said = {
        name: str(value).replace("4111 1111, or 4111-1111", "41111111, or 41111111")
        for name, value in arguments.items()
    }
    assert json.loads(HELD.with_values(made.arguments)) == {**said, **({"card": CARD} if "card" in said else {})}


def test_held_digits_are_no_private_data_yet() -> None:
    assert HELD.text("Your reference is 41111111.") == "Your reference is 41111111."


def test_what_a_tool_returns_is_logged_without_held_digits() -> None:
    returned = ToolReturned("t1", "No 4111 1111.", memory=(("id", 41111111),))
    assert HELD.event(returned) == ToolReturned("t1", "No [digits 1].", memory=(("id", "[digits 1]"),))


def test_a_tool_gets_the_value_of_each_placeholder() -> None:
    arguments = f'{{"card": "{CARD_1}", "note": "twice: {CARD_1}", "amount": 7}}'
    assert json.loads(REDACTOR.with_values(arguments)) == {"card": CARD, "note": f"twice: {CARD}", "amount": 7}
    assert REDACTOR.with_values('{"amount":7}') == '{"amount":7}'


@pytest.mark.parametrize("placeholder", ["[card 2]", "[card]"])
def test_a_placeholder_without_a_value_is_an_error(placeholder: str) -> None:
    with pytest.raises(UnknownPlaceholderError) as error:
        REDACTOR.with_values(f'{{"card": "{placeholder}"}}')
    assert str(error.value) == placeholder
