"""A prompt with private data is split: one part for the log, one that is kept apart."""

from collections.abc import Mapping

import pytest

from functions.adapters.redaction import NumberRecognizer
from functions.relay.call.call import Call, fold
from functions.relay.call.redacted_prompt import (
    RedactedPrompt,
    has_private_words,
    redact_prompt,
    released,
    words_by_prompt,
)
from functions.relay.call.redactor import Redactor
from functions.relay.log.events import DigitsRequested, Entry, PromptReworded, ToolCalled, WordsKept
from functions.relay.log.keys import Key, Slot
from functions.relay.text.private import DEFAULT
from functions.relay.wire.messages import Prompt
from functions.relay.wire.model import AgentMessage, CallerMessage, Message
from tests.relay.scenes import at, opened, under

CARD, REDACTOR = "4111111111111111", Redactor(DEFAULT, "en-US", NumberRecognizer())


def key(ms: int) -> Key:
    return at(ms, Prompt("")).key


def call(*prompts: str, remembered: tuple[Message, ...] = ()) -> Call:
    """Return a call with a prompt in each second."""
    said = [at(1000 * number, Prompt(text)) for number, text in enumerate(prompts, 1)]
    return fold([opened(remembered=remembered), *said])


def heard(text: str, *before: str, kept: Mapping[Key, WordsKept] | None = None, ms: int = 9000) -> RedactedPrompt:
    return redact_prompt(call(*before), kept or {}, key(ms), text, REDACTOR)


def test_a_prompt_without_private_data_is_logged_as_it_is() -> None:
    assert heard("A table for 2 at 8.") == RedactedPrompt("A table for 2 at 8.")


def test_a_card_is_kept_apart() -> None:
    found = heard(f"It is {CARD}.")
    assert found == RedactedPrompt("It is [card 1].", WordsKept("It is [card 1].", (("[card 1]", CARD),)))


def test_a_card_that_was_said_before_keeps_its_placeholder() -> None:
    kept = {key(1000): WordsKept("[card 1]", (("[card 1]", CARD),))}
    assert heard(f"Take {CARD} or 5555 5555 5555 4444.", "[card 1]", kept=kept).logged == "Take [card 1] or [card 2]."


def test_a_number_is_never_given_to_two_values() -> None:
    assert heard(f"It is {CARD}.", "My old one was [card 4].").logged == "It is [card 5]."
    assert heard(f"It is {CARD}, yes, {CARD}.", "Hi.").logged == "It is [card 1], yes, [card 1]."
    remembered = (CallerMessage("It was [card 6]."), AgentMessage("Not [card 9]."))
    found = redact_prompt(call("Hi.", remembered=remembered), {}, key(9000), f"It is {CARD}.", REDACTOR)
    assert found.logged == "It is [card 7]."


@pytest.mark.parametrize(
    ("text", "digits", "clears"),
    [
        ("It is 4111 1111", "41111111", True),
        ("It is 4111 1111 1111", "411111111111", False),
        ("It is 9111 1111 1111", "911111111111", True),
    ],
)
def test_digits_that_may_go_on_are_held(text: str, digits: str, clears: bool) -> None:
    held = (("[digits 1]", digits),)
    assert heard(text) == RedactedPrompt("It is [digits]", WordsKept(text, held, clears))


def test_each_row_of_held_digits_has_its_own_number() -> None:
    kept = {key(1000): WordsKept("It is 4111 1111", (("[digits 1]", "41111111"),))}
    found = heard("1112 222", "It is [digits]", kept=kept)
    assert found.private == WordsKept(
        "1112 222", (("[digits 2]", "411111111112222"), ("[digits 3]", "1112222")), False
    )
    again = heard("It is 4111 1111", "Well, let me look for my purse, which is upstairs.", kept=kept)
    assert again.private == WordsKept("It is 4111 1111", (("[digits 1]", "41111111"),))


def test_the_rest_of_a_card_rewords_the_prompt_before() -> None:
    kept = {key(1000): WordsKept("It is 4111 1111", ())}
    found = heard("1111 1111.", "It is [digits]", kept=kept)
    assert (found.logged, found.reworded) == ("[card 1].", ((key(1000), "It is [card 1]"),))
    assert found.private == WordsKept("[card 1].", (("[card 1]", CARD),))


@pytest.mark.parametrize(
    ("after", "over", "logged"),
    [
        ((), False, False),
        (("Thanks.", "Yes, that is it."), False, False),
        (("And now I want a table at the window.",), False, True),
        (("It goes on", "1111 111"), False, False),
        (("1111 1111 1111 1111 1111 1",), False, True),
        (("Hm.",) * 7, False, False),
        (("Hm.",) * 8, False, True),
        ((), True, True),
    ],
)
def test_digits_are_held_while_a_prompt_may_continue_them(after: tuple[str, ...], over: bool, logged: bool) -> None:
    known, kept = call("It is [digits]", *after), {key(1000): WordsKept("It is 4111 1111", ())}
    entry = Entry(key(1000).under(Slot.REWORDED.at()), PromptReworded("It is 4111 1111"))
    assert list(released(known, kept, over=over)) == ([entry] if logged else [])
    assert list(released(known, {key(1000): WordsKept("It is 4111 1111", (), clears=False)}, over=over)) == []


def test_held_digits_whose_value_is_lost_stay_a_placeholder() -> None:
    assert heard("1111 1111", "It is [digits]").reworded == ()
    assert heard("Thank you.", "It is [digits]") == RedactedPrompt("Thank you.")


def test_a_placeholder_in_a_tool_call_asks_for_what_is_kept() -> None:
    for event in (ToolCalled("t1", "find", '{"id": "[digits 1]"}'), DigitsRequested("find", '{"id": "[digits 1]"}')):
        assert has_private_words(fold([opened(), at(1000, Prompt("Find it.")), under(1000, 3, event)]))


def test_a_prompt_that_comes_late_is_not_the_end_of_what_was_said() -> None:
    assert heard("It is 4111 1111", "A table.", "Thanks.", ms=1500).logged == "It is 4111 1111"


@pytest.mark.parametrize(
    ("text", "asks"), [("It is [card 1].", True), ("It is [digits]", True), ("It is [not] so.", False)]
)
def test_a_placeholder_in_the_log_asks_for_what_is_kept(text: str, asks: bool) -> None:
    assert has_private_words(call(text)) is asks
    assert has_private_words(call("Hi.", remembered=(CallerMessage(text),))) is asks
    assert not has_private_words(Call())


def test_words_are_kept_by_the_keys_of_their_prompts() -> None:
    first, second = WordsKept("It is [card 1].", (("[card 1]", CARD),)), WordsKept("4111", ())
    other = at(3000, Prompt("Hi."))
    assert words_by_prompt([Entry(key(1000), first), other, Entry(key(2000), second)]) == {
        key(1000): first,
        key(2000): second,
    }


def test_a_call_that_holds_nothing_has_nothing_to_log() -> None:
    kept = {key(1000): WordsKept("[card 1]", (("[card 1]", CARD),))}
    assert list(released(call("[card 1]"), kept, over=True)) == []
