"""Checks that every TwiML document that an agent can give is small enough for Twilio.

Each part of a document has its own limit, but together they could be more than Twilio takes: it then ends the call.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from functions.relay.agent.checks import MOST_HINTS, require
from functions.relay.agent.menu_script import script
from functions.relay.agent.tools import AgentError
from functions.relay.agent.twiml_text import (
    MOST_DOCUMENT_BYTES,
    MOST_SPOKEN_CHARACTERS,
    bytes_of,
    cut_to,
    text_fault,
)

if TYPE_CHECKING:
    from functions.relay.agent.agent import Agent

FIXED_BYTES = 3_000
"""Bytes that are kept for what every document has: verbs, attributes, URLs, names and a ticket."""

LANGUAGE_BYTES = 400
"""Bytes that are kept for a <Language> without its hints."""

MOST_PER_CALL_BYTES = 1_000
"""Most bytes of an attribute that a function returns for one call."""

FREE_BYTES = MOST_SPOKEN_CHARACTERS
"""Bytes that are kept for a greeting that only a call knows, such as that of a `PassTo`."""


def check_documents(agent: "Agent") -> None:
    """Raise AgentError if a document of the agent can be too large, or its menu says or hears too much."""
    before, session = _before(agent), _session(agent)
    greeting = max(FREE_BYTES, *(bytes_of(agent.greeting_in(language)) for language in agent.voices))
    _check_size({"Agent.greeting": greeting, **session, **before})
    if agent.menu:
        _check_size({"Agent.menu": _menu_bytes(agent), **before})


def greeting_that_fits(agent: "Agent", words: str) -> str:
    """Return a greeting, cut to what fits into the agent's document: a function or a model may have written it."""
    if bytes_of(words) <= FREE_BYTES:
        return words
    others = sum((_before(agent) | _session(agent)).values())
    return cut_to(words[:MOST_SPOKEN_CHARACTERS], MOST_DOCUMENT_BYTES - FIXED_BYTES - others)


def _check_size(parts: Mapping[str, int]) -> None:
    size = FIXED_BYTES + sum(parts.values())
    if size > MOST_DOCUMENT_BYTES:
        largest = sorted(parts, key=lambda name: parts[name], reverse=True)[:2]
        told = " and ".join(f"{name} takes {parts[name]}" for name in largest)
        raise AgentError(
            f"the TwiML of a call can have {size} bytes, of which {told}; Twilio takes {MOST_DOCUMENT_BYTES}. "
            "Shorten them; a letter outside of ASCII takes six bytes or more."
        )


def _before(agent: "Agent") -> dict[str, int]:
    """Return the bytes of what the caller hears before the session or the menu."""
    phrases = [agent.phrases_in(language) for language in agent.voices]
    sizes = {"Phrases.automated": max(bytes_of(one.automated) for one in phrases)}
    if agent.recording:
        text = agent.recording.announcement
        texts = [text] if isinstance(text, str) else text.values()
        sizes["Recording.announcement"] = max(map(bytes_of, (*texts, *(one.recorded for one in phrases))))
    return sizes


def _session(agent: "Agent") -> dict[str, int]:
    """Return the bytes of what the session's attributes and languages take."""
    given = (*agent.relay.items(), *agent.relay_extra.items())
    attributes = (MOST_PER_CALL_BYTES if callable(value) else bytes_of(f' {name}="{value}"') for name, value in given)
    voices = (agent.speaking(second).voices.values() for second in (False, True))
    return {
        "Agent.hints": bytes_of(",".join(agent.hints)),
        "Voice.hints": max(sum(bytes_of(",".join(voice.hints)) for voice in one) for one in voices),
        "Agent.voices": LANGUAGE_BYTES * len(agent.voices),
        "Agent.relay": sum(attributes),
    }


def _menu_bytes(agent: "Agent") -> int:
    """Return the bytes of the largest round of the menu. Raises AgentError for one that Twilio cannot say."""
    scripts = [script(agent, language) for language in agent.voices]
    for one in scripts:
        words = sum(len(choice.words) for choice in one.choices)
        require("Agent.menu", f"has {words} words; Twilio takes {MOST_HINTS} at most" if words > MOST_HINTS else "")
        for said in one.rounds:
            require("A round of Agent.menu", text_fault(said))
    return max(bytes_of(said) + bytes_of(one.hints) for one in scripts for said in one.rounds)
