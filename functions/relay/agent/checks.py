"""Checks what a user writes: types, numbers, lists, texts that are spoken or that go into TwiML."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import UnionType
from typing import Any

from functions.relay.agent.tools import AgentError
from functions.relay.agent.twiml_text import text_fault
from functions.relay.text.speakable import recursive


def not_empty(name: str, value: object) -> None:
    """Raise AgentError if the value is empty."""
    if not value:
        raise AgentError(f"{name} is empty.")


def one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    """Raise AgentError if the value is not one of `known`."""
    if value not in known:
        raise AgentError(f"{name} is {value!r}; it is one of {', '.join(known)}.")


def check_each_of(name: str, values: object, known: Iterable[str]) -> None:
    """Raise AgentError if one of the values is not one of `known`, or if they are not a list."""
    for value in listed(name, values):
        one_of(name, value, tuple(known))


def of_kind(name: str, value: object, kind: type | UnionType, wanted: str) -> None:
    """Raise AgentError if the value is not of this type. `wanted` says what to write instead."""
    if not isinstance(value, kind):
        raise AgentError(f"{name} is {_shown(value)}; write {wanted}.")


def listed(name: str, value: Any) -> Sequence[Any]:
    """Return the list or tuple. Raises AgentError for anything else, such as one element without a list."""
    if not isinstance(value, list | tuple):
        raise AgentError(f"{name} is {_shown(value)}; write a list, such as [{_shown(value)}].")
    return value


def mapped(name: str, value: Any, example: str) -> Mapping[Any, Any]:
    """Return the dictionary. Raises AgentError for anything else."""
    of_kind(name, value, Mapping, f"a dictionary, such as {example}")
    return dict(value)


def check_number(name: str, value: object, least: float, most: float, unit: str, *, whole: bool = False) -> None:
    """Raise AgentError if the value is not a number in this range. `whole` asks for a number without a fraction."""
    kind = int if whole else int | float
    if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
        raise AgentError(f"{name} is {_shown(value)}; give {least:g} to {most:g} {unit}.")


def check_spoken(name: str, value: object) -> None:
    """Raise AgentError if the value is neither a text nor a text for each language."""
    texts = list(value.values()) if isinstance(value, Mapping) else [value]
    if not all(isinstance(text, str) for text in texts):
        raise AgentError(f'{name} is {_shown(value)}; write a text, or one for each language: {{"en-US": "…"}}.')


def _shown(value: object) -> str:
    """Return a value about as its author wrote it."""
    return str(getattr(value, "__name__", "")) or repr(value)


def require(name: str, fault: str) -> None:
    """Raise AgentError if `fault` is not empty. It says what is wrong with `name`, and the cure."""
    if fault:
        raise AgentError(f"{name} {fault}.")


MOST_HINTS, LONGEST_HINT = 500, 100
"""Words and phrases for the speech recognition, and characters of each. Source: Twilio, "<Gather>", `hints`.

<ConversationRelay> names no limit. `document_size.py` checks that all hints together fit into a document.
"""


def fits_twiml(name: str, texts: str | Mapping[str, str]) -> None:
    """Raise AgentError if a text, in any language, does not fit into a TwiML document."""
    for text in [texts] if isinstance(texts, str) else texts.values():
        require(name, text_fault(text))


def check_hints(hints: Sequence[str], name: str = "Agent.hints") -> None:
    """Raise AgentError for a hint that Twilio would read as two, or that does not fit into TwiML."""
    if len(listed(name, hints)) > MOST_HINTS:
        raise AgentError(f"{name} has {len(hints)} hints; Twilio takes {MOST_HINTS} at most.")
    for hint in hints:
        of_kind(name, hint, str, "each word or phrase as a text")
        fits_twiml(name, hint)
        if len(hint) > LONGEST_HINT:
            raise AgentError(f"{name} has the hint {hint[:20]!r}…; Twilio takes {LONGEST_HINT} characters at most.")
        if "," in hint or not hint.strip():
            raise AgentError(f"{name} has {hint!r}; give each word or phrase by itself, without a comma.")


def check_never_say(words: object) -> None:
    """Raise AgentError for words that can never be found in spoken text."""
    for one in listed("Agent.never_say", words):
        of_kind("Agent.never_say", one, str, "each word or phrase as a text")
        if not any(character.isalnum() for character in one):
            raise AgentError(f"Agent.never_say has {one!r}; give a word or a phrase.")


def check_say_as(say_as: Mapping[str, str]) -> None:
    """Raise AgentError for a word that cannot be found in the model's text, or that has no spoken form."""
    for written, spoken in mapped("Agent.say_as", say_as, '{"Dr.": "Doctor"}').items():
        of_kind("Agent.say_as", written, str, "texts")
        of_kind(f"Agent.say_as[{written!r}]", spoken, str, "the text that is spoken")
        if not written.strip() or written != written.strip():
            raise AgentError(f"Agent.say_as has the key {written!r}; give a word without space around it.")
        not_empty(f"Agent.say_as[{written!r}]", spoken.strip())
    if word := recursive(say_as):
        raise AgentError(
            f"Agent.say_as[{word!r}] is spoken {say_as[word]!r}, which holds a word of the table; "
            "give its final spoken form."
        )


def of_languages(name: str, given: Iterable[str], languages: Collection[str]) -> None:
    """Raise AgentError for a language without a voice."""
    if unknown := sorted(set(given) - set(languages)):
        raise AgentError(f"Agent.{name} has {', '.join(unknown)}, which has no voice; add it to Agent.voices.")
