"""Checks what a user writes, such as the attributes of <ConversationRelay>.

Twilio ignores an attribute that it does not know, and ends the call at a value that it does not accept. Without a
check, nobody would see either before the first call. Source: Twilio, "<ConversationRelay>".
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import UnionType
from typing import Any

from functions.relay.agent.tools import AgentError
from functions.relay.text.speakable import recursive

_BOOL, _NORMAL, _ANY = "true|false", "on|auto|off", ".+"

OURS: Mapping[str, str] = {
    "url": "the deployment's own",
    "events": "Hotline's own",
    "report_input_during_agent_speech": "Hotline's own",
    "dtmf_detection": "Hotline's own",
    "language": "Agent.voices",
    "welcome_greeting": "Agent.greeting",
    "welcome_greeting_interruptible": "Agent.greeting_interruptible",
    "interruptible": "Agent.interruptible",
    "interrupt_sensitivity": "Agent.sensitivity",
    "ignoreBackchannel": "Agent.ignore_backchannel",
    "partial_prompts": "Agent.partial_prompts",
    "hints": "Agent.hints",
}
"""Attributes that `Agent.relay` may not set, and what sets them."""

UNHEARD = "which drops words without reporting them, so the model would be told words that the caller did not hear"
"""Why an agent may not let a newer message replace the words before it."""

RESENDS = """but it is not known whether Twilio then sends `setup` again, without which no session opens; \
without it, a lost socket gets a new session"""
"""Why an agent may not let Twilio dial a lost socket again."""

REFUSED: Mapping[str, str] = {"preemptible": UNHEARD, "application_reconnect": RESENDS}
"""Attributes of Twilio's SDK that `Agent.relay` may not set, and why."""

ATTRIBUTES: Mapping[str, str] = {
    "asr_smart_format": _BOOL,
    "backgroundNoiseReduction": _ANY,
    "conversationConfiguration": "conv_configuration_.+",
    "conversationId": _ANY,
    "customer_name": _ANY,
    "debug": "(debugging|speaker-events|tokens-played)( (debugging|speaker-events|tokens-played))*",
    "deepgramSmartFormat": _BOOL,
    "eager_eot_threshold": r"0\.[3-8]\d*|0\.90*",
    "echo_prompt_filtering": _BOOL,
    "elevenlabs_language_text_normalization": _BOOL,
    "elevenlabs_text_normalization": _NORMAL,
    "eot_threshold": r"0\.[5-8]\d*|0\.90*",
    "include_in_prompt": "turn-state|prompt-segments",
    "intelligence_service": _ANY,
    "partial_prompt_on_hangup": _BOOL,
    "profanity_filter": _BOOL,
    "speechTimeout": r"auto|[6-9]\d\d|[1-4]\d{3}|5000",
    "speech_model": _ANY,
    "transcription_language": _ANY,
    "transcription_provider": "Google|Deepgram",
    "tts_language": _ANY,
    "tts_language_text_normalization": _BOOL,
    "tts_provider": "Google|Amazon|ElevenLabs",
    "tts_text_normalization": _NORMAL,
    "turn_detection": _BOOL,
    "voice": _ANY,
}
"""Attributes that `Agent.relay` may set, in the spelling of Twilio's SDK, and a pattern for their values."""

SAME_LETTERS = 4
"""First letters that a misspelt attribute shares with the right one."""


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


NOT_XML = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that XML 1.0 cannot hold. Twilio ends a call whose document has one (error 12100)."""

LONGEST_SAID = 4_096
"""Most characters of one text for <Say>. Source: Twilio, "<Say>", Limits."""


def fits_twiml(name: str, texts: str | Mapping[str, str]) -> None:
    """Raise AgentError if a text, in any language, does not fit into a TwiML document."""
    for text in [texts] if isinstance(texts, str) else texts.values():
        if found := NOT_XML.search(text):
            raise AgentError(f"{name} has the character {found[0]!r}, which XML cannot hold; leave it out.")
        if len(text) > LONGEST_SAID:
            raise AgentError(f"{name} has {len(text)} characters; Twilio speaks {LONGEST_SAID} at most.")


def check_hints(hints: Sequence[str], name: str = "Agent.hints") -> None:
    """Raise AgentError for a hint that Twilio would read as two, or that does not fit into TwiML."""
    for hint in listed(name, hints):
        of_kind(name, hint, str, "each word or phrase as a text")
        fits_twiml(name, hint)
        if "," in hint or not hint.strip():
            raise AgentError(f"{name} has {hint!r}; give each word or phrase by itself, without a comma.")


def check_never_say(words: object) -> None:
    """Raise AgentError for words that can never be found in spoken text."""
    for one in listed("Agent.never_say", words):
        of_kind("Agent.never_say", one, str, "each word or phrase as a text")
        if not any(character.isalnum() for character in one):
            raise AgentError(f"Agent.never_say has {one!r}; give a word or a phrase.")


NOT_IN_PCI_MODE = ("intelligence_service", "conversationConfiguration", "turn_detection")
"""Attributes of services that are not for accounts in PCI mode.

Source: Twilio, "Integrate ConversationRelay with Conversational Intelligence" and "Turn detection".
"""


def check_pci(pci: bool, redact: Collection[str], relay: Mapping[str, object]) -> None:
    """Raise AgentError for an agent in PCI mode with a setting that would leak cards."""
    if not pci:
        return
    if "card" not in redact:
        raise AgentError('Agent.redact has no "card", but Agent.pci is True; add "card".')
    for name in NOT_IN_PCI_MODE:
        if relay.get(name):
            raise AgentError(
                f"Agent.relay sets {name}, which is not for PCI mode, but Agent.pci is True; leave it out."
            )


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


def check_attributes(relay: Mapping[str, object]) -> None:
    """Raise AgentError for an unknown attribute, for one that is set elsewhere, and for a wrong value."""
    for name, value in mapped("Agent.relay", relay, '{"speechTimeout": 900}').items():
        of_kind("Agent.relay", name, str, "the names of attributes as texts")
        require("Agent.relay", _attribute_fault(name, value))
    require("Agent.relay", _multi_fault(relay))


def check_extra(extra: Mapping[str, object]) -> None:
    """Raise AgentError for an attribute that XML cannot hold, or that Hotline knows and checks elsewhere."""
    for name, value in mapped("Agent.relay_extra", extra, '{"newAttribute": "value"}').items():
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name):
            raise AgentError(f"Agent.relay_extra has {name!r}; write the name of an attribute, as in XML.")
        of_kind(f"Agent.relay_extra[{name!r}]", value, str | bool | int | float, "a text, a number, True or False")
        fits_twiml(f"Agent.relay_extra[{name!r}]", str(value))
        plain = name.replace("_", "").lower()
        known = [one for one in (*OURS, *REFUSED, *ATTRIBUTES) if one.replace("_", "").lower() == plain]
        if known:
            raise AgentError(f"Agent.relay_extra sets {name}, which Hotline knows as {known[0]}; see Agent.relay.")


def _attribute_fault(name: str, value: object) -> str:
    if name in OURS:
        return f"sets {name}, which is {OURS[name]}"
    if name in REFUSED:
        return f"sets {name}, {REFUSED[name]}; leave it out"
    if name not in ATTRIBUTES:
        near = [one for one in ATTRIBUTES if _start(one) == _start(name)] or sorted(ATTRIBUTES)
        return f"sets {name}, which Twilio's SDK does not know; it knows {', '.join(near)}"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if re.fullmatch(ATTRIBUTES[name], text):
        return ""
    return f"sets {name} to {value!r}, which Twilio does not take; it takes {ATTRIBUTES[name]}"


def _multi_fault(given: Mapping[str, object]) -> str:
    if given.get("tts_language") == "multi" and given.get("tts_provider", "ElevenLabs") != "ElevenLabs":
        return "sets tts_language to 'multi', which only ElevenLabs speaks"
    if given.get("transcription_language") == "multi" and given.get("transcription_provider", "Deepgram") == "Google":
        return "sets transcription_language to 'multi', which only Deepgram understands"
    return ""


def _start(name: str) -> str:
    return name.replace("_", "").lower()[:SAME_LETTERS]
