"""Collects an agent's tools by their names, and the meaning of the phone's keys."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Literal

from functions.relay.agent.checks import listed, not_empty
from functions.relay.agent.outcomes import Speak, Utterance
from functions.relay.agent.tool_factory import key_action, tool, written_in
from functions.relay.agent.tools import AgentError, Tool, ToolExit
from functions.relay.wire.accepted import MOST_TOOLS

KeyAction = str | Utterance | ToolExit | Tool
"""What a key does: words as if the caller had said them, what a tool may return, or a function that returns that."""

KEYS = frozenset("0123456789*#")


def key_meaning(key: str, meaning: KeyAction | Callable[..., Any], languages: Collection[str]) -> KeyAction:
    """Return what a phone key does; a function becomes a tool. Raises AgentError."""
    if key not in KEYS:
        raise AgentError(f"Agent.keys has the key {key!r}; a phone has 0 to 9, * and #.")
    match meaning:
        case Speak(language) if language not in languages:
            raise AgentError(f"Agent.keys[{key!r}] speaks {language}, which has no voice; add it to Agent.voices.")
        case str():
            not_empty(f"Agent.keys[{key!r}]", meaning.strip())
            return meaning
        case _ if isinstance(meaning, Utterance | ToolExit):
            return meaning
        case _:
            return key_action(meaning)


def toolbox(tools: Sequence[Callable[..., Any] | Tool], languages: tuple[str, ...]) -> dict[str, Tool]:
    """Return the tools by their names, with one that switches languages if there are several. Raises AgentError."""
    listed("Agent.tools", tools)
    made = [one if isinstance(one, Tool) else tool(one) for one in tools]
    if len(languages) > 1 and all(one.spec.name != "switch_language" for one in made):
        made.append(_switch(languages))
    if len(made) > MOST_TOOLS:
        cure = f"give an agent {MOST_TOOLS} at most, and pass callers between agents"
        raise AgentError(f"Agent.tools has {len(made)} tools, too many for some models; {cure}.")
    return _by_name(made)


def _by_name(tools: Iterable[Tool]) -> dict[str, Tool]:
    box: dict[str, Tool] = {}
    for one in tools:
        name = one.spec.name
        if name in box:
            raise AgentError(
                f"Agent.tools has two tools named {name}, at {written_in(box[name].function)} and "
                f"{written_in(one.function)}; rename one, because the model calls tools by name."
            )
        box[name] = one
    return box


def _switch(languages: tuple[str, ...]) -> Tool:
    """Return the tool that switches between the agent's languages."""

    def switch_language(language: str) -> Speak:
        """Switch the call to another language, as soon as the caller speaks it or asks for it."""
        return Speak(language, answer=f"The call is in {language} from here on. Answer in that language.")

    switch_language.__annotations__["language"] = Literal[languages]
    return tool(switch_language)
