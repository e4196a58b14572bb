"""A long description of a tool reaches a model of OpenAI as a whole."""

import pytest

from functions.adapters.openai import chat, responses
from functions.adapters.openai.descriptions import MOST_CHARACTERS, described
from functions.relay.wire.model import CallerMessage, Request, ToolSpec

SHORT = ToolSpec("cancel", "Cancel a booking.", {"type": "object", "properties": {}})


def asking(description: str) -> Request:
    return Request("You answer.", (CallerMessage("Hello?"),), (SHORT, ToolSpec("book", description, SHORT.schema)))


@pytest.mark.parametrize(
    ("description", "kept", "moved"),
    [
        ("word " * 204 + "last more words", "word " * 204, "last more words"),
        ("x" * 1030, "x" * MOST_CHARACTERS, "x" * 6),
    ],
    ids=["after a word", "without spaces"],
)
def test_the_rest_of_a_long_description_moves_to_the_prompt(description: str, kept: str, moved: str) -> None:
    request = described(asking(description))
    assert [tool.description for tool in request.tools] == [SHORT.description, kept]
    assert request.prompt == f"You answer.\n\nMore about the tool book: {moved}"


def test_descriptions_that_fit_stay_as_they_are() -> None:
    assert described(asking("x" * MOST_CHARACTERS)) == asking("x" * MOST_CHARACTERS)


def test_both_apis_get_short_descriptions() -> None:
    request = asking("word " * 400)
    instructions, system = responses.body(request, "gpt-6-luna"), chat.body(request, "gpt-6-luna")
    assert instructions["instructions"] == system["messages"][0]["content"]
    assert len(instructions["tools"][1]["description"]) <= MOST_CHARACTERS
    assert len(system["tools"][1]["function"]["description"]) <= MOST_CHARACTERS
