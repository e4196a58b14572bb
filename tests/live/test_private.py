"""Private words of a caller are in no log: tools get the value, and the model gets a placeholder."""

from dataclasses import replace
from typing import Any

import pytest

from functions.adapters.redaction import NumberRecognizer
from functions.live.early_request import put_while_asking
from functions.relay import EndCall, ToolError
from functions.relay.call.history import MOST_HELD_TURNS
from functions.relay.log.codec import dump
from functions.relay.log.events import PromptReworded, ToolCalled, ToolReturned, WordsKept
from functions.relay.log.keys import private_log, session_log
from functions.relay.wire.messages import Partial, Prompt, Text
from functions.relay.wire.model import CallerMessage, Finished, StreamEvent, ToolCall
from tests.doubles import MemoryLog, saying
from tests.live.ports import TroubledLog
from tests.live.test_session import DESK, House, dropped

LOG, PRIVATE = session_log("c1"), private_log("c1")
CARD = "4111 1111 1111 1111"
PAID: list[str] = []


def pay(card: str, amount: int = 1) -> str:
    """Pay by card."""
    PAID.append(card)
    if card.startswith("4222"):
        raise ToolError(f"The card {card} is refused.")
    return f"Paid {amount} with {card}."


DESK_WITH_PAY = replace(DESK, tools=[pay])


def asks_to_pay(**arguments: Any) -> list[StreamEvent | Exception]:
    return [ToolCall("t1", "pay", str(arguments).replace("'", '"')), Finished("tools")]


def house(*answers: Any, log: MemoryLog | None = None, **changes: Any) -> House:
    one = House(*answers, log=log, desk=replace(DESK_WITH_PAY, **changes)).opened()
    one.sessions = replace(one.sessions, recognizer=NumberRecognizer())
    PAID.clear()
    return one


def logged(one: House) -> str:
    """The session's log as text."""
    return " ".join(dump(event) for event in one.events())


def told(one: House) -> list[str]:
    """The caller's lines in the newest request to the model."""
    return [line.text for line in one.model.asked[-1].messages if isinstance(line, CallerMessage)]


def say(one: House, *texts: str) -> None:
    for text in texts:
        one.sessions.receive(one.prompt(text))


def test_a_card_is_in_the_private_log_alone() -> None:
    one = house(saying("Thank you."))
    say(one, f"My card is {CARD}.")
    assert "1111" not in logged(one)
    assert Prompt("My card is [card 1].", "en-US") in one.events()
    assert told(one)[-1] == "My card is [card 1]."
    assert "4111111111111111" in " ".join(dump(entry.event) for entry in one.private.read(PRIVATE))


def test_a_tool_gets_the_value_where_the_model_wrote_the_placeholder() -> None:
    one = house(saying("How much?"), asks_to_pay(card="[card 1]", amount=7), saying("Paid."))
    say(one, f"My card is {CARD}.", "Pay seven, please.")
    assert PAID == ["4111111111111111"]
    assert "1111" not in logged(one)
    assert [event.text for event in one.events() if isinstance(event, ToolReturned)] == ["Paid 7 with [card 1]."]


def test_held_digits_in_a_tool_call_reach_the_tool_alone() -> None:
    one = house(asks_to_pay(card="4111 1111"), saying("And the rest?"), asks_to_pay(card="[digits 1]"), saying("Hm."))
    say(one, "My card is 4111 1111", "Take that.")
    assert PAID == ["4111 1111", "41111111"]
    assert "1111" not in logged(one)


def test_of_two_cards_each_has_its_placeholder() -> None:
    one = house(saying("And?"), saying("Which?"), asks_to_pay(card="[card 2]"), saying("Paid."))
    say(one, f"My card is {CARD}.", "Or take 5555 5555 5555 4444.", f"No, not {CARD}, the other.")
    assert PAID == ["5555555555554444"]
    assert told(one)[-1] == "No, not [card 1], the other."


def test_the_model_is_told_of_a_placeholder_without_a_value() -> None:
    one = house(saying("How much?"), asks_to_pay(card="[card 1]"), saying("Again, please."))
    say(one, f"My card is {CARD}.")
    one.private.delete(PRIVATE, [entry.key for entry in one.private.read(PRIVATE)])
    say(one, "Pay seven, please.")
    assert PAID == []
    assert "ask the caller for it again" in logged(one)


def test_the_author_may_let_the_model_know_the_value() -> None:
    one = house(saying("How much?"), asks_to_pay(card=CARD), saying("Paid."), tell_private=True)
    say(one, f"My card is {CARD}.", "Pay seven, please.")
    assert "My card is 4111111111111111." in told(one)[-2]
    assert PAID == [CARD]
    assert "1111" not in logged(one)
    assert any(isinstance(event, ToolCalled) for event in one.events())


def test_an_agent_may_redact_nothing() -> None:
    one = house(saying("Thank you."), redact=())
    say(one, f"My card is {CARD}.")
    assert Prompt(f"My card is {CARD}.", "en-US") in one.events()


def test_what_a_tool_says_of_a_card_is_replaced() -> None:
    one = house(asks_to_pay(card="4222 2222 2222 2"), saying("Refused."))
    say(one, "Pay, please.")
    assert "2222" not in logged(one)
    assert "The card [card] is refused." in logged(one)


@pytest.mark.parametrize(
    "parts",
    [
        ("My card is 4111 1111", "1111 1111."),
        ("It's four one one one one one one one", "one one one one", "and one one one one"),
        ("My card is 4111 1111 1111", "and the rest is 1111"),
        ("It is 4111", "1111", "1111", "1111"),
    ],
)
def test_a_card_in_several_prompts_of_a_turn_is_in_no_log(parts: tuple[str, ...]) -> None:
    one = house(saying("Thank you."))
    for text in parts[:-1]:
        unanswered(one, text)
    say(one, parts[-1])
    assert "1111 1111" not in logged(one)
    assert "one one one one" not in logged(one)
    assert "[card 1]" in told(one)[-1]
    assert ("[card 1]", "4111111111111111") in kept_values(one)


def unanswered(one: House, text: str) -> None:
    """Append a prompt after which the caller goes on before it is answered."""
    with one.sessions.task_group() as tasks:
        put_while_asking(one.sessions, one.prompt(text), Prompt(text, "en-US"), tasks)


def kept_values(one: House) -> list[tuple[str, str]]:
    kept = [entry.event for entry in one.private.read(PRIVATE)]
    return [pair for words in kept if isinstance(words, WordsKept) for pair in words.values]


def reworded(one: House) -> list[str]:
    return [event.text for event in one.events() if isinstance(event, PromptReworded)]


OTHER_WORDS = "No, wait, that was about the booking of my sister."


def test_digits_of_no_card_are_logged_once_other_words_follow() -> None:
    one = house(saying("Thank you."), saying("Sure."), saying("Bye."))
    say(one, "Call me at 415 555 0123.")
    assert told(one) == ["(The call begins.)", "Call me at 415 555 0123."]
    assert [event for event in one.events() if isinstance(event, Prompt)] == [Prompt("Call me at [digits].", "en-US")]
    assert reworded(one) == []
    say(one, "Thanks.")
    assert "415 555 0123" in told(one)[1]
    assert reworded(one) == []
    say(one, OTHER_WORDS)
    assert reworded(one) == ["Call me at 415 555 0123."]


@pytest.mark.parametrize(
    "parts",
    [
        ("My card is 4111 1111", "1111 1111"),
        ("It's four one one one one one", "Yes.", "one one one one one", "Right.", "one one one one one"),
        ("It is double four ...", "Sorry, 4111 1111", "that was the beginning", "the rest is 1111 1111"),
    ],
)
def test_no_half_of_a_card_is_logged_in_the_turns_between(parts: tuple[str, ...]) -> None:
    one = house(*(saying("Yes?") for _ in parts))
    say(one, *parts)
    assert ("[card 1]", "4111111111111111") in kept_values(one)
    assert "1111" not in logged(one)
    assert "one one one one one" not in logged(one)


def test_digits_that_a_goodbye_follows_are_logged() -> None:
    one = house([ToolCall("t1", "bye", "{}"), Finished("tools")], tools=[bye])
    say(one, "Call me at 415 555 0123.")
    assert reworded(one) == ["Call me at 415 555 0123."]


def bye() -> EndCall:
    """End the call."""
    return EndCall("done")


def test_a_resumed_session_knows_the_held_digits() -> None:
    one = house(saying("Thank you."), saying("Right."))
    say(one, "Call me at 415 555 0123.")
    dropped(one)
    one.sessions.receive(one.setup("c2"))
    assert reworded(one) == ["Call me at 415 555 0123."]
    one.sessions.receive(one.prompt("Are you there?", "c2"))
    assert "Call me at 415 555 0123." in told(one)


def test_digits_are_not_held_for_ever() -> None:
    one = house(*(saying("Yes?") for _ in range(10)))
    say(one, "Call me at 415 555 0123.", *["Hm."] * MOST_HELD_TURNS)
    assert reworded(one) == ["Call me at 415 555 0123."]


def test_most_of_a_card_is_never_in_the_log() -> None:
    one = house(saying("And the rest?"), asks_to_pay(card="[card 1]"), saying("Paid."))
    say(one, "My card is 4111 1111 1111 111")
    assert "4111" not in logged(one)
    say(one, "and a 1")
    assert PAID == ["4111111111111111"]
    assert "111" not in logged(one)


def test_a_card_in_two_turns_is_found() -> None:
    one = house(saying("And the rest?"), asks_to_pay(card="[card 1]"), saying("Paid."))
    say(one, "My card is 4111 1111", "1111 1111")
    assert PAID == ["4111111111111111"]
    assert Prompt("[card 1]", "en-US") in one.events()


def test_a_few_digits_stay_as_they_are() -> None:
    one = house(saying("Yes."))
    say(one, "A table for 4 at 8, reference 4711")
    assert Prompt("A table for 4 at 8, reference 4711", "en-US") in one.events()
    assert one.private.read(PRIVATE) == ()


def test_an_unchecked_prompt_is_logged_without_digits() -> None:
    log = TroubledLog()
    one = house(log=log)
    log.broken = {"read"}
    say(one, f"My card is {CARD}")
    assert Prompt("My card is [digits]", "en-US") in one.events()


def test_a_private_log_that_fails_costs_only_the_value() -> None:
    one = house(saying("Thank you."))
    private = TroubledLog("append", "read")
    one.sessions = replace(one.sessions, ports=replace(one.sessions.ports, private=private))
    say(one, f"My card is {CARD}.")
    assert told(one)[-1] == "My card is [card 1]."
    assert "1111" not in logged(one)


def test_what_a_caller_has_said_so_far_has_no_digits() -> None:
    one = house()
    one.sessions.receive(one.frame({"type": "prompt", "voicePrompt": "My card is 4111 11", "last": False}))
    assert one.events()[-1] == Partial("My card is [digits]")


def test_an_agent_never_says_a_card() -> None:
    one = house(saying("Your card is 4111 1111 ", "1111 1111, ", "right?"))
    say(one, "What is my card?")
    said = "".join(message.token for message in one.line.messages if isinstance(message, Text))
    assert said == f"Your card is \u2014 {DESK.phrases.unsaid}"
    assert one.model.closed == 1
    assert "1111" not in logged(one)


def test_an_agent_says_a_number_that_its_prompt_has() -> None:
    one = house(
        saying("Call +1 212 555 0142."),
        redact=["phone"],
        prompt="Our number is +1 212 555 0142.",
        spell_numbers=False,
    )
    say(one, "What is your number?")
    said = "".join(message.token for message in one.line.messages if isinstance(message, Text))
    assert said == "Call +1 212 555 0142."
