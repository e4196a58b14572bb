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
from tests.live.harness import DESK, SessionHarness, dropped
from tests.live.ports import TroubledLog

pytestmark = pytest.mark.slow

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


def opened_harness(*answers: Any, log: MemoryLog | None = None, **changes: Any) -> SessionHarness:
    harness = SessionHarness(*answers, log=log, desk=replace(DESK_WITH_PAY, **changes)).opened()
    harness.sessions = replace(harness.sessions, recognizer=NumberRecognizer())
    PAID.clear()
    return harness


def logged(harness: SessionHarness) -> str:
    """The session's log as text."""
    return " ".join(dump(event) for event in harness.events())


def told(harness: SessionHarness) -> list[str]:
    """The caller's lines in the newest request to the model."""
    return [line.text for line in harness.model.asked[-1].messages if isinstance(line, CallerMessage)]


def say(harness: SessionHarness, *texts: str) -> None:
    for text in texts:
        harness.sessions.receive(harness.prompt(text))


def test_a_card_is_in_the_private_log_alone() -> None:
    harness = opened_harness(saying("Thank you."))
    say(harness, f"My card is {CARD}.")
    assert "1111" not in logged(harness)
    assert Prompt("My card is [card 1].", "en-US") in harness.events()
    assert told(harness)[-1] == "My card is [card 1]."
    assert "4111111111111111" in " ".join(dump(entry.event) for entry in harness.private.read(PRIVATE))


def test_a_tool_gets_the_value_where_the_model_wrote_the_placeholder() -> None:
    harness = opened_harness(saying("How much?"), asks_to_pay(card="[card 1]", amount=7), saying("Paid."))
    say(harness, f"My card is {CARD}.", "Pay seven, please.")
    assert PAID == ["4111111111111111"]
    assert "1111" not in logged(harness)
    assert [event.text for event in harness.events() if isinstance(event, ToolReturned)] == ["Paid 7 with [card 1]."]


def test_held_digits_in_a_tool_call_reach_the_tool_alone() -> None:
    harness = opened_harness(
        asks_to_pay(card="4111 1111"), saying("And the rest?"), asks_to_pay(card="[digits 1]"), saying("Hm.")
    )
    say(harness, "My card is 4111 1111", "Take that.")
    assert PAID == ["4111 1111", "41111111"]
    assert "1111" not in logged(harness)


def test_of_two_cards_each_has_its_placeholder() -> None:
    harness = opened_harness(saying("And?"), saying("Which?"), asks_to_pay(card="[card 2]"), saying("Paid."))
    say(harness, f"My card is {CARD}.", "Or take 5555 5555 5555 4444.", f"No, not {CARD}, the other.")
    assert PAID == ["5555555555554444"]
    assert told(harness)[-1] == "No, not [card 1], the other."


def test_the_model_is_told_of_a_placeholder_without_a_value() -> None:
    harness = opened_harness(saying("How much?"), asks_to_pay(card="[card 1]"), saying("Again, please."))
    say(harness, f"My card is {CARD}.")
    harness.private.delete(PRIVATE, [entry.key for entry in harness.private.read(PRIVATE)])
    say(harness, "Pay seven, please.")
    assert PAID == []
    assert "ask the caller for it again" in logged(harness)


def test_the_author_may_let_the_model_know_the_value() -> None:
    harness = opened_harness(saying("How much?"), asks_to_pay(card=CARD), saying("Paid."), tell_private=True)
    say(harness, f"My card is {CARD}.", "Pay seven, please.")
    assert "My card is 4111111111111111." in told(harness)[-2]
    assert PAID == [CARD]
    assert "1111" not in logged(harness)
    assert any(isinstance(event, ToolCalled) for event in harness.events())


def test_an_agent_may_redact_nothing() -> None:
    harness = opened_harness(saying("Thank you."), redact=())
    say(harness, f"My card is {CARD}.")
    assert Prompt(f"My card is {CARD}.", "en-US") in harness.events()


def test_what_a_tool_says_of_a_card_is_replaced() -> None:
    harness = opened_harness(asks_to_pay(card="4222 2222 2222 2"), saying("Refused."))
    say(harness, "Pay, please.")
    assert "2222" not in logged(harness)
    assert "The card [card] is refused." in logged(harness)


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
    harness = opened_harness(saying("Thank you."))
    for text in parts[:-1]:
        unanswered(harness, text)
    say(harness, parts[-1])
    assert "1111 1111" not in logged(harness)
    assert "one one one one" not in logged(harness)
    assert "[card 1]" in told(harness)[-1]
    assert ("[card 1]", "4111111111111111") in kept_values(harness)


def unanswered(harness: SessionHarness, text: str) -> None:
    """Append a prompt after which the caller goes on before it is answered."""
    with harness.sessions.task_group() as tasks:
        put_while_asking(harness.sessions, harness.prompt(text), Prompt(text, "en-US"), tasks)


def kept_values(harness: SessionHarness) -> list[tuple[str, str]]:
    kept = [entry.event for entry in harness.private.read(PRIVATE)]
    return [pair for words in kept if isinstance(words, WordsKept) for pair in words.values]


def reworded(harness: SessionHarness) -> list[str]:
    return [event.text for event in harness.events() if isinstance(event, PromptReworded)]


OTHER_WORDS = "No, wait, that was about the booking of my sister."


def test_digits_of_no_card_are_logged_once_other_words_follow() -> None:
    harness = opened_harness(saying("Thank you."), saying("Sure."), saying("Bye."))
    say(harness, "Call me at 415 555 0123.")
    assert told(harness) == ["(The call begins.)", "Call me at 415 555 0123."]
    assert [event for event in harness.events() if isinstance(event, Prompt)] == [
        Prompt("Call me at [digits].", "en-US")
    ]
    assert reworded(harness) == []
    say(harness, "Thanks.")
    assert "415 555 0123" in told(harness)[1]
    assert reworded(harness) == []
    say(harness, OTHER_WORDS)
    assert reworded(harness) == ["Call me at 415 555 0123."]


@pytest.mark.parametrize(
    "parts",
    [
        ("My card is 4111 1111", "1111 1111"),
        ("It's four one one one one one", "Yes.", "one one one one one", "Right.", "one one one one one"),
        ("It is double four ...", "Sorry, 4111 1111", "that was the beginning", "the rest is 1111 1111"),
    ],
)
def test_no_half_of_a_card_is_logged_in_the_turns_between(parts: tuple[str, ...]) -> None:
    harness = opened_harness(*(saying("Yes?") for _ in parts))
    say(harness, *parts)
    assert ("[card 1]", "4111111111111111") in kept_values(harness)
    assert "1111" not in logged(harness)
    assert "one one one one one" not in logged(harness)


def test_digits_that_a_goodbye_follows_are_logged() -> None:
    harness = opened_harness([ToolCall("t1", "bye", "{}"), Finished("tools")], tools=[bye])
    say(harness, "Call me at 415 555 0123.")
    assert reworded(harness) == ["Call me at 415 555 0123."]


def bye() -> EndCall:
    """End the call."""
    return EndCall("done")


def test_a_resumed_session_knows_the_held_digits() -> None:
    harness = opened_harness(saying("Thank you."), saying("Right."))
    say(harness, "Call me at 415 555 0123.")
    dropped(harness)
    harness.sessions.receive(harness.setup("c2"))
    assert reworded(harness) == ["Call me at 415 555 0123."]
    harness.sessions.receive(harness.prompt("Are you there?", "c2"))
    assert "Call me at 415 555 0123." in told(harness)


def test_digits_are_not_held_for_ever() -> None:
    harness = opened_harness(*(saying("Yes?") for _ in range(10)))
    say(harness, "Call me at 415 555 0123.", *["Hm."] * MOST_HELD_TURNS)
    assert reworded(harness) == ["Call me at 415 555 0123."]


def test_most_of_a_card_is_never_in_the_log() -> None:
    harness = opened_harness(saying("And the rest?"), asks_to_pay(card="[card 1]"), saying("Paid."))
    say(harness, "My card is 4111 1111 1111 111")
    assert "4111" not in logged(harness)
    say(harness, "and a 1")
    assert PAID == ["4111111111111111"]
    assert "111" not in logged(harness)


def test_a_card_in_two_turns_is_found() -> None:
    harness = opened_harness(saying("And the rest?"), asks_to_pay(card="[card 1]"), saying("Paid."))
    say(harness, "My card is 4111 1111", "1111 1111")
    assert PAID == ["4111111111111111"]
    assert Prompt("[card 1]", "en-US") in harness.events()


def test_a_few_digits_stay_as_they_are() -> None:
    harness = opened_harness(saying("Yes."))
    say(harness, "A table for 4 at 8, reference 4711")
    assert Prompt("A table for 4 at 8, reference 4711", "en-US") in harness.events()
    assert harness.private.read(PRIVATE) == ()


def test_an_unchecked_prompt_is_logged_without_digits() -> None:
    log = TroubledLog()
    harness = opened_harness(log=log)
    log.broken = {"read"}
    say(harness, f"My card is {CARD}")
    assert Prompt("My card is [digits]", "en-US") in harness.events()


def test_a_private_log_that_fails_costs_only_the_value() -> None:
    harness = opened_harness(saying("Thank you."))
    private = TroubledLog("append", "read")
    harness.sessions = replace(harness.sessions, ports=replace(harness.sessions.ports, private=private))
    say(harness, f"My card is {CARD}.")
    assert told(harness)[-1] == "My card is [card 1]."
    assert "1111" not in logged(harness)


def test_what_a_caller_has_said_so_far_has_no_digits() -> None:
    harness = opened_harness()
    harness.sessions.receive(harness.frame({"type": "prompt", "voicePrompt": "My card is 4111 11", "last": False}))
    assert harness.events()[-1] == Partial("My card is [digits]")


def test_an_agent_never_says_a_card() -> None:
    harness = opened_harness(saying("Your card is 4111 1111 ", "1111 1111, ", "right?"))
    say(harness, "What is my card?")
    said = "".join(message.token for message in harness.line.messages if isinstance(message, Text))
    assert said == f"Your card is \u2014 {DESK.phrases.unsaid}"
    assert harness.model.closed == 1
    assert "1111" not in logged(harness)


def test_an_agent_says_a_number_that_its_prompt_has() -> None:
    harness = opened_harness(
        saying("Call +1 212 555 0142."),
        redact=["phone"],
        prompt="Our number is +1 212 555 0142.",
        spell_numbers=False,
    )
    say(harness, "What is your number?")
    said = "".join(message.token for message in harness.line.messages if isinstance(message, Text))
    assert said == "Call +1 212 555 0142."
