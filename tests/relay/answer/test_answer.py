import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay import Digits, EndCall, HandOff, PassTo, Play, Say, SendDigits, Speak, Voice, ask_digits, tool
from functions.relay.agent.tools import Outcome
from functions.relay.answer.actions import (
    Append,
    Ask,
    ClaimEnd,
    EndClaimHeld,
    Happening,
    Interrupted,
    ModelFailed,
    Post,
    Superseded,
    Tick,
    ToolEnded,
)
from functions.relay.answer.answer import Answer
from functions.relay.answer.entries import MOST_SWITCHES, AnswerEntries
from functions.relay.answer.model_requests import MOST_ROUNDS, Flaw, open_calls, slices_of
from functions.relay.answer.moves import Takeover
from functions.relay.answer.playback import CHARACTERS_PER_S
from functions.relay.answer.speech import CLOSING_S
from functions.relay.answer.spoken_reply import SpokenReply
from functions.relay.answer.tool_round import TOO_SLOW, OpenCall
from functions.relay.call.call import Call, fold
from functions.relay.call.history import BY_KEY, UNANSWERED
from functions.relay.deadlines import LONGEST_INVOCATION_MS
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    DigitsEntered,
    DigitsRequested,
    EndClaimed,
    Event,
    HandedOff,
    KeyPressed,
    LanguageSwitched,
    NoiseEnded,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import Key
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Interrupt, Language, Media, Prompt, Text, Tones
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    FailureKind,
    Finished,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolResults,
    Usage,
)
from tests.relay.drive import SORRY, Drive, agent, call, find
from tests.relay.scenes import answer, at, bare, opened, played, problems, under

CUT = Key(1_790_000_006_000, "id6000")


def check_pin(pin: Digits) -> str:
    """Check a PIN."""
    return pin


def found() -> str:
    """Look."""
    return "Found."


class TestAPlainAnswer:
    def test_is_spoken_whole_closed_once_and_noted(self) -> None:
        drive = Drive().words("On ", "Friday", ", at nine.").happen(Finished("end")).flows()
        assert drive.spoken == "On Friday, at nine."
        assert [message for message in drive.posted if isinstance(message, Text)][-1].last
        assert drive.lasts == 1
        assert drive.said == ["On Friday, at nine."]
        assert drive.ended.how == "complete"

    def test_asks_with_the_history_that_ends_with_the_caller(self) -> None:
        (request,) = Drive().requests
        assert request.prompt == "Be brief."
        assert request.messages[-1] == CallerMessage("What about K4T9?")
        assert [spec.name for spec in request.tools] == ["find", "weather"]

    def test_a_request_ends_with_the_caller_after_late_played_words(self) -> None:
        cut = [at(1000, Prompt("Hi")), at(1500, Interrupt(""))]
        (request,) = Drive(call=call(*cut, played(5001, " Yes."))).requests
        assert request.messages[-2:] == (AgentMessage("Yes."), CallerMessage("What about K4T9?"))

    def test_logs_its_times_and_its_tokens(self) -> None:
        drive = Drive().happen(TextDelta("On Friday."), after=0.4).sends(after=0.05)
        drive.happen(Finished("end", Usage(900, 12, 800)), after=0.1).flows()
        assert drive.ended == AnswerEnded("complete", first_words_ms=450, model_ms=400, usage=Usage(900, 12, 800))

    def test_its_times_count_from_the_beginning_of_its_turn(self) -> None:
        drive = Drive(waited=2.5).happen(TextDelta("On Friday."), after=0.4).sends(after=0.05)
        drive.happen(Finished("end")).flows()
        assert (drive.ended.model_ms, drive.ended.first_words_ms) == (2900, 2950)

    def test_stops_for_nothing_that_comes_after_its_end(self) -> None:
        drive = Drive().words("On Friday.").happen(Finished("end")).sends()
        drive.happen(TextDelta("More.")).flows()
        assert drive.spoken == "On Friday."

    def test_goes_after_an_open_cycle_with_a_space(self) -> None:
        open_cycle = call(at(1000, Prompt("Hi")), *answer(1000, "Hello th", how="superseded"))
        assert Drive(call=open_cycle).words("Yes?").posted == [Text(" Yes?")]

    def test_goes_before_an_open_cycle_with_possible_late_words(self) -> None:
        dropped = call(at(1000, Prompt("Hi")), *answer(1000, "Hello.", how="superseded"), at(1500, Interrupt("Hel")))
        silent = call(
            *[at(1000, Prompt("Hi")), *answer(1000, "Hello th", how="superseded")],
            *[at(2000, Prompt("Well?")), *answer(2000, how="superseded")],
        )
        assert Drive(call=dropped).words("Yes?").posted == Drive(call=silent).words("Yes?").posted == [Text(" Yes?")]

    def test_goes_after_a_closed_cycle_as_it_is(self) -> None:
        closed = call(at(1000, Prompt("Hi")), *answer(1000, "Hello."))
        assert Drive(call=closed).words("Yes?").posted == [Text("Yes?")]


class TestTools:
    def test_tools_are_run_and_their_answer_goes_to_the_model(self) -> None:
        drive = (
            Drive().words("Let me see. ").tool_calls("t1", arguments='{"reference":"K4T9"}').happen(Finished("tools"))
        )
        assert len(drive.requests) == 1
        drive.returns("t1", "Friday").words("It is on Friday.").happen(Finished("end")).flows()
        asked = ToolCall("t1", "find", '{"reference":"K4T9"}')
        assert drive.requests[1].messages[-2:] == (
            AgentMessage("Let me see.", (asked,)),
            ToolResults((ToolResult("t1", "Friday"),)),
        )
        assert drive.said == ["Let me see.", "It is on Friday."]
        assert drive.spoken == "Let me see. It is on Friday."
        assert drive.ended.how == "complete"

    def test_tools_of_a_round_run_together_and_answer_in_their_order(self) -> None:
        drive = Drive().tool_calls("t1").tool_calls("t2", "weather").happen(Finished("tools"))
        assert set(drive.running) == {"t1", "t2"}
        drive.returns("t2", "Sunny")
        assert len(drive.requests) == 1
        drive.returns("t1", "Friday")
        assert drive.requests[1].messages[-1] == ToolResults((ToolResult("t1", "Friday"), ToolResult("t2", "Sunny")))

    def test_tools_have_slots_after_the_words_before_them(self) -> None:
        drive = Drive().words("One moment.").tool_calls("t1").tool_calls("t2")
        places = [(run.slot, run.result_slot) for run in drive.running.values()]
        drive.happen(Finished("tools")).returns("t1", "a").returns("t2", "b").tool_calls("t3")
        places += [(run.slot, run.result_slot) for run in drive.running.values()]
        drive.returns("t3", "c").happen(Finished("tools")).words("Done.").happen(Finished("end")).flows()
        said = [slot for slot, event in sorted(drive.events.items()) if isinstance(event, AgentSaid)]
        order = [said[0], *places[0], *places[1], *places[2], said[1], max(drive.events)]
        assert order == sorted(set(order))

    def test_tools_wait_for_the_model_to_end_its_round(self) -> None:
        drive = Drive().tool_calls("t1").returns("t1", "Friday")
        assert len(drive.requests) == 1
        assert len(drive.happen(Finished("tools")).requests) == 2

    def test_tools_that_do_not_exist_are_named_to_the_model(self) -> None:
        drive = Drive().tool_calls("t1", "fly").happen(Finished("tools"))
        assert drive.requests[1].messages[-1] == ToolResults(
            (ToolResult("t1", "There is no tool fly.", failed=True),)
        )
        assert not drive.running

    def test_tools_that_fail_are_words_for_the_model(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", "No such booking.", failed=True)
        assert drive.requests[1].messages[-1] == ToolResults((ToolResult("t1", "No such booking.", failed=True),))

    def test_tools_that_take_a_moment_are_covered_by_words_once(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).waits(0.29)
        assert drive.posted == []
        drive.waits(0.02)
        assert drive.spoken == "Let me look."
        drive.waits(1.0)
        assert drive.spoken == "Let me look."

    def test_quick_tools_are_not_covered(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", "Friday", after=0.2)
        assert drive.words("Friday.").happen(Finished("end")).flows().spoken == "Friday."

    def test_covered_tools_leave_a_space_to_the_words_after(self) -> None:
        drive = Drive().words("Hm.").tool_calls("t1").happen(Finished("tools")).waits(0.4).returns("t1", "Friday")
        drive.words("On Friday.").happen(Finished("end")).flows()
        assert drive.spoken.split() == ["Hm.", "Let", "me", "look.", "On", "Friday."]

    def test_tools_that_hang_are_given_up_with_their_late_return(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).waits(3.9)
        assert len(drive.requests) == 1
        drive.waits(0.2)
        assert drive.requests[1].messages[-1] == ToolResults((ToolResult("t1", TOO_SLOW, failed=True),))
        assert ToolReturned("t1", TOO_SLOW, failed=True) in drive.events.values()
        drive.returns("t1", "Friday", after=1.0).words("It hangs.").happen(Finished("end")).flows()
        assert drive.spoken.endswith("It hangs.")
        assert len(drive.requests) == 2

    def test_rounds_of_tools_without_end_are_ended(self) -> None:
        drive = Drive()
        for number in range(MOST_ROUNDS):
            assert len(drive.requests) == number + 1
            drive.tool_calls(f"t{number}").returns(f"t{number}", "again").happen(Finished("tools"))
        drive.flows()
        assert (drive.spoken, drive.ended.how, len(drive.requests)) == (SORRY.acted, "failed", MOST_ROUNDS)

    def test_tools_of_every_round_make_messages_that_a_model_takes(self) -> None:
        drive = Drive().tool_calls("t1").returns("t1", "").happen(Finished("tools"))
        drive.words("Hm.").tool_calls("t2").tool_calls("t3", "fly").returns("t2", "b").happen(Finished("tools"))
        assert [problems(request.messages) for request in drive.requests] == [[], [], []]

    def test_tools_cost_what_all_their_rounds_cost(self) -> None:
        drive = Drive().tool_calls("t1").returns("t1", "a").happen(Finished("tools", Usage(1, 2, 3, 4)))
        assert drive.words("Yes.").happen(Finished("end", Usage(10, 20, 30, 40))).flows().ended.usage == Usage(
            11, 22, 33, 44
        )


class TestTheEndOfASession:
    def test_a_hand_off_ends_the_session_after_its_words(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools"))
        drive.returns("t1", HandOff('wants "Rosa"', to="+15550199")).flows()
        *texts, end = drive.delivered
        assert drive.spoken == SORRY.through
        assert [isinstance(text, Text) and text.last for text in texts][-1]
        assert isinstance(end, End)
        [noted] = [event for event in drive.events.values() if isinstance(event, HandedOff)]
        assert (noted.reason, noted.to, noted.nobody) == ('wants "Rosa"', "+15550199", SORRY.nobody)
        assert json.loads(end.handoff or "") == {"hand_off": noted.id}
        assert drive.ended.how == "handed off"
        assert len(drive.requests) == 1

    def test_too_long_words_of_a_hand_off_are_cut(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools"))
        drive.returns("t1", HandOff("", "+15550199", saying="Hello. " * 1000)).flows()
        assert len(drive.spoken) <= 4096
        assert drive.ended.how == "handed off"

    def test_a_hand_off_adds_no_words_to_the_agents_own(self) -> None:
        drive = Drive().words("I'll put you through. ").tool_calls("t1").happen(Finished("tools"))
        assert drive.returns("t1", HandOff("", "+15550199")).flows().spoken.strip() == "I'll put you through."
        assert drive.lasts == 1

    def test_a_goodbye_hands_nobody_off(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall()).flows()
        assert drive.delivered == [Text("Goodbye!", last=True), End()]
        assert drive.ended.how == "goodbye"

    def test_an_empty_goodbye_sends_the_end_alone(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall(saying="")).flows()
        assert drive.delivered == [End()]

    def test_the_end_waits_for_the_other_tools(self) -> None:
        drive = (
            Drive().tool_calls("t1").tool_calls("t2", "weather").happen(Finished("tools")).returns("t1", EndCall())
        )
        assert drive.posted == []
        assert drive.returns("t2", "Sunny").flows().ended.how == "goodbye"

    def test_the_first_tool_that_ends_the_session_decides_how(self) -> None:
        drive = (
            Drive().tool_calls("t1").tool_calls("t2", "weather").happen(Finished("tools")).returns("t2", EndCall())
        )
        assert drive.returns("t1", HandOff("", "+15550199")).flows().ended.how == "goodbye"

    def test_the_first_hand_off_alone_is_logged_before_its_words(self) -> None:
        drive = Drive().tool_calls("t1").tool_calls("t2", "weather").happen(Finished("tools"))
        drive.returns("t2", HandOff("second", "+15550198")).returns("t1", HandOff("first", "+15550199"))
        assert [event.reason for event in drive.events.values() if isinstance(event, HandedOff)] == ["second"]
        assert drive.delivered == []

    def test_an_end_on_its_way_is_not_stopped_by_a_prompt(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall()).sends()
        assert isinstance(drive.flight, End)
        drive.happen(Superseded()).sends()
        assert drive.ended.how == "goodbye"

    def test_a_prompt_stops_an_end_that_was_not_sent(self) -> None:
        drive = (
            Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall()).happen(Superseded()).sends()
        )
        assert (drive.ended.how, drive.delivered) == ("superseded", [Text("Goodbye!", last=True)])

    def test_a_claimed_end_is_sent_in_spite_of_a_newer_prompt(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall()).sends()
        drive.happen(EndClaimHeld()).happen(Superseded()).sends(Sent.BUSY).flows()
        assert (drive.ended.how, drive.delivered[-1]) == ("goodbye", End())

    def test_an_end_is_sent_again_if_a_prompt_came_before_its_claim(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall()).sends()
        drive.happen(Superseded()).happen(EndClaimHeld()).sends(Sent.BUSY).flows()
        assert (drive.ended.how, drive.delivered[-1]) == ("goodbye", End())

    def test_an_end_with_an_unknown_fate_is_sent_again_after_the_words(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall(saying="Bye! " * 20)).sends()
        drive.sends(Sent.LOST, after=1.0)
        assert drive.flight is None
        assert drive.answer.wake == pytest.approx(drive.began + 100 / CHARACTERS_PER_S + CLOSING_S, abs=0.2)
        drive.ticks(drive.answer.wake).sends(Sent.GONE)
        assert drive.ended.how == "goodbye"

    def test_an_end_that_never_reaches_the_line_is_left_to_a_takeover(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall()).sends()
        drive.happen(EndClaimHeld())
        while not drive.answer.done:
            if drive.flight:
                drive.sends(Sent.BUSY)
            else:
                drive.ticks(drive.answer.wake)
        assert drive.now - drive.began > 24
        assert not any(isinstance(event, AnswerEnded) for event in drive.events.values())

    def test_the_end_of_a_killed_invocation_is_repeated_after_the_words(self) -> None:
        call_ = call()
        claim = EndClaimed("by", "handed off", "{}", playing=3.0)
        gone = Answer(agent(), call_, 100.0, takeover=Takeover(end_claim=claim))
        assert gone.begin() == []
        assert gone.wake == 103.0 + CLOSING_S
        assert gone.advance(Tick(), gone.wake) == [ClaimEnd(End("{}"), "handed off", 0.0)]
        (note,) = gone.advance(Sent.DELIVERED, gone.deadline - 1)
        assert isinstance(note, Append) and isinstance(note.event, AnswerEnded) and note.event.how == "handed off"

    def test_the_end_of_a_killed_one_does_not_wait_for_cut_words(self) -> None:
        asked = call()
        cut = replace(asked, turns=(*asked.turns[:-1], replace(asked.turns[-1], cut=True)))
        claim = EndClaimed("by", "handed off", "{}", playing=30.0)
        gone = Answer(agent(), cut, 100.0, takeover=Takeover(end_claim=claim))
        gone.begin()
        assert gone.wake == 100.0 + CLOSING_S

    def test_the_end_of_a_killed_one_is_sent_before_the_deadline(self) -> None:
        gone = Answer(agent(), call(), 100.0, takeover=Takeover(end_claim=EndClaimed("by", "goodbye", playing=30.0)))
        gone.begin()
        assert gone.wake == gone.deadline - CLOSING_S
        assert gone.advance(Tick(), gone.wake) == [ClaimEnd(End(), "goodbye", 0.0)]

    def test_an_end_that_is_to_be_repeated_after_the_deadline_is_left(self) -> None:
        drive = (
            Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall(saying="Bye! " * 100)).sends()
        )
        drive.sends(Sent.LOST, after=1.0)
        assert drive.answer.wake == drive.answer.deadline
        drive.ticks(drive.answer.wake)
        assert drive.answer.done and not any(isinstance(event, AnswerEnded) for event in drive.events.values())

    def test_the_end_waits_no_longer_for_words_that_were_purged(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", EndCall(saying="Bye! " * 40)).sends()
        drive.sends(Sent.LOST, after=1.0).happen(Interrupted(CUT))
        assert drive.answer.wake == pytest.approx(drive.now + CLOSING_S)


def test_words_break_a_silence_once_all_before_them_were_played() -> None:
    drive = Drive().tool_calls("t1").happen(Finished("tools")).waits(0.4).returns("t1", "On Friday.", after=3.0)
    drive.words("It is on Friday, ").sends().words("at noon.").happen(Finished("end")).flows()
    assert [message.token.strip() for message in drive.delivered if isinstance(message, Text)] == [
        "Let me look.",
        "It is on Friday,",
        "at noon.",
    ]
    assert drive.breaks_silence == [True, True, False]


class TestAnAnswerOfNoUse:
    """A model that sends nothing to hear, or not all of it, is asked once more; then the caller hears the truth."""

    @pytest.mark.parametrize("words", [[], [" ", "\n"], ["👍"], ["…"], ["**", "**"]], ids=str)
    def test_an_answer_with_nothing_to_hear_is_asked_for_once_more(self, words: list[str]) -> None:
        drive = Drive().words(*words).happen(Finished("end")).words("On Friday.").happen(Finished("end")).flows()
        assert (drive.spoken.split()[-2:], drive.ended.how) == (["On", "Friday."], "complete")
        assert len(drive.requests) == 2
        assert str(drive.requests[1].messages[-1]).endswith(f"{Flaw.EMPTY.value}')")

    def test_two_answers_with_nothing_to_hear_are_an_honest_sentence(self) -> None:
        drive = Drive().happen(Finished("end")).happen(Finished("end")).flows()
        assert (drive.spoken, drive.said, drive.ended.how) == (SORRY.undone, [SORRY.undone], "failed")

    def test_an_empty_answer_after_a_tool_says_what_was_done(self) -> None:
        drive = Drive().words("Let me see.").tool_calls("t1").happen(Finished("tools")).returns("t1", "Friday")
        drive.happen(Finished("end")).happen(Finished("end")).flows()
        assert drive.spoken == f"Let me see. {SORRY.acted}"
        assert drive.requests[2].messages[-2:] == (
            ToolResults((ToolResult("t1", "Friday"),)),
            CallerMessage(Flaw.EMPTY.value),
        )

    def test_an_empty_answer_after_a_failed_tool_claims_nothing(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", "No such booking.", failed=True)
        assert drive.happen(Finished("end")).happen(Finished("end")).flows().spoken == SORRY.trouble

    def test_a_refused_answer_says_so(self) -> None:
        drive = Drive().happen(Finished("refused")).flows()
        assert (drive.spoken, drive.ended.how) == (SORRY.declined, "failed")

    def test_a_refused_answer_after_a_tool_says_what_was_done(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", "Friday").happen(Finished("refused"))
        assert drive.flows().spoken == SORRY.acted

    def test_an_answer_cut_off_at_its_length_is_continued(self) -> None:
        drive = (
            Drive().words("On Friday at").happen(Finished("length")).words("nine.").happen(Finished("end")).flows()
        )
        assert (drive.spoken, drive.lasts, drive.ended.how) == ("On Friday at nine.", 1, "complete")
        assert drive.requests[1].messages[-2:] == (AgentMessage("On Friday at"), CallerMessage(Flaw.CUT.value))

    @pytest.mark.parametrize("cut", [Finished("length"), ModelFailed("broken")], ids=["its length", "a lost stream"])
    def test_an_answer_cut_off_in_a_number_says_it_whole(self, cut: Finished | ModelFailed) -> None:
        drive = Drive().words("It costs 1").happen(cut).words("120 euros.").happen(Finished("end")).flows()
        assert drive.spoken == "It costs one hundred and twenty euros."
        assert drive.requests[1].messages[-2] == AgentMessage("It costs")

    @pytest.mark.parametrize("cut", [Finished("length"), ModelFailed("broken")], ids=["its length", "a lost stream"])
    @pytest.mark.parametrize(
        ("before", "more"),
        [("We open at nine.", ""), ("We open at nine", "."), ("我们九点开门", "。"), ('He said "yes', '."')],
    )
    def test_an_answer_cut_off_where_a_sentence_ends_is_whole(
        self, cut: Finished | ModelFailed, before: str, more: str
    ) -> None:
        drive = Drive().words(before).happen(cut).words(more).happen(Finished("end")).flows()
        assert (drive.spoken.replace(" ", ""), drive.ended.how) == ((before + more).replace(" ", ""), "complete")
        assert drive.lasts == 1

    def test_an_answer_cut_off_at_its_end_twice_is_whole(self) -> None:
        drive = Drive().words("We open at nine.").happen(Finished("length")).happen(Finished("length"))
        assert drive.happen(Finished("end")).flows().spoken.strip() == "We open at nine."

    @pytest.mark.parametrize("more", ["", ",", "…"])
    def test_an_answer_cut_off_and_not_continued_ends_honestly(self, more: str) -> None:
        drive = Drive().words("We open at").happen(Finished("length")).words(more).happen(Finished("end"))
        assert drive.happen(Finished("end")).flows().spoken.endswith(SORRY.undone)

    def test_an_answer_that_waits_for_a_tool_needs_it(self) -> None:
        drive = Drive().words("Let me book that.").happen(Finished("tools")).happen(Finished("end"))
        assert drive.flows().spoken == f"Let me book that. {SORRY.undone}"

    def test_an_answer_cut_off_again_and_again_ends_honestly(self) -> None:
        drive = Drive()
        for _ in range(3):
            drive.words("and").happen(Finished("length"))
        assert drive.flows().spoken == f"and and and \u2014 {SORRY.undone}"
        assert len(drive.requests) == 3

    def test_an_answer_that_waits_for_a_tool_not_called_is_continued(self) -> None:
        drive = Drive().words("Let me book that.").happen(Finished("tools")).tool_calls("t1")
        drive.happen(Finished("tools")).returns("t1", "Booked.").words("It is booked.").happen(
            Finished("end")
        ).flows()
        assert drive.spoken == "Let me book that. It is booked."

    @pytest.mark.parametrize("written", ['find(reference="K4T9")', '{"name": "find", "arguments": {}}', "<find/>"])
    @pytest.mark.parametrize("before", ["Let me look. ", ""])
    @pytest.mark.parametrize("end", [Finished("end"), Finished("length"), ModelFailed("broken")])
    def test_an_answer_that_writes_a_call_as_text_is_continued(
        self, written: str, before: str, end: Finished | ModelFailed
    ) -> None:
        drive = Drive().words(before, written).happen(end).tool_calls("t1").happen(Finished("tools"))
        told = drive.requests[1].messages[-1]
        assert (Flaw.UNCALLED.value in str(told)) is bool(before or isinstance(end, Finished))
        drive.returns("t1", "Friday").words("On Friday.").happen(Finished("end")).flows()
        assert drive.spoken == f"{before}On Friday."

    def test_an_answer_that_writes_a_call_twice_ends_honestly(self) -> None:
        drive = Drive().words("Let me look. ", "find()").happen(Finished("end"))
        for _ in range(2):
            drive.words("find()").happen(Finished("end"))
        assert drive.flows().spoken.split() == f"Let me look. {SORRY.undone}".split()

    def test_an_answer_that_writes_a_call_beside_a_real_one_is_whole(self) -> None:
        drive = Drive().words("find()").tool_calls("t1").happen(Finished("tools")).returns("t1", "Friday")
        assert drive.words("On Friday.").happen(Finished("end")).flows().spoken == "On Friday."

    def test_an_answer_cut_off_after_a_tool_goes_on_with_its_result(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("length")).returns("t1", "Friday")
        assert drive.requests[1].messages[-1] == ToolResults((ToolResult("t1", "Friday"),))

    def test_an_answer_that_ends_with_what_a_tool_said_is_whole(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", (Say("On Friday."),)).flows()
        assert (drive.spoken, len(drive.requests)) == ("On Friday.", 1)

    def test_an_answer_taken_over_after_a_tool_says_what_was_done(self) -> None:
        acts = [under(5000, 101, ToolCalled("t1", "find", "{}")), under(5000, 102, ToolReturned("t1", "Friday"))]
        entries = [opened(), at(5000, Prompt("What about K4T9?")), *acts]
        begun = Answer(agent(), fold(entries), 100.0, takeover=Takeover(1000, begun=True))
        assert begun.begin() == [Post(Text(SORRY.acted, last=True), breaks_silence=True)]

    def test_the_tool_of_digits_is_not_run_again_after_a_takeover(self) -> None:
        asked = at(1000, Prompt("")).key
        keyed = at(5000, DigitsEntered("find", "{}", asked))
        entries = [opened(), keyed, under(5000, 101, ToolCalled("keyed-5", "find", "{}"))]
        taken = Answer(agent(), fold(entries), 100.0, takeover=Takeover(1000)).begin()
        (request,) = [action.request for action in taken if isinstance(action, Ask)]
        assert request.messages[-1] == ToolResults((ToolResult("keyed-5", UNANSWERED, failed=True),))

    def test_the_function_of_a_key_is_not_run_again_after_a_takeover(self) -> None:
        entries = [opened(), at(5000, KeyPressed("9")), under(5000, 101, ToolCalled(BY_KEY, "find", "{}"))]
        taken = Answer(agent(), fold(entries), 100.0, takeover=Takeover(1000)).begin()
        assert taken == [Post(Text(SORRY.acted, last=True), breaks_silence=True)]

    def test_a_failed_tool_is_told_after_a_takeover_without_a_claim(self) -> None:
        acts = [under(5000, 101, ToolCalled("t1", "find", "{}")), under(5000, 102, ToolReturned("t1", "", True))]
        entries = [opened(), at(5000, Prompt("What about K4T9?")), *acts]
        begun = Answer(agent(), fold(entries), 100.0, takeover=Takeover(1000, begun=True))
        assert begun.begin() == [Post(Text(SORRY.trouble, last=True), breaks_silence=True)]


class TestAModelThatFails:
    def test_a_model_that_fails_before_its_first_word_is_asked_again(self) -> None:
        drive = Drive().happen(ModelFailed("throttled")).words("On Friday.").happen(Finished("end")).flows()
        assert (drive.spoken, drive.ended.how) == ("On Friday.", "complete")
        assert drive.requests[0].messages == drive.requests[1].messages
        assert drive.ended.failure == "", "the second request did not fail"

    def test_two_failures_before_a_first_word_are_an_honest_sentence(self) -> None:
        drive = Drive().happen(ModelFailed("broken")).happen(ModelFailed("broken")).flows()
        assert (drive.spoken, drive.lasts, drive.ended.how) == (SORRY.undone, 1, "failed")

    @pytest.mark.parametrize("kind", ["refused", "stalled"])
    def test_a_model_that_fails_for_good_is_not_asked_again(self, kind: FailureKind) -> None:
        drive = Drive().happen(ModelFailed(kind)).flows()
        assert (drive.spoken, len(drive.requests)) == (SORRY.undone, 1)
        assert drive.ended.failure == kind

    def test_a_failure_for_want_of_money_says_so_and_hangs_up(self) -> None:
        drive = Drive().happen(ModelFailed("limited")).flows()
        assert (drive.spoken, drive.ended.how, len(drive.requests)) == (SORRY.time_up, "goodbye", 1)
        assert drive.ended.limit == "cents"

    def test_a_failure_for_want_of_money_after_a_tool_says_so_too(self) -> None:
        drive = Drive().words("Let me look.").tool_calls("t1").happen(Finished("tools")).returns("t1", "Friday")
        drive.happen(ModelFailed("limited")).flows()
        assert drive.spoken == f"Let me look. {SORRY.time_up}"

    def test_an_answer_that_breaks_off_goes_on_where_it_broke(self) -> None:
        drive = Drive().words("It is on").happen(ModelFailed("broken")).words("Friday.").happen(Finished("end"))
        assert drive.flows().said == ["It is on", "Friday."]
        assert drive.requests[1].messages[-2:] == (AgentMessage("It is on"), CallerMessage(Flaw.CUT.value))

    def test_a_model_that_fails_while_a_tool_runs_gets_its_result(self) -> None:
        drive = Drive().tool_calls("t1").happen(ModelFailed("broken")).returns("t1", "Friday")
        assert drive.requests[1].messages[-1] == ToolResults((ToolResult("t1", "Friday"),))

    def test_a_failure_for_good_ends_the_answer_when_the_tool_ends(self) -> None:
        drive = Drive().tool_calls("t1").happen(ModelFailed("stalled"))
        drive.sends()
        assert not drive.answer.done
        assert drive.returns("t1", "Friday").answer.done
        assert len(drive.requests) == 1

    def test_a_late_failure_is_over_before_the_gateway_speaks(self) -> None:
        slow = Drive(agent(tool(find, saying="Let me look.", deadline=20.0)))
        slow.dawdles(20.0).tool_calls("t1").happen(ModelFailed("stalled"))
        slow.waits(8.9)
        assert slow.ended.how == "failed"
        assert slow.now <= slow.began + 26

    def test_a_silent_model_is_given_up_long_before_the_deadline(self) -> None:
        drive = Drive().waits(6.9)
        assert SORRY.undone not in drive.spoken
        drive.waits(0.2).flows()
        assert drive.spoken.endswith(SORRY.undone)
        assert (drive.stopped, drive.lasts, drive.ended.how) == (1, 1, "failed")

    def test_a_silent_model_after_a_tool_is_given_as_long_again(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", "Friday", after=3.0).waits(6.9)
        assert SORRY.acted not in drive.spoken
        assert drive.waits(0.2).flows().spoken.endswith(SORRY.acted)

    def test_a_model_with_its_words_on_the_way_is_not_silent(self) -> None:
        drive = Drive().words("It is ").waits(4.0).words("on Friday.").waits(4.0).happen(Finished("end")).flows()
        assert (drive.spoken, drive.ended.how) == ("It is on Friday.", "complete")

    def test_a_model_is_not_asked_again_with_too_little_time_left(self) -> None:
        drive = (
            Drive()
            .dawdles(14.0)
            .tool_calls("t1")
            .happen(Finished("tools"))
            .returns("t1", "Friday", after=2.0)
            .flows()
        )
        assert (len(drive.requests), drive.ended.how) == (1, "late")
        assert drive.spoken.endswith(SORRY.acted)


class TestTheDeadline:
    def test_the_deadline_stops_the_model_and_says_so(self) -> None:
        drive = Drive().dawdles(24.9)
        assert SORRY.late not in drive.spoken
        drive.waits(0.2).flows()
        assert drive.spoken.endswith(SORRY.late)
        assert (drive.stopped, drive.lasts, drive.ended.how) == (1, 1, "late")

    def test_the_deadline_is_counted_from_the_start_of_the_work(self) -> None:
        assert Drive(allowed=2.0).waits(2.1).flows().spoken == SORRY.late

    def test_the_deadline_lets_go_of_a_tool(self) -> None:
        drive = Drive(agent(tool(find, deadline=60.0))).tool_calls("t1").happen(Finished("tools")).waits(25.1).flows()
        assert drive.spoken.endswith(SORRY.acted)
        assert drive.ended.how == "late"

    def test_the_words_of_the_deadline_come_after_the_words_before(self) -> None:
        drive = Drive().words("It is on").dawdles(25.1).flows()
        assert drive.spoken.startswith("It is on ")
        assert drive.spoken.endswith(f" {SORRY.late}")

    def test_the_deadline_holds_while_only_a_tool_still_runs(self) -> None:
        drive = (
            Drive(agent(tool(find, saying="Let me look.", deadline=60.0))).tool_calls("t1").happen(Finished("tools"))
        )
        drive.happen(Superseded(), after=1.0).waits(25.0)
        assert drive.ended.how == "superseded"


class TestSuperseded:
    def test_an_answer_superseded_before_its_words_stops_the_model(self) -> None:
        drive = Drive().happen(Superseded())
        assert (drive.stopped, drive.posted, drive.said, drive.ended.how) == (1, [], [], "superseded")

    def test_a_superseded_answer_waits_for_words_on_their_way(self) -> None:
        drive = Drive().words("On Friday.", " At nine.").happen(Superseded())
        assert not drive.answer.done
        drive.sends()
        assert (drive.said, drive.stopped, drive.lasts) == (["On Friday."], 1, 0)

    @pytest.mark.parametrize(
        ("fate", "said"),
        [(Sent.DELIVERED, ["On Friday."]), (Sent.LOST, ["On Friday."]), (Sent.BUSY, []), (Sent.GONE, [])],
    )
    def test_a_superseded_answer_logs_what_had_reached_the_line(self, fate: Sent, said: list[str]) -> None:
        assert Drive().words("On Friday.").happen(Superseded()).sends(fate).said == said

    def test_a_superseded_answer_gives_up_a_message_to_a_busy_line(self) -> None:
        drive = Drive().words("On Friday.").sends(Sent.BUSY).happen(Superseded())
        assert (drive.said, drive.ended.how) == ([], "superseded")

    def test_a_superseded_answer_lets_its_tool_end_and_is_quiet(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools"), after=0.1).happen(Superseded(), after=0.1)
        assert not drive.answer.done
        drive.waits(1.0)
        assert drive.posted == []
        drive.returns("t1", HandOff("", "+15550199"))
        assert (drive.ended.how, drive.posted) == ("superseded", [])
        assert drive.stopped == 0

    def test_a_superseded_answer_waits_for_a_tool_until_its_deadline(self) -> None:
        drive = Drive().tool_calls("t1").happen(Finished("tools")).happen(Superseded()).waits(4.1)
        assert drive.ended.how == "superseded"
        assert ToolReturned("t1", TOO_SLOW, failed=True) in drive.events.values()

    def test_a_prompt_after_the_last_delivered_word_changes_nothing(self) -> None:
        drive = Drive().tool_calls("t1").happen(ModelFailed("stalled"))
        drive.sends().happen(Superseded()).returns("t1", "late")
        assert drive.ended.how == "failed"

    def test_an_answer_superseded_twice_is_superseded(self) -> None:
        drive = Drive().words("On").happen(Superseded()).happen(Superseded()).sends()
        assert (drive.ended.how, drive.stopped) == ("superseded", 1)


class TestInterrupted:
    def test_an_answer_cut_before_its_first_word_left_is_still_owed(self) -> None:
        drive = Drive().happen(Interrupted(CUT)).words("On Friday.").happen(Finished("end")).flows()
        assert (drive.spoken, drive.ended.how, drive.stopped) == ("On Friday.", "complete", 0)

    def test_an_answer_cut_after_its_first_word_left_is_quiet(self) -> None:
        drive = Drive().words("On Friday.").happen(Interrupted(CUT)).sends()
        assert (drive.said, drive.ended.how, drive.stopped) == (["On Friday."], "superseded", 1)

    def test_an_answer_cut_in_a_silent_wait_for_a_tool_is_still_owed(self) -> None:
        drive = Drive().tool_calls("t1", "weather").happen(Finished("tools")).happen(Interrupted(CUT), after=1.0)
        assert drive.returns("t1", "Sunny").words("Sunny.").happen(Finished("end")).flows().spoken == "Sunny."

    def test_an_answer_cut_in_a_covered_wait_for_a_tool_is_quiet(self) -> None:
        drive = (
            Drive()
            .tool_calls("t1")
            .happen(Finished("tools"))
            .waits(0.5)
            .happen(Interrupted(CUT))
            .returns("t1", "Friday")
        )
        assert (drive.spoken, drive.ended.how) == ("Let me look.", "superseded")

    def test_an_interrupted_and_then_superseded_answer_is_superseded(self) -> None:
        drive = Drive().happen(Interrupted(CUT)).happen(Superseded())
        assert (drive.posted, drive.ended.how) == ([], "superseded")


class TestTheLine:
    def test_a_lost_line_stops_the_model_and_logs_what_arrived(self) -> None:
        drive = Drive().words("On Friday.").sends()
        drive.words(" At nine.").ticks(drive.now + 0.3).sends(Sent.GONE)
        assert (drive.said, drive.stopped, drive.ended.how) == (["On Friday."], 1, "gone")

    def test_a_busy_line_is_tried_again_with_the_same_words(self) -> None:
        drive = Drive().words("On Friday.").sends(Sent.BUSY)
        assert drive.flight is None
        drive.ticks(drive.now + 0.21)
        assert drive.posted == [Text("On Friday."), Text("On Friday.")]
        assert drive.happen(Finished("end")).flows().spoken == "On Friday."

    def test_a_line_that_stays_busy_is_given_up(self) -> None:
        drive = Drive().words("On Friday.")
        while not drive.answer.done and drive.now < 125:
            if drive.flight:
                drive.sends(Sent.BUSY)
            else:
                drive.ticks(drive.answer.wake)
        assert (drive.ended.how, drive.said, drive.stopped) == ("gone", [], 1)

    def test_a_line_that_loses_a_message_is_not_given_it_twice(self) -> None:
        drive = Drive().words("On Friday.").happen(Finished("end")).sends(Sent.LOST).flows()
        assert drive.delivered == [Text("On Friday."), Text("", last=True)]
        assert drive.said == ["On Friday."]


# --- Any course that an answer can take --------------------------------------------------------------------------

TOKENS = ["On ", "Friday", ", at", " nine.", " ", "\n", "Hm.", ""]
RETURNS: list[Outcome] = [
    "Friday",
    "",
    EndCall(),
    HandOff("", "+15550199"),
    EndCall(saying=""),
    (Say("Hear this.", interruptible=False),),
    (Say("And this."), Play("https://hotline.example/a.mp3", answer="Played.")),
    (SendDigits("1"),),
    PassTo("billing"),
]


def possible(drive: Drive, asked: int) -> list[Happening | str]:
    """What may happen next; likely events are in it more than once."""
    choices: list[Happening | str] = [Tick()]
    if drive.answer.wake <= drive.began + 25:
        choices += ["wake", "wake"]
    if drive.asking:
        choices += [TextDelta(token) for token in TOKENS] + [
            Finished("end"),
            Finished("tools"),
            ModelFailed("broken"),
        ]
        choices += [ToolCall(f"t{asked}", name, "{}") for name in ("find", "weather", "nothing")] + [
            Finished("refused")
        ]
    if drive.flight is not None:
        choices += [Sent.DELIVERED] * 12 + [Sent.LOST, Sent.BUSY, Sent.BUSY, Sent.GONE]
    for running in drive.running:
        choices += [ToolEnded(running, outcome) for outcome in RETURNS]
    if not drive.superseded:
        choices += [Superseded(), Interrupted(Key(drive.stopped, "a"))]
    return choices


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_an_answer_always_ends_in_order_and_logs_what_was_sent(data: st.DataObject) -> None:
    drive = Drive()
    for step in range(data.draw(st.integers(0, 60))):
        if drive.answer.done:
            break
        course(
            drive,
            data.draw(st.sampled_from(possible(drive, step))),
            data.draw(st.sampled_from([0.0, 0.01, 0.1, 0.5])),
        )
    for _ in range(200):
        if drive.answer.done:
            break
        course(drive, settled(drive), 0.02)
    check(drive)


def course(drive: Drive, happening: Happening | str, after: float) -> None:
    match happening:
        case "wake":
            drive.ticks(drive.answer.wake)
        case Sent():
            drive.sends(happening, after)
        case ModelFailed():
            drive.happen(happening, after)
        case str():
            raise AssertionError(happening)
        case _:
            drive.happen(happening, after)


def settled(drive: Drive) -> Happening | str:
    """What ends an answer: every message arrives, the model ends, and time passes."""
    if drive.flight is not None:
        return Sent.DELIVERED
    return Finished("end") if drive.asking else "wake"


def check(drive: Drive) -> None:
    assert drive.answer.done
    assert drive.ended.how in ("complete", "superseded", "failed", "late", "gone", "handed off", "goodbye")
    texts = [message for message in drive.delivered if isinstance(message, Text)]
    assert sum(text.last for text in texts) <= 1
    assert not texts or not any(text.last for text in texts[:-1])
    assert bare("".join(drive.said)) == bare("".join(text.token for text in texts))
    assert all(text == text.strip() and text for text in drive.said)
    assert all(problems(request.messages) == [] for request in drive.requests)
    if drive.ended.how not in ("superseded", "gone"):
        # Without words, it ended the session. Its `end` may find the socket closed: the caller hung up.
        assert texts[-1].last if texts else drive.ended.how in ("handed off", "goodbye")
    if any(isinstance(message, End) for message in drive.delivered):
        assert isinstance(drive.delivered[-1], End)
        assert drive.ended.how in ("handed off", "goodbye")
    assert not drive.asking


DESK = replace(agent(ask_digits(check_pin, saying="Your PIN?", length=4)), keys={"1": tool(found), "2": Say("Nine.")})
SPEAKS = {"en-US": DESK.voices["en-US"], "es-ES": Voice("Google", "es-ES-Neural2-A")}


def begun_by(cause: Event, **more: Any) -> Drive:
    """An answer to something other than a prompt."""
    return Drive(replace(DESK, **more), fold([opened(greeting="Hello!"), at(2000, cause)]))


class TestATurnWithoutAPrompt:
    def test_says_what_a_key_means(self) -> None:
        assert begun_by(KeyPressed("2")).flows().spoken == "Nine."

    def test_runs_the_function_of_a_key_and_says_its_words(self) -> None:
        assert begun_by(KeyPressed("1")).returns(BY_KEY, "Found.").flows().spoken == "Found."
        marked = begun_by(KeyPressed("1")).returns(BY_KEY, "**At nine**[1]:\n- <b>now</b> \U0001f389").flows()
        assert marked.spoken == "At nine: now."
        assert begun_by(KeyPressed("1")).returns(BY_KEY, "no", failed=True).flows().spoken == SORRY.trouble

    def test_runs_the_tool_that_asked_for_digits(self) -> None:
        drive = begun_by(DigitsEntered("check_pin", "{}", Key(0, "")))
        (run,) = drive.running.values()
        assert run.tool.spec.name == "check_pin"

    def test_tells_the_model_that_no_digits_came(self) -> None:
        drive = begun_by(DigitsEntered("check_pin", "{}", Key(0, ""), whole=False))
        told = drive.requests[0].messages[-1]
        assert isinstance(told, ToolResults)
        assert told.results[0].failed

    def test_goes_on_after_a_noise(self) -> None:
        log = [opened(greeting=""), at(1000, Prompt("Menu?")), *answer(1000, "Pasta. Soup.")]
        cut = [played(1400, "Pasta."), at(1500, Interrupt("Pasta.")), at(2000, NoiseEnded())]
        assert Drive(DESK, fold([*log, *cut])).flows().spoken == "Soup."

    def test_asks_the_model_to_go_on_where_a_noise_cut_it(self) -> None:
        log = [opened(greeting=""), at(1000, Prompt("Menu?")), *answer(1000, "Pasta. Soup.", how="superseded")]
        cut = [played(1400, "Pasta."), at(1500, Interrupt("Pasta.")), at(2000, NoiseEnded())]
        drive = Drive(DESK, fold([*log, *cut]))
        assert drive.requests[0].messages[-1] == CallerMessage(Flaw.NOISE.value)
        assert drive.words(" Bread.").happen(Finished("end")).flows().spoken.strip() == "Soup. Bread."


class TestDigits:
    def test_digits_are_asked_for_and_looked_for_after_their_time(self) -> None:
        drive = Drive(DESK).tool_calls("a", "check_pin").happen(Finished("tools")).flows()
        assert drive.spoken == "Your PIN?"
        assert [remind.seconds for remind in drive.reminds] == [9]

    def test_digits_are_asked_for_again_after_a_noise(self) -> None:
        asked = under(1000, 102, DigitsRequested("check_pin", "{}"))
        log = [opened(greeting=""), at(1000, Prompt("It is me.")), asked, *answer(1000, "Your PIN?")]
        cut = [played(1400, "Your"), at(1500, Interrupt("Your")), at(2000, NoiseEnded())]
        drive = Drive(DESK, fold([*log, *cut])).flows()
        assert drive.spoken == "Your PIN?"
        assert asked.event in drive.events.values()
        assert not drive.requests


class TestTheLanguage:
    def test_a_language_is_logged_once_the_line_has_switched(self) -> None:
        drive = begun_by(KeyPressed("3"), voices=SPEAKS, keys={"3": Speak("es-ES", answer="")}).flows()
        assert LanguageSwitched("es-ES") in drive.events.values()

    def test_a_language_is_not_switched_to_itself(self) -> None:
        drive = begun_by(KeyPressed("3"), keys={"3": Speak("en-US", answer="")}).flows()
        assert drive.spoken == "Hello!"
        assert not [event for event in drive.events.values() if isinstance(event, LanguageSwitched)]

    def test_switches_of_the_language_are_logged_so_often_at_most(self) -> None:
        entries = AnswerEntries(0)
        switched = [list(entries.switched("es-ES")) for _ in range(MOST_SWITCHES + 1)]
        assert [len(one) for one in switched] == [1] * MOST_SWITCHES + [0]


def test_an_answer_of_the_author_is_spoken_without_a_model() -> None:
    hours = replace(agent(), answers={"When are you open?": "From *nine* to five."})
    drive = Drive(hours, fold([opened(greeting="Hello!"), at(5000, Prompt("When are you open?"))])).flows()
    assert (drive.spoken, drive.requests, drive.ended.how) == ("From nine to five.", [], "complete")


def test_a_language_that_the_agent_does_not_speak_changes_nothing() -> None:
    drive = Drive().tool_calls("t1").happen(Finished("tools")).returns("t1", (Speak("xx-XX", answer="Go on."),))
    drive.words("Yes.").happen(Finished("end")).flows()
    assert not [message for message in drive.delivered if isinstance(message, Language)]


def test_a_tool_may_switch_the_language_without_a_greeting() -> None:
    drive = Drive(replace(agent(), voices=SPEAKS)).tool_calls("t1").happen(Finished("tools"))
    drive.returns("t1", (Speak("es-ES", answer="Go on."),)).words("Claro.").happen(Finished("end")).flows()
    assert Language("es-ES") in drive.delivered
    assert drive.spoken == "Claro."


def test_a_tool_may_play_a_sound_and_send_tones() -> None:
    drive = Drive().tool_calls("t1").happen(Finished("tools"))
    drive.returns("t1", (Play("https://hotline.example/hold.mp3", 2), SendDigits("1w2"))).flows()
    kinds = [message for message in drive.delivered if isinstance(message, Media | Tones)]
    assert kinds == [Media("https://hotline.example/hold.mp3", 2), Tones("1w2")]


def test_time_that_no_session_has_opened_for_is_not_paid() -> None:
    assert slices_of(Call()) == range(0)


def test_a_model_whose_sent_words_were_all_heard_is_told_to_go_on() -> None:
    log = [opened(greeting="Hello!"), at(1000, Prompt("What is there?")), *answer(1000, "Soup.", how="superseded")]
    cut = [played(1400, "Soup."), at(1500, Interrupt("Soup.")), at(2000, NoiseEnded())]
    assert Drive(call=fold([*log, *cut])).requests[0].messages[-1] == CallerMessage(Flaw.NOISE.value)


@pytest.mark.parametrize("preemptible", [True, False])
def test_words_close_an_open_answer_that_they_cut_off(preemptible: bool) -> None:
    reply = SpokenReply(replace(agent(), preemptible=preemptible), "en-US", lead=" ")
    reply.model_says("Yes. ")
    reply.model_stops()
    first = reply.script.take(closing=False)
    assert first == (Text("", last=True) if preemptible else Text(" Yes."))


def test_calls_of_older_answers_without_a_result_may_still_run() -> None:
    def log(later_ms: int, *returned: Event) -> Call:
        first, asked = at(1000, Prompt("Find it.")), under(1000, 101, ToolCalled("t1", "find", "{}"))
        results = [under(1000, 102, event) for event in returned]
        return fold([opened(), first, asked, *results, at(1000 + later_ms, Prompt("And?"))])

    still = OpenCall(ToolCall("t1", "find", "{}"), at(1000, Prompt("")).key.under(102))
    assert open_calls(log(900)) == (still,)
    assert open_calls(log(900, ToolReturned("t1", "Found."))) == ()
    assert open_calls(log(900, ToolReturned("t2", "Found."))) == (still,)
    assert open_calls(log(LONGEST_INVOCATION_MS + 1)) == ()
    assert open_calls(Call()) == ()
