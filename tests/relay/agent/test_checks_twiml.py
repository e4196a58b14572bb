"""Values that only Twilio would refuse, in the middle of a call: they are refused at import."""

from typing import Any

import pytest

from functions.relay import Agent, AgentError, EndCall, HandOff, Menu, Option, PassTo, Phrases, Recording, Say, Voice
from functions.relay.agent.document_size import greeting_that_fits
from functions.relay.agent.twiml_text import as_xml, bytes_of, cut_to

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


LONG, CONTROL, TO = "x" * 501, "a\x0bb", "+15550100"


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (HandOff(LONG, TO), "HandOff.reason has 501 characters; a person is told 500"),
        (HandOff("r", TO, nobody=LONG), "HandOff.nobody has 501 characters"),
        (HandOff("r", TO, nobody={"en-US": "No.", "de-DE": CONTROL}), "HandOff.nobody has the character"),
        (HandOff("r", TO, nobody=EndCall(saying=LONG)), "HandOff.nobody has 501 characters"),
        (HandOff("r", TO, brief=CONTROL), "HandOff.brief has the character"),
        (HandOff("r", TO, meanwhile=LONG), "HandOff.meanwhile has 501 characters"),
        (HandOff("r", TO, afterwards=CONTROL), "HandOff.afterwards has the character"),
        (HandOff("r", f"workflow:WW{'0' * 32}", hold=LONG), "HandOff.hold has 501 characters"),
        (HandOff("r", TO, saying="x" * 4097), "HandOff.saying has 4097 characters; Twilio speaks 4096"),
        (HandOff("r", TO, closed=HandOff("r", TO, nobody=LONG)), "HandOff.nobody has 501 characters"),
        (HandOff("r", TO, closed=Say(CONTROL)), "Say.text has the character"),
        (HandOff("r", TO, nobody=5), "HandOff.nobody is 5; write a text"),  # type: ignore[arg-type]
        (EndCall(saying={"en-US": CONTROL}), "EndCall.saying has the character"),
        (PassTo("billing", greeting="x" * 4097), "PassTo.greeting has 4097 characters"),
        (Say("x" * 4097), "Say.text has 4097 characters"),
    ],
)
def test_what_a_key_says_fits_twiml(act: Any, fault: str) -> None:
    with pytest.raises(AgentError, match=fault):
        Agent("Be brief.", "Hello!", VOICES, keys={"0": act})
    if isinstance(act, HandOff):
        with pytest.raises(AgentError, match=fault):
            Agent("Be brief.", "Hello!", VOICES, when_limited=act)


def test_the_longest_texts_of_a_key_are_taken() -> None:
    act = HandOff(LONG[1:], TO, saying="x" * 4096, nobody=LONG[1:], closed=EndCall(saying="x" * 4096))
    assert Agent("Be brief.", "Hello!", VOICES, keys={"0": act, "1": "Hi"}).acts["0"] == act


@pytest.mark.parametrize("name", ["backgroundNoiseReduction", "intelligence_service", "speech_model", "tts_language"])
def test_an_attribute_holds_no_control_character(name: str) -> None:
    with pytest.raises(AgentError, match=rf"Agent\.relay sets {name}"):
        Agent("Be brief.", "Hello!", VOICES, relay={name: CONTROL})


def test_an_attribute_is_no_longer_than_a_text_may_be() -> None:
    with pytest.raises(AgentError, match="sets intelligence_service, which has 4097 characters"):
        Agent("Be brief.", "Hello!", VOICES, relay={"intelligence_service": "x" * 4097})


MANY = ["x" * 96 + f"{number:04d}" for number in range(500)]
UMLAUTS = ["ö" * 96 + f"{number:04d}" for number in range(120)]


@pytest.mark.parametrize(
    ("given", "largest"),
    [
        (
            {"hints": MANY, "voices": {"en-US": Voice("Amazon", "Joanna", hints=MANY)}},
            "Agent.hints .* and Voice.hints",
        ),
        ({"hints": UMLAUTS}, "Agent.hints takes 69"),
        (
            {
                "hints": MANY,
                "voices": {"en-US": Voice("Amazon", "Joanna", second=Voice("Amazon", "Amy", hints=MANY))},
            },
            "Voice.hints",
        ),
        ({"hints": MANY, "greeting": "ü" * 4096}, "Agent.greeting"),
        ({"hints": MANY, "recording": Recording("ü" * 4096)}, "Recording.announcement"),
        ({"hints": MANY, "relay_extra": {f"new{number}": "x" * 4000 for number in range(3)}}, "Agent.relay takes 12"),
    ],
)
def test_a_document_has_at_most_64_kb(given: dict[str, Any], largest: str) -> None:
    with pytest.raises(AgentError, match=largest) as caught:
        Agent(**{"prompt": "Be brief.", "greeting": "Hello!", "voices": VOICES, **given})
    assert "Twilio takes 64000. Shorten them" in str(caught.value)


def test_each_limit_alone_is_no_fault() -> None:
    relay = {"customer_name": lambda caller: "Alma"}
    assert Agent("Be brief.", "Hello!", VOICES, hints=MANY, relay=relay).hints == MANY


@pytest.mark.parametrize(
    ("menu", "fault"),
    [
        (Menu([Option(f"{'x' * 99}{key}", to=TO, key=str(key)) for key in range(10)]), ""),
        (
            Menu([Option("a", to=TO, words=[f"w{number}" for number in range(500)])]),
            "has 501 words; Twilio takes 500",
        ),
    ],
)
def test_a_menu_says_and_hears_what_twilio_takes(menu: Menu, fault: str) -> None:
    if not fault:
        assert Agent("", "Hello!", VOICES, menu=menu).menu == menu
        return
    with pytest.raises(AgentError, match=fault):
        Agent("", "Hello!", VOICES, menu=menu)


def test_a_round_of_a_menu_is_not_too_long() -> None:
    with pytest.raises(AgentError, match=r"A round of Agent\.menu has \d+ characters; Twilio speaks 4096 at most"):
        Agent("", "x" * 4090, VOICES, menu=Menu([Option("bookings", to=TO)]))


def test_a_text_is_cut_by_its_bytes_in_a_document() -> None:
    assert bytes_of("<ö\n🙂") == len("&lt;&#246;&#10;&#128578;")
    assert (cut_to("aöö", 7), cut_to("aöö", 6), cut_to("aöö", 13)) == ("aö", "a", "aöö")


def test_only_a_greeting_that_does_not_fit_is_cut() -> None:
    agent = Agent("Be brief.", "Hello!", VOICES, hints=MANY)
    assert greeting_that_fits(agent, "ü" * 600) == "ü" * 600
    assert len(greeting_that_fits(agent, "ü" * 5000)) < 4096
    assert greeting_that_fits(Agent("Be brief.", "Hello!", VOICES), "ü" * 5000) == "ü" * 4096
