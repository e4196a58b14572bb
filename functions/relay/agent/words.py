"""Handles an agent's prompt and greeting: a text, a text for each language, or a function of the `Caller`."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from functions.relay.agent.caller import Caller
from functions.relay.agent.phrases import Spoken, spoken_in
from functions.relay.agent.tools import AgentError
from functions.relay.error_location import source_line

AgentText = Spoken | Callable[[Caller], str]
"""A text, one text for each language, or a function of a `Caller` that returns a text."""

EXAMPLE = Caller("+15550142", "+15550100", "CA" + "0" * 32)
"""The caller with which an agent's functions are tried at import."""

MOST_PROMPT_CHARACTERS = 100_000
"""Most characters of a prompt: each request to the model sends it again."""

WANTED = "write a text, a text for each language, or a function of a Caller that returns a text"


def words_for(words: AgentText, caller: Caller) -> str:
    """Return the words for a caller, in the language of the call. Raises whatever the function raises."""
    return str(words(caller)) if callable(words) else spoken_in(words, caller.language)


def stranger(language: str) -> Caller:
    """Return an unknown caller."""
    return Caller("", language=language)


def check_words(name: str, words: Any, languages: Mapping[str, object], *, may_be_empty: bool = False) -> None:
    """Raise AgentError for wrong words. A function is tried with an example caller and with an unknown one."""
    match words:
        case str():
            if not words.strip() and not may_be_empty:
                raise AgentError(f"{name} is empty.")
        case Mapping() if words and all(isinstance(text, str) and text.strip() for text in words.values()):
            if unknown := sorted(set(words) - set(languages)):
                raise AgentError(f"{name} has {', '.join(unknown)}, which has no voice; add it to Agent.voices.")
        case Mapping():
            raise AgentError(f"{name} has a language without a text; {WANTED}.")
        case _ if callable(words):
            for caller in (EXAMPLE, *(stranger(language) for language in languages)):
                _try(name, words, caller, may_be_empty)
        case _:
            raise AgentError(f"{name} is {words!r}; {WANTED}.")


def check_prompt_length(prompt: AgentText) -> None:
    """Raise AgentError for a prompt that is too long to be sent with each request."""
    for text in [prompt] if isinstance(prompt, str) else prompt.values() if isinstance(prompt, Mapping) else []:
        if len(text) > MOST_PROMPT_CHARACTERS:
            cure = "let a tool look things up"
            raise AgentError(f"Agent.prompt has {len(text)} characters, {MOST_PROMPT_CHARACTERS} at most; {cure}.")


def check_arrive(arrive: Any) -> None:
    """Raise AgentError if `arrive` is neither None nor a plain function of a `Caller`. It is not called."""
    if arrive is None:
        return
    if not callable(arrive):
        raise AgentError(f"Agent.arrive is {arrive!r}; write a function of a Caller.")
    if inspect.iscoroutinefunction(arrive) or inspect.isgeneratorfunction(arrive):
        raise AgentError("Agent.arrive is async or yields; write a plain function that returns.", line_of(arrive))
    try:
        inspect.signature(arrive).bind(EXAMPLE)
    except TypeError as error:
        raise AgentError(f"Agent.arrive does not take a Caller alone: {error}.", line_of(arrive)) from error
    except ValueError:
        return  # a function in C may have no signature


def line_of(function: Any) -> str:
    """Return the file and line where a function is written; empty for a function in C."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return source_line(code.co_filename, code.co_firstlineno) if code else ""


def _try(name: str, words: Callable[[Caller], Any], caller: Caller, may_be_empty: bool) -> None:
    try:
        text = words(caller)
    except Exception as error:
        who = f"of {caller.number}" if caller.number else "whose number and facts are unknown"
        fault = f"{name} fails for a caller {who}: {type(error).__name__}: {error}"
        raise AgentError(f"{fault}; it must return a text for every caller.", line_of(words)) from error
    if not isinstance(text, str) or not (text.strip() or may_be_empty):
        raise AgentError(f"{name} returns {text!r}; return a text.", line_of(words))
