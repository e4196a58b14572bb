"""A message on a machine always names the number to call back."""

from dataclasses import replace

import pytest

from functions.relay import Agent, Voice
from functions.relay.agent.voicemail import voicemail

OURS = "+12125550100"
SPOKEN = "plus one two one two five five five zero one zero zero"
AGENT = Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Call {number}, please.", f"Call {SPOKEN}, please."),
        ("Please call us.", f"Please call us. You can call us back at {SPOKEN}."),
        ("We are on 212 555-0199.", "We are on 212 555-0199."),
        ("Room 12 at 8:30.", f"Room 12 at 8:30. You can call us back at {SPOKEN}."),
    ],
)
def test_a_message_names_a_number(text: str, left: str) -> None:
    assert voicemail(replace(AGENT, voicemail=text), "", OURS) == (left, "en-US")


def test_the_sentence_is_in_the_language_of_the_call() -> None:
    voices = {**AGENT.voices, "es-ES": Voice("Google", "es-ES-Neural2-A")}
    agent = replace(AGENT, voices=voices, voicemail={"en-US": "Call us.", "es-ES": "Llámenos."})
    assert voicemail(agent, "es-ES", OURS)[0].startswith("Llámenos. Puede llamarnos al más uno dos")


@pytest.mark.parametrize("ours", ["", "client:desk"])
def test_what_is_no_number_is_not_spoken(ours: str) -> None:
    assert voicemail(replace(AGENT, voicemail="Call us: {number}"), "", ours)[0] == "Call us:"


def test_a_number_with_a_spoken_form_in_ssml_is_left_in_plain_words() -> None:
    agent = replace(
        AGENT, voicemail="Call {number}.", say_as={OURS: f'<say-as interpret-as="telephone">{OURS}</say-as>'}
    )
    assert "<" not in voicemail(agent, "", OURS)[0]
