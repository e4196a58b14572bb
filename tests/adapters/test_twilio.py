"""Twilio's signatures by the vectors of its documentation, and the TwiML as an XML parser reads it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from functions.adapters import twilio
from functions.relay import Agent, AgentError, Voice

TOKEN = "0123456789abcdef0123456789abcdef"
RELAY = "wss://relay.example.com/prod"
RELAY_SIGNED = "1b2kO3kteO/JCKC8iG5YzvkQftA="
VOICE = "https://api.example.com/voice"
FORM = {"CallSid": "CA1", "From": "+15550100002", "To": "+15550100001"}
FORM_SIGNED = "OPkHL5C5JeC520fmvpqU4xKtkfU="


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        (RELAY, {}, RELAY_SIGNED),
        (f"{RELAY}?cid=abc", {}, "RwfeICyJxP8hqMg/fZdpZ/jlaQ4="),
        (VOICE, FORM, FORM_SIGNED),
        (VOICE, dict(reversed(FORM.items())), FORM_SIGNED),
    ],
)
def test_what_twilio_signed_is_genuine(url: str, form: Mapping[str, str], signature: str) -> None:
    assert twilio.genuine(TOKEN, url, form, signature)


def test_a_form_in_any_script_is_genuine() -> None:
    form = {"From": "+15550100", "CallerName": "Zoë 🍕", "Empty": ""}
    text = VOICE + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()
    assert twilio.genuine(TOKEN, VOICE, form, base64.b64encode(digest).decode())


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        (VOICE, FORM, ""),
        (VOICE, FORM, " "),
        (VOICE, FORM, RELAY_SIGNED),
        (VOICE, FORM, FORM_SIGNED.lower()),
        (VOICE, FORM, FORM_SIGNED + " "),
        (VOICE, FORM, FORM_SIGNED[:-1]),
        (VOICE, FORM, "ö" * len(FORM_SIGNED)),
        (VOICE, {**FORM, "From": "+15550100003"}, FORM_SIGNED),
        (VOICE, {**FORM, "Extra": "x"}, FORM_SIGNED),
        (VOICE, {}, FORM_SIGNED),
        (f"{VOICE}/", FORM, FORM_SIGNED),
        (f"{VOICE}?a=b", FORM, FORM_SIGNED),
        ("http://api.example.com/voice", FORM, FORM_SIGNED),
        ("https://elsewhere.example.com/voice", FORM, FORM_SIGNED),
        ("https://relay.example.com/prod", {}, RELAY_SIGNED),
        ("ws://relay.example.com/prod", {}, RELAY_SIGNED),
        (f"{RELAY}/", {}, RELAY_SIGNED),
    ],
)
def test_what_twilio_did_not_sign_is_not(url: str, form: Mapping[str, str], signature: str) -> None:
    assert not twilio.genuine(TOKEN, url, form, signature)


def test_another_account_s_signature_is_not_ours() -> None:
    assert not twilio.genuine("f" * 32, VOICE, FORM, FORM_SIGNED)


# TwiML

ACTION = "https://api.example.com/relay-ended"

DESK = Agent(
    prompt="You answer.",
    greeting='Rosa\'s & Co: "good evening" <3',
    voices={
        "en-US": Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0"),
        "it-IT": Voice("Google", "it-IT-Neural2-A", listener="Deepgram", speech_model="nova-3-general"),
    },
    hints=("K4T9", "Rosa's"),
    greeting_interruptible="none",
    relay={"speechTimeout": 900, "application_reconnect": True},
)


def begun(agent: Agent) -> Element:
    """Return <Connect> of the document, which must be all there is."""
    return connect(twilio.begin(agent, RELAY, ACTION, "front_desk"))


def connect(document: str) -> Element:
    assert document.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    response = ElementTree.fromstring(document)
    assert response.tag == "Response"
    [element] = response
    assert element.tag == "Connect"
    return element


def relay(connect: Element) -> Element:
    [element] = connect
    assert element.tag == "ConversationRelay"
    return element


def test_a_session_comes_back_to_the_action_when_it_has_ended() -> None:
    assert begun(DESK).attrib == {"action": ACTION, "method": "POST"}


def test_a_session_is_told_everything_that_the_agent_sets() -> None:
    assert relay(begun(DESK)).attrib == {
        "url": RELAY,
        "welcomeGreeting": 'Rosa\'s & Co: "good evening" <3',
        "welcomeGreetingInterruptible": "none",
        "language": "en-US",
        "interruptible": "any",
        "reportInputDuringAgentSpeech": "any",
        "dtmfDetection": "true",
        "partialPrompts": "false",
        "events": "speaker-events tokens-played",
        "hints": "K4T9,Rosa's",
        "speechTimeout": "900",
        "applicationReconnect": "true",
    }


def test_each_language_has_its_voice_and_the_parameter_names_the_agent() -> None:
    assert [(child.tag, child.attrib) for child in relay(begun(DESK))] == [
        ("Language", {"code": "en-US", "ttsProvider": "ElevenLabs", "voice": "UgBBYS2sOqTuMpoF3BR0"}),
        (
            "Language",
            {
                "code": "it-IT",
                "ttsProvider": "Google",
                "voice": "it-IT-Neural2-A",
                "transcriptionProvider": "Deepgram",
                "speechModel": "nova-3-general",
            },
        ),
        ("Parameter", {"name": "agent", "value": "front_desk"}),
    ]


def test_an_agent_without_greeting_or_hints_sends_neither() -> None:
    attributes = relay(begun(replace(DESK, greeting="", hints=()))).attrib
    assert not attributes.keys() & {"welcomeGreeting", "hints"}


@pytest.mark.parametrize("input", ["none", "dtmf", "speech", "any"])
def test_what_may_interrupt_is_always_said(input: str) -> None:
    agent = replace(DESK, interruptible=input, partial_prompts=True)  # type: ignore[arg-type]
    attributes = relay(begun(agent)).attrib
    assert attributes["interruptible"] == input
    assert attributes["partialPrompts"] == "true"


def test_a_session_taken_up_again_is_the_same_but_for_the_greeting() -> None:
    resumed, first = relay(connect(twilio.resume(DESK, RELAY, ACTION, "front_desk"))), relay(begun(DESK))
    assert resumed.attrib == {name: value for name, value in first.attrib.items() if name != "welcomeGreeting"}
    assert [(child.tag, child.attrib) for child in resumed] == [(child.tag, child.attrib) for child in first]


def test_a_url_with_a_query_is_escaped_so_that_it_reads_back_the_same() -> None:
    url = f"{RELAY}?a=1&b=%3D"
    assert relay(connect(twilio.begin(DESK, url, f"{ACTION}?x=1&y=2", "desk"))).attrib["url"] == url
    assert connect(twilio.begin(DESK, url, f"{ACTION}?x=1&y=2", "desk")).attrib["action"] == f"{ACTION}?x=1&y=2"


@pytest.mark.parametrize(
    ("to", "tag", "text"),
    [
        ("+15550100", "Number", "+15550100"),
        ("sip:desk@example.com;transport=tls", "Sip", "sip:desk@example.com;transport=tls"),
        ("sip:a@example.com?x=1&y=<2>", "Sip", "sip:a@example.com?x=1&y=<2>"),
        ("client:agent_1", "Client", "agent_1"),
        ("</Number><Say>hi</Say>", "Number", "</Number><Say>hi</Say>"),
    ],
)
def test_a_caller_is_put_through_to_a_number_an_address_or_a_client(to: str, tag: str, text: str) -> None:
    [dial] = ElementTree.fromstring(twilio.transfer(to))
    [target] = dial
    assert (dial.tag, target.tag, target.text) == ("Dial", tag, text)


def test_an_apology_is_said_in_the_agent_s_language_and_ends_the_call() -> None:
    say, hangup = ElementTree.fromstring(twilio.apologise("Scusi <3 & ciao.", "it-IT"))
    assert (say.tag, say.text, say.attrib) == ("Say", "Scusi <3 & ciao.", {"language": "it-IT"})
    assert hangup.tag == "Hangup"


def test_hanging_up_is_all_there_is_to_it() -> None:
    assert [child.tag for child in ElementTree.fromstring(twilio.hang_up())] == ["Hangup"]


# What an agent may set


def test_attributes_that_the_sdk_knows_are_fine() -> None:
    known: dict[str, str | bool | int | float] = {
        "speechTimeout": 900,
        "ignoreBackchannel": True,
        "tts_language": "en-GB",
    }
    twilio.check({"desk": replace(DESK, relay=known)})


@pytest.mark.parametrize(
    ("attribute", "near"),
    [
        ("speech_timeout", "speechTimeout"),
        ("interrupt_sensitivty", "interrupt_sensitivity"),
        ("zzz", "the SDK's list"),
    ],
)
def test_an_attribute_that_the_sdk_does_not_know_is_refused_with_what_may_be_meant(attribute: str, near: str) -> None:
    with pytest.raises(AgentError) as caught:
        twilio.check({"lobby": DESK, "desk": replace(DESK, relay={attribute: 1})})
    assert str(caught.value).startswith(f"desk: Agent.relay sets {attribute}, which Twilio's SDK does not know")
    assert near in str(caught.value)


@pytest.mark.parametrize("attribute", sorted(twilio.OURS))
def test_an_attribute_with_a_field_of_its_own_is_refused(attribute: str) -> None:
    with pytest.raises(AgentError, match=f"{attribute}, which has a field of its own on Agent"):
        twilio.check({"desk": replace(DESK, relay={attribute: "any"})})


@pytest.mark.parametrize("attribute", ["self", "kwargs"])
def test_what_is_no_attribute_of_the_element_is_refused(attribute: str) -> None:
    with pytest.raises(AgentError):
        twilio.check({"desk": replace(DESK, relay={attribute: 1})})


def test_the_house_s_own_agents_pass() -> None:
    from functions.agents import AGENTS  # noqa: PLC0415 - only here is the user's own folder of interest

    twilio.check(AGENTS)
