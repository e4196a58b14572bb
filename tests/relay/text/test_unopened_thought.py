"""Leaves out reasoning that begins without a delimiter, and nothing of an answer."""

import pytest

from functions.relay.text.unopened_thought import UnopenedThought

THOUGHTS = {
    "hm</think> Yes.": " Yes.",
    "Okay, the user asks for a table.</think>On Friday.": "On Friday.",
    "Thinking process: 1. Greet.</think>Hello!": "Hello!",
    "The caller's table is K4T9. < / Reasoning > On Friday.": " On Friday.",
    "Der Nutzer fragt.</think>Am Freitag.": "Am Freitag.",
}

ANSWERS = (
    "Okay, on Friday.",
    "The user manual is in the drawer.",
    "So, the caller is put through.",
    "Well</b> done",
    "On Friday.</think>",
    "hm",
    "",
)


def filtered(*pieces: str) -> str:
    thought = UnopenedThought()
    return "".join(thought.feed(piece) for piece in pieces) + thought.rest()


@pytest.mark.parametrize(("text", "spoken"), [*THOUGHTS.items(), *((text, text) for text in ANSWERS)])
def test_reasoning_is_left_out_however_it_is_cut(text: str, spoken: str) -> None:
    for at in range(len(text) + 1):
        assert filtered(text[:at], text[at:]) == spoken, at
    assert filtered(*text) == spoken


@pytest.mark.parametrize("text", THOUGHTS)
def test_the_next_text_may_be_reasoning_too(text: str) -> None:
    thought = UnopenedThought()
    assert thought.feed("On Friday.") + thought.rest() == "On Friday."
    assert thought.feed(text) + thought.rest() == THOUGHTS[text]
