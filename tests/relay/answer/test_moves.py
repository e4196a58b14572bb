"""Answers to events other than a prompt, and what tools return besides words for the model."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.relay import (
    Agent,
    Digits,
    HandOff,
    OptOut,
    PassTo,
    Play,
    Say,
    SendDigits,
    Silence,
    Speak,
    Voice,
    ask_digits,
)
from functions.relay.agent.caller import Caller
from functions.relay.agent.phrases import phrases
from functions.relay.agent.tools import OwnWords
from functions.relay.answer.actions import ModelFailed, Remind
from functions.relay.answer.moves import NOT_KEYED
from functions.relay.answer.tool_round import ONE_AT_A_TIME, TO_BE_KEYED
from functions.relay.call.call import fold
from functions.relay.call.history import BY_KEY
from functions.relay.log.events import (
    DigitsEntered,
    DigitsRequested,
    Entry,
    KeyPressed,
    LanguageSwitched,
    LastMinute,
    PassedToAgent,
    Silent,
    TimeUp,
    ToolReturned,
)
from functions.relay.wire.messages import End, Language, Prompt, Text, Tones
from functions.relay.wire.model import AgentMessage, CallerMessage, Finished, ToolResult, ToolResults
from tests.relay.drive import SORRY, Drive, agent, find
from tests.relay.scenes import answer, at, opened, under


def answering(desk: Agent, *entries: Entry) -> Drive:
    """An answer to the newest turn of these entries' call, after a prompt that was answered."""
    before = (at(1000, Prompt("Hello?")), *answer(1000, "Hello!"))
    return Drive(desk, fold([opened(greeting="Hello!"), *before, *entries]))


SPANISH = {"en-US": Voice("Google", "en-US-Neural2-A"), "es-ES": Voice("Google", "es-ES-Neural2-A")}


def press(act: Any, **more: Any) -> Drive:
    """An answer to the key 1, which the agent gives this meaning."""
    words = act if isinstance(act, str) else ""
    return answering(replace(agent(), keys={"1": act}, **more), at(2000, KeyPressed("1", words)))


def wait(call_agent: Agent, times: int) -> Drive:
    return answering(call_agent, at(2000, Silent(times)))


class TestWhatAToolReturns:
    def test_say_is_spoken_as_it_stands_and_ends_the_turn(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", (Say("**Now** hear this."),)).flows()
        assert drive.spoken == "**Now** hear this."
        assert (drive.ended.how, len(drive.requests)) == ("complete", 1)

    def test_may_not_be_cut_where_it_says_so(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools"))
        drive.returns("t1", (Say("This is recorded.", interruptible=False),)).flows()
        assert Text("This is recorded.", last=True, interruptible=False) in drive.delivered

    def test_say_with_an_answer_goes_on_with_the_model(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools"))
        drive.returns("t1", (Say("Hear this."), Play("https://hotline.example/a.mp3", answer="It was played.")))
        assert drive.requests[1].messages[-1] == ToolResults((ToolResult("t1", "It was played."),))
        drive.words("Did you hear it?").happen(Finished("end")).flows()
        kinds = [type(message).__name__ for message in drive.delivered]
        assert kinds.index("Media") > kinds.index("Text")
        assert drive.spoken == "Hear this. Did you hear it?"

    def test_sends_tones(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", (SendDigits("12#"),)).flows()
        assert Tones("12#") in drive.delivered

    def test_passes_the_caller_to_another_agent_once_all_is_said(self) -> None:
        drive = (
            Drive()
            .tool_calls("t1")
            .happen(Finished("tools"))
            .returns("t1", PassTo("billing", greeting="Hi!"))
            .flows()
        )
        said, end = drive.delivered
        (passed,) = [event for event in drive.events.values() if isinstance(event, PassedToAgent)]
        assert (said, end) == (Text(SORRY.through, last=True), End(json.dumps({"hand_off": passed.id})))
        assert (passed.agent, passed.greeting, passed.language) == ("billing", "Hi!", "en-US")
        assert drive.ended.how == "handed off"

    def test_changes_the_language_of_all_that_follows(self) -> None:
        drive = Drive(replace(agent(), voices=SPANISH)).words("Sure.").tool_calls("t1", "switch_language")
        drive.happen(Finished("tools")).returns("t1", (Speak("es-ES", answer="Go on in it."),))
        drive.words("Claro.").happen(Finished("end")).flows()
        assert drive.delivered == [
            Text("Sure."), Language("es-ES"), Text(" Claro.", last=True, language="es-ES"),
        ]  # fmt: skip
        assert LanguageSwitched("es-ES") in drive.events.values()

    def test_cannot_change_to_a_language_without_a_voice(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", (Speak("xx-XX", answer="Go on."),))
        drive.words("Well.").happen(Finished("end")).flows()
        assert drive.spoken == "Well."
        assert not any(isinstance(message, Language) for message in drive.delivered)

    def test_apologises_in_the_language_that_is_spoken(self) -> None:
        drive = Drive(replace(agent(), voices=SPANISH)).tool_calls("t1", "switch_language").happen(Finished("tools"))
        drive.returns("t1", (Speak("es-ES", answer="Go on."),)).happen(ModelFailed("stalled")).flows()
        assert drive.spoken == phrases("es-ES").acted


class TestDigits:
    def pin(self, number: Digits, why: str = "") -> str:
        """Check the PIN."""
        return "right"

    @property
    def desk(self) -> Agent:
        asked = ask_digits(self.pin, saying="Your PIN, please.", length=4, timeout=8)
        return replace(agent(), tools=[asked, find])

    def test_digits_are_asked_for_and_the_turn_ends(self) -> None:
        drive = (
            Drive(self.desk)
            .words("Of course.")
            .tool_calls("t1", "pin", '{"why": "x"}')
            .happen(Finished("tools"))
            .flows()
        )
        assert drive.spoken == "Of course. Your PIN, please."
        assert DigitsRequested("pin", '{"why": "x"}') in drive.events.values()
        assert (drive.ended.how, len(drive.requests), drive.running) == ("complete", 1, {})
        assert drive.said == ["Of course.", "Your PIN, please."]

    def test_digits_are_awaited_from_the_end_of_the_question(self) -> None:
        (remind,) = Drive(self.desk).tool_calls("t1", "pin").happen(Finished("tools")).reminds
        assert remind == Remind(9)

    def test_digits_are_not_asked_for_with_wrong_arguments(self) -> None:
        drive = Drive(self.desk).tool_calls("t1", "pin", '{"colour": 1}').happen(Finished("tools"))
        assert "there is no colour" in str(drive.requests[1].messages[-1])

    def test_digits_are_asked_for_one_at_a_time(self) -> None:
        drive = Drive(self.desk).tool_calls("t1", "pin").tool_calls("t2", "pin", '{"why": "x"}')
        assert drive.happen(Finished("tools")).flows().spoken == "Your PIN, please."
        assert ONE_AT_A_TIME in [event.text for event in drive.events.values() if isinstance(event, ToolReturned)]

    def test_digits_asked_for_twice_alike_are_asked_for_once(self) -> None:
        drive = Drive(self.desk).tool_calls("t1", "pin").tool_calls("t2", "pin", '{"why": ""}')
        assert drive.happen(Finished("tools")).flows().spoken == "Your PIN, please."
        returned = [event.text for event in drive.events.values() if isinstance(event, ToolReturned)]
        assert returned == [TO_BE_KEYED, TO_BE_KEYED]

    def test_digits_that_are_in_run_the_tool_and_the_model_goes_on(self) -> None:
        asked = at(1500, Prompt("My balance?"))
        drive = answering(
            self.desk, asked, *answer(1500, "Your PIN?"), at(2000, DigitsEntered("pin", "{}", asked.key))
        )
        (run,) = drive.running.values()
        assert (run.call.name, run.tool.digits) == ("pin", "number")
        drive.returns(run.call.id, "right")
        assert drive.requests[0].messages[-2:] == (
            AgentMessage("Your PIN?", (run.call,)),
            ToolResults((ToolResult(run.call.id, "right"),)),
        )

    def test_digits_that_did_not_come_are_told_to_the_model(self) -> None:
        keyed = DigitsEntered("pin", "{}", at(1000, Prompt("")).key, whole=False)
        drive = answering(self.desk, at(2000, keyed))
        assert NOT_KEYED in str(drive.requests[0].messages[-1])
        assert not drive.running


class TestAKey:
    def test_stands_for_words_that_the_model_answers(self) -> None:
        drive = press("I want a table.")
        assert drive.requests[0].messages[-1] == CallerMessage("I want a table.")

    def test_says_what_the_agent_gives_it_without_a_model(self) -> None:
        drive = press(Say("We open at nine.")).flows()
        assert (drive.spoken, drive.requests, drive.ended.how) == ("We open at nine.", [], "complete")

    def test_passes_the_caller_on(self) -> None:
        drive = press(HandOff("pressed 1", to="+15550199", saying="One moment.")).flows()
        assert drive.spoken == "One moment."
        assert isinstance(drive.delivered[-1], End)

    def test_runs_a_function_whose_words_the_caller_hears(self) -> None:
        def hours() -> str:
            return ""

        drive = press(hours)
        drive.returns(BY_KEY, "From nine to five.").flows()
        assert (drive.spoken, drive.requests) == ("From nine to five.", [])

    @pytest.mark.parametrize("returned", [None, 3, False, [], {"day": "Friday"}])
    def test_speaks_nothing_but_text_of_what_a_function_returns(self, returned: object) -> None:
        def note() -> object:
            return returned

        drive = press(note)
        (run,) = drive.running.values()
        outcome = run.tool.run("{}", Caller("+15550101"))
        assert drive.returns(BY_KEY, outcome).flows().spoken.strip() == ""
        assert drive.ended.how == "complete"

    def test_runs_a_function_that_fails_with_an_apology(self) -> None:
        def hours() -> str:
            return ""

        drive = press(hours)
        assert drive.returns(BY_KEY, "hours failed.", failed=True).flows().spoken == SORRY.trouble

    @pytest.mark.parametrize("words", ["This number will not be called again.", "It rings on Monday."])
    def test_says_no_words_that_are_for_the_model(self, words: str) -> None:
        def stop() -> OptOut:
            return OptOut()

        assert press(stop).returns(BY_KEY, OwnWords(words)).flows().spoken == SORRY.noted

    def test_changes_the_language_and_greets_in_it(self) -> None:
        greeting = {"en-US": "Hello!", "es-ES": "Hola!"}
        drive = press(Speak("es-ES"), voices=SPANISH, greeting=greeting).flows()
        assert drive.delivered == [Language("es-ES"), Text("Hola!", last=True, language="es-ES")]

    def test_a_key_that_means_nothing_any_more_is_apologised_for(self) -> None:
        drive = answering(agent(), at(2000, KeyPressed("9"))).flows()
        assert drive.spoken == SORRY.undone


class TestSilence:
    def test_a_silence_is_broken_by_each_reprompt_and_then_a_goodbye(self) -> None:
        desk = replace(agent(), silence=Silence(reprompts=["Hello?", "Anybody?"], goodbye="Bye then."))
        assert [wait(desk, times).flows().spoken for times in (1, 2, 3)] == ["Hello?", "Anybody?", "Bye then."]
        assert wait(desk, 2).flows().ended.how == "complete"
        assert wait(desk, 3).flows().ended.how == "goodbye"

    def test_a_silence_is_broken_in_the_language_that_is_spoken(self) -> None:
        entries = (under(1000, 950, LanguageSwitched("es-ES")), at(2000, Silent(1)))
        drive = answering(replace(agent(), voices=SPANISH), *entries).flows()
        assert drive.delivered == [Text(phrases("es").still_there, last=True, language="es-ES")]


class TestTime:
    def test_the_agent_is_told_before_the_time_is_up(self) -> None:
        drive = answering(agent(), at(2000, LastMinute())).flows()
        assert (drive.spoken, drive.ended.how) == (SORRY.last_minute, "complete")

    def test_time_that_is_up_ends_the_call(self) -> None:
        drive = answering(agent(), at(2000, TimeUp())).flows()
        assert drive.delivered == [Text(SORRY.time_up, last=True), End()]

    def test_words_after_the_time_is_up_get_the_same_end(self) -> None:
        drive = answering(agent(), at(2000, TimeUp()), at(2500, Prompt("Wait!"))).flows()
        assert (drive.requests, drive.ended.how) == ([], "goodbye")


def test_a_common_question_is_answered_by_the_author() -> None:
    hours = replace(agent(), answers={"When are you open?": "At nine."})
    drive = Drive(hours, fold([opened(greeting="Hello!"), at(5000, Prompt("When are you open?"))])).flows()
    assert (drive.spoken, drive.requests) == ("At nine.", [])
    other = Drive(hours, fold([opened(greeting="Hello!"), at(5000, Prompt("Who are you?"))]))
    assert len(other.requests) == 1
