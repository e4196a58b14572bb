"""Checks the attributes of <ConversationRelay> that an agent sets by `Agent.relay` and `Agent.relay_extra`.

Twilio ignores an attribute that it does not know, and ends the call at a value that it does not accept. This check
finds both before the first call. Source: Twilio, "<ConversationRelay>".
"""

import re
from collections.abc import Callable, Collection, Mapping

from functions.relay.agent.caller import Caller
from functions.relay.agent.checks import fits_twiml, mapped, of_kind, require
from functions.relay.agent.tools import AgentError
from functions.relay.agent.twiml_text import text_fault
from functions.relay.agent.voices import EXAMPLES, MODEL, NAMES
from functions.relay.agent.words import check_words

RelayAttribute = str | bool | int | float | Callable[[Caller], str]
"""The value of an attribute, or a function that returns it for a caller; empty for none."""

_BOOL, _NORMAL, _ANY, _ID = "true|false", "on|auto|off", ".+", "[A-Za-z0-9_-]+"

_LANGUAGE = r"multi|[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?"

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
    "preemptible": "Agent.preemptible",
    "hints": "Agent.hints",
}
"""Attributes that `Agent.relay` may not set, and what sets them."""

RESENDS = """but it is not known whether Twilio then sends `setup` again, without which no session opens; \
without it, a lost socket gets a new session"""
"""Why an agent may not let Twilio dial a lost socket again."""

PER_CALL = ("customer_name", "conversationId")
"""Attributes that a function of the `Caller` returns, because they belong to one call."""

REFUSED: Mapping[str, str] = {"application_reconnect": RESENDS}
"""Attributes of Twilio's SDK that `Agent.relay` may not set, and why."""

ATTRIBUTES: Mapping[str, str] = {
    "asr_smart_format": _BOOL,
    "backgroundNoiseReduction": _ANY,
    "conversationConfiguration": f"conv_configuration_{_ID}",
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
    "speech_model": MODEL.pattern,
    "transcription_language": _LANGUAGE,
    "transcription_provider": "Google|Deepgram",
    "tts_language": _LANGUAGE,
    "tts_language_text_normalization": _BOOL,
    "tts_provider": "Google|Amazon|ElevenLabs",
    "tts_text_normalization": _NORMAL,
    "turn_detection": _BOOL,
    "voice": _ANY,
}
"""Attributes that `Agent.relay` may set, in the spelling of Twilio's SDK, and a pattern for their values."""

USUAL_EOT_THRESHOLD = 0.8
"""Twilio's own `eotThreshold`. Source: Twilio, "<ConversationRelay>"."""

SAME_LETTERS = 4
"""First letters that a misspelt attribute shares with the right one."""


NOT_IN_PCI_MODE = ("intelligence_service", "conversationConfiguration", "conversationId", "turn_detection")
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


def check_attributes(relay: Mapping[str, object], languages: Mapping[str, object]) -> None:
    """Raise AgentError for an unknown attribute, for one that is set elsewhere, and for a wrong value.

    A function is tried with an example caller and with an unknown one in each of the `languages`.
    """
    for name, value in mapped("Agent.relay", relay, '{"speechTimeout": 900}').items():
        of_kind("Agent.relay", name, str, "the names of attributes as texts")
        require("Agent.relay", _attribute_fault(name, value))
        if callable(value):
            check_words(f"Agent.relay[{name!r}]", value, languages, may_be_empty=True)
    for fault in (_multi_fault(relay), _threshold_fault(relay), _voice_fault(relay)):
        require("Agent.relay", fault)


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
    if name in PER_CALL:
        cure = 'write a function of the Caller, such as lambda caller: caller.facts.get("name", "")'
        return "" if callable(value) else f"sets {name} to {value!r}, the same for every caller; {cure}"
    if callable(value):
        return f"sets {name} to a function; only {' and '.join(PER_CALL)} may be one"
    return _value_fault(name, value)


def _value_fault(name: str, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not re.fullmatch(ATTRIBUTES[name], text):
        return f"sets {name} to {value!r}, which Twilio does not take; it takes {ATTRIBUTES[name]}"
    fault = text_fault(text)
    return fault and f"sets {name}, which {fault}"


def _multi_fault(given: Mapping[str, object]) -> str:
    if given.get("tts_language") == "multi" and given.get("tts_provider", "ElevenLabs") != "ElevenLabs":
        return "sets tts_language to 'multi', which only ElevenLabs speaks"
    if given.get("transcription_language") == "multi" and given.get("transcription_provider", "Deepgram") == "Google":
        return "sets transcription_language to 'multi', which only Deepgram understands"
    return ""


def _threshold_fault(given: Mapping[str, object]) -> str:
    """Return what is wrong with two thresholds that fit alone. Source: Deepgram, "Flux", end-of-turn parameters."""
    eager, last = given.get("eager_eot_threshold"), given.get("eot_threshold", USUAL_EOT_THRESHOLD)
    if eager is None or float(str(eager)) <= float(str(last)):
        return ""
    return (
        f"sets eager_eot_threshold to {eager}, above eot_threshold, which is {last}; Deepgram takes no more than that"
    )


def _voice_fault(given: Mapping[str, object]) -> str:
    voice, provider = given.get("voice"), str(given.get("tts_provider", "ElevenLabs"))
    if voice is None or NAMES[provider].fullmatch(str(voice)):
        return ""
    return (
        f"sets voice to {voice!r}, but the provider is {provider}, which has {EXAMPLES[provider]}; set tts_provider"
    )


def _start(name: str) -> str:
    return name.replace("_", "").lower()[:SAME_LETTERS]
