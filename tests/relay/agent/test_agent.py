from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.relay import Agent, AgentError, PassTo, Phrases, Recording, Speak, Voice, tool
from functions.relay.agent.phrases import phrases

VOICES = {"it-IT": Voice("Google", "it-IT-Neural2-A"), "en-US": Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0")}


HERE = "tests/relay/agent/test_agent.py"


def line(words: str, after: str = "") -> int:
    """Return where some words stand in this file, after others."""
    text = Path(__file__).read_text()
    return text[: text.index(words, text.index(after))].count("\n") + 1


def find(reference: str) -> str:
    """Look up a booking."""
    return reference


def agent(**changes: Any) -> Agent:
    return Agent(**({"prompt": "Be brief.", "greeting": "Hello!", "voices": VOICES} | changes))


class TestAnAgent:
    def test_speaks_first_in_the_first_of_its_languages(self) -> None:
        assert agent().language == "it-IT"

    def test_apologises_in_that_language_or_in_its_own_words(self) -> None:
        own = Phrases(trouble="Oh no.")
        assert agent().phrases == phrases("it-IT") != phrases("en-US")
        assert agent(own_phrases={"it-IT": own}).phrases == replace(phrases("it-IT"), trouble="Oh no.")
        assert agent(own_phrases={"en-US": own}).phrases == phrases("it-IT")

    def test_takes_functions_and_tools(self) -> None:
        made = tool(find, saying="Let me look.")
        one = {"it-IT": VOICES["it-IT"]}
        assert agent(voices=one, tools=[made]).toolbox == {"find": made}
        assert [spec.name for spec in agent(voices=one, tools=[find]).specs] == ["find"]
        assert agent(voices=one).specs == ()

    def test_of_several_languages_can_switch_between_them(self) -> None:
        (spec,) = agent().specs
        assert spec.name == "switch_language"
        assert spec.schema["properties"]["language"]["enum"] == ["it-IT", "en-US"]

    def test_may_have_nothing_to_say_first(self) -> None:
        assert agent(greeting="").greeting == ""

    def test_leaves_the_listener_to_twilio(self) -> None:
        assert Voice("Amazon", "Joanna-Neural").listener is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prompt": ""}, "Agent.prompt is empty."),
        ({"voices": {}}, "Agent.voices is empty."),
        ({"interruptible": "maybe"}, "Agent.interruptible is 'maybe'; it is one of none, dtmf, speech, any."),
        (
            {"greeting_interruptible": True},
            "Agent.greeting_interruptible is True; it is one of none, dtmf, speech, any.",
        ),
        (
            {"tools": [find, tool(find, saying="Hm.")]},
            f"Agent.tools has two tools named find, of {HERE}:{line('def find')} and {HERE}:{line('def find')}; "
            "rename one, since the model asks by name.",
        ),
        ({"keys": {"10": "Hi"}}, "Agent.keys has the key '10'; a phone has 0 to 9, * and #."),
        ({"keys": {"1": " "}}, "Agent.keys['1'] is empty."),
        (
            {"keys": {"1": Speak("de-DE")}},
            "Agent.keys['1'] speaks de-DE, which has no voice; add it to Agent.voices.",
        ),
        ({"greeting": {"de-DE": "Hallo!"}}, "Agent.greeting has de-DE, which has no voice; add it to Agent.voices."),
        ({"minutes": 1}, "Agent.minutes is 1; give 2 to 1440 minutes."),
        ({"sensitivity": "loud"}, "Agent.sensitivity is 'loud'; it is one of low, medium, high."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_agent_that_cannot_work_says_why(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(AgentError) as caught:
        agent(**changes)
    assert told(caught) == words


def told(caught: pytest.ExceptionInfo[AgentError]) -> str:
    """Return what an error says after the line that it names, which is one of this file."""
    place, _, words = str(caught.value).partition(": ")
    assert place.startswith(f"{HERE}:")
    return words


def test_an_error_names_the_line_of_the_agent_or_its_voice() -> None:
    with pytest.raises(AgentError) as caught:
        Agent(  # the line
            "Be brief.", "Hello!", {}
        )
    assert str(caught.value).startswith(f"{HERE}:{line('Agent(  # the line')}: ")
    with pytest.raises(AgentError) as caught:
        Voice("Google", "unheard of")  # and this one
    assert str(caught.value).startswith(f"{HERE}:{line('# and this one')}: ")
    with pytest.raises(AgentError) as caught:
        replace(agent(), prompt="")  # and this
    assert str(caught.value).startswith(f"{HERE}:{line('# and this' + chr(10))}: ")


def test_a_tool_that_cannot_work_is_an_error_of_its_agent() -> None:
    with pytest.raises(AgentError, match="docstring"):
        agent(tools=[lambda: "Hi"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Polly", "Joanna"), "Voice.provider is 'Polly'; it is one of ElevenLabs, Google, Amazon."),
        (("google", "x"), "Voice.provider is 'google'; it is one of ElevenLabs, Google, Amazon."),
        (("Google", "x", "Whisper"), "Voice.listener is 'Whisper'; it is one of Deepgram, Google."),
        (("Google", ""), "Voice.name is empty."),
    ],
)
def test_a_voice_that_cannot_speak_says_why(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(AgentError) as caught:
        Voice(*arguments)
    assert told(caught) == words


def test_a_key_may_do_what_takes_a_caller_and_nothing_else() -> None:
    def needs(reference: str) -> str:
        return reference

    with pytest.raises(AgentError, match="cannot be the act of a key"):
        agent(keys={"1": needs})


def test_where_an_agent_passes_callers_to_is_known() -> None:
    def to_billing() -> PassTo:
        """Pass the caller to billing."""
        return PassTo("billing")

    def to_sales() -> PassTo:
        return PassTo("sales")

    assert agent(tools=[to_billing], keys={"1": PassTo("bar"), "2": to_sales}).destinations == {
        "billing", "bar", "sales",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("",), "Recording.announcement is empty."),
        ((" ",), "Recording.announcement is empty."),
        (("We record.", "stereo"), "Recording.channels is 'stereo'; it is one of mono, dual."),
    ],
)
def test_an_impossible_recording_is_refused_with_the_reason(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(AgentError) as caught:
        Recording(*arguments)
    assert told(caught) == words


def test_calls_are_not_recorded_unless_an_agent_says_so() -> None:
    assert agent().recording is None
