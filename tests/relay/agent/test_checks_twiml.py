"""Values that only Twilio would refuse, in the middle of a call: they are refused at import."""

from typing import Any

import pytest

from functions.relay import Agent, AgentError, Phrases, Recording, Voice
from functions.relay.agent.checks import as_xml

VOICES = {"en-US": Voice("Google", "en-US-Neural2-A")}
ID = "UgBBYS2sOqTuMpoF3BR0"


@pytest.mark.parametrize("settings", ["0.7_0_0", "1.2_1_1", "1.0_0.5_0.75"])
def test_settings_of_a_voice_may_be_in_their_range(settings: str) -> None:
    assert Voice("ElevenLabs", f"{ID}-flash_v2_5-{settings}").name.endswith(settings)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ("0.6_0.5_0.5", "speed to 0.6; ElevenLabs takes 0.7 to 1.2"),
        ("1.3_0.5_0.5", "speed to 1.3"),
        ("1.0_1.5_0.5", "stability to 1.5; ElevenLabs takes 0 to 1"),
        ("1.0_0.5_2", "similarity to 2"),
    ],
)
def test_settings_of_a_voice_out_of_range_are_refused(settings: str, fault: str) -> None:
    with pytest.raises(AgentError, match=fault):
        Voice("ElevenLabs", f"{ID}-{settings}")


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "a greeting": ({"greeting": "Hello\x0b!"}, r"Agent.greeting has the character '\\x0b'"),
    "one of two greetings": ({"greeting": {"en-US": "Hi\x00"}}, r"Agent.greeting has the character '\\x00'"),
    "half a character": ({"greeting": "Hi \ud83c"}, r"Agent.greeting has the character '\\ud83c'"),
    "a voicemail": ({"voicemail": "Bye\x1f"}, "Agent.voicemail"),
    "a sentence of its own": (
        {"own_phrases": {"en-US": Phrases(unavailable="Bye\x0b")}},
        r"Agent.own_phrases\['en-US'\].unavailable has the character",
    ),
    "a hint": ({"hints": ["Rosa\x07"]}, "Agent.hints"),
    "more hints than Twilio takes": (
        {"hints": ["Rosa"] * 501},
        "Agent.hints has 501 hints; Twilio takes 500 at most",
    ),
    "a hint that is a text": ({"hints": ["Rosa " * 21]}, "takes 100 characters at most"),
    "a hint that is two": ({"hints": ["Rosa, Alma"]}, "without a comma"),
    "an empty hint": ({"hints": [" "]}, "Agent.hints has ' '"),
    "hints as a text": ({"hints": "Rosa"}, "write a list, such as"),
    "a greeting without an end": ({"greeting": "ha " * 1400}, "4200 characters; Twilio speaks 4096"),
    "an unspoken language": ({"voicemail": {"de-DE": "Hallo"}}, "which has no voice"),
}


@pytest.mark.parametrize(("given", "fault"), BROKEN.values(), ids=BROKEN)
def test_what_twiml_cannot_hold_is_refused(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(AgentError, match=fault):
        Agent(**{"prompt": "Be brief.", "greeting": "Hello!", "voices": VOICES, **given})


def test_an_announcement_that_twiml_cannot_hold_is_refused() -> None:
    with pytest.raises(AgentError, match=r"Recording\.announcement"):
        Recording("Recorded\ufffe.")


def test_an_agent_in_pci_mode_redacts_cards_and_logs_nothing() -> None:
    made = Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, pci=True)
    assert made.pci


def test_a_new_attribute_is_taken() -> None:
    made = Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, relay_extra={"newOne": "yes"})
    assert made.relay_extra == {"newOne": "yes"}


def test_a_document_loses_what_xml_cannot_hold() -> None:
    assert as_xml("<Say>a\x00b\x0bc &#55357;d&#56832; &#128512; &#5;</Say>") == "<Say>abc d &#128512; &#5;</Say>"
