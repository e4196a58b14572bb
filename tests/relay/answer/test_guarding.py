"""What the guard of an agent's answers watches for."""

from dataclasses import replace

import pytest

from functions.relay.agent.agent import Agent
from functions.relay.answer.guarding import guard_of, guard_of_functions
from functions.relay.text.private import NoRecognizer
from tests.relay.drive import agent

PROMPT = " ".join(f"secret{first}{second}" for first in "abcdefgh" for second in "abcde")
OPEN = replace(agent(), prompt=PROMPT, tells_prompt=True, redact=())


def stops(given: Agent, text: str) -> bool:
    guard = guard_of(given, PROMPT, NoRecognizer(), "en-US")
    guard.feed(text)
    guard.rest()
    return guard.stopped is not None


@pytest.mark.parametrize("text", [PROMPT, "It is Project Falcon."])
def test_an_agent_with_nothing_to_hide_says_all(text: str) -> None:
    assert not stops(OPEN, text)


def test_each_setting_adds_a_watch() -> None:
    assert stops(replace(OPEN, tells_prompt=False), PROMPT)
    assert stops(replace(OPEN, never_say=["Project Falcon"]), "It is Project Falcon.")
    assert not stops(replace(OPEN, redact=["card"]), "It is 4111 1111 1111 1111.")


def says(given: Agent, text: str) -> str:
    guard = guard_of_functions(given, NoRecognizer(), "en-US")
    return guard.feed(text) + guard.rest()


def test_functions_may_say_the_prompt_but_not_what_is_never_said() -> None:
    given = replace(OPEN, tells_prompt=False, never_say=["Project Falcon"])
    assert says(given, PROMPT) == PROMPT
    assert "Falcon" not in says(given, "It is Project Falcon.")
    assert "Falcon" not in says(replace(given, prompt=lambda caller: "Be brief."), "It is Project Falcon.")
