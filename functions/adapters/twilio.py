"""Twilio: whether a request is its own, and the TwiML that answers it.

Sources: Twilio, "Webhooks security", "<Connect><ConversationRelay>".
"""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Connect, ConversationRelay, Dial, VoiceResponse

from functions.relay import Agent, AgentError, Voice

OURS = frozenset({"url", "welcome_greeting", "welcome_greeting_interruptible", "language", "events", "interruptible",
                  "report_input_during_agent_speech", "dtmf_detection", "partial_prompts", "hints"})  # fmt: skip
"""Attributes that an agent sets through fields of its own."""

PASSED_ON = frozenset({"eot_threshold", "conversationConfiguration", "conversationId"})
"""Attributes that Twilio has and its SDK passes on without naming them."""


def genuine(token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """Return whether Twilio signed a request to this URL, which is the one that Twilio was given, to the letter."""
    return bool(signature) and bool(RequestValidator(token).validate(url, form, signature))


Parameters = Iterable[tuple[str, str]]
"""What a call was given on its way, by names; the session is told."""


def begin(agent: Agent, relay_url: str, action_url: str, name: str, parameters: Parameters = ()) -> str:
    """Return the TwiML that starts a session with an agent, its greeting first."""
    words = agent.greeting_in(agent.language)
    greeting = {"welcome_greeting": words} if words else {}
    return _connected(agent, relay_url, action_url, {"agent": name, **dict(parameters)}, greeting)


def resume(agent: Agent, relay_url: str, action_url: str, name: str, parameters: Parameters = ()) -> str:
    """Return the TwiML that takes a call up again: Twilio would speak a greeting once more, so there is none."""
    return _connected(agent, relay_url, action_url, {"agent": name, **dict(parameters)}, {})


def transfer(to: str) -> str:
    """Return the TwiML that puts the caller through to a number, a `sip:` address or a `client:` name."""
    dial = Dial()
    match to.split(":", 1):
        case ["sip", _]:
            dial.sip(to)
        case ["client", name]:
            dial.client(name)
        case _:
            dial.number(to)
    return _response(dial)


def apologise(sentence: str, language: str) -> str:
    """Return the TwiML that says one sentence and hangs up."""
    response = VoiceResponse()
    response.say(sentence, language=language)
    response.hangup()
    return str(response)


def leave(message: str, language: str) -> str:
    """Return the TwiML that leaves a message on a machine, a breath after the beep, and hangs up."""
    response = VoiceResponse()
    response.pause(length=1)
    response.say(message, language=language)
    response.hangup()
    return str(response)


def hang_up() -> str:
    """Return the TwiML that ends the call."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def check(agents: Mapping[str, Agent]) -> None:
    """Raise AgentError for an attribute that the SDK does not know: Twilio would pass over it in silence."""
    known = set(inspect.signature(Connect.conversation_relay).parameters) - {"self", "kwargs"} | PASSED_ON
    for name, agent in agents.items():
        for attribute in agent.relay:
            if attribute in OURS:
                raise AgentError(f"{name}: Agent.relay sets {attribute}, which has a field of its own on Agent.")
            if attribute not in known:
                near = ", ".join(sorted(one for one in known - OURS if one[:4] == attribute[:4])) or "the SDK's list"
                raise AgentError(
                    f"{name}: Agent.relay sets {attribute}, which Twilio's SDK does not know; see {near}."
                )


def _connected(
    agent: Agent, relay_url: str, action_url: str, parameters: Mapping[str, str], greeting: Mapping[str, str]
) -> str:
    connect = Connect(action=action_url, method="POST")
    relay = connect.conversation_relay(**_attributes(agent, relay_url), **greeting)
    for code, voice in agent.voices.items():
        _language(relay, code, voice)
    for name, value in parameters.items():
        relay.parameter(name=name, value=value)
    return _response(connect)


def _attributes(agent: Agent, relay_url: str) -> dict[str, Any]:
    hints = {"hints": ",".join(agent.hints)} if agent.hints else {}
    return {
        "url": relay_url,
        "language": agent.language,
        "welcome_greeting_interruptible": agent.greeting_interruptible,
        "interruptible": agent.interruptible,
        "report_input_during_agent_speech": "any",
        "dtmf_detection": True,
        "partial_prompts": agent.partial_prompts,
        "events": "speaker-events tokens-played",
        **hints,
        **agent.relay,
    }


def _language(relay: ConversationRelay, code: str, voice: Voice) -> None:
    optional = {"transcription_provider": voice.listener, "speech_model": voice.speech_model}
    given = {name: value for name, value in optional.items() if value}
    relay.language(code=code, tts_provider=voice.provider, voice=voice.name, **given)


def _response(verb: Connect | Dial) -> str:
    response = VoiceResponse()
    response.append(verb)
    return str(response)
