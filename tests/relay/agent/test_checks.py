"""Which attributes of <ConversationRelay> an agent may set besides its own fields."""

from typing import Any

import pytest

from functions.relay import Agent, AgentError, Phrases, Voice
from functions.relay.agent.hand_off import HandOff
from functions.relay.agent.relay_attributes import OURS, RESENDS

VOICES = {"en-US": Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0")}


def agent(**relay: Any) -> Agent:
    return Agent("Be brief.", "Hello!", VOICES, relay=relay)


def fault(**relay: Any) -> str:
    with pytest.raises(AgentError) as caught:
        agent(**relay)
    place, _, words = str(caught.value).partition(": ")
    assert place.startswith("tests/relay/agent/test_checks.py:")
    return words


@pytest.mark.parametrize(
    "relay",
    [
        {"speechTimeout": 900, "turn_detection": True, "tts_language": "en-GB"},
        {"speechTimeout": "auto"},
        {"eot_threshold": 0.9, "eager_eot_threshold": 0.3},
        {"eager_eot_threshold": 0.8, "voice": "Joanna-Neural", "tts_provider": "Amazon"},
        {"intelligence_service": "GA0123", "conversationConfiguration": "conv_configuration_01hx"},
        {"tts_language": "multi", "transcription_language": "multi", "transcription_provider": "Deepgram"},
    ],
    ids=str,
)
def test_what_twilio_takes_is_passed_on(relay: dict[str, Any]) -> None:
    assert agent(**relay).relay == relay


@pytest.mark.parametrize(
    ("relay", "words"),
    [
        ({"eot_threshold": 0.6, "eager_eot_threshold": 0.8}, "eager_eot_threshold to 0.8, above eot_threshold"),
        ({"eager_eot_threshold": 0.9}, "eager_eot_threshold to 0.9, above eot_threshold, which is 0.8"),
        ({"voice": "Joanna"}, "voice to 'Joanna', but the provider is ElevenLabs"),
        ({"voice": "en-US-Neural2-A", "tts_provider": "Amazon"}, "but the provider is Amazon"),
    ],
    ids=str,
)
def test_values_that_do_not_fit_together_are_refused(relay: dict[str, Any], words: str) -> None:
    assert words in fault(**relay)


@pytest.mark.parametrize(
    ("attribute", "near"),
    [
        ("speech_timeout", "; it knows speechTimeout, speech_model."),
        ("elevenlabs_text_normalisation", "; it knows elevenlabs_language_text_normalization, elevenlabs_text_norm"),
        ("zzz", "; it knows asr_smart_format, backgroundNoiseReduction, "),
        ("self", "; it knows asr_smart_format, backgroundNoiseReduction, "),
    ],
)
def test_an_unknown_attribute_is_refused_with_a_suggestion(attribute: str, near: str) -> None:
    words = fault(**{attribute: 1})
    assert words.startswith(f"Agent.relay sets {attribute}, which Twilio's SDK does not know{near}")


@pytest.mark.parametrize(("attribute", "field"), OURS.items())
def test_an_attribute_that_is_set_elsewhere_is_refused(attribute: str, field: str) -> None:
    assert fault(**{attribute: "any"}) == f"Agent.relay sets {attribute}, which is {field}."


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("speechTimeout", 500),
        ("speechTimeout", 5001),
        ("speechTimeout", 900.5),
        ("eot_threshold", 0.4),
        ("eot_threshold", 0.95),
        ("turn_detection", "yes"),
        ("turn_detection", 1),
        ("tts_provider", "Polly"),
        ("intelligence_service", ""),
        ("conversationConfiguration", "GA0123"),
    ],
)
def test_a_value_that_twilio_does_not_take_is_refused(attribute: str, value: Any) -> None:
    words = fault(**{attribute: value})
    assert words.startswith(f"Agent.relay sets {attribute} to {value!r}, which Twilio does not take; it takes ")


@pytest.mark.parametrize(
    "relay",
    [
        {"tts_language": "multi", "tts_provider": "Google"},
        {"transcription_language": "multi", "transcription_provider": "Google"},
    ],
    ids=str,
)
def test_several_languages_at_once_are_asked_of_who_has_them(relay: dict[str, Any]) -> None:
    assert "to 'multi', which only" in fault(**relay)


@pytest.mark.parametrize("value", [True, False])
def test_twilio_may_not_dial_a_lost_socket_again(value: bool) -> None:
    words = f"Agent.relay sets application_reconnect, {RESENDS}; leave it out."
    assert fault(application_reconnect=value) == words


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"new attribute": 1}, "has 'new attribute'; write the name of an attribute, as in XML."),
        ({5: 1}, "has 5; write the name of an attribute, as in XML."),
        ({"newOne": None}, "['newOne'] is None; write a text, a number, True or False."),
        ({"newOne": "\x07"}, "['newOne'] has the character '\\x07', which XML cannot hold; leave it out."),
        ({"speechTimeout": 1}, " sets speechTimeout, which Hotline knows as speechTimeout; see Agent.relay."),
        ({"dtmfDetection": 1}, " sets dtmfDetection, which Hotline knows as dtmf_detection; see Agent.relay."),
        (
            {"applicationReconnect": True},
            " sets applicationReconnect, which Hotline knows as application_reconnect; see Agent.relay.",
        ),
    ],
)
def test_an_extra_attribute_is_a_new_one(extra: Any, words: str) -> None:
    with pytest.raises(AgentError) as caught:
        Agent("Be brief.", "Hello!", VOICES, relay_extra=extra)
    assert str(caught.value).partition(": ")[2].removeprefix("Agent.relay_extra").strip() == words.strip()


@pytest.mark.parametrize(
    ("say_as", "words"),
    [
        ({"": "five"}, "Agent.say_as has the key ''; give a word without space around it."),
        ({" Dr.": "Doctor"}, "Agent.say_as has the key ' Dr.'"),
        ({"Dr.": " "}, "Agent.say_as['Dr.'] is empty."),
        ({"Dr.": "our Dr."}, "Agent.say_as['Dr.'] is spoken 'our Dr.', which holds a word of the table"),
    ],
)
def test_words_that_cannot_be_spoken_otherwise_are_refused(say_as: dict[str, str], words: str) -> None:
    with pytest.raises(AgentError) as caught:
        Agent("Be brief.", "Hello!", VOICES, say_as=say_as)
    assert words in str(caught.value)


@pytest.mark.parametrize(("field", "given"), [("voicemail", {"de-DE": "Hallo."}), ("own_phrases", {"fr": Phrases()})])
def test_a_text_in_a_language_without_a_voice_is_refused(field: str, given: Any) -> None:
    with pytest.raises(AgentError, match=rf"Agent\.{field} has {next(iter(given))}, which has no voice"):
        Agent("Be brief.", "Hello!", VOICES, **{field: given})


PER_CALL = 'write a function of the Caller, such as lambda caller: caller.facts.get("name", "").'


@pytest.mark.parametrize(
    ("relay", "words"),
    [
        (
            {"customer_name": "Alma"},
            f"Agent.relay sets customer_name to 'Alma', the same for every caller; {PER_CALL}",
        ),
        ({"conversationId": 5}, f"Agent.relay sets conversationId to 5, the same for every caller; {PER_CALL}"),
        (
            {"speechTimeout": lambda caller: "900"},
            "Agent.relay sets speechTimeout to a function; only customer_name and conversationId may be one.",
        ),
        ({"customer_name": lambda caller: 5}, "Agent.relay['customer_name'] returns 5; return a text."),
        (
            {"customer_name": lambda caller: caller.facts["name"]},
            "Agent.relay['customer_name'] fails for a caller of +15550142: KeyError: 'name'; "
            "it must return a text for every caller.",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_what_belongs_to_one_call_is_not_written_down(relay: dict[str, Any], words: str) -> None:
    assert fault(**relay) == words


def test_a_function_says_what_belongs_to_one_call() -> None:
    relay = {"customer_name": lambda caller: caller.name, "conversationId": lambda caller: caller.given("id")}
    assert agent(**relay).relay == relay


def test_an_agent_that_remembers_needs_a_summary() -> None:
    with pytest.raises(AgentError, match="has nothing to remember; add after="):
        Agent("Be brief.", "Hello!", VOICES, remembers=True)


def test_words_that_must_not_be_said_may_be_none_of_the_agents_own() -> None:
    assert Agent("Be brief.", "Hello!", VOICES, never_say=["Project Falcon"]).never_say == ["Project Falcon"]
    with pytest.raises(AgentError, match=r"Agent\.greeting, in en-US, says words of Agent\.never_say: 'Hello!'"):
        Agent("Be brief.", "Hello!", VOICES, never_say=["hello"])


def test_a_brief_of_the_author_is_not_too_long() -> None:
    with pytest.raises(AgentError, match=r"HandOff\.brief has 5000 characters"):
        Agent("Be brief.", "Hello!", VOICES, keys={"0": HandOff("asked", "+15550100", brief="x" * 5000)})
