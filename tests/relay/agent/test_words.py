"""A prompt and a greeting are a text, one for each language, or a function; anything else fails at import."""

import functools
import inspect
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.relay import Agent, AgentError, Caller, Voice
from functions.relay.agent.words import MOST_PROMPT_CHARACTERS, check_prompt_length, line_of, words_for

VOICES = {"en-US": Voice("Google", "en-US-Journey-O"), "es-ES": Voice("Google", "es-ES-Neural2-A")}


def desk(**more: Any) -> Agent:
    return Agent(**{"prompt": "Be brief.", "greeting": "Hello!", "voices": VOICES, **more})


def by_name(caller: Caller) -> str:
    hello = "Hola" if caller.language == "es-ES" else "Hello"
    return f"{hello} {caller.facts.get('name', caller.given('name', 'there'))}!"


ALMA = Caller("+15550142", facts={"name": "Alma"})

WORDS: dict[str, tuple[Any, Caller, str]] = {
    "a text": ("Hello!", ALMA, "Hello!"),
    "one of a language": ({"en-US": "Hello!", "es-ES": "¡Hola!"}, replace(ALMA, language="es-ES"), "¡Hola!"),
    "facts": (by_name, ALMA, "Hello Alma!"),
    "parameters": (by_name, Caller("+15550142", parameters=(("name", "Iris"),)), "Hello Iris!"),
    "nothing known": (by_name, Caller(""), "Hello there!"),
    "a language": (by_name, replace(ALMA, language="es-ES"), "Hola Alma!"),
    "a part of a function": (functools.partial(lambda word, caller: word, "Hi!"), ALMA, "Hi!"),
}


@pytest.mark.parametrize(("words", "caller", "text"), WORDS.values(), ids=WORDS)
def test_words_are_for_the_caller(words: Any, caller: Caller, text: str) -> None:
    assert words_for(desk(greeting=words).greeting, caller) == text
    assert words_for(desk(prompt=words).prompt, caller) == text


def test_a_stranger_is_greeted_in_each_language() -> None:
    assert (desk(greeting=by_name).greeting_in("es-ES"), desk(prompt=by_name).prompt_in("en-US")) == (
        "Hola there!",
        "Hello there!",
    )


def knows_everybody(caller: Caller) -> str:
    return f"Hello {caller.facts['name']}!"


def says_nothing(caller: Caller) -> Any:
    return None


def takes_none() -> str:
    return "Hello!"


async def waits(caller: Caller) -> str:
    return "Hello!"


def goes_on(caller: Caller) -> Iterator[str]:
    yield "Hello!"


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a number": (
        {"prompt": 3},
        "Agent.prompt is 3; write a text, a text for each language, or a function of a Caller",
    ),
    "nothing": ({"greeting": None}, "Agent.greeting is None; write a text"),
    "a list": ({"prompt": ["Be", "brief."]}, "Agent.prompt is ['Be', 'brief.']; write a text"),
    "bytes": ({"prompt": b"Be brief."}, "Agent.prompt is b'Be brief.'; write a text"),
    "no text": ({"greeting": {"en-US": 3}}, "Agent.greeting has a language without a text"),
    "no language": ({"prompt": {}}, "Agent.prompt has a language without a text"),
    "no voice": ({"prompt": {"de-DE": "Sei kurz."}}, "Agent.prompt has de-DE, which has no voice"),
    "a fact of strangers": (
        {"greeting": knows_everybody},
        "Agent.greeting fails for a caller of +15550142: KeyError",
    ),
    "no words": ({"prompt": says_nothing}, "Agent.prompt returns None; return a text."),
    "no caller": ({"greeting": takes_none}, "takes 0 positional arguments but 1 was given"),
    "a coroutine": ({"arrive": waits}, "Agent.arrive is async or yields"),
    "a generator": ({"arrive": goes_on}, "Agent.arrive is async or yields"),
    "no function": ({"arrive": {"name": "Alma"}}, "Agent.arrive is {'name': 'Alma'}; write a function of a Caller."),
    "an arrival of nobody": (
        {"arrive": takes_none},
        "Agent.arrive does not take a Caller alone: too many positional",
    ),
    "an unknown zone": ({"zone": "Berlin"}, "Agent.zone is 'Berlin'; write a name such as Europe/Berlin."),
    "no zone": ({"zone": ""}, "Agent.zone is ''; write a name such as Europe/Berlin."),
    "a path": ({"zone": "../etc"}, "Agent.zone is '../etc'; write a name"),
}


@pytest.mark.parametrize(("given", "words"), FAULTS.values(), ids=FAULTS)
def test_what_are_no_words_fails_at_import(given: dict[str, Any], words: str) -> None:
    with pytest.raises(AgentError) as raised:
        desk(**given)
    assert words in str(raised.value)
    assert "tests/relay/agent/test_words.py:" in str(raised.value)


def test_a_function_without_a_signature_may_look_callers_up() -> None:
    with pytest.raises(ValueError, match="no signature found"):
        inspect.signature(dict)
    assert desk(arrive=dict)


@pytest.mark.parametrize("greeting", ["", lambda caller: ""], ids=["a text", "a function"])
def test_an_agent_may_have_nothing_to_say_first(greeting: Any) -> None:
    assert desk(greeting=greeting).greeting_in("en-US") == ""


@pytest.mark.parametrize("prompt", ["", "  ", lambda caller: " "], ids=["empty", "blank", "a function"])
def test_an_empty_prompt_is_refused(prompt: Any) -> None:
    with pytest.raises(AgentError, match=r"Agent\.prompt (is empty|returns ' ')"):
        desk(prompt=prompt)


def test_what_has_no_code_has_no_line() -> None:
    assert line_of(dict) == ""
    assert line_of(by_name).startswith("tests/relay/agent/test_words.py:")


@pytest.mark.parametrize(
    "prompt", ["x" * (MOST_PROMPT_CHARACTERS + 1), {"en-US": "Be brief.", "de-DE": "x" * 200_000}]
)
def test_a_prompt_that_is_too_long_is_refused(prompt: str | dict[str, str]) -> None:
    with pytest.raises(AgentError, match="100000 at most; let a tool look things up"):
        check_prompt_length(prompt)
    check_prompt_length("x" * MOST_PROMPT_CHARACTERS)
    check_prompt_length(lambda caller: "Be brief.")
