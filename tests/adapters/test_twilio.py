"""Twilio's signatures with the vectors of its documentation, and the TwiML as an XML parser reads it."""

import html
import inspect
from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from twilio.twiml.voice_response import Connect

from functions.adapters import twilio
from functions.relay import Agent, Intelligence, Operator, Recording, Voice
from functions.relay.agent.relay_attributes import ATTRIBUTES, OURS, REFUSED
from functions.relay.agent.twiml_text import MOST_DOCUMENT_BYTES
from functions.relay.log.events import Announced

RELAY = "wss://relay.example.com/prod"

ACTION = "https://api.example.com/relay-ended"
RECORDED = "https://api.example.com/recorded"
DOORS = twilio.CallbackUrls(RELAY, ACTION, RECORDED)
ANNOUNCED = Announced("front_desk", "+15550101", "+15550100", (("name", "Alma"),), ticket="t1")

DESK = Agent(
    prompt="You answer.",
    greeting='Rosa\'s & Co: "good evening" <3',
    voices={
        "en-US": Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0"),
        "it-IT": Voice("Google", "it-IT-Neural2-A", listener="Deepgram", speech_model="nova-3-general"),
    },
    hints=("K4T9", "Rosa's"),
    greeting_interruptible="none",
    relay={"speechTimeout": 900, "echo_prompt_filtering": True},
)


def begun(agent: Agent) -> Element:
    """Return <Connect> of the document; it must be the only verb."""
    return connect(twilio.begin(agent, DOORS, ANNOUNCED))


ANALYSED = Intelligence([Operator("Sentiment Analysis")])


@pytest.mark.parametrize(
    ("agent", "services", "service"),
    [
        (replace(DESK, intelligence=ANALYSED), {"front_desk": "GA1"}, "GA1"),
        (replace(DESK, intelligence=ANALYSED), {}, None),
        (DESK, {"front_desk": "GA1"}, None),
        (replace(DESK, intelligence=ANALYSED, relay={"intelligence_service": "GA2"}), {"front_desk": "GA1"}, "GA2"),
    ],
    ids=["its service", "no service yet", "no intelligence", "its own service"],
)
def test_calls_are_transcribed_by_their_agents_service(
    agent: Agent, services: Mapping[str, str], service: str | None
) -> None:
    urls = replace(DOORS, service=lambda name: services.get(name, ""))
    [relay] = connect(twilio.begin(agent, urls, ANNOUNCED))
    assert relay.get("intelligenceService") == service


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
        "preemptible": "false",
        "interruptSensitivity": "high",
        "ignoreBackchannel": "false",
        "reportInputDuringAgentSpeech": "any",
        "dtmfDetection": "true",
        "partialPrompts": "false",
        "events": "speaker-events tokens-played",
        "hints": "K4T9,Rosa's",
        "speechTimeout": "900",
        "echoPromptFiltering": "true",
    }


def test_each_language_has_its_voice() -> None:
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
        ("Parameter", {"name": "ticket", "value": "t1"}),
    ]


def test_a_language_has_its_own_hints_and_normalisation() -> None:
    voice = Voice("Google", "en-US-Neural2-A", hints=("Rosa", "brunch"), smart_format=False, normalization="on")
    [language, *_] = relay(begun(replace(DESK, voices={"en-US": voice})))
    assert language.attrib == {
        "code": "en-US",
        "ttsProvider": "Google",
        "voice": "en-US-Neural2-A",
        "hints": "Rosa,brunch",
        "asrSmartFormat": "false",
        "ttsTextNormalization": "on",
    }


def test_a_session_may_have_the_second_voices() -> None:
    voice = Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0", second=Voice("Amazon", "Joanna", "Google", "telephony"))
    agent = replace(DESK, voices={"en-US": voice})
    [language, *_] = relay(connect(twilio.resume(agent, DOORS, replace(ANNOUNCED, second=True))))
    assert language.attrib == {
        "code": "en-US",
        "ttsProvider": "Amazon",
        "voice": "Joanna",
        "transcriptionProvider": "Google",
        "speechModel": "telephony",
    }


def test_an_attribute_of_tomorrow_is_passed_on() -> None:
    agent = replace(DESK, relay_extra={"newAttribute": True, "other": "a&b"})
    attributes = relay(begun(agent)).attrib
    assert (attributes["newAttribute"], attributes["other"]) == ("true", "a&b")


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
    resumed, first = relay(connect(twilio.resume(DESK, DOORS, ANNOUNCED))), relay(begun(DESK))
    assert resumed.attrib == {name: value for name, value in first.attrib.items() if name != "welcomeGreeting"}
    assert [(child.tag, child.attrib) for child in resumed] == [(child.tag, child.attrib) for child in first]


def test_a_url_with_a_query_reads_back_the_same() -> None:
    doors = twilio.CallbackUrls(f"{RELAY}?a=1&b=%3D", f"{ACTION}?x=1&y=2", RECORDED)
    element = connect(twilio.begin(DESK, doors, ANNOUNCED))
    assert (relay(element).attrib["url"], element.attrib["action"]) == (doors.relay, doors.ended)


def test_an_agent_s_manner_of_being_interrupted_is_said() -> None:
    agent = replace(DESK, sensitivity="low", ignore_backchannel=True)
    attributes = relay(begun(agent)).attrib
    assert (attributes["interruptSensitivity"], attributes["ignoreBackchannel"]) == ("low", "true")
    assert attributes["welcomeGreetingInterruptible"] == "none"


@pytest.mark.parametrize(
    ("given", "attribute", "value"),
    [
        ("intelligence_service", "intelligenceService", "GA0123456789abcdef0123456789abcdef"),
        ("conversationConfiguration", "conversationConfiguration", "conv_configuration_01hx"),
        ("speechTimeout", "speechTimeout", "900"),
        ("eot_threshold", "eotThreshold", "0.7"),
    ],
)
def test_any_other_attribute_is_passed_on_as_twilio_spells_it(given: str, attribute: str, value: str) -> None:
    assert relay(begun(replace(DESK, relay={given: value}))).attrib[attribute] == value


# Words outside of a session


SAID = {
    Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0"): {"language": "en-GB"},
    Voice("Google", "en-GB-Journey-D"): {"language": "en-GB"},
    Voice("Google", "en-GB-Neural2-A"): {"language": "en-GB", "voice": "Google.en-GB-Neural2-A"},
    Voice("Google", "en-GB-Chirp3-HD-Aoede"): {"language": "en-GB", "voice": "Google.en-GB-Chirp3-HD-Aoede"},
    Voice("Amazon", "Amy-Neural"): {"language": "en-GB", "voice": "Polly.Amy-Neural"},
}


@pytest.mark.parametrize(("voice", "attributes"), SAID.items(), ids=lambda one: getattr(one, "name", ""))
def test_a_sentence_is_said_in_the_agent_s_voice_if_say_has_it(voice: Voice, attributes: dict[str, str]) -> None:
    agent = replace(DESK, voices={"en-GB": voice}, voicemail="Call us back.")
    said = [twilio.farewell("Goodbye <3 & thanks.", agent), twilio.leave(agent), twilio.whisper("Upset.", agent)]
    for document, words in zip(said, ["Goodbye <3 & thanks.", "Call us back.", "Upset."], strict=True):
        [say] = [verb for verb in ElementTree.fromstring(document) if verb.tag == "Say"]
        assert (say.text, say.attrib) == (words, attributes)


def test_google_s_voices_are_said_in_the_language_of_their_name() -> None:
    agent = replace(DESK, voices={"zh-CN": Voice("Google", "cmn-CN-Wavenet-A")})
    [say, _] = ElementTree.fromstring(twilio.farewell("再见。", agent))
    assert say.attrib == {"language": "cmn-CN", "voice": "Google.cmn-CN-Wavenet-A"}


def test_of_several_languages_at_once_say_is_told_none() -> None:
    agent = replace(DESK, voices={"multi": Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0")})
    [say, _] = ElementTree.fromstring(twilio.farewell("Bye.", agent))
    assert say.attrib == {}


def test_a_farewell_ends_the_call_with_words_or_without() -> None:
    assert [verb.tag for verb in ElementTree.fromstring(twilio.farewell("Bye.", DESK))] == ["Say", "Hangup"]
    assert [verb.tag for verb in ElementTree.fromstring(twilio.farewell("", DESK))] == ["Hangup"]


@pytest.mark.parametrize("strange", ["\x00", "\x1f", "\ud83c", "\udfff", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_left_out_of_a_document(strange: str) -> None:
    document = twilio.farewell(f"Bye{strange}, \ud68c\U0001f389!", DESK)
    assert [verb.text for verb in ElementTree.fromstring(document)] == ["Bye, \ud68c\U0001f389!", None]


def test_a_whisper_is_made_speakable_and_an_empty_one_is_silent() -> None:
    [say] = ElementTree.fromstring(twilio.whisper("**Alma** wants: 4 seats 🍕", DESK))
    assert say.text == "Alma wants: 4 seats"
    assert len(ElementTree.fromstring(twilio.whisper("", DESK))) == 0


# A recording


def test_a_recording_is_announced_before_it_begins() -> None:
    agent = replace(DESK, recording=Recording("This call is recorded."))
    say, start, connect = ElementTree.fromstring(twilio.begin(agent, DOORS, ANNOUNCED))
    assert (say.tag, say.text, start.tag, connect.tag) == ("Say", "This call is recorded.", "Start", "Connect")
    [recording] = start
    assert (recording.tag, recording.attrib) == (
        "Recording",
        {
            "channels": "dual",
            "recordingStatusCallback": RECORDED,
            "recordingStatusCallbackEvent": "in-progress completed absent",
        },
    )


def test_a_resumed_call_is_not_announced_or_recorded_again() -> None:
    agent = replace(DESK, recording=Recording("This call is recorded."))
    assert [verb.tag for verb in ElementTree.fromstring(twilio.resume(agent, DOORS, ANNOUNCED))] == ["Connect"]


def test_a_call_passed_to_an_agent_is_greeted_and_not_announced() -> None:
    agent = replace(DESK, recording=Recording("This call is recorded."))
    announced = replace(ANNOUNCED, greeting="Pronto!", language="it-IT")
    [verb] = ElementTree.fromstring(twilio.begin(agent, DOORS, announced, before=agent))
    assert relay(verb).attrib["welcomeGreeting"] == "Pronto!"
    assert relay(verb).attrib["language"] == "it-IT"


def test_a_session_begins_with_the_greeting_of_its_language() -> None:
    agent = replace(DESK, greeting={"en-US": "Hello!", "it-IT": "Buonasera!"})
    begun = connect(twilio.begin(agent, DOORS, replace(ANNOUNCED, language="it-IT")))
    assert relay(begun).attrib["welcomeGreeting"] == "Buonasera!"


def test_hanging_up_is_all_there_is_to_it() -> None:
    assert [child.tag for child in ElementTree.fromstring(twilio.hang_up())] == ["Hangup"]


def test_the_attributes_that_an_agent_may_set_are_those_of_the_sdk() -> None:
    passed_on = {"eot_threshold", "conversationConfiguration", "conversationId"}
    known = set(inspect.signature(Connect.conversation_relay).parameters) - {"self", "kwargs"} | passed_on
    assert ATTRIBUTES.keys() | OURS.keys() | REFUSED.keys() == known
    assert len(ATTRIBUTES) + len(OURS) + len(REFUSED) == len(known)


def test_what_one_agent_has_told_the_next_one_does_not_tell_again() -> None:
    told = replace(DESK, discloses_ai=True, recording=Recording("This call is recorded."))

    def verbs(agent: Agent, before: Agent | None) -> list[str]:
        return [verb.tag for verb in ElementTree.fromstring(twilio.begin(agent, DOORS, ANNOUNCED, before))]

    assert verbs(told, None) == ["Say", "Say", "Start", "Connect"]
    assert verbs(told, DESK) == ["Say", "Say", "Start", "Connect"]
    assert verbs(told, told) == ["Connect"]


def test_the_call_s_language_is_the_one_in_which_a_machine_says_so() -> None:
    voices = {**DESK.voices, "es-ES": Voice("Google", "es-ES-Neural2-A")}
    spanish = replace(ANNOUNCED, language="es-ES", outbound=True)
    said, _ = ElementTree.fromstring(twilio.begin(replace(DESK, voices=voices), DOORS, spanish))
    assert (said.text, said.attrib["language"]) == ("Está hablando con un asistente automático.", "es-ES")


HINTS = ["x" * 96 + f"{number:04d}" for number in range(500)]
NAMED = f"arrives:{'front_desk' * 5}"


@pytest.mark.parametrize(
    "agent",
    [
        replace(DESK, hints=HINTS),
        replace(DESK, hints=HINTS, voices={"en-US": Voice("Amazon", "Joanna"), "hi-IN": Voice("Amazon", "Aditi")}),
        replace(DESK, voices={"en-US": Voice("Amazon", "Amy", second=Voice("Amazon", "Joanna", hints=HINTS))}),
        replace(DESK, relay={"intelligence_service": "ü" * 4096}, recording=Recording("This & that <is> recorded.")),
    ],
)
@pytest.mark.parametrize("greeting", ["", "Hi & bye! " * 400, "नमस्ते" * 2000, '"' * 100_000])
@pytest.mark.parametrize("second", [False, True])
def test_a_document_is_never_too_large_for_twilio(agent: Agent, greeting: str, second: bool) -> None:
    host = "abcdefghij.execute-api.ap-southeast-2.amazonaws.com/prod"
    urls = twilio.CallbackUrls(f"wss://{host}", f"https://{host}/relay-ended", f"https://{host}/recorded")
    announced = replace(ANNOUNCED, agent=NAMED, greeting=greeting, ticket="t" * 64, outbound=True, second=second)
    document = twilio.begin(agent, urls, announced)
    assert len(document.encode()) <= MOST_DOCUMENT_BYTES
    ElementTree.fromstring(document)


def test_a_short_greeting_of_a_call_is_never_cut() -> None:
    agent = replace(DESK, hints=HINTS)
    words = "ü" * 600
    assert words in html.unescape(twilio.begin(agent, DOORS, replace(ANNOUNCED, greeting=words)))


def test_words_of_a_call_are_cut_to_what_say_takes() -> None:
    spoken = ElementTree.fromstring(twilio.farewell("x" * 5000, DESK)).find("Say")
    assert spoken is not None and spoken.text == "x" * 4096
