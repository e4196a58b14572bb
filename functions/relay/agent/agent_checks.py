"""Checks a whole agent when it is made: the type of each field, and what its fields must be together."""

from collections.abc import Mapping
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from functions.relay.agent.after import after_of, check_after
from functions.relay.agent.answers import check_answers
from functions.relay.agent.call_settings import Recording, Silence, check_choices
from functions.relay.agent.checks import (
    check_each_of,
    check_hints,
    check_never_say,
    check_number,
    check_say_as,
    check_spoken,
    fits_twiml,
    mapped,
    of_kind,
    of_languages,
)
from functions.relay.agent.hand_off import HandOff
from functions.relay.agent.hours import Hours
from functions.relay.agent.intelligence import check_intelligence
from functions.relay.agent.menu import Menu, check_menu
from functions.relay.agent.phrases import Phrases, Spoken
from functions.relay.agent.relay_attributes import check_attributes, check_extra, check_pci
from functions.relay.agent.static_outcomes import check_static_outcomes
from functions.relay.agent.tools import AgentError
from functions.relay.agent.topics import Topics
from functions.relay.agent.voices import Voice, check_voices
from functions.relay.agent.words import check_arrive, check_prompt_length, check_words
from functions.relay.agent.zones import zone_of
from functions.relay.outbound import Calling
from functions.relay.text.output_guard import OutputGuard, WordWatch
from functions.relay.text.private import Private

if TYPE_CHECKING:
    from functions.relay.agent.agent import Agent

LONGEST_CALL_MINUTES = 24 * 60
"""Twilio ends a call after 24 hours. Source: Twilio, "Call resource", `TimeLimit`."""


def check_agent(agent: "Agent") -> None:
    """Raise AgentError for an agent that cannot work."""
    _check_kinds(agent)
    check_choices(agent)
    check_voices(agent.voices)
    check_words("Agent.prompt", agent.prompt, agent.voices, may_be_empty=agent.menu is not None)
    check_prompt_length(agent.prompt)
    check_words("Agent.greeting", agent.greeting, agent.voices, may_be_empty=True)
    zone_of(agent.zone)
    check_arrive(agent.arrive)
    check_after(agent.after)
    if agent.remembers and after_of(agent.after) is None:
        raise AgentError("Agent.remembers has nothing to remember; add after=[After(summary=True)].")
    check_intelligence(agent.intelligence, agent.pci)
    check_say_as(agent.say_as)
    check_attributes(agent.relay, agent.voices)
    check_extra(agent.relay_extra)
    check_hints(agent.hints)
    check_never_say(agent.never_say)
    check_answers(agent.answers, agent.voices)
    check_pci(agent.pci, agent.redact, agent.relay)
    check_each_of("Agent.redact", agent.redact, Private)
    fits_twiml("Agent.greeting", {language: agent.greeting_in(language) for language in agent.voices})
    fits_twiml("Agent.voicemail", agent.voicemail)
    _check_said(agent)
    of_languages("voicemail", agent.voicemail if isinstance(agent.voicemail, Mapping) else (), agent.voices)
    check_menu(agent.menu, agent.voices)
    of_languages("own_phrases", agent.own_phrases, agent.voices)


def _check_said(agent: "Agent") -> None:
    """Raise AgentError if the author's own words say what the agent must never say."""
    if not agent.never_say:
        return
    said: dict[str, tuple[str, ...]] = {
        f"greeting, in {language},": (agent.greeting_in(language),) for language in agent.voices
    }
    said |= {name: texts_of(getattr(agent, name)) for name in ("voicemail", "answers")}
    said["topics"] = texts_of(agent.topics.otherwise) if agent.topics else ()
    said["recording"] = texts_of(agent.recording.announcement) if agent.recording else ()
    said["own_phrases"] = tuple(text for one in agent.own_phrases.values() for text in astuple(one))
    for name, texts in said.items():
        for text in texts:
            guard = OutputGuard("", (WordWatch(agent.never_say),))
            guard.feed(text)
            guard.rest()
            if guard.stopped:
                raise AgentError(f"Agent.{name} says words of Agent.never_say: {text!r}. Change one of them.")


def texts_of(spoken: Spoken | Mapping[str, Spoken]) -> tuple[str, ...]:
    """Return all texts in words of the author, such as one for each language."""
    return (spoken,) if isinstance(spoken, str) else tuple(text for one in spoken.values() for text in texts_of(one))


def _check_phrases(name: str, own: Phrases) -> None:
    for field in fields(own):
        fits_twiml(f"{name}.{field.name}", str(getattr(own, field.name)))
    if set("{}") & set(own.option.replace("{name}", "").replace("{key}", "")):
        raise AgentError(f"{name}.option is {own.option!r}; write {{name}} and {{key}}, and no other braces.")


def _check_kinds(agent: "Agent") -> None:
    """Raise AgentError if a field does not have the type of its annotation."""
    for code, voice in mapped("Agent.voices", agent.voices, '{"en-US": Voice(…)}').items():
        of_kind(f"Agent.voices[{code!r}]", voice, Voice, 'a Voice("Google", "…")')
    for code, own in mapped("Agent.own_phrases", agent.own_phrases, '{"de-DE": Phrases(…)}').items():
        of_kind(f"Agent.own_phrases[{code!r}]", own, Phrases, 'Phrases(goodbye="…")')
        _check_phrases(f"Agent.own_phrases[{code!r}]", own)
    mapped("Agent.keys", agent.keys, '{"0": HandOff(…)}')
    check_static_outcomes(agent)
    check_spoken("Agent.voicemail", agent.voicemail)
    check_number("Agent.minutes", agent.minutes, 2, LONGEST_CALL_MINUTES, "minutes")
    of_kind("Agent.silence", agent.silence, Silence | None, "Silence(after=10), or None")
    of_kind("Agent.calling", agent.calling, Calling, "Calling(attempts=3)")
    of_kind("Agent.recording", agent.recording, Recording | None, 'Recording("This call is recorded."), or None')
    of_kind("Agent.discloses_ai", agent.discloses_ai, bool | None, "True, False, or None")
    of_kind("Agent.when_limited", agent.when_limited, HandOff | None, 'HandOff("busy", to="+1…"), or None')
    of_kind("Agent.menu", agent.menu, Menu | None, 'Menu([Option("bookings", to="+1…")]), or None')
    of_kind("Agent.topics", agent.topics, Topics | None, 'Topics(["bookings"], "I can only …"), or None')
    of_kind("Agent.hours", agent.hours, Hours | None, 'Hours("Mo-Fr 9-17"), or None')
    of_kind("Agent.zone", agent.zone, str, "a name such as Europe/Berlin")
    for one in fields(agent):
        if isinstance(one.default, bool):
            of_kind(f"Agent.{one.name}", getattr(agent, one.name), bool, "True or False")
