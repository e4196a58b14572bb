from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.relay import Agent, AgentError, Caller, PassTo, Phrases, Recording, Silence, Speak, Voice, tool
from functions.relay.agent.hours import Hours
from functions.relay.agent.phrases import phrases
from functions.relay.agent.toolbox import toolbox
from functions.relay.log.call_events import Announced
from functions.relay.text.private import Private
from functions.relay.wire.accepted import MOST_TOOLS

VOICES = {"it-IT": Voice("Google", "it-IT-Neural2-A"), "en-US": Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0")}


HERE = "tests/relay/agent/test_agent.py"


def line(words: str, after: str = "") -> int:
    """Return where some words are in this file, after others."""
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
        ({"prompt": "x" * 100_001}, "Agent.prompt has 100001 characters, 100000 at most; let a tool look things up."),
        (
            {"prompt": {"en-US": "x" * 100_001}},
            "Agent.prompt has 100001 characters, 100000 at most; let a tool look things up.",
        ),
        ({"voices": {}}, "Agent.voices is empty."),
        ({"interruptible": "maybe"}, "Agent.interruptible is 'maybe'; it is one of none, dtmf, speech, any."),
        (
            {"greeting_interruptible": True},
            "Agent.greeting_interruptible is True; it is one of none, dtmf, speech, any.",
        ),
        (
            {"tools": [find, tool(find, saying="Hm.")]},
            f"Agent.tools has two tools named find, at {HERE}:{line('def find')} and {HERE}:{line('def find')}; "
            "rename one, because the model calls tools by name.",
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
        (("google", "x"), "Voice.name is 'x'; Google has a name such as en-US-Neural2-F or en-US-Chirp3-HD-Aoede."),
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

    with pytest.raises(AgentError, match="cannot be the action of a key"):
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


def test_a_session_begins_with_what_was_announced() -> None:
    italian = agent(greeting={"it-IT": "Ciao!", "en-US": "Hi!"})
    assert italian.first_words(Announced("desk", "", "")) == "Ciao!"
    assert italian.first_words(Announced("desk", "", "", language="en-US")) == "Hi!"
    assert italian.first_words(Announced("desk", "", "", greeting="Hi Alma!")) == "Hi Alma!"
    assert italian.first_words(Announced("desk", "", "", greeting="")) == ""


def test_words_for_unknown_callers() -> None:
    desk = agent(prompt=lambda caller: f"Speak {caller.language}.", greeting=lambda caller: caller.number or "Hello!")
    assert (desk.prompt_in("en-US"), desk.greeting_in("it-IT")) == ("Speak en-US.", "Hello!")


def test_the_model_sees_the_tools_and_the_voice_its_words() -> None:
    desk = agent(tools=[find], say_as={"Dr.": "Doctor"})
    assert [spec.name for spec in desk.specs] == ["find", "switch_language"]
    speakable = desk.speakable("en-US")
    assert speakable.feed("**Dr.** Rossi.") + speakable.rest() == "Doctor Rossi."


def test_a_function_that_looks_callers_up_is_checked() -> None:
    assert agent(arrive=lambda caller: None).arrive
    with pytest.raises(AgentError, match=r"Agent\.arrive is 5"):
        agent(arrive=5)


def test_a_key_may_mean_words_of_the_caller() -> None:
    assert agent(keys={"1": "I want to book."}).acts == {"1": "I want to book."}
    with pytest.raises(AgentError, match=r"Agent\.keys\['1'\] is empty"):
        agent(keys={"1": " "})


def test_a_key_cannot_speak_a_language_without_a_voice() -> None:
    with pytest.raises(AgentError, match=r"Agent\.keys\['1'\] speaks de-DE, which has no voice"):
        agent(keys={"1": Speak("de-DE")})


def test_the_switch_between_languages_answers_in_the_new_one() -> None:
    switch = agent().toolbox["switch_language"]
    told = "The call is in en-US from here on. Answer in that language."
    assert switch.run('{"language": "en-US"}', Caller("")) == (Speak("en-US", answer=told),)


def test_a_silence_is_broken_by_its_reprompts_in_turn() -> None:
    own = Silence(reprompts=["Ciao?", {"it-IT": "Pronto?", "en-US": "Hello?"}])
    assert [own.sentence(times, "en-US", phrases("en")) for times in (1, 2, 3)] == ["Ciao?", "Hello?", ""]
    usual = phrases("it").still_there
    assert [Silence().sentence(times, "it-IT", phrases("it")) for times in (1, 2, 3)] == [usual, usual, ""]


def test_the_kinds_of_private_data_are_those_of_redact() -> None:
    assert agent(redact=["phone", "card"]).private == {Private.PHONE, Private.CARD}
    assert agent(redact=()).private == set()


def test_second_voices_are_used_where_there_are_some() -> None:
    second = Voice("Google", "en-US-Neural2-B")
    made = agent(voices=VOICES | {"en-US": replace(VOICES["en-US"], second=second)})
    assert made.speaking(False) is made
    assert made.speaking(True).voices == VOICES | {"en-US": second}


def test_attributes_of_one_call_leave_the_agent_as_it_is() -> None:
    made = agent()
    assert made.with_relay({"hints": "Alma"}).relay == {"hints": "Alma"}
    assert made.relay == {}


NIGHT = 1_795_900_000_000


def test_hours_are_in_their_own_time_zone() -> None:
    open_all_day = Hours("Mo-Su 0-24", zone="America/New_York")
    assert agent(zone="Europe/Berlin").local_hours(NIGHT).utcoffset() == timedelta(hours=1)
    assert agent(zone="Europe/Berlin", hours=open_all_day).local_hours(NIGHT).utcoffset() == timedelta(hours=-5)


def test_an_agent_without_hours_is_always_open() -> None:
    assert agent().is_open(NIGHT)
    assert agent(hours=Hours("Mo-Su 0-24")).is_open(NIGHT)
    assert not agent(hours=Hours("Mo-Su 0-24", holidays=["2026-11-28"])).is_open(NIGHT)


def test_more_tools_than_models_take_are_refused() -> None:
    many = [replace(tool(find), spec=replace(tool(find).spec, name=f"find_{n}")) for n in range(MOST_TOOLS)]
    assert len(toolbox(many, ("en-US",))) == MOST_TOOLS
    with pytest.raises(AgentError, match=r"Agent\.tools has 129 tools"):
        toolbox(many, ("en-US", "es-ES"))
