import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay.call.call import (
    Call,
    fold,
    known_to_reminder,
    superseded,
    yields_to_prompt,
)
from functions.relay.call.history import CALL_BEGINS, UNANSWERED, history
from functions.relay.log.codec import dump, load
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Closed,
    Connected,
    DigitsEntered,
    DigitsRequested,
    DraftDropped,
    EndClaimed,
    Ending,
    Entry,
    Event,
    Heartbeat,
    KeyPressed,
    LanguageSwitched,
    LastMinute,
    MachineAnswered,
    NoiseEnded,
    PromptReworded,
    SessionOpened,
    SessionRefused,
    Silent,
    TakenOver,
    TimeUp,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import END_CLAIM, Key, Slot
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Problem, Prompt, Setup, Unknown
from functions.relay.wire.model import AgentMessage, CallerMessage, Message, ToolCall, ToolResult, ToolResults, Usage
from tests.relay.scenes import GREETING, Scene, answer, at, bare, opened, played, problems, scenes, under

TWELVE = [f" Sentence {number} of twelve." for number in range(1, 13)]


def agent_lines(*entries: Entry) -> list[str]:
    return [line.text for line in history(fold(entries)) if isinstance(line, AgentMessage)]


def caller_lines(*entries: Entry) -> list[str]:
    return [line.text for line in history(fold(entries)) if isinstance(line, CallerMessage)]


class TestTheGreeting:
    def test_is_the_agents_first_line_even_before_the_line_reports_it(self) -> None:
        assert history(fold([opened()])) == (CALL_BEGINS, AgentMessage(GREETING))

    def test_heard_whole_stays_as_it_was_written(self) -> None:
        log = [opened(), played(900, "Rosa's,"), played(1400, " good evening!"), played(2000, " How can I help?")]
        assert history(fold(log)) == (CALL_BEGINS, AgentMessage(GREETING))
        assert not fold(log).turns[0].pending

    def test_cut_after_one_word_is_one_word(self) -> None:
        log = [opened(), played(21, "Rosa's", "a"), at(21, Interrupt("Rosa's", 15), "b"), at(900, Prompt("Hello?"))]
        assert history(fold(log)) == (CALL_BEGINS, AgentMessage("Rosa's"), CallerMessage("Hello?"))

    def test_cut_before_its_first_sound_was_never_said(self) -> None:
        log = [opened(), at(21, Interrupt("")), at(900, Prompt("Hello?"))]
        assert history(fold(log)) == (CallerMessage("Hello?"),)

    def test_an_empty_greeting_is_no_line(self) -> None:
        assert history(fold([opened(greeting="")])) == ()


class TestAnAnswer:
    def test_heard_whole_is_held_whole(self) -> None:
        log = [
            opened(),
            played(900, GREETING),
            at(2000, Prompt(" When do you open? ", "en-US")),
            *answer(2000, "At ten. Every day."),
            played(3500, "At ten."),
            played(4200, " Every day."),
        ]
        assert history(fold(log))[2:] == (CallerMessage("When do you open?"), AgentMessage("At ten. Every day."))
        assert not any(turn.pending for turn in fold(log).turns)

    def test_cut_while_it_streams_and_not_yet_noted_is_what_was_played(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("When do you open?")),
            played(3500, "At ten."),
            played(3900, "Every"),
            at(3901, Interrupt("Every")),
            at(5000, Prompt("And on Sunday?")),
        ]
        assert history(fold(log)) == (
            CallerMessage("When do you open?"),
            AgentMessage("At ten. Every"),
            CallerMessage("And on Sunday?"),
        )

    def test_noted_late_reads_the_same_as_before(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("When do you open?")),
            played(3500, "At ten."),
            played(3900, "Every"),
            at(3901, Interrupt("Every")),
            at(5000, Prompt("And on Sunday?")),
        ]
        noted = [*log, *answer(2000, "At ten. Every day but", how="superseded")]
        assert history(fold(noted)) == history(fold(log))

    def test_cut_after_its_stream_holds_only_what_was_played(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("Count.")),
            *answer(2000, "".join(TWELVE).strip()),
            played(4000, TWELVE[0]),
            played(5000, "Sentence 2 of"),
            at(5000, Interrupt("Sentence 2 of", 684), "z"),
            at(7000, Prompt("Stop.")),
        ]
        assert agent_lines(*log) == ["Sentence 1 of twelve. Sentence 2 of"]

    def test_a_fragment_reported_after_the_cut_is_held_once(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("Count.")),
            *answer(2000, "".join(TWELVE).strip()),
            played(4000, TWELVE[0]),
            at(5000, Interrupt("Sentence 2 of", 684), "a"),
            played(5000, "Sentence 2 of", "b"),
            at(7000, Prompt("Stop.")),
        ]
        assert agent_lines(*log) == ["Sentence 1 of twelve. Sentence 2 of"]

    def test_a_fragment_without_a_report_comes_from_the_interrupt(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("Count.")),
            *answer(2000, "".join(TWELVE).strip()),
            played(4000, TWELVE[0]),
            at(5000, Interrupt("Sentence 2 of", 684)),
        ]
        assert agent_lines(*log) == ["Sentence 1 of twelve. Sentence 2 of"]

    def test_an_answer_holds_the_part_that_was_sent_after_the_purge(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("When do you open?")),
            played(3500, "At ten."),
            at(3901, Interrupt("")),
            played(4600, " Every day."),
            at(5000, Prompt("Thanks.")),
            *answer(2000, "At ten. Every day.", how="superseded"),
            *answer(5000, "Goodbye."),
        ]
        assert agent_lines(*log) == ["At ten. Every day.", "Goodbye."]

    def test_an_answer_with_a_missing_report_was_heard_up_to_the_next(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("Count.")),
            *answer(2000, "One. Two. Three. Four."),
            played(4000, "One."),
            played(5000, " Three."),
            at(5500, Interrupt("")),
        ]
        assert agent_lines(*log) == ["One. Two. Three."]

    def test_a_report_of_the_next_answer_makes_this_one_whole(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("Count.")),
            *answer(2000, "One. Two."),
            played(4000, "One."),
            at(6000, Prompt("More.")),
            *answer(6000, "Three. Four."),
            played(7000, "Thr"),
            at(7000, Interrupt("Thr"), "z"),
        ]
        assert agent_lines(*log) == ["One. Two.", "Thr"]

    def test_a_cut_of_the_next_answer_makes_this_one_whole(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("Count.")),
            *answer(2000, "One. Two."),
            played(4000, "One."),
            at(6000, Prompt("More.")),
            *answer(6000, "Three. Four."),
            at(7000, Interrupt("Thr"), "a"),
            played(7000, "Thr", "b"),
        ]
        assert agent_lines(*log) == ["One. Two.", "Thr"]

    def test_an_answer_queued_behind_another_is_dropped_with_it(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("One?")),
            *answer(2000, "First part. First rest.", how="superseded"),
            at(3000, Prompt("Two?")),
            *answer(3000, "Second."),
            played(3500, "First part."),
            played(4000, "First"),
            at(4000, Interrupt("First"), "z"),
            at(5000, Prompt("Three?")),
        ]
        assert history(fold(log)) == (
            CallerMessage("One?"),
            AgentMessage("First part. First"),
            CallerMessage("Two? Three?"),
        )

    def test_an_answer_queued_behind_a_played_one_is_the_one_cut(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("One?")),
            *answer(2000, "First."),
            at(3000, Prompt("Two?")),
            *answer(3000, "Second part. Second rest."),
            played(3500, "First."),
            played(4000, "Second part."),
            at(4100, Interrupt("")),
        ]
        assert agent_lines(*log) == ["First.", "Second part."]

    def test_an_answer_superseded_before_a_word_left_is_no_line(self) -> None:
        log = [opened(greeting=""), at(1, Prompt("One,")), *answer(1, how="superseded"), at(9, Prompt("two."))]
        assert history(fold(log)) == (CallerMessage("One, two."),)

    def test_an_answer_superseded_without_a_cut_will_be_played(self) -> None:
        log = [
            opened(greeting=""),
            at(1, Prompt("One?")),
            *answer(1, "First.", how="superseded"),
            at(9, Prompt("Two?")),
        ]
        assert history(fold(log)) == (CallerMessage("One?"), AgentMessage("First."), CallerMessage("Two?"))

    def test_first_played_after_an_interruption_was_not_cut_by_it(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("One?")),
            *answer(2000, "First part. First rest."),
            at(3000, Prompt("Two?")),
            played(3100, "First part."),
            played(3200, "First"),
            at(3200, Interrupt("First"), "z"),
            *answer(3000, "Second part. Second rest."),
            played(4500, "Second part."),
            at(5000, Prompt("Three?")),
        ]
        assert agent_lines(*log) == ["First part. First", "Second part. Second rest."]
        cut_later = [*log, at(5100, Interrupt(""))]
        assert agent_lines(*cut_later) == ["First part. First", "Second part."]

    def test_an_answer_in_progress_does_not_take_an_older_fragment(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("One?")),
            *answer(2000, "First. Rest."),
            at(3000, Prompt("Two?")),
            played(3100, "First."),
            played(3200, "Rest."),
            at(3200, Interrupt("Rest."), "z"),
        ]
        assert history(fold(log)) == (CallerMessage("One?"), AgentMessage("First. Rest."), CallerMessage("Two?"))

    def test_an_answer_without_its_last_report_is_whole_at_the_end(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("Count.")),
            *answer(2000, "One. Two."),
            played(4000, "One."),
            at(6000, Prompt("More.")),
            *answer(6000, "Three."),
            played(7000, "Three."),
            at(8000, Closed(1006)),
        ]
        assert agent_lines(*log) == ["One. Two.", "Three."]

    @pytest.mark.parametrize(
        ("after", "unfinished"),
        [
            ([], True),
            ([*answer(2000, "One. Two.")], False),
            ([*answer(2000, "One. Two."), played(3000, "One."), at(3500, Closed(1006))], True),
            ([*answer(2000, "One. Two."), played(3000, "One."), played(3400, "Two."), at(3500, Closed(1006))], False),
            ([*answer(2000, "One.", how="superseded")], True),
            ([*answer(2000, "One.", how="gone")], True),
            ([*answer(2000, "Sorry.", how="failed")], False),
        ],
    )
    def test_an_answer_is_unfinished_if_its_end_was_not_heard(self, after: list[Entry], unfinished: bool) -> None:
        assert fold([opened(greeting=""), at(2000, Prompt("Count.")), *after]).turns[-1].unfinished is unfinished

    def test_an_answer_takes_no_fragment_that_is_none_of_its_words(self) -> None:
        log = [
            opened(),
            played(500, GREETING),
            at(2000, Prompt("Hi")),
            *answer(2000, "Hello."),
            at(2500, Interrupt("Bye")),
        ]
        assert agent_lines(*log) == [GREETING]


class TestALineThatReportsNothing:
    def test_an_interrupted_answer_was_played_up_to_the_fragment(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("Count.")),
            *answer(2000, "".join(TWELVE).strip()),
            at(5000, Interrupt("Sentence 2 of", 684)),
            at(7000, Prompt("Stop.")),
        ]
        assert agent_lines(*log) == ["Sentence 1 of twelve. Sentence 2 of"]

    def test_all_before_the_interrupted_answer_was_played(self) -> None:
        log = [
            opened(),
            at(2000, Prompt("Count.")),
            *answer(2000, "One. Two."),
            at(6000, Prompt("More.")),
            *answer(6000, "Three. Four."),
            at(7000, Interrupt("Three.")),
        ]
        assert agent_lines(*log) == [GREETING, "One. Two.", "Three."]

    def test_cuts_the_newest_answer_with_these_words(self) -> None:
        log = [
            opened(),
            at(2000, Prompt("And?")),
            *answer(2000, "How can I help? Tell me."),
            at(7000, Interrupt("How can")),
        ]
        assert agent_lines(*log) == [GREETING, "How can"]

    def test_may_group_white_space_in_its_own_way(self) -> None:
        log = [
            opened(greeting=""),
            at(2000, Prompt("Count.")),
            *answer(2000, "One, two.\n\nThree, four."),
            at(7000, Interrupt("two. Three,")),
        ]
        assert [bare(line) for line in agent_lines(*log)] == ["One,two.Three,"]

    def test_nothing_that_waited_behind_late_words_was_played(self) -> None:
        log = [
            opened(),
            at(2000, Prompt("Count.")),
            *answer(2000, "One. Two. Three."),
            at(3000, Interrupt("One.")),
            at(3500, Prompt("More.")),
            *answer(3500, "Four."),
            at(4500, Interrupt("Three.")),
        ]
        assert agent_lines(*log) == [GREETING, "One."]

    def test_all_was_played_if_the_words_that_were_cut_are_nobodys(self) -> None:
        log = [opened(), at(2000, Prompt("Count.")), *answer(2000, "One. Two."), at(7000, Interrupt("Three"))]
        assert agent_lines(*log) == [GREETING, "One. Two."]

    @pytest.mark.parametrize("fragment", ["", "  ", "\n"])
    def test_interrupted_before_any_words_has_played_none_of_it(self, fragment: str) -> None:
        log = [opened(), at(2000, Prompt("Count.")), *answer(2000, "One. Two."), at(7000, Interrupt(fragment))]
        assert agent_lines(*log) == [GREETING]

    def test_what_the_log_held_when_the_socket_ended_was_played(self) -> None:
        log = [opened(), at(2000, Prompt("Count.")), *answer(2000, "One. Two."), at(7000, Closed(1006))]
        assert agent_lines(*log) == [GREETING, "One. Two."]


class TestTheCaller:
    def test_a_caller_who_goes_on_is_held_in_one_line(self) -> None:
        log = [opened(greeting=""), at(1, Prompt("My number")), at(2, Prompt("is K4T9.")), at(3, Prompt("Hello?"))]
        assert history(fold(log)) == (CallerMessage("My number is K4T9. Hello?"),)

    @pytest.mark.parametrize(
        "event", [Prompt(""), Prompt("  "), Partial("My"), Dtmf("5"), Unknown("?"), Problem("64107")]
    )
    def test_what_is_no_utterance_makes_no_line_of_the_caller(self, event: Event) -> None:
        assert caller_lines(opened(greeting=""), at(1, event)) == []


class TestTools:
    def test_tool_results_stand_between_the_words_before_and_after(self) -> None:
        log = [
            opened(greeting=""),
            at(1, Prompt("What about K4T9?")),
            under(1, 100, AgentSaid("Let me look.")),
            under(1, 101, ToolCalled("t1", "find", '{"reference":"K4T9"}')),
            under(1, 102, ToolReturned("t1", "Friday")),
            under(1, 103, ToolCalled("t2", "weather", "{}")),
            under(1, 104, ToolReturned("t2", "it broke", failed=True)),
            under(1, 200, AgentSaid("It is on Friday.")),
            under(1, 299, AnswerEnded("complete")),
        ]
        asks = (ToolCall("t1", "find", '{"reference":"K4T9"}'), ToolCall("t2", "weather", "{}"))
        answers = (ToolResult("t1", "Friday"), ToolResult("t2", "it broke", failed=True))
        assert history(fold(log)) == (
            CallerMessage("What about K4T9?"),
            AgentMessage("Let me look.", asks),
            ToolResults(answers),
            AgentMessage("It is on Friday."),
        )

    def test_tool_calls_without_results_say_so_and_are_in_place(self) -> None:
        log = [
            opened(greeting=""),
            at(1, Prompt("Book it.")),
            under(1, 101, ToolCalled("t1", "book", "{}")),
            at(9, Prompt("Hello?")),
        ]
        assert history(fold(log)) == (
            CallerMessage("Book it."),
            AgentMessage("", (ToolCall("t1", "book", "{}"),)),
            ToolResults((ToolResult("t1", UNANSWERED, failed=True),)),
            CallerMessage("Hello?"),
        )

    def test_the_tools_of_two_rounds_stay_apart(self) -> None:
        log = [
            opened(greeting=""),
            at(1, Prompt("Book it.")),
            under(1, 101, ToolCalled("t1", "find", "{}")),
            under(1, 102, ToolReturned("t1", "found")),
            under(1, 200, AgentSaid("Found it.")),
            under(1, 201, ToolCalled("t2", "book", "{}")),
            under(1, 202, ToolReturned("t2", "booked")),
            under(1, 300, AgentSaid("Booked.")),
            under(1, 399, AnswerEnded("complete")),
        ]
        kinds = [type(line).__name__ for line in history(fold(log))]
        assert kinds == [
            "CallerMessage",
            "AgentMessage",
            "ToolResults",
            "AgentMessage",
            "ToolResults",
            "AgentMessage",
        ]

    def test_tools_keep_their_place_before_words_that_nobody_heard(self) -> None:
        log = [
            opened(greeting=""),
            at(1, Prompt("K4T9?")),
            under(1, 100, AgentSaid("Let me look.")),
            under(1, 101, ToolCalled("t1", "find", "{}")),
            under(1, 102, ToolReturned("t1", "Friday")),
            under(1, 200, AgentSaid("It is on Friday at nine.")),
            under(1, 299, AnswerEnded("superseded")),
            played(500, "Let me look."),
            played(900, " It is on"),
            at(900, Interrupt("It is on"), "z"),
        ]
        assert agent_lines(*log) == ["Let me look.", "It is on"]
        assert not problems(history(fold(log)))


class TestTheEnd:
    @pytest.mark.parametrize("how", ["handed off", "goodbye", "complete", "superseded", "failed", "late", "gone"])
    def test_the_end_of_an_answer_alone_ends_no_session(self, how: Ending) -> None:
        assert not fold([opened(), at(1, Prompt("Bye.")), *answer(1, "Bye!", how=how)]).over

    def test_a_claim_ends_the_session_before_the_end_is_sent(self) -> None:
        end_claim = EndClaimed("by", "goodbye")
        call = fold([Entry(END_CLAIM, end_claim), opened(), at(1, Prompt("Bye."))])
        assert (call.over, call.end_claim) == (True, end_claim)

    def test_a_refusal_ends_the_session(self) -> None:
        assert fold([under(0, 2, SessionRefused())]).over

    def test_a_closed_socket_ends_the_session_and_cuts_unplayed_words(self) -> None:
        log = [opened(), played(500, "Rosa's,"), at(600, Closed(1006, "gone"))]
        assert fold(log).over
        assert agent_lines(*log) == ["Rosa's,"]

    def test_a_closed_socket_leaves_played_words_alone(self) -> None:
        log = [opened(), played(500, GREETING), at(600, Closed(1000))]
        assert not fold(log).turns[0].cut


class TestALogBegunAnew:
    def test_a_snapshot_replaces_the_turns_before_it(self) -> None:
        remembered = (CallerMessage("Hi"), AgentMessage("Hello."))
        log = [
            opened(),
            at(1, Prompt("One?")),
            *answer(1, "First."),
            under(9, 0, SessionOpened("rosa", "CA1", "", "", "", (), remembered)),
            at(9, Prompt("Two?")),
            *answer(9, "Second."),
        ]
        assert history(fold(log)) == (*remembered, CallerMessage("Two?"), AgentMessage("Second."))

    def test_entries_under_a_prompt_that_is_gone_add_no_line(self) -> None:
        log = [opened(), at(5, Prompt("One?")), *answer(1, "An answer to nobody."), under(4, 1, Connected())]
        assert agent_lines(*log) == [GREETING]


class TestSuperseded:
    @pytest.mark.parametrize("event", [Prompt("Wait!"), Closed(1000)])
    def test_a_turn_is_superseded_by_the_caller_who_goes_on(self, event: Event) -> None:
        assert superseded([at(2000, Prompt("Hi")), at(2001, event)], at(2000, Prompt("Hi")).key)

    @pytest.mark.parametrize(
        "event", [Partial("W"), Dtmf("1"), Info("clientSpeaking", "on"), Info("tokensPlayed", "At"), Unknown("")]
    )
    def test_partials_keys_and_reports_supersede_no_turn(self, event: Event) -> None:
        assert not superseded([at(2000, Prompt("Hi")), at(2001, event)], at(2000, Prompt("Hi")).key)

    def test_an_interrupt_of_older_words_supersedes_no_turn(self) -> None:
        assert not superseded([at(2000, Prompt("Hi")), at(2001, Interrupt("Good"))], at(2000, Prompt("Hi")).key)

    def test_older_entries_and_its_own_supersede_no_turn(self) -> None:
        log = [at(1998, Prompt("Oh")), at(1999, Interrupt("At")), at(2000, Prompt("Hi")), *answer(2000, "Hello.")]
        assert not superseded(log, at(2000, Prompt("Hi")).key)

    def test_of_two_prompts_in_a_millisecond_one_is_superseded(self) -> None:
        log = [at(2000, Prompt("Hi"), "a"), at(2000, Prompt("there"), "b")]
        assert [superseded(log, entry.key) for entry in log] == [True, False]

    def test_no_turn_that_a_machine_began_is_superseded(self) -> None:
        log = [at(2000, MachineAnswered("fax")), at(2001, Prompt("Leave a message."))]
        assert [superseded(log, entry.key) for entry in log] == [False, False]


# --- Properties ------------------------------------------------------------------------------------------------

EVENTS = st.one_of(
    st.builds(Prompt, st.sampled_from(["", " ", "one", "One two."])),
    st.builds(Interrupt, st.sampled_from(["", " ", "one", "two.", "One two. three", "w"])),
    st.builds(Info, st.just("tokensPlayed"), st.sampled_from(["", "one", " One", "two.", "three", "x"])),
    st.builds(AgentSaid, st.sampled_from(["", "one", "One two. three", "two.", " three "])),
    st.builds(ToolCalled, st.sampled_from(["t1", "t2"]), st.just("find"), st.just("{}")),
    st.builds(ToolReturned, st.sampled_from(["t1", "t2"]), st.sampled_from(["", "found"])),
    st.builds(DraftDropped, st.just(Usage(1, 2))),
    st.builds(AnswerEnded, st.sampled_from(["complete", "superseded", "handed off"])),
    st.builds(
        SessionOpened,
        *[st.just("x")] * 4,
        st.sampled_from(["", "One two. three"]),
        remembered=st.sampled_from([(), (CallerMessage("Hi"),), (CallerMessage("Hi"), AgentMessage("Hello"))]),
    ),
    st.sampled_from([SessionRefused(), Closed(1006), Connected(), Dtmf("1"), Unknown("?"), Setup("s", "c", "", "")]),
)
KEYS = st.builds(
    Key, st.integers(0, 6), st.sampled_from(["a", "b"]), st.sampled_from([0, 1, 2, 100, 101, 102, 200, 299])
)
ANY_LOG = st.lists(st.builds(Entry, KEYS, EVENTS), max_size=25)


def by_key(entries: list[Entry]) -> list[Entry]:
    """The log as a table returns it: each key once, in the order of the keys as text."""
    stored = {str(entry.key): dump(entry.event) for entry in reversed(entries)}
    return [Entry(Key.parse(key), load(stored[key])) for key in sorted(stored)]


@given(scenes(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_any_order_and_repetition_of_arrivals_tells_the_same_call(scene: Scene, chance: random.Random) -> None:
    arrivals = scene.entries + chance.sample(scene.entries, len(scene.entries) // 2)
    chance.shuffle(arrivals)
    assert fold(arrivals) == fold(scene.entries) == fold(by_key(arrivals))


@given(scenes())
@settings(max_examples=100, deadline=None)
def test_an_interrupted_answer_is_held_as_far_as_it_was_played(scene: Scene) -> None:
    turns = fold(scene.entries).turns
    for number, turn in enumerate(turns):
        expected = scene.heard[number] if number in scene.dropped else scene.said[number]
        assert bare(turn.audible) == bare(expected)


@given(scenes(), st.data())
@settings(max_examples=50, deadline=None)
def test_an_unlogged_answer_counts_as_far_as_it_was_played(scene: Scene, data: st.DataObject) -> None:
    prompts = [entry.key for entry in scene.entries if isinstance(entry.event, Prompt)]
    if not prompts:
        return
    newest = prompts[-1].frame
    log = [entry for entry in scene.entries if not (entry.key.frame == newest and entry.key.slot > 1)]
    assert bare(fold(log).turns[-1].audible) == bare(scene.heard[-1])


@given(scenes(), st.data())
@settings(max_examples=50, deadline=None)
def test_a_report_that_is_missing_never_makes_more_than_was_said(scene: Scene, data: st.DataObject) -> None:
    reports = [entry for entry in scene.entries if isinstance(entry.event, Info)]
    lost = data.draw(st.sets(st.sampled_from(reports))) if reports else set()
    for number, turn in enumerate(fold([entry for entry in scene.entries if entry not in lost]).turns):
        assert bare(scene.said[number]).startswith(bare(turn.audible))


@given(scenes())
@settings(max_examples=50, deadline=None)
def test_a_line_that_reports_nothing_never_makes_more_than_was_said(scene: Scene) -> None:
    for number, turn in enumerate(fold([one for one in scene.entries if not isinstance(one.event, Info)]).turns):
        assert bare(scene.said[number]).startswith(bare(turn.audible))


@given(ANY_LOG)
@settings(max_examples=150, deadline=None)
def test_no_log_breaks_the_fold_or_the_history(log: list[Entry]) -> None:
    call = fold(log)
    assert problems(history(call)) == []
    assert isinstance(call.over, bool)


@given(scenes())
@settings(max_examples=50, deadline=None)
def test_every_history_of_a_call_is_one_that_a_model_takes(scene: Scene) -> None:
    for length in range(len(scene.entries)):
        assert problems(history(fold(scene.entries[:length]))) == []


def test_a_call_of_nothing_says_nothing() -> None:
    lines: tuple[Message, ...] = history(Call())
    assert lines == ()
    assert fold([]) == Call()


class TestAnAnswerThatWasTakenOver:
    TAKEN = (
        under(1000, 1000, TakenOver()),
        under(1000, 1100, AgentSaid("On Friday.")),
        under(1000, 1199, AnswerEnded("complete")),
    )

    def test_an_answer_keeps_the_words_of_a_killed_invocation(self) -> None:
        before = (opened(greeting=""), at(1000, Prompt("When?")), *self.TAKEN)
        heard = (played(1500, "Let me see."), played(2000, "On"))
        assert agent_lines(*before, *heard) == ["Let me see. On Friday."]

    def test_words_that_were_logged_after_the_takeover_are_told_once(self) -> None:
        noted = under(1000, 999, AgentSaid("Let me see."))
        log = (opened(greeting=""), at(1000, Prompt("When?")), noted, *self.TAKEN)
        assert agent_lines(*log, played(1500, "Let me see."), played(2000, "On Friday.")) == [
            "Let me see. On Friday."
        ]

    @pytest.mark.parametrize(
        ("logged", "late", "found", "said"),
        [
            ("", "Let me see.", "Let me see.", "Let me see."),
            ("", "Let me see. One moment.", "Let me see.", "Let me see. One moment."),
            ("", "Let me see.", "Let me see. One", "Let me see. One"),
            ("Let me see.", "", "Let me see.", "Let me see. Let me see."),
            ("Let me see.", "Let me see.", "Let me see.", "Let me see. Let me see."),
        ],
        ids=["the same", "more", "less", "no late words", "again"],
    )
    def test_that_only_seemed_dead_says_its_late_words_once(
        self, logged: str, late: str, found: str, said: str
    ) -> None:
        own = [under(1000, slot, AgentSaid(text)) for slot, text in ((100, logged), (200, late)) if text]
        words = under(1000, 999, AgentSaid(found, found_after=len(bare(logged))))
        log = (opened(greeting=""), at(1000, Prompt("When?")), *own, words, *self.TAKEN)
        assert fold(log).turns[0].said == f"{said} On Friday."

    def test_a_killed_invocation_may_have_said_more_than_it_logged(self) -> None:
        log = [opened(greeting=""), at(1000, Prompt("One?")), under(1000, 100, AgentSaid("Well."))]
        heard = [played(1500, "Well."), played(1900, " Let me look.")]
        assert fold([*log, *heard]).turns[0].unlogged == "Let me look."
        assert fold([*log, heard[0]]).turns[0].unlogged == ""

    def test_words_that_nobody_logged_keep_the_start_of_a_clause(self) -> None:
        killed = at(1000, Prompt("When?"))
        log = (opened(greeting=""), killed, at(2000, Prompt("Hello?")), *answer(2000, "On Friday, at nine."))
        heard = (played(2500, "Let me see,"), played(3000, " what I have On Friday,"), played(3500, " at nine."))
        assert agent_lines(*log, *heard) == ["Let me see, what I have", "On Friday, at nine."]


REQUEST = DigitsRequested("check_pin", "{}")

CAUSES: dict[str, tuple[Event, str]] = {
    "a key with words": (KeyPressed("1", "I want to book."), "I want to book."),
    "a key without words": (KeyPressed("1"), "(The caller pressed 1.)"),
    "digits": (DigitsEntered("check_pin", "{}", Key(0, ""), digits="1234"), "(The caller keyed in 1234.)"),
    "private digits": (DigitsEntered("check_pin", "{}", Key(0, "")), ""),
    "a silence": (Silent(1), ""),
    "the last minute": (LastMinute(), ""),
    "noise": (NoiseEnded(), ""),
}


@pytest.mark.parametrize(("cause", "said"), CAUSES.values(), ids=CAUSES)
def test_a_turn_may_begin_without_a_prompt(cause: Event, said: str) -> None:
    turn = fold([opened(), at(2000, cause)]).turns[-1]
    assert (turn.caller, turn.cause) == (said, cause)


def test_a_call_knows_when_its_time_is_up() -> None:
    assert not fold([opened()]).time_is_up
    assert fold([opened(), at(2000, TimeUp())]).time_is_up


def test_a_call_knows_that_a_machine_answered_it() -> None:
    assert fold([opened(), at(1000, MachineAnswered("machine_start"))]).by_machine
    assert not fold([opened(), at(1000, Prompt("Hi."))]).by_machine


def test_a_call_counts_the_tokens_of_all_its_answers() -> None:
    ended = AnswerEnded("complete", usage=Usage(1, 2, 3, 4))
    log = [at(1000, Prompt("One?")), under(1000, 999, ended), at(2000, Prompt("Two?")), under(2000, 999, ended)]
    before = under(0, 2, SessionOpened("rosa", "CA1", "", "", tokens=100))
    assert fold(log).tokens == 20
    assert fold([before, *log, at(3000, Prompt("Three?"))]).tokens == 120


def test_a_call_counts_the_tokens_of_dropped_drafts() -> None:
    draft = under(1000, Slot.DRAFT_DROPPED.at(), DraftDropped(Usage(100, 5)))
    assert fold([opened(), at(1000, Partial("Wh")), draft, at(2000, Prompt("One?"))]).tokens == 105


def test_a_call_is_in_the_language_that_was_switched_to() -> None:
    assert fold([opened(), under(1000, 100, LanguageSwitched("es-ES"))]).language == "es-ES"


def test_digits_are_collected_until_they_are_there() -> None:
    asked = under(1000, 100, REQUEST)
    log = [opened(), at(1000, Prompt("My PIN?")), asked]
    assert fold(log).collecting == (asked.key, REQUEST)
    assert fold([*log, at(2000, DigitsEntered("check_pin", "{}", asked.key))]).collecting is None


def test_a_prompt_suspends_digits_and_a_tool_call_drops_them() -> None:
    log = [opened(), at(1000, Prompt("My PIN?")), under(1000, 100, REQUEST), at(2000, Prompt("Wait."))]
    assert fold(log).suspended
    dropped = fold([*log, under(2000, 100, ToolCalled("a", "find", "{}"))])
    assert (dropped.collecting, dropped.suspended) == (None, False)


def test_tools_store_and_forget_for_the_rest_of_the_call() -> None:
    noted = under(1000, 101, ToolReturned("a", "Found.", memory=(("name", "Alma"), ("seats", 2))))
    forgot = under(2000, 101, ToolReturned("b", "Done.", memory=(("seats", None),)))
    log = [opened(), at(1000, Prompt("One?")), noted, at(2000, Prompt("Two?"))]
    assert dict(fold(log).memory) == {"name": "Alma", "seats": 2}
    assert dict(fold([*log, forgot]).memory) == {"name": "Alma"}


def test_heartbeats_and_takeovers_are_counted() -> None:
    log = [opened(), at(1000, Prompt("One?")), under(1000, 10, Heartbeat()), under(1000, 11, TakenOver())]
    turn = fold(log).turns[-1]
    assert (turn.heartbeats, turn.takeovers) == (2, 1)


def test_only_one_answer_may_end_the_session() -> None:
    claim = EndClaimed("key", "complete")
    call = fold([opened(), Entry(END_CLAIM, claim)])
    assert call.end_claim == claim
    assert call.over


def test_a_call_with_other_texts_keeps_the_rest() -> None:
    call = fold([opened(), at(1000, Prompt("One?")), at(2000, Prompt("Two?"))])
    changed = call.with_words({at(1000, Prompt("")).key.frame: "[digits]"})
    assert [turn.caller for turn in changed.turns] == ["", "[digits]", "Two?"]


def test_a_call_is_cut_after_a_turn() -> None:
    log = [opened(), at(1000, Prompt("One?")), at(2000, Prompt("Two?"))]
    call = fold(log)
    assert call.until(log[1].key) == fold(log[:2])
    assert call.until(Key(9, "other")) is call


@pytest.mark.parametrize(
    ("log", "yields"),
    [
        ([], False),
        ([at(1000, Prompt("One?"))], False),
        ([at(1000, Prompt("One?")), at(2000, Silent(1))], True),
        ([at(1000, Prompt("One?")), at(2000, NoiseEnded())], True),
        ([at(1000, KeyPressed("9", "I pressed nine.")), at(2000, NoiseEnded())], True),
        ([at(1000, DigitsEntered("find", "{}", Key(500, "asked"))), at(2000, Silent(1))], True),
        ([at(1000, Prompt("One?")), at(2000, TimeUp())], False),
        ([at(1000, Prompt("One?")), *answer(1000, "Yes."), at(2000, Silent(1))], False),
        ([at(1000, Silent(1)), at(2000, Silent(2))], False),
        ([opened(), at(2000, Silent(1))], False),
        ([at(1000, Prompt(" ")), at(2000, Silent(1))], False),
    ],
)
def test_a_reminder_yields_to_a_prompt_or_key_without_an_answer(log: list[Entry], yields: bool) -> None:
    assert yields_to_prompt(fold(log)) is yields


@pytest.mark.parametrize("cause", [Silent(1), NoiseEnded()])
def test_a_reminder_yields_only_to_prompts_that_it_did_not_know(cause: Event) -> None:
    known = [opened(), at(1000, Prompt("One?")), *answer(1000, "Yes.")]
    log = [*known, at(2000, cause)]
    assert known_to_reminder(fold(log), log) == frozenset([known[1].key])
    assert known_to_reminder(fold(known), known) is None
    assert known_to_reminder(Call(), ()) is None


def test_a_prompt_that_was_reworded_has_its_new_text() -> None:
    log = [opened(), at(1000, Prompt("It is [digits]")), under(1000, 3, PromptReworded("It is 4711."))]
    assert fold(log).turns[-1].caller == "It is 4711."
